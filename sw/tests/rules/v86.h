/* Runs snippets in virtual-8086 mode. */
#ifndef STRATA_SW_V86_H
#define STRATA_SW_V86_H

#include "sw/tests/rules/rule.h"

#define V86_CODE_SEGMENT 0x2000
#define V86_STACK_SEGMENT 0x3000
#define V86_DATA_SEGMENT 0x4000 /* DS; ES, FS, GS are the next ones */
#define V86_STACK_TOP 0x1000

/* Puts a 16-bit snippet at 2000:0 and starts there; `in` can be changed between. */
#define start_v86(snippet, iopl) prepare_v86(snippet, (uint32_t)(snippet##_end - snippet), iopl)
void prepare_v86(const void* code, uint32_t bytes, uint32_t iopl);
#define run_v86(snippet, iopl) (start_v86(snippet, iopl), run_from_start())

#define expect_v86_fault(vector, error_code, snippet) \
  expect_event(vector, error_code, offset_at(snippet))

#endif
