/* 16 bits: a boot sector that adds up the bytes of 32 KiB in segments of real mode, again and again, and compares with
 * what it knows: bytes 0 to 255, 128 times over, make 128 * 32640 = 0x3FC000. Ends the run with status 0 or 1. */
#include "models/machine/memory_map.h"

#define SEGMENT 0x2000
#define BYTES 0x8000
#ifndef ROUNDS
#define ROUNDS 20
#endif
#define SECTOR_BYTES 512

        .section .text
        .code16
        .globl  boot_sector
boot_sector:
        cli
        cld
        movw    $SEGMENT, %ax
        movw    %ax, %ds
        movw    %ax, %es

        /* 0, 1, 2, ... */
        xorw    %di, %di
        xorb    %al, %al
        movw    $BYTES, %cx
1:      stosb
        incb    %al
        loop    1b

        movw    $ROUNDS, %bp
2:      xorw    %si, %si
        xorw    %bx, %bx
        xorw    %dx, %dx
        movw    $BYTES, %cx
3:      lodsb
        xorb    %ah, %ah
        addw    %ax, %bx
        adcw    $0, %dx
        decw    %cx
        jnz     3b
        cmpw    $0x003F, %dx
        jne     4f
        cmpw    $0xC000, %bx
        jne     4f
        decw    %bp
        jnz     2b

        xorb    %al, %al
        jmp     5f
4:      movb    $1, %al
5:      outb    %al, $STRATA_EXIT_PORT
6:      hlt
        jmp     6b

        /* What makes a sector a boot sector. */
        .org    SECTOR_BYTES - 2
        .byte   0x55, 0xAA
