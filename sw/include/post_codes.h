/* What boot ROM and start-up write to the POST port (80h) on their way; the run log shows them. */
#ifndef STRATA_SW_POST_CODES_H
#define STRATA_SW_POST_CODES_H

#define POST_RESET 0x01          /* first instructions after the reset vector's far jump */
#define POST_REAL_MODE 0x02      /* real-mode segments and stack are set */
#define POST_MULTIBOOT 0x10      /* parameter block asks for a multiboot guest */
#define POST_PROTECTED_MODE 0x11 /* CR0.PE set, running 32-bit code */
#define POST_ENTER_GUEST 0x12    /* about to jump to the guest's entry */
#define POST_LINUX 0x18          /* parameter block asks for a Linux kernel */
#define POST_BOOT_SECTOR 0x20    /* parameter block asks for a boot sector */
#define POST_VECTORS_SET 0x21    /* interrupt vectors filled; about to jump to 0:7C00 */
#define POST_START 0x30          /* the kit's start-up has its GDT and stack */
#define POST_MAIN 0x31           /* interrupts and screen are set up, calling main */
#define POST_EXIT 0x32           /* main returned */
#define POST_NO_GUEST 0xE0       /* the parameter block names nothing to start */
#define POST_NO_INTERRUPT 0xE1   /* unhandled interrupt in real mode */

#endif
