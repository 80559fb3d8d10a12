// Architectural registers as the units of the CPU read them: written by cpu_registers alone, at a clock edge, with
// what follows from them. An interface, because a port that is an array is a copy of it in the simulator, for each
// reader and in each cycle.
interface cpu_registers_if;

  logic [31:0]      gpr[8];
  logic [31:0]      eip;
  logic [31:0]      eflags;
  logic [31:0]      selector[16];
  logic [31:0]      seg_base[16];
  logic [31:0]      seg_limit[16];
  logic [31:0]      seg_attr[16];
  logic [31:0]      gdt_base;
  logic [31:0]      gdt_limit;
  logic [31:0]      idt_base;
  logic [31:0]      idt_limit;
  logic [31:0]      cr0;
  logic [31:0]      cr2;
  logic [31:0]      cr3;
  logic [31:0]      cr4;
  logic [7:0][31:0] dr;
  logic [ 1:0]      shadow;
  logic             halted;
  logic             trap;           // a debug trap is to be delivered
  logic             nmi_blocked;
  logic             nmi_pending;
  logic [63:0]      tsc_offset;     // time stamp counter less cycle

  // which processor this is, and the cycle
  logic [ 2:0]      family;
  logic             has_486;        // the processor has the 486's instructions and flags
  logic             has_586;        // and the Pentium's
  /* verilator tracing_off */ logic [63:0] cycle; /* verilator tracing_on */  // waves have it once

  // modes
  logic [ 1:0]      cpl;            // the DPL of SS
  logic             user;           // CPL is 3
  logic             real_rules;     // real or virtual-8086 mode
  logic             align_armed;    // operands may be checked for alignment,
  logic             align_checked;  // and are

  modport registers(
      output gpr, eip, eflags, selector, seg_base, seg_limit, seg_attr, gdt_base, gdt_limit, idt_base, idt_limit,
      output cr0, cr2, cr3, cr4, dr, shadow, halted, trap, nmi_blocked, nmi_pending, tsc_offset,
      output family, has_486, has_586, cycle, cpl, user, real_rules, align_armed, align_checked
  );

  modport reader(
      input gpr, eip, eflags, selector, seg_base, seg_limit, seg_attr, gdt_base, gdt_limit, idt_base, idt_limit,
      input cr0, cr2, cr3, cr4, dr, shadow, halted, trap, nmi_blocked, nmi_pending, tsc_offset,
      input family, has_486, has_586, cycle, cpl, user, real_rules, align_armed, align_checked
  );

endinterface
