/* Into real mode and back. The code between real_mode_start and real_mode_end is copied to REAL_CODE, where
 * it runs as segment REAL_SEGMENT: enter_real_mode() comes to real_entry through a 16-bit segment of
 * protected mode, loads the state `in` (copied below it, low words of EIP, EFLAGS and ESP), and every vector
 * of the real-mode table leads to a stub here, which notes what it finds and goes back to protected mode. */
#define CODE0 0x08
#define DATA0 0x10
#define CODE16 0xF0 /* REAL_CODE, 64 KiB, set up by real.c */
#define DATA16 0xF8 /* base 0, 64 KiB */
#define REAL_SEGMENT 0x0800
#define CR0_PE 1
#define SPARE_STACK 0x800
#define REAL_STUBS 256

        .section .text
        .altmacro
        .code32
        .globl  enter_real_mode
enter_real_mode:
        pushal
        movl    %esp, saved_esp
        movw    $DATA16, %ax
        ljmpl   $CODE16, $(real_entry - real_mode_start)

        .globl  real_mode_start, real_mode_end, real_first_stub
        .code16
        .balign 16
real_mode_start:
/* The state to load, then the state found; the order of struct start_state and of real_result in real.c. */
st_eax: .long   0
st_ecx: .long   0
st_edx: .long   0
st_ebx: .long   0
st_esp: .long   0
st_ebp: .long   0
st_esi: .long   0
st_edi: .long   0
st_es:  .long   0
st_cs:  .long   0
st_ss:  .long   0
st_ds:  .long   0
st_fs:  .long   0
st_gs:  .long   0
st_eip: .long   0
st_eflags:
        .long   0
st_vector:
        .long   0
st_low_idt: /* 256 vectors at 0 */
        .word   0x3FF
        .long   0

#define AT(label) (label - real_mode_start)

real_entry:
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %fs
        movw    %ax, %gs
        movw    %ax, %ss
        movl    %cr0, %eax
        andb    $~CR0_PE, %al
        movl    %eax, %cr0
        ljmpw   $REAL_SEGMENT, $AT(1f)
1:      lidtl   %cs:AT(st_low_idt)
        movw    %cs:AT(st_ss), %ss
        movl    %cs:AT(st_esp), %esp
        pushw   %cs:AT(st_eflags)
        pushw   %cs:AT(st_cs)
        pushw   %cs:AT(st_eip)
        movl    %cs:AT(st_eax), %eax
        movl    %cs:AT(st_ecx), %ecx
        movl    %cs:AT(st_edx), %edx
        movl    %cs:AT(st_ebx), %ebx
        movl    %cs:AT(st_ebp), %ebp
        movl    %cs:AT(st_esi), %esi
        movl    %cs:AT(st_edi), %edi
        movw    %cs:AT(st_es), %es
        movw    %cs:AT(st_fs), %fs
        movw    %cs:AT(st_gs), %gs
        movw    %cs:AT(st_ds), %ds
        iretw

.macro real_stub vector
        .balign 16
        movb    $\vector, %cs:AT(st_vector)
        jmp     real_common
.endm

real_first_stub:
        .set    number, 0
        .rept   REAL_STUBS
        real_stub %number
        .set    number, number + 1
        .endr

real_common:
        movl    %eax, %cs:AT(st_eax)
        movl    %ecx, %cs:AT(st_ecx)
        movl    %edx, %cs:AT(st_edx)
        movl    %ebx, %cs:AT(st_ebx)
        movl    %esp, %cs:AT(st_esp)
        movl    %ebp, %cs:AT(st_ebp)
        movl    %esi, %cs:AT(st_esi)
        movl    %edi, %cs:AT(st_edi)
        movw    %es, %cs:AT(st_es)
        movw    %ss, %cs:AT(st_ss)
        movw    %ds, %cs:AT(st_ds)
        movw    %fs, %cs:AT(st_fs)
        movw    %gs, %cs:AT(st_gs)
        movw    $SPARE_STACK, %sp /* the rule's may have no room */
        pushfl
        popl    %eax
        movl    %eax, %cs:AT(st_eflags)
        movl    %cr0, %eax
        orb     $CR0_PE, %al
        movl    %eax, %cr0
        ljmpl   $CODE0, $real_return
real_mode_end:

        .code32
real_return:
        movw    $DATA0, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movl    saved_esp, %esp
        xorl    %eax, %eax
        movw    %ax, %fs
        movw    %ax, %gs
        pushl   %eax
        popfl
        popal
        ret

        .section .bss
        .balign 4
saved_esp:
        .skip   4
        .section .note.GNU-stack, "", @progbits
