/* What the guest that measures instructions shares between its assembly and its C. */
#ifndef STRATA_SW_BENCHMARKS_CYCLES_FORMS_H
#define STRATA_SW_BENCHMARKS_CYCLES_FORMS_H

/* Copies of a form in its two blocks. */
#define FEW_COPIES 16
#define MANY_COPIES 48

/* The kit's flat segments (sw/start/multiboot.S), and a vector that returns at once. */
#define CODE_SELECTOR 0x08
#define DATA_SELECTOR 0x10
#define RETURN_VECTOR 0x2F

#ifndef __ASSEMBLER__
#include <stdint.h>

typedef uint32_t (*form_block)(void);

struct form {
  const char* name;
  const char* i486; /* the manual's clocks */
  uint32_t per;     /* a copy has this many of the form */
  form_block few, many;
  form_block few_chained, many_chained; /* NULL if a chain makes no sense */
};

extern const struct form forms_begin[];
extern const struct form forms_end[];

/* Runs a block a few times and returns what the last one does, so caches and predictors are warm.
 */
uint32_t warm(form_block block);

/* The interrupt gate of RETURN_VECTOR leads here. */
void return_at_once(void);
#endif

#endif
