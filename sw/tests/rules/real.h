/* Runs snippets in real mode. */
#ifndef STRATA_SW_REAL_H
#define STRATA_SW_REAL_H

#include "sw/tests/rules/rule.h"

#define REAL_CODE_SEGMENT 0x2000
#define REAL_STACK_SEGMENT 0x3000
#define REAL_DATA_SEGMENT 0x4000
#define REAL_STACK_TOP 0x1000

/* What came of it. */
struct real_result {
  struct start_state state; /* ESP behind the pushed frame; no CS and EIP */
  uint32_t vector;
};
extern struct real_result real_result;

/* The three words an interrupt pushes, IP lowest. */
const uint16_t* real_pushed(void);

/* A 16-bit snippet at 2000:0 and registers for it; `in` can be changed then. */
#define start_real(snippet) prepare_real(snippet, (uint32_t)(snippet##_end - snippet))
void prepare_real(const void* code, uint32_t bytes);
void run_real_from_start(void);
#define run_real(snippet) (start_real(snippet), run_real_from_start())

void expect_real(uint32_t vector, uint32_t ip);

/* A fault of the snippet's instruction, whose registers are then as at the start. */
#define expect_real_fault(vector, snippet) expect_real(vector, offset_at(snippet))
#define expect_real_done(snippet) expect_real(DONE, offset_end(snippet))

#endif
