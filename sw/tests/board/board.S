/* Resets of the machine and the A20 gate, tested from inside by a boot sector. RAM outlives a reset: a word
 * there says which start this is. The first asks for a reset by port 92, the second ends in a triple fault
 * with A20 closed, and the third leaves with status 0 (strata run --on-shutdown reset). Any other status is the number of what failed. */
#include "models/machine/memory_map.h"

#define STARTS 0x600 /* in RAM that nobody else uses */
#define NOT_REACHED 0x604
#define CELL 0x500      /* a word in the first 64 KiB, */
#define HIGH_CELL 0x510 /* in segment FFFF the word 1 MiB behind it */
#define CODE 0x520
#define HIGH_CODE 0x530
#define HIGH_SEGMENT 0xFFFF

#define A20 0x02
#define RESET 0x01
#define CMOS_BYTE 0x70
#define CMOS_VALUE 0xA5
#define CMOS_B 0x0B
#define ALARM_24_HOURS 0x22
#define KEYBOARD_COMMAND STRATA_KEYBOARD_COMMAND_PORT /* reads the status */
#define KEYBOARD_A20_OFF 0xDD
#define KEYBOARD_BUSY 0x02
#define SCRATCH (STRATA_UART_PORT + 7)

/* Leaves with `number` unless the flags say equal. */
.macro expect number
        movb    $\number, %cl
        jne     leave
.endm

.macro a20 bits
        movb    $\bits, %al
        outb    %al, $STRATA_SYSTEM_A_PORT
.endm

.macro cmos index
        movb    $\index, %al
        outb    %al, $STRATA_RTC_PORT
.endm

        .section .text
        .code16
        .globl  _start
_start: cli
        xorw    %ax, %ax
        movw    %ax, %ds
        movw    %ax, %ss
        movw    $STRATA_BOOT_SECTOR_BASE, %sp
        movw    $HIGH_SEGMENT, %ax
        movw    %ax, %es

        /* What a reset leaves is the same at every start. */
        inb     $STRATA_SYSTEM_A_PORT, %al
        cmpb    $STRATA_SYSTEM_A_AT_RESET, %al
        expect  1
        movw    $SCRATCH, %dx
        inb     %dx, %al
        testb   %al, %al
        expect  2
        incw    STARTS
        cmpw    $2, STARTS
        je      second
        ja      third

        movb    $0x5A, %al
        outb    %al, %dx
        cmos    CMOS_BYTE
        movb    $CMOS_VALUE, %al
        outb    %al, $STRATA_RTC_PORT + 1
        cmos    CMOS_B
        movb    $ALARM_24_HOURS, %al
        outb    %al, $STRATA_RTC_PORT + 1
        a20     (RESET | A20)
        incw    NOT_REACHED

second: cmpw    $0, NOT_REACHED
        expect  3
        cmos    CMOS_BYTE
        inb     $STRATA_RTC_PORT + 1, %al
        cmpb    $CMOS_VALUE, %al
        expect  4
        cmos    CMOS_B
        inb     $STRATA_RTC_PORT + 1, %al
        testb   $0x20, %al
        expect  5

        /* From here on port 92 alone says whether A20 is open. */
        a20     A20
        movb    $KEYBOARD_A20_OFF, %al
        outb    %al, $KEYBOARD_COMMAND
1:      inb     $KEYBOARD_COMMAND, %al
        testb   $KEYBOARD_BUSY, %al
        jnz     1b

        /* Data, in the instruction behind OUT; both MiB keep what they have. */
        movw    $0x1111, CELL
        movw    $0x2222, %es:HIGH_CELL
        cmpw    $0x1111, CELL
        expect  10
        a20     0
        movw    %es:HIGH_CELL, %ax
        cmpw    $0x1111, %ax
        expect  11
        movw    $0x3333, %es:HIGH_CELL
        cmpw    $0x3333, CELL
        expect  12
        a20     A20
        movw    %es:HIGH_CELL, %ax
        cmpw    $0x2222, %ax
        expect  13

        /* Over the end of the first MiB: the ROM's last word and what is behind it. */
        movl    $0x44444444, %es:0x10
        movl    $0x55555555, 0
        movl    %es:0x0E, %eax
        shrl    $16, %eax
        cmpw    $0x4444, %ax
        expect  20
        a20     0
        movl    %es:0x0E, %eax
        shrl    $16, %eax
        cmpw    $0x5555, %ax
        expect  21
        movl    $0x66667777, %es:0x0E
        cmpl    $0x55556666, 0
        expect  22

        /* Code, and the instruction behind the OUT that closes A20, fetched before it or not. */
        a20     A20
        movw    $1, %ax
        movw    $HIGH_CODE, %di
        call    place
        pushw   %es
        pushw   %ds
        popw    %es
        movw    $2, %ax
        movw    $CODE, %di
        call    place
        popw    %es
        lcall   $HIGH_SEGMENT, $HIGH_CODE
        cmpw    $1, %bx
        expect  30
        lcall   $0, $CODE
        cmpw    $2, %bx
        expect  31
        lcall   $HIGH_SEGMENT, $(HIGH_CODE + (switch - answer))
        cmpw    $2, %bx
        expect  32
        lcall   $HIGH_SEGMENT, $HIGH_CODE
        cmpw    $2, %bx
        expect  33
        a20     A20
        lcall   $HIGH_SEGMENT, $HIGH_CODE
        cmpw    $1, %bx
        expect  34

        a20     0
        lidtl   no_table
        int3

third:  cmpw    $3, STARTS
        expect  40
        movb    $0, %cl
leave:  movb    %cl, %al
        outb    %al, $STRATA_EXIT_PORT
        hlt

/* Copies the code below to ES:DI, with the number AX in it. */
place:  movw    %ax, answer + 1
        movw    %ax, switched + 1
        movw    $answer, %si
        movw    $(switch_end - answer), %cx
        cld
        rep movsb
        ret

/* Copied to both MiB, with another number in each. */
answer: movw    $0, %bx
        lret
switch: a20     0
switched:
        movw    $0, %bx
        lret
switch_end:

no_table:
        .word   0
        .long   0

        .org    510
        .word   0xAA55
        .section .note.GNU-stack, "", @progbits
