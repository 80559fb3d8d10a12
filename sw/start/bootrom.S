/* The boot ROM: from the reset vector FFFF:FFF0 to the guest, in real mode all the way or through a far
 * jump into 32-bit protected mode. 64 KiB, mapped to end at 4 GiB and at 1 MiB; offsets below are those
 * within the ROM, which are also offsets in segment F000. What to start stands in the parameter block
 * (sw/include/boot_parameters.h). Not a BIOS: it offers no INT services. */
#include "models/machine/memory_map.h"
#include "sw/include/boot_parameters.h"
#include "sw/include/post_codes.h"

#define ROM_SEGMENT 0xF000
#define ROM_BASE 0xF0000 /* the low copy */
#if ROM_BASE != STRATA_ROM_LOW_END - STRATA_ROM_SIZE
#error "the low copy of the ROM has to be segment F000"
#endif

#define CR0_PE 1
#define CODE_SELECTOR 0x08
#define DATA_SELECTOR 0x10
#define LINUX_CODE_SELECTOR 0x10 /* __BOOT_CS and __BOOT_DS of the boot protocol */
#define LINUX_DATA_SELECTOR 0x18
#define MULTIBOOT_BOOTLOADER_MAGIC 0x2BADB002
#define FIRST_HARD_DISK 0x80

.macro post code
        movb    $\code, %al
        outb    %al, $STRATA_POST_PORT
.endm

        .section .text
        .code16
        .globl  rom_start
rom_start:
        cli
        cld
        post    POST_RESET

        /* DS = CS for the ROM's own data; a stack right below the boot sector. */
        movw    %cs, %ax
        movw    %ax, %ds
        xorw    %ax, %ax
        movw    %ax, %es
        movw    %ax, %ss
        movw    $STRATA_BOOT_SECTOR_BASE, %sp
        post    POST_REAL_MODE

        cmpl    $BOOT_PARAMETERS_MAGIC, parameters + BOOT_PARAMETERS_FIELD_MAGIC
        jne     no_guest
        movl    parameters + BOOT_PARAMETERS_FIELD_MODE, %eax
        cmpl    $BOOT_MODE_MULTIBOOT, %eax
        je      start_multiboot
        cmpl    $BOOT_MODE_BOOT_SECTOR, %eax
        je      start_boot_sector
        cmpl    $BOOT_MODE_LINUX, %eax
        je      start_linux

no_guest:
        post    POST_NO_GUEST
        movw    $no_guest_message, %si
        movb    $BOOT_STATUS_NO_GUEST, %bl
        jmp     give_up

/* --- Multiboot: the switch to protected mode (Intel SDM volume 3A, 9.9.1) --- */
        .globl  start_multiboot
start_multiboot:
        post    POST_MULTIBOOT
        lgdtl   gdt_pointer
        movl    %cr0, %eax
        orb     $CR0_PE, %al
        movl    %eax, %cr0
        /* The far jump loads CS with a 32-bit descriptor and empties the prefetch queue. */
        ljmpl   $CODE_SELECTOR, $(ROM_BASE + protected_mode)

        .code32
        .globl  protected_mode
protected_mode:
        post    POST_PROTECTED_MODE
        movw    $DATA_SELECTOR, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %fs
        movw    %ax, %gs
        movw    %ax, %ss
        post    POST_ENTER_GUEST
        movl    ROM_BASE + parameters + BOOT_PARAMETERS_FIELD_ENTRY, %ecx
        movl    ROM_BASE + parameters + BOOT_PARAMETERS_FIELD_INFORMATION, %ebx
        movl    $MULTIBOOT_BOOTLOADER_MAGIC, %eax
        jmp     *%ecx

/* --- Boot sector: the loader has put it at 0:7C00 --- */
        .code16
        .globl  start_boot_sector
start_boot_sector:
        post    POST_BOOT_SECTOR
        /* Every real-mode vector (offset, then segment) leads to the report of an unhandled interrupt. */
        xorw    %di, %di
        movl    $((ROM_SEGMENT << 16) + unhandled_interrupt), %eax
        movw    $256, %cx
        rep stosl
        post    POST_VECTORS_SET
        xorw    %ax, %ax
        movw    %ax, %ds
        movb    $FIRST_HARD_DISK, %dl
        ljmpw   $0, $STRATA_BOOT_SECTOR_BASE

        .globl  unhandled_interrupt
unhandled_interrupt:
        post    POST_NO_INTERRUPT
        movw    %cs, %ax
        movw    %ax, %ds
        movw    $no_interrupt_message, %si
        movb    $BOOT_STATUS_NO_INTERRUPT, %bl

/* Writes the message at DS:SI to the debug console and ends the run with status BL. */
give_up:
        cld
1:      lodsb
        testb   %al, %al
        jz      2f
        outb    %al, $STRATA_DEBUG_CONSOLE_PORT
        jmp     1b
2:      movb    %bl, %al
        outb    %al, $STRATA_EXIT_PORT
3:      cli
        hlt
        jmp     3b

/* --- Linux: the same switch with the selectors that its 32-bit boot protocol asks for --- */
        .globl  start_linux
start_linux:
        post    POST_LINUX
        lgdtl   linux_gdt_pointer
        movl    %cr0, %eax
        orb     $CR0_PE, %al
        movl    %eax, %cr0
        ljmpl   $LINUX_CODE_SELECTOR, $(ROM_BASE + linux_protected_mode)

        .code32
        .globl  linux_protected_mode
linux_protected_mode:
        movw    $LINUX_DATA_SELECTOR, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %fs
        movw    %ax, %gs
        movw    %ax, %ss
        post    POST_ENTER_GUEST
        movl    ROM_BASE + parameters + BOOT_PARAMETERS_FIELD_ENTRY, %ecx
        movl    ROM_BASE + parameters + BOOT_PARAMETERS_FIELD_INFORMATION, %esi
        xorl    %ebx, %ebx
        xorl    %ebp, %ebp
        xorl    %edi, %edi
        jmp     *%ecx
        .code16

no_guest_message:
        .asciz  "boot ROM: the parameter block names no guest to start\n"
no_interrupt_message:
        .asciz  "boot ROM: interrupt without a handler; there are no BIOS services\n"

        /* Flat segments, present, ring 0. "Accessed" is set: the CPU must not want to write to a ROM. */
        .balign 8
gdt:    .quad   0
        .quad   0x00CF9B000000FFFF /* 08: code, execute/read, 32-bit, base 0, limit 4 GiB */
        .quad   0x00CF93000000FFFF /* 10: data, read/write, 32-bit, base 0, limit 4 GiB */
gdt_end:
gdt_pointer:
        .word   gdt_end - gdt - 1
        .long   ROM_BASE + gdt

        .balign 8
linux_gdt:
        .quad   0, 0
        .quad   0x00CF9B000000FFFF /* 10: code, as above */
        .quad   0x00CF93000000FFFF /* 18: data, as above */
linux_gdt_end:
linux_gdt_pointer:
        .word   linux_gdt_end - linux_gdt - 1
        .long   ROM_BASE + linux_gdt

        .org    BOOT_PARAMETERS_OFFSET, 0xFF
        .globl  parameters
parameters:
        .long   BOOT_PARAMETERS_MAGIC
        .long   BOOT_MODE_NONE
        .long   0
        .long   0

        /* FFFFFFF0: out of reset CS has base FFFF0000; the first far jump leaves for the low copy. */
        .org    0xFFF0, 0xFF
        .globl  reset_vector
reset_vector:
        ljmpw   $ROM_SEGMENT, $rom_start
        .org    STRATA_ROM_SIZE, 0xFF
