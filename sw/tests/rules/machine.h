/* The machine a rule runs in: descriptor tables, task state segments, stacks of all levels, page
 * tables, and the state its snippet starts with. machine_reset() puts all of it back before each
 * rule. Physical memory below 1 MiB is the rules' own. */
#ifndef STRATA_SW_MACHINE_H
#define STRATA_SW_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

/* ---- exceptions (SDM vol. 3, table 6-1) and the harness's own vectors ---- */
#define DE 0
#define DB 1
#define BP 3
#define OF 4
#define BR 5
#define UD 6
#define NM 7
#define DF 8
#define TS 10
#define NP 11
#define SS 12
#define GP 13
#define PF 14
#define AC 17
#define TIMER 0x20 /* request line 0 of the 8259 pair */
#define DONE 0x80  /* end of a snippet; DPL 3 */
#define LEAVE 0x81 /* the harness's way back to level 0 */

/* ---- EFLAGS (SDM vol. 1, 3.4.3) and CR0 (SDM vol. 3, 2.5) ---- */
#define FLAG_CF 0x1
#define FLAG_ONE 0x2
#define FLAG_PF 0x4
#define FLAG_ZF 0x40
#define FLAG_TF 0x100
#define FLAG_IF 0x200
#define FLAG_DF 0x400
#define FLAG_OF 0x800
#define FLAG_IOPL 0x3000
#define FLAG_NT 0x4000
#define FLAG_RF 0x10000
#define FLAG_VM 0x20000
#define FLAG_AC 0x40000
#define FLAG_ID 0x200000
#define IOPL(level) ((level) << 12)

#define CR0_PE 0x1
#define CR0_MP 0x2
#define CR0_EM 0x4
#define CR0_TS 0x8
#define CR0_WP 0x10000
#define CR0_AM 0x40000
#define CR0_PG 0x80000000

/* ---- the GDT: flat segments of each level, system segments, and free slots ---- */
#define CODE0 0x08
#define DATA0 0x10
#define CODE1 0x19
#define DATA1 0x21
#define CODE2 0x2A
#define DATA2 0x32
#define CODE3 0x3B
#define DATA3 0x43
#define TSS_MAIN 0x48  /* the running task */
#define TSS_OTHER 0x50 /* 32-bit, available */
#define TSS_16 0x58    /* 16-bit, available */
#define TSS_THIRD 0x60 /* 32-bit, available */
#define LDT_MAIN 0x68
#define LDT_OTHER 0x70
#define CONFORMING0 0x78 /* flat code, conforming, DPL 0 */
#define SLOT 0x80        /* free */
#define SLOT_B 0x88
#define SLOT_C 0x90
#define BEYOND_GDT 0x200 /* first selector past the limit */
/* F0 and F8 are real.c's. */
#define CODE_OF(level) (CODE0 + (level)*0x11)
#define DATA_OF(level) (DATA0 + (level)*0x11)
#define LDT_BIT 4

/* Access byte (SDM vol. 3, 3.4.5). */
#define PRESENT 0x80
#define DPL(level) ((level) << 5)
#define DATA_RO 0x10
#define DATA_RW 0x12
#define DATA_RO_DOWN 0x14
#define DATA_RW_DOWN 0x16
#define CODE_XO 0x18
#define CODE_XR 0x1A
#define CODE_XO_CONFORMING 0x1C
#define CODE_XR_CONFORMING 0x1E
#define ACCESSED 0x01
#define SYS_TSS16 0x01
#define SYS_LDT 0x02
#define SYS_TSS16_BUSY 0x03
#define SYS_CALL16 0x04
#define SYS_TASK_GATE 0x05
#define SYS_INTERRUPT16 0x06
#define SYS_TRAP16 0x07
#define SYS_TSS32 0x09
#define SYS_TSS32_BUSY 0x0B
#define SYS_CALL32 0x0C
#define SYS_INTERRUPT32 0x0E
#define SYS_TRAP32 0x0F
/* Flags nibble. */
#define PAGES 0x8 /* G */
#define BIG 0x4   /* D/B */

struct descriptor {
  uint32_t low;
  uint32_t high;
};

/* A 32-bit task state segment (SDM vol. 3, figure 7-2) with room for an I/O bitmap. */
struct tss {
  uint32_t link;
  uint32_t esp0, ss0, esp1, ss1, esp2, ss2;
  uint32_t cr3, eip, eflags;
  uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi;
  uint32_t es, cs, ss, ds, fs, gs;
  uint32_t ldt;
  uint16_t trap, io_map;
  uint8_t bitmap[128 + 1]; /* ports 0 to 3FF and the closing byte */
  uint8_t pad[3];
};
#define TSS_LIMIT 103 /* without the bitmap */

