/* A boot sector that writes to the screen as programs of real mode do: INT 10h, AH = 0Eh, a character at a
 * time. There is no BIOS here, so the service is its own: a handler behind vector 10h that puts the character
 * into text memory. Between the lines it asks for the flags and gives them back.
 * `strata run --sensitive` shows what a monitor has to do for it, `--patch` the INT 10h replaced by PUSHF and
 * a CALL of the handler. */
#include "models/machine/memory_map.h"

#define TEXT_SEGMENT (STRATA_VGA_TEXT_BASE >> 4)
#define WHITE_ON_BLUE 0x1F
#define SECTOR_BYTES 512
#define TELETYPE 0x0E
#define SERVICE 0x10
#define STACK_TOP 0x7C00
#define LINES 100

        .section .text
        .code16
        .globl  boot_sector
boot_sector:
        cli
        xorw    %ax, %ax
        movw    %ax, %ds
        movw    %ax, %ss
        movw    $STACK_TOP, %sp
        movw    $service, SERVICE * 4
        movw    %ax, SERVICE * 4 + 2
        movw    %ax, place
        cld

        /* A screen of blanks. */
        movw    $TEXT_SEGMENT, %ax
        movw    %ax, %es
        xorw    %di, %di
        movw    $((WHITE_ON_BLUE << 8) | ' '), %ax
        movw    $(80 * 25), %cx
        rep stosw

        movw    $LINES, %cx
next_line:
        pushfw
        cli
        movw    $0, place
        popfw
        movw    $message, %si
        movw    %si, last
next_character:
        lodsb
        testb   %al, %al
        jz      line_done
        movb    $TELETYPE, %ah
        int     $SERVICE
        movw    %si, last /* three bytes and more: room behind the INT */
        jmp     next_character
line_done:
        loop    next_line

        xorb    %al, %al
        outb    %al, $STRATA_EXIT_PORT
1:      hlt
        jmp     1b

/* INT 10h, AH = 0Eh: the character in AL. */
service:
        pushw   %di
        movb    $WHITE_ON_BLUE, %ah
        movw    place, %di
        stosw
        movw    %di, place
        popw    %di
        iretw

message:
        .asciz  "INT 10h, a character at a time."
        .balign 2
place:  .word   0
last:   .word   0

        /* What makes a sector a boot sector. */
        .org    SECTOR_BYTES - 2
        .byte   0x55, 0xAA
