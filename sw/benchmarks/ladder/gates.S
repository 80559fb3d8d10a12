/* The ways from level 0 to level 3 and back. */
#include "sw/benchmarks/ladder/gates.h"

#define STACK_BYTES 4096

        .section .text

/* As the system calls of small kernels do it: data segments of level 0, what C may change is kept. */
.macro entry name, return
        .globl  \name
        .type   \name, @function
\name:
        pushl   %ds
        pushl   %es
        pushl   %ecx
        pushl   %edx
        movl    $DATA0, %edx
        movw    %dx, %ds
        movw    %dx, %es
        pushl   %eax
        call    serve
        addl    $4, %esp
        popl    %edx
        popl    %ecx
        popl    %es
        popl    %ds
        \return
        .size   \name, . - \name
.endm

        entry   interrupt_gate_entry, iretl
        entry   call_gate_entry, lretl

        .globl  run_at_level_3
        .type   run_at_level_3, @function
run_at_level_3:
        movl    4(%esp), %eax
        pushfl
        pushal
        movl    %esp, level_0_stack
        movl    %esp, task_state + TSS_ESP0
        movl    $DATA3, %edx
        movw    %dx, %ds
        movw    %dx, %es
        pushl   %edx                    /* SS, ESP, EFLAGS, CS, EIP for IRET */
        pushl   $level_3_stack_top
        pushfl
        pushl   $CODE3
        pushl   %eax
        iretl
        .size   run_at_level_3, . - run_at_level_3

        .globl  leave_gate_entry
        .type   leave_gate_entry, @function
leave_gate_entry:
        movl    $DATA0, %edx
        movw    %dx, %ds
        movw    %dx, %es
        movl    level_0_stack, %esp
        popal
        popfl
        ret
        .size   leave_gate_entry, . - leave_gate_entry

        .section .bss
        .balign 16
        .skip   STACK_BYTES
level_3_stack_top:
level_0_stack:
        .skip   4
        .section .note.GNU-stack, "", @progbits
