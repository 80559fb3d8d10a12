/* The other task of the rules of task switches, and what is expected of one. */
#ifndef STRATA_SW_TASKS_H
#define STRATA_SW_TASKS_H

#include "sw/tests/rules/rule.h"

/* `tss_other` with marks in all registers, and its selector's far pointer. */
void prepare_other(void);
/* Whether the descriptor says that the task is busy. */
void expect_busy(uint32_t selector, bool busy);
/* The rule has come to its end in the task `tr`. */
void expect_task(uint32_t tr);

#endif
