/* Start of a host process: what the kernel has put on the stack goes to native_start() in C (System V ABI, i386
 * supplement, 2.3.1: the number of arguments, then pointers to them). */
        .section .text
        .globl  _start
        .type   _start, @function
_start:
        xorl    %ebp, %ebp
        movl    %esp, %eax
        pushl   %eax
        call    native_start
        hlt
        .size   _start, . - _start
        .section .note.GNU-stack, "", @progbits
