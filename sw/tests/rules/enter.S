/* Into a snippet and back. enter_snippet() loads the state `in` and leaves by IRET; whatever interrupt or
 * exception then comes is recorded in `event`, and enter_snippet() returns. Layouts: machine.h. */
#define CODE0 0x08
#define DATA0 0x10
#define FLAG_VM 0x20000
#define CR0_PG 0x80000000
#define LEAVE 0x81
#define STACK_WORDS 24
#define SAVED_WORDS 14 /* GS, FS, ES, DS, PUSHAD, EFLAGS, vector */

        .section .text
        .altmacro
        .globl  enter_snippet
        .type   enter_snippet, @function
enter_snippet:
        pushal
        movl    %esp, harness_esp
        movl    $1, inside
        testl   $FLAG_VM, in_eflags
        jnz     v86
        testl   $3, in_cs
        jz      same_level
        jmp     outer_level
v86:    pushl   in_gs
        pushl   in_fs
        pushl   in_ds
        pushl   in_es
outer_level:
        pushl   in_ss
        pushl   in_esp
        jmp     2f
same_level:
        movw    in_ss, %ss
        movl    in_esp, %esp
2:      pushl   in_eflags
        pushl   in_cs
        pushl   in_eip
        movl    in_eax, %eax
        movl    in_ecx, %ecx
        movl    in_edx, %edx
        movl    in_ebx, %ebx
        movl    in_ebp, %ebp
        movl    in_esi, %esi
        movl    in_edi, %edi
        testl   $FLAG_VM, in_eflags
        jnz     3f
        movw    in_es, %es
        movw    in_fs, %fs
        movw    in_gs, %gs
        movw    in_ds, %ds
3:      iretl
        .size   enter_snippet, . - enter_snippet

.macro stub vector
event_stub_\vector:
        pushl   $\vector
        jmp     event_common
.endm

        .set    number, 0
        .rept   256
        stub    %number
        .set    number, number + 1
        .endr

/* The stack holds the vector and what the CPU pushed. SS may be any stack segment, DS anything at all. */
event_common:
        pushfl
        pushal
        pushl   %ds
        pushl   %es
        pushl   %fs
        pushl   %gs
        movw    %cs, %ax
        testb   $3, %al
        movw    $DATA0, %ax
        jz      1f
        movw    $0x43, %ax /* DATA3: the harness's data at any level */
1:      movw    %ax, %ds
        movw    %ax, %es
        cld
        cmpl    $0, inside
        je      outside
        /* ESI: the top of the stack, with 16 bits if it is a 16-bit stack; ECX: how many words to record. */
        movl    %esp, %esi
        movl    $(SAVED_WORDS + STACK_WORDS), %ecx
        movw    %ss, %bx
        movzwl  %bx, %ebx
        cmpl    $0, with_tasks
        je      2f /* flat code: 32 bits, no end */
        larl    %ebx, %eax
        btl     $22, %eax
        jc      6f
        movzwl  %si, %esi
6:      btl     $10, %eax
        jc      2f /* expands down */
        lsll    %ebx, %edx
        subl    %esi, %edx
        incl    %edx
        jle     2f /* a limit of 2 GiB and more */
        shrl    $2, %edx
        cmpl    %edx, %ecx
        jbe     2f
        movl    %edx, %ecx
2:      cmpl    $LEAVE, %ss:(SAVED_WORDS - 1) * 4(%esi)
        je      leave_snippet
        movl    %ebx, event_ss
        leal    SAVED_WORDS * 4(%esi), %eax
        movl    %eax, event_esp
        movl    $event, %edi
3:      movl    %ss:(%esi), %eax
        stosl
        addl    $4, %esi
        loop    3b
        movw    %cs, %ax
        movzwl  %ax, %eax
        movl    %eax, event_cs
        testb   $3, %al
        jnz     4f
        movl    %cr0, %eax
        movl    %eax, event_cr0
        movl    %cr2, %eax
        movl    %eax, event_cr2
        cmpl    $0, with_tasks
        je      leave_snippet
        strw    event_tr
        sldtw   event_ldtr
        jmp     leave_snippet
4:      int     $LEAVE

leave_snippet:
        movl    %cr0, %eax
        testl   $CR0_PG, %eax
        jz      5f
        andl    $~CR0_PG, %eax
        movl    %eax, %cr0
        jmp     5f
5:      movw    $DATA0, %ax
        movw    %ax, %ss
        movl    harness_esp, %esp
        xorl    %eax, %eax
        movw    %ax, %fs
        movw    %ax, %gs
        movl    %eax, inside
        pushl   %eax
        popfl
        popal
        ret

/* An exception of the harness itself: a bug here, or of the engine. */
outside:
        movl    %esp, %eax
        pushl   %eax
        call    report_harness_exception
        hlt

.macro stub_address vector
        .long   event_stub_\vector
.endm

        .section .rodata
        .balign 4
        .globl  event_stub_addresses
event_stub_addresses:
        .set    number, 0
        .rept   256
        stub_address %number
        .set    number, number + 1
        .endr

        .section .bss
        .balign 16
harness_esp:
        .skip   4
inside: .skip   4
        .globl  in, event
in:
in_eax: .skip   4
in_ecx: .skip   4
in_edx: .skip   4
in_ebx: .skip   4
in_esp: .skip   4
in_ebp: .skip   4
in_esi: .skip   4
in_edi: .skip   4
in_es:  .skip   4
in_cs:  .skip   4
in_ss:  .skip   4
in_ds:  .skip   4
in_fs:  .skip   4
in_gs:  .skip   4
in_eip: .skip   4
in_eflags:
        .skip   4
event:  .skip   (SAVED_WORDS + STACK_WORDS) * 4
event_cs:
        .skip   4
event_ss:
        .skip   4
event_esp:
        .skip   4
event_cr0:
        .skip   4
event_cr2:
        .skip   4
event_tr:
        .skip   4
event_ldtr:
        .skip   4
        .section .note.GNU-stack, "", @progbits
