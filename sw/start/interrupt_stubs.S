/* One stub a vector: all leave the same struct interrupt_frame (sw/include/interrupts.h) on the stack, go
 * through interrupt_dispatch() in C and return to what was interrupted. */
#define STUBS 48

        .section .text
        .altmacro

/* Vectors 8, 10 to 14 and 17 come with an error code (SDM volume 3A, 6.13); the others get a zero. */
.macro stub vector
interrupt_stub_\vector:
        .if !(\vector == 8 || (\vector >= 10 && \vector <= 14) || \vector == 17)
        pushl   $0
        .endif
        pushl   $\vector
        jmp     interrupt_common
.endm

        .set    number, 0
        .rept   STUBS
        stub    %number
        .set    number, number + 1
        .endr

        .globl  interrupt_common
        .type   interrupt_common, @function
interrupt_common:
        pushal
        cld
        pushl   %esp
        call    interrupt_dispatch
        addl    $4, %esp
        popal
        addl    $8, %esp /* vector and error code */
        iretl
        .size   interrupt_common, . - interrupt_common

.macro stub_address vector
        .long   interrupt_stub_\vector
.endm

        .section .rodata
        .balign 4
        .globl  interrupt_stub_addresses
interrupt_stub_addresses:
        .set    number, 0
        .rept   STUBS
        stub_address %number
        .set    number, number + 1
        .endr
        .section .note.GNU-stack, "", @progbits
