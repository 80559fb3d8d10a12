/* void work(uint32_t rounds): MOV, NOP, 2 instructions a round, RET. */
        .text
        .globl  work
        .type   work, @function
work:   movl    4(%esp), %eax
        .globl  work_begun
work_begun:
        nop
work_loop:
        decl    %eax
        jnz     work_loop
        .globl  work_done
work_done:
        ret
        .size   work, . - work

/* uint32_t recurse(uint32_t depth): depth; calls itself until it is 0. A call of it is 9 instructions and
 * those of the one inside; the innermost is 5. */
        .globl  recurse
        .type   recurse, @function
recurse:
        movl    4(%esp), %eax
        testl   %eax, %eax
        jz      1f
        decl    %eax
        pushl   %eax
        call    recurse
        incl    %eax
        addl    $4, %esp
        ret
1:      nop
        ret
        .size   recurse, . - recurse
        .section .note.GNU-stack, "", @progbits
