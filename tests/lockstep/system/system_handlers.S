# Handlers of a random system program: 32-bit code of level 0 in the segment at SYSTEM_ROM32. What they
# do is asked of the device, so that every run of a handler may end differently. Position-independent;
# the table in front gives the entries' offsets (system_program.cpp has their order).
#include "tests/lockstep/system/system_map.h"

    .section .note.GNU-stack, "", @progbits
    .section .rodata
    .code32
    .globl strata_system_handlers
    .globl strata_system_handlers_end
strata_system_handlers:
    .long fault_plain - strata_system_handlers
    .long fault_error - strata_system_handlers
    .long page_fault - strata_system_handlers
    .long debug - strata_system_handlers
    .long interrupt32 - strata_system_handlers
    .long interrupt16 - strata_system_handlers
    .long plan - strata_system_handlers
    .long outer32 - strata_system_handlers
    .long task - strata_system_handlers
    .long double_fault - strata_system_handlers

# Exceptions without and with error code. A fault of the code here is not worth another try.
fault_plain:
    push $0
fault_error:
    push %eax
    cmpl $SYSTEM_HANDLERS_END, 8(%esp)  # EIP
    jb plan
choose:
    in $SYSTEM_PORT_CHOICE, %eax
    cmp $SYSTEM_CHOICE_NUDGE, %eax
    jb plan
    jne leave
    in $SYSTEM_PORT_NUDGE, %eax
    add %eax, 8(%esp)
leave:
    pop %eax
    add $4, %esp
    iretl

# #PF: asks for another page table entry, or is like the others.
page_fault:
    push %eax
    in $SYSTEM_PORT_CHOICE, %eax
    cmp $SYSTEM_CHOICE_MEND, %eax
    jne choose
    push %ebx
    push %ds
    mov $SYSTEM_FLAT_SELECTOR, %eax
    mov %eax, %ds
    mov %cr2, %eax
    out %eax, $SYSTEM_PORT_FAULT
    call change_page
    pop %ds
    pop %ebx
    jmp leave

# #DB: sometimes ends single stepping, always lets the instruction go on.
debug:
    push $0
    push %eax
    mov %dr6, %eax
    xor %eax, %eax
    mov %eax, %dr6
    in $SYSTEM_PORT_CHOICE, %eax
    orl $0x10000, 16(%esp)  # EFLAGS.RF
    test %eax, %eax
    jnz leave
    mov %eax, %dr7
    andl $~0x100, 16(%esp)  # TF
    jmp leave

# Interrupts through 32-bit and 16-bit gates.
interrupt32:
    push %eax
    in $SYSTEM_PORT_CHOICE, %eax
    test %eax, %eax
    pop %eax
    jz plan
    iretl
interrupt16:
    push %eax
    in $SYSTEM_PORT_CHOICE, %eax
    test %eax, %eax
    pop %eax
    jz plan
    iretw

# Interrupts to a level that may not read ports; NMIs, which may come in the middle of change_page.
outer32:
    iretl

# A task that a gate switches to: returns to the interrupted one, which on its next turn goes on here.
task:
    in $SYSTEM_PORT_CHOICE, %eax
    test %eax, %eax
    jz plan
    iretl
    jmp task

# #DF, in a task of its own: makes it available for the next one.
double_fault:
    call free_tasks
# Goes on somewhere else, at any level.
plan:
    mov $SYSTEM_FLAT_SELECTOR, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov $SYSTEM_STACK_TOP, %esp
    push $2
    popfl  # not NT
    in $SYSTEM_PORT_STEPS, %eax
    test %eax, %eax
    jz 4f
    mov %eax, %esi
    test $SYSTEM_STEP_TASKS, %esi
    jz 1f
    call free_tasks
1:  test $SYSTEM_STEP_PAGE, %esi
    jz 2f
    call change_page
2:  test $SYSTEM_STEP_DEBUG, %esi
    jz 3f
    call set_debug
3:  test $SYSTEM_STEP_CR0, %esi
    jz 4f
    in $SYSTEM_PORT_CR0, %eax
    mov %eax, %cr0
4:  in $SYSTEM_PORT_PLAN, %eax
    mov %eax, %edi
    pushl SYSTEM_PLAN_V86_GS(%edi)
    pushl SYSTEM_PLAN_V86_FS(%edi)
    pushl SYSTEM_PLAN_V86_DS(%edi)
    pushl SYSTEM_PLAN_V86_ES(%edi)
    pushl SYSTEM_PLAN_SS(%edi)
    pushl SYSTEM_PLAN_ESP(%edi)
    pushl SYSTEM_PLAN_EFLAGS(%edi)
    pushl SYSTEM_PLAN_CS(%edi)
    in $SYSTEM_PORT_PLACE, %eax
    push %eax
    in $SYSTEM_PORT_VALUE, %eax
    mov SYSTEM_PLAN_ECX(%edi), %ecx
    mov SYSTEM_PLAN_ESI(%edi), %esi
    mov SYSTEM_PLAN_EBP(%edi), %ebp
    mov SYSTEM_PLAN_ES(%edi), %es
    mov SYSTEM_PLAN_FS(%edi), %fs
    mov SYSTEM_PLAN_GS(%edi), %gs
    lds SYSTEM_PLAN_EBX(%edi), %ebx
    iretl

# Makes every task available again, takes another one and another LDT.
free_tasks:
    mov $(SYSTEM_GDT + 8 * SYSTEM_FIRST_TSS + 5), %ebx
.set task_number, 0
.rept SYSTEM_TSS_COUNT
    andb $0xFD, 8 * task_number(%ebx)
.set task_number, task_number + 1
.endr
    in $SYSTEM_PORT_TASK, %eax
    ltr %ax
    in $SYSTEM_PORT_LDT, %eax
    lldt %ax
    ret

# Changes a page table entry and flushes what may be cached of it.
change_page:
    in $SYSTEM_PORT_ENTRY, %eax
    mov %eax, %ebx
    in $SYSTEM_PORT_ENTRY_VALUE, %eax
    mov %eax, (%ebx)
    in $SYSTEM_PORT_FLUSH, %eax
    cmp $SYSTEM_FLUSH_CR3, %eax
    je 1f
    ja 2f
    in $SYSTEM_PORT_LINEAR, %eax
    invlpg (%eax)
    ret
1:  mov %cr3, %eax
    mov %eax, %cr3
    ret
2:  mov %cr4, %eax
    xor $0x80, %al  # PGE
    mov %eax, %cr4
    xor $0x80, %al
    mov %eax, %cr4
    ret

# Two breakpoints anywhere.
set_debug:
    in $SYSTEM_PORT_PLACE, %eax
    add $SYSTEM_ROM32, %eax
    mov %eax, %dr0
    in $SYSTEM_PORT_VALUE, %eax
    mov %eax, %dr1
    in $SYSTEM_PORT_DR7, %eax
    mov %eax, %dr7
    ret
strata_system_handlers_end:
