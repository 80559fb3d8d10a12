/* A boot sector: real mode from beginning to end, at 0:7C00. Writes to the screen, the debug console and the
 * exit port without any help from the kit. */
#include "models/machine/memory_map.h"

#define TEXT_SEGMENT (STRATA_VGA_TEXT_BASE >> 4)
#define WHITE_ON_BLUE 0x1F
#define SECTOR_BYTES 512

        .section .text
        .code16
        .globl  boot_sector
boot_sector:
        cld
        xorw    %ax, %ax
        movw    %ax, %ds
        movw    $TEXT_SEGMENT, %ax
        movw    %ax, %es

        /* A blank screen: 80 x 25 cells of blank and attribute. */
        xorw    %di, %di
        movw    $((WHITE_ON_BLUE << 8) | ' '), %ax
        movw    $(80 * 25), %cx
        rep stosw

        /* The message, character by character, to the middle of the screen and the debug console. */
        movw    $((12 * 80 + 22) * 2), %di
        movw    $message, %si
        movb    $WHITE_ON_BLUE, %ah
1:      lodsb
        testb   %al, %al
        jz      2f
        stosw
        outb    %al, $STRATA_DEBUG_CONSOLE_PORT
        jmp     1b

2:      movb    $'\n', %al
        outb    %al, $STRATA_DEBUG_CONSOLE_PORT
        xorb    %al, %al
        outb    %al, $STRATA_EXIT_PORT
3:      hlt
        jmp     3b

message:
        .asciz  "Hello from 16 bits at 0000:7C00 (strata86)"

        /* What makes a sector a boot sector. */
        .org    SECTOR_BYTES - 2
        .byte   0x55, 0xAA
