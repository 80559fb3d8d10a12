/* Runs the rule with the number rule= says, or all of the family cpu= (586). Each gives one line
 * "pass NAME" or "FAIL NAME", after a line for everything that differed; the status is the number
 * of rules that failed. */
#include <stddef.h>

#include "models/machine/memory_map.h"
#include "sw/include/guest.h"
#include "sw/include/printf.h"
#include "sw/tests/rules/rule.h"

extern const struct rule __start_strata_rules[], __stop_strata_rules[];

#define ALL_RULES 0xFFFFFFFF
#define MOST_STATUS 98 /* 99 is an exception in the harness */

static int differences;

void expect_bits(const char* what, uint32_t observed, uint32_t mask, uint32_t expected) {
  if ((observed & mask) == (expected & mask)) return;
  differences++;
  log_printf("  %s is %x, expected %x\n", what, observed & mask, expected & mask);
}

void expect_equal(const char* what, uint32_t observed, uint32_t expected) {
  expect_bits(what, observed, 0xFFFFFFFF, expected);
}

void expect_done(void) {
  if (event.vector == DONE) return;
  expect_equal("vector", event.vector, DONE);
  const struct frame* frame = event_frame();
  log_printf("  (stack %x, at %x:%x)\n", event.stack[0], frame->cs & 0xFFFF, frame->eip);
}

void expect_event(uint32_t vector, uint32_t error_code, uint32_t eip) {
  expect_equal("vector", event.vector, vector);
  if (event.vector != vector) {
    log_printf("  (stack %x %x %x %x)\n", event.stack[0], event.stack[1], event.stack[2],
               event.stack[3]);
    return;
  }
  if (has_error_code(vector)) expect_equal("error code", event.stack[0], error_code);
  expect_equal("saved EIP", event_frame()->eip, eip);
}

/* Whether it passed. */
static bool run_rule(const struct rule* rule) {
  differences = 0;
  machine_reset((rule->needs & ~NEEDS_PLAIN) != 0);
  ((void (*)(void))rule->run)();
  log_printf("%s %s\n", differences == 0 ? "pass" : "FAIL", rule->name);
  return differences == 0;
}

/* Whether it speaks of the family that runs. */
static bool is_of_this_family(const struct rule* rule) {
  if ((rule->needs & NEEDS_CPU_386) != 0) return cpu_family == 386;
  if ((rule->needs & NEEDS_CPU_486) != 0) return cpu_family == 486;
  return cpu_family >= 586;
}

int main(void) {
  uint32_t number = option("rule", ALL_RULES);
  uint32_t rules = (uint32_t)(__stop_strata_rules - __start_strata_rules);
  cpu_family = option("cpu", 586);
  int failures = 0;
  for (uint32_t n = 0; n < rules; n++)
    if (number == n || (number == ALL_RULES && is_of_this_family(&__start_strata_rules[n])))
      if (!run_rule(&__start_strata_rules[n])) failures++;
  if (number != ALL_RULES && number >= rules) {
    log_printf("there are %u rules\n", rules);
    return MOST_STATUS;
  }
  return failures < MOST_STATUS ? failures : MOST_STATUS;
}
