/* A boot sector of the program's own: makes each call of port ABBA that stands for accesses of a
 * device so many times over, so that a run of another guest can be told what they would have cost it
 * on the same engine (platform/call_measurement.h). Real mode, at 0:7C00; its disk is the image it
 * is in, of which it writes and reads the second sector. */
#include "models/machine/memory_map.h"

#define CALLS 64
#define FRAMES 8
#define SECTOR_BYTES 512
#define BUFFER 0x8000
#define LINE_BYTES 40
#define ARGUMENT(n) %es:4 * STRATA_PV_WORD_ARGUMENT + 4 * n
#define STATUS %es:4 * STRATA_PV_WORD_STATUS

        .section .text
        .code16
        .globl  boot_sector
boot_sector:
        cld
        movw    $(STRATA_PV_PAGE >> 4), %ax
        movw    %ax, %es

        /* A sector: LBA 1. */
        movl    $1, ARGUMENT(0)
        movl    $0, ARGUMENT(1)
        movl    $BUFFER, ARGUMENT(2)
        movl    $0, ARGUMENT(3)
        movl    $STRATA_PV_CALL_DISK_WRITE, %eax
        movw    $CALLS, %cx
        call    make_calls
        movl    $STRATA_PV_CALL_DISK_READ, %eax
        movw    $CALLS, %cx
        call    make_calls

        /* A line of text, then a frame: both from the buffer. */
        movl    $BUFFER, ARGUMENT(0)
        movl    $LINE_BYTES, ARGUMENT(1)
        movl    $STRATA_PV_CALL_TEXT, %eax
        movw    $CALLS, %cx
        call    make_calls
        movl    $STRATA_PV_CALL_FRAME, %eax
        movw    $FRAMES, %cx
        call    make_calls

        /* A character: 'A', the first cell. */
        movl    $'A', ARGUMENT(0)
        movl    $7, ARGUMENT(1)
        movl    $0, ARGUMENT(2)
        movl    $STRATA_PV_CALL_CHARACTER, %eax
        movw    $CALLS, %cx
        call    make_calls

        xorb    %al, %al
        outb    %al, $STRATA_EXIT_PORT
1:      hlt
        jmp     1b

/* Call EAX, CX times; a call that fails ends the run with its error. */
make_calls:
        movw    $STRATA_PV_PORT, %dx
1:      movl    $STRATA_PV_PENDING, STATUS
        outl    %eax, %dx
2:      movl    STATUS, %ebx
        cmpl    $STRATA_PV_PENDING, %ebx
        je      2b
        testl   %ebx, %ebx
        jnz     3f
        loop    1b
        ret
3:      movb    %bl, %al
        outb    %al, $STRATA_EXIT_PORT
4:      hlt
        jmp     4b

        /* What makes a sector a boot sector. */
        .org    SECTOR_BYTES - 2
        .byte   0x55, 0xAA
