/* uint32_t sum(uint32_t n) */
        .text
        .globl  sum
        .type   sum, @function
sum:    movl    4(%esp), %ecx
        xorl    %eax, %eax
        jecxz   2f
1:      addl    %ecx, %eax
        decl    %ecx
        jnz     1b
2:      ret
        .size   sum, . - sum
        .section .note.GNU-stack, "", @progbits
