/* Rules of the manual as small programs. A rule puts the machine into a state (machine.h), runs one
 * snippet of assembly in it (snippet.h), and says what the manual promises for it. Every rule is an
 * entry of the section `strata_rules`: the guest runs them from there, and the host's tests read
 * their names out of the finished program (rule_table.h). */
#ifndef STRATA_SW_RULE_H
#define STRATA_SW_RULE_H

#include <stdint.h>

#include "sw/tests/rules/machine.h"
#include "sw/tests/rules/rule_table.h"
#include "sw/tests/rules/snippet.h"

/* RULE(name, needs, "paragraph of the manual") { ... } */
#define RULE(rule_name, rule_needs, rule_paragraph)                                              \
  static void rule_name(void);                                                                   \
  static const struct rule rule_name##_entry                                                     \
      __attribute__((section("strata_rules"), used, no_reorder)) = {.name = #rule_name,          \
                                                                    .paragraph = rule_paragraph, \
                                                                    .needs = (rule_needs),       \
                                                                    .run = (uint32_t)rule_name}; \
  static void rule_name(void)

/* ---- what came of the snippet; each reports a difference and counts it ---- */

void expect_equal(const char* what, uint32_t observed, uint32_t expected);

/* Bits of `mask` only. */
void expect_bits(const char* what, uint32_t observed, uint32_t mask, uint32_t expected);

/* The snippet came to its end. */
void expect_done(void);

/* It ended with `vector` and the saved EIP (and the error code, where the vector has one). */
void expect_event(uint32_t vector, uint32_t error_code, uint32_t eip);

/* A fault: the saved EIP is the instruction's; a trap: the next one's. The snippet's instruction
 * under test is meant (snippet.h). */
#define expect_fault(vector, error_code, snippet) \
  expect_event(vector, error_code, (uint32_t)snippet##_at)
#define expect_trap(vector, snippet) expect_event(vector, 0, (uint32_t)snippet##_next)

#endif
