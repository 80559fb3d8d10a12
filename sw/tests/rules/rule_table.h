/* One entry of the section `strata_rules`; guest and host share it. */
#ifndef STRATA_SW_RULE_TABLE_H
#define STRATA_SW_RULE_TABLE_H

#include <stdint.h>

/* What a rule needs of an engine beyond flat 32-bit code at privilege level 0 with an IDT. */
#define NEEDS_SEGMENTS 0x0001 /* descriptor checks, limits, types */
#define NEEDS_LEVELS 0x0002   /* privilege levels 1 to 3, TSS for stacks */
#define NEEDS_TASKS 0x0004    /* task switches */
#define NEEDS_V86 0x0008
#define NEEDS_PAGING 0x0010
#define NEEDS_DEBUG 0x0020      /* debug registers, TF */
#define NEEDS_REAL 0x0040       /* 16-bit real mode after protected mode */
#define NEEDS_FLAT 0x0080       /* nothing else */
#define NEEDS_INTERRUPTS 0x0100 /* exact interrupt boundaries */
/* Instructions compilers do not use, and those of the 486 and 586. */
#define NEEDS_INSTRUCTIONS 0x0200
#define NEEDS_ALIGNMENT 0x0400 /* #AC */
#define NEEDS_INT1 0x0800      /* F1 */

/* Of these, those that an engine without protection can satisfy. */
#define NEEDS_PLAIN                                                                  \
  (NEEDS_FLAT | NEEDS_REAL | NEEDS_INTERRUPTS | NEEDS_INSTRUCTIONS | NEEDS_CPU_386 | \
   NEEDS_CPU_486 | NEEDS_CPU_586)

/* The processor the rule speaks of; without one, any later than the 486; a
 * 586 is run. */
#define NEEDS_CPU_386 0x10000
#define NEEDS_CPU_486 0x20000
#define NEEDS_CPU_586 0x40000

#define RULE_NAME_BYTES 64
#define RULE_PARAGRAPH_BYTES 88

/* A multiple of 32 bytes, so that no compiler puts gaps between entries. */
struct rule {
  char name[RULE_NAME_BYTES];
  char paragraph[RULE_PARAGRAPH_BYTES];
  uint32_t needs;
  uint32_t run; /* address of the function, void (*)(void) */
};

#endif