/* A 16-bit one (figure 7-10). */
struct tss16 {
  uint16_t link;
  uint16_t sp0, ss0, sp1, ss1, sp2, ss2;
  uint16_t ip, flags;
  uint16_t ax, cx, dx, bx, sp, bp, si, di;
  uint16_t es, cs, ss, ds;
  uint16_t ldt;
};
#define TSS16_LIMIT 43

extern struct descriptor gdt[64];
extern struct descriptor idt[256];
extern struct descriptor ldt[8];
extern struct descriptor ldt_other[8];
extern struct tss tss_main, tss_other, tss_third;
extern struct tss16 tss_16;

/* Where the stack of a level begins, growing down; each has 4 KiB. */
uint32_t stack_of(uint32_t level);
/* Of tasks other than the main one, at level 0. */
#define OTHER_STACK ((uint32_t)other_stack + 2048)
extern uint8_t other_stack[2048 + 64];
/* A far pointer for `*far_target` operands, and a stack frame to return through, with room below.
 */
extern uint32_t far_target[2];
void aim(uint32_t selector, uint32_t offset);
extern uint32_t* const frame_words;
/* To read and write, at a page boundary; the beginning is filled with 11, 12, 13, ... */
#define SCRATCH_FILLED 128
extern uint8_t scratch[8192];

/* Sets `selector` of the GDT (or, with LDT_BIT, of the main LDT). */
void set_descriptor(uint32_t selector, uint32_t base, uint32_t limit, uint32_t access,
                    uint32_t flags);

/* Makes the segment at `selector` level 1's stack, with room for `bytes` bytes. */
void tight_stack(uint32_t selector, uint32_t bytes);

/* A call, interrupt, trap or task gate in the GDT/LDT. */
void set_gate(uint32_t selector, uint32_t target, uint32_t offset, uint32_t access,
              uint32_t parameters);
void set_idt_gate(uint32_t vector, uint32_t target, uint32_t offset, uint32_t access);
/* The harness's entry for `vector`, what set_idt_gate() normally points to. */
uint32_t stub_of(uint32_t vector);
struct descriptor* descriptor_of(uint32_t selector);
/* Its access byte. */
uint32_t access_of(uint32_t selector);

/* ---- the state a snippet starts with ---- */
struct start_state {
  uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi;
  uint32_t es, cs, ss, ds, fs, gs;
  uint32_t eip, eflags;
};
extern struct start_state in;

/* Segments and stack of a level. */
void start_at_level(uint32_t level);
/* Runs from in.cs:in.eip until an event. */
void run_from_start(void);
#define run(snippet) (in.eip = (uint32_t)(snippet), run_from_start())

/* ---- what ended it ---- */

/* What the CPU pushed, lowest address first; the part from `esp` on only where it has changed
 * stacks, that from `es` on only out of virtual-8086 mode. */
struct frame {
  uint32_t eip, cs, eflags;
  uint32_t esp, ss;
  uint32_t es, ds, fs, gs;
};

struct event {
  uint32_t gs, fs, es, ds; /* as the handler found them */
  uint32_t edi, esi, ebp, unused, ebx, edx, ecx, eax;
  uint32_t eflags; /* in the handler */
  uint32_t vector;
  uint32_t stack[24]; /* from the handler's top of stack up */
  uint32_t cs, ss, esp;
  uint32_t cr0, cr2, tr, ldtr; /* only of a handler at level 0 */
};
extern struct event event;

bool has_error_code(uint32_t vector);
/* The frame of event.vector, after its error code if it has one. */
const struct frame* event_frame(void);

/* `tasks`: TR and LDTR are loaded, for all that is more than flat code at level 0. */
/* The stack as the snippet had it when it came to its end (INT 80 pushed more). */
const uint32_t* final_stack(void);
uint32_t final_ss(void);

void machine_reset(bool tasks);
/* The task must be available in the GDT; CR0.TS is cleared. */
void load_task_register(uint32_t selector);
void load_local_table(uint32_t selector);
/* The same tables with another limit. */
void load_global_table(uint32_t limit);
void load_interrupt_table(uint32_t limit);

/* A family's number, from the command line's cpu=; 586 without. */
extern uint32_t cpu_family;

#endif
