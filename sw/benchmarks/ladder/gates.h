/* Levels 0 and 3 of the benchmark of system calls: descriptors, gates and the way between them. */
#ifndef STRATA_SW_LADDER_GATES_H
#define STRATA_SW_LADDER_GATES_H

#define CODE0 0x08
#define DATA0 0x10
#define CODE3 0x1B
#define DATA3 0x23
#define TASK 0x28
#define CALL_GATE 0x33

#define SERVICE_VECTOR 0x80
#define LEAVE_VECTOR 0x81

#define TSS_ESP0 4 /* offset (SDM volume 3A, figure 7-2) */

#ifndef __ASSEMBLER__
#include <stdint.h>

struct task_state { /* as far as the hardware looks at it here */
  uint32_t link;
  uint32_t esp0, ss0;
  uint32_t rest[23];
};

extern struct task_state task_state;

/* Runs `program` at level 3, on a stack of its own, until it executes INT LEAVE_VECTOR. */
void run_at_level_3(void (*program)(void));

/* What the gates lead to. Both give EAX to serve(), return in EAX what it does, and keep all else.
 */
void interrupt_gate_entry(void);
void call_gate_entry(void);
void leave_gate_entry(void);
uint32_t serve(uint32_t value);
#endif

#endif
