// Where things are in a random system program, as macros that the handlers' assembly
// (system_handlers.S) reads too. Linear addresses equal physical ones here, with paging as well.
#pragma once

// Ports of the device that makes the random choices (system_device.h); all are read as dwords but
// the one for page faults, which is written with the linear address.
#define SYSTEM_PORT_CHOICE 0x80       // what a handler does: SYSTEM_CHOICE_...
#define SYSTEM_PORT_NUDGE 0x84        // how many bytes to skip
#define SYSTEM_PORT_STEPS 0x88        // what else to do before going on: SYSTEM_STEP_...
#define SYSTEM_PORT_PLAN 0x8C         // address of the plan to go on with
#define SYSTEM_PORT_PLACE 0x90        // EIP to go on at, after SYSTEM_PORT_PLAN
#define SYSTEM_PORT_VALUE 0x94        // a register's value
#define SYSTEM_PORT_TASK 0x98         // selector for LTR
#define SYSTEM_PORT_LDT 0x9C          // selector for LLDT
#define SYSTEM_PORT_ENTRY 0xA0        // address of a page table entry
#define SYSTEM_PORT_ENTRY_VALUE 0xA4  // its new value, after SYSTEM_PORT_ENTRY
#define SYSTEM_PORT_LINEAR 0xA8       // a linear address it maps, after SYSTEM_PORT_ENTRY
#define SYSTEM_PORT_FLUSH 0xAC        // how to flush it, after SYSTEM_PORT_ENTRY: SYSTEM_FLUSH_...
#define SYSTEM_PORT_CR0 0xB0
#define SYSTEM_PORT_DR7 0xB4
#define SYSTEM_PORT_FAULT 0xB8  // written: CR2

#define SYSTEM_CHOICE_PLAN 0
#define SYSTEM_CHOICE_NUDGE 1
#define SYSTEM_CHOICE_RETURN 2
#define SYSTEM_CHOICE_MEND 3  // of a page fault: change the page table, then return

#define SYSTEM_STEP_TASKS 1
#define SYSTEM_STEP_PAGE 2
#define SYSTEM_STEP_DEBUG 4
#define SYSTEM_STEP_CR0 8

#define SYSTEM_FLUSH_PAGE 0  // INVLPG
#define SYSTEM_FLUSH_CR3 1
#define SYSTEM_FLUSH_CR4 2  // global pages too

// Read-only memory: plans and 16-bit code in the segment at E0000, handlers and 32-bit code in the
// one at F0000.
#define SYSTEM_ROM16 0xE0000
#define SYSTEM_ROM32 0xF0000
#define SYSTEM_PLAN_BYTES 64
#define SYSTEM_HANDLERS 0x40  // offsets in SYSTEM_ROM32
#define SYSTEM_HANDLERS_END 0x240

// The system's own pages.
#define SYSTEM_GDT 0x110000
#define SYSTEM_LDT 0x110800
#define SYSTEM_IDT 0x111000
#define SYSTEM_TSS 0x112000  // eight of SYSTEM_TSS_BYTES
#define SYSTEM_TSS_BYTES 0x200
#define SYSTEM_TSS_COUNT 8
#define SYSTEM_STACKS 0x114000  // of level 0, one of SYSTEM_STACK_BYTES a task, then the handlers'
#define SYSTEM_STACK_BYTES 0x400
#define SYSTEM_STACK_TOP 0x117000  // of the handlers
#define SYSTEM_MODIFIED 0x11F000   // page of the code that is modified

// A plan: what the handlers load and IRET to, dwords in this order.
#define SYSTEM_PLAN_CS 0
#define SYSTEM_PLAN_EFLAGS 4
#define SYSTEM_PLAN_ESP 8
#define SYSTEM_PLAN_SS 12
#define SYSTEM_PLAN_V86_ES 16  // popped by a return to virtual-8086 mode only
#define SYSTEM_PLAN_V86_DS 20
#define SYSTEM_PLAN_V86_FS 24
#define SYSTEM_PLAN_V86_GS 28
#define SYSTEM_PLAN_ES 32
#define SYSTEM_PLAN_FS 36
#define SYSTEM_PLAN_GS 40
#define SYSTEM_PLAN_EBX 44  // followed by DS
#define SYSTEM_PLAN_DS 48
#define SYSTEM_PLAN_ECX 52
#define SYSTEM_PLAN_ESI 56
#define SYSTEM_PLAN_EBP 60

// Selectors the handlers use.
#define SYSTEM_FLAT_SELECTOR 0x20
#define SYSTEM_FIRST_TSS 56  // index in the GDT
