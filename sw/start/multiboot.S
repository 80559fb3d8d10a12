/* Start of a multiboot guest: the header, a GDT and a stack of its own, then start() in C. The loader has
 * switched to flat 32-bit protected mode with interrupts disabled, but where its GDT lies is unknown
 * (Multiboot 0.6.96, 3.2), so segment registers may not be loaded before LGDT. */
#include "models/machine/memory_map.h"
#include "sw/include/multiboot.h"
#include "sw/include/post_codes.h"

#define CODE_SELECTOR 0x08
#define DATA_SELECTOR 0x10
#define STACK_BYTES 16384

        .section .multiboot, "a"
        .balign 4
        .long   MULTIBOOT_HEADER_MAGIC
        .long   MULTIBOOT_HEADER_FLAGS
        .long   -(MULTIBOOT_HEADER_MAGIC + MULTIBOOT_HEADER_FLAGS)

        .section .text
        .globl  guest_entry
        .type   guest_entry, @function
guest_entry:
        lgdtl   gdt_pointer
        ljmpl   $CODE_SELECTOR, $1f
1:      movw    $DATA_SELECTOR, %cx
        movw    %cx, %ds
        movw    %cx, %es
        movw    %cx, %fs
        movw    %cx, %gs
        movw    %cx, %ss
        movl    $stack_top, %esp

        /* start(magic, info): EAX and EBX as the loader left them. */
        pushl   %ebx
        pushl   %eax
        movb    $POST_START, %al
        outb    %al, $STRATA_POST_PORT
        call    start
        hlt
        .size   guest_entry, . - guest_entry

        .section .rodata
        .balign 8
gdt:    .quad   0
        .quad   0x00CF9B000000FFFF /* 08: code, execute/read, 32-bit, base 0, limit 4 GiB */
        .quad   0x00CF93000000FFFF /* 10: data, read/write, 32-bit, base 0, limit 4 GiB */
gdt_end:
gdt_pointer:
        .word   gdt_end - gdt - 1
        .long   gdt

        .section .bss
        .balign 16
        .skip   STACK_BYTES
stack_top:
        .section .note.GNU-stack, "", @progbits
