// Words of the microcode: what a micro-instruction can do. One micro-instruction adds two sources, may make
// one memory or I/O access at the sum (or at the first source), puts results away, does at most one special
// action, and says what comes next. See cpu_sequencer.sv for the machine that runs it, and its parts.
//
// The programs are in microcode/*.uc; scripts/microcode reads this file to know its words, so a name added
// to an enumeration here, or a flag added to uinst_t, can be used in them at once.
package cpu_microcode_types_pkg;

  // First source, and data of writes. The temporaries are in a row, and so are the general registers.
  typedef enum logic [5:0] {
    UsZero,
    UsT0, UsT1, UsT2, UsT3, UsT4, UsT5, UsT6, UsT7,
    UsT8, UsT9, UsT10, UsT11, UsT12, UsT13, UsT14, UsT15,
    UsEax, UsEcx, UsEdx, UsEbx, UsEsp, UsEbp, UsEsi, UsEdi,
    UsRm,           // r/m operand
    UsReg,          // register of the reg field, 32 bits
    UsMem,          // what the memory stage read
    UsImm, UsImm2,  // immediates
    UsLevel,        // nesting level of ENTER
    UsStackPointer, // T3 as stack pointer: a 16-bit stack keeps the upper half of ESP
    UsCpuid,        // what CPUID puts in register `target`
    UsEa,           // effective address
    UsNextEip,      // offset behind the instruction
    UsEip,          // offset of the instruction
    UsFlags,        // EFLAGS as pushed
    UsError,        // exception error code
    UsCs,           // CS selector
    UsSelector,     // selector of the segment register worked on
    UsConst,        // the number behind `const`
    UsFrameBytes,   // bytes of so many items in a frame
    UsVectorReal,   // linear address of the real-mode vector
    UsVectorGate,   // linear address of the IDT gate
    UsDescriptor,   // linear address of the descriptor T0 selects
    UsAccessByte,   // access byte of descriptor T5, accessed
    UsBusyByte,     // access byte of descriptor T5, busy
    UsRights,       // access rights of descriptor T5 as LAR gives them
    UsLimit,        // limit of descriptor T4, T5 in bytes
    UsStackSlot,    // where in the TSS the stack of the level worked on is
    UsTssBase,      // base of task state segment T4, T5
    UsTaskFlags,    // EFLAGS as the old task keeps them
    UsFreeByte,     // access byte of descriptor T5, not busy
    UsOldFirst, UsOldLast,  // of what a task switch saves, by the size of the current TSS
    UsParameters,   // bytes of parameters of call gate T5
    UsRaised,       // selector T0 with the RPL of the reg field's register
    UsTableLimit, UsTableBase,  // GDTR or IDTR, by reg field bit 0
    UsDr,           // debug register by condition field
    UsCr            // control register by condition field
  } us_e;

  // Second source.
  typedef enum logic [3:0] {
    UbZero,
    UbBytes,         // bytes of this access
    UbMinusBytes,
    UbOperandBytes,  // bytes of the instruction's operand size
    UbTwo, UbFour, UbImm,
    UbMinusOne, UbMinusImm,
    UbConst,         // the number behind `const`
    UbTrBase,        // base of the task state segment
    UbPortByte,      // byte of the I/O permission bitmap for port T15
    UbTssLast,       // last byte of task state segment T5
    UbT11
  } ub_e;

  // Where the sum goes.
  typedef enum logic [4:0] {
    UdNone,
    UdReg,    // reg field, operand size
    UdGpr,    // register `target`, operand size
    UdRm,     // r/m register, 32 bits
    UdEsp,    // all of it
    UdStack,  // SP or ESP by the B bit of SS: as it was when the sequence began, or of the new SS taken
    UdT0, UdT1, UdT2, UdT3, UdT4, UdT5, UdT6, UdT7,
    UdT8, UdT9, UdT10, UdT11, UdT12, UdT13, UdT14, UdT15
  } ud_e;

  // Where read data goes.
  typedef enum logic [4:0] {
    UrNone,
    UrAcc,  // the accumulator, in element size
    UrGpr,  // register `target`; of 16 bits the upper half becomes ones
    UrSelector,  // of segment register `target`, which becomes unusable
    UrT0, UrT1, UrT2, UrT3, UrT4, UrT5, UrT6, UrT7,
    UrT8, UrT9, UrT10, UrT11, UrT12, UrT13, UrT14, UrT15
  } ur_e;

  typedef enum logic [3:0] {
    MemNone, MemRead, MemWrite, MemIn, MemOut, MemInta,
    MemProbe,      // the checks of a write, without the write
    MemProbeRead,  // the checks of a read, without the read
    MemRoom        // of these checks the segment's alone
  } umem_e;

  typedef enum logic [2:0] {
    MsOperand, MsEs, MsStack,
    MsFrame,  // the new SS once there is one, else SS; at the level worked on
    MsLinear  // no segment, and a supervisor access
  } useg_e;

  typedef enum logic [2:0] {
    UzOperand,  // operand size attribute
    UzElement,  // size of the instruction's data (string element, port)
    UzGate,     // 16 or 32 bits by the gate or task state segment entered
    UzTss,      // 16 or 32 bits by the current task state segment
    UzByte, UzWord, UzDword
  } usize_e;

  // Segment registers by name, for `index`.
  typedef enum logic [3:0] {
    UindexEs, UindexCs, UindexSs, UindexDs, UindexFs, UindexGs, UindexNewCs, UindexNewSs, UindexLdtr, UindexTr
  } uindex_e;

  typedef enum logic [6:0] {
    SpNone,
    // checks, which may raise a fault (cpu_checks.sv)
    SpCheckSelector, SpCheckGlobal, SpCheckData, SpCheckStack, SpCheckDirect, SpCheckGateJump,
    SpCheckInward, SpCheckReturn, SpCheckSystem, SpCheckVmHandler, SpCheckLdt, SpCheckTss,
    SpCheckStackSlot, SpCheckNewEip, SpCheckEip, SpCheckVmEip, SpCheckVectorReal, SpCheckVectorGate,
    SpCheckGate, SpCheckBusyTss, SpCheckTssLimit, SpCheckOldTss, SpCheckTaskLdt, SpCheckTaskCode,
    SpCheckIoTss, SpCheckIoLimit, SpCheckIoBits, SpCheckCr, SpCheckGd, SpCheckVmTrap,
    SpCheckBound,     // T14 between T0 and T1
    SpCheckPusha,     // the stack pointer in real and virtual-8086 mode
    SpRaiseEarly, SpRaiseNull,
    // the segment register worked on
    SpIndexOperand,  // by condition field
    SpIndex,         // by the name behind `index`
    SpSegmentReal,   // from selector T0 as real mode does
    SpSegmentVm,     // from selector T0 as virtual-8086 mode does
    SpSegmentNull,   // null selector T0
    SpSegmentRaw,    // its selector, unusable, with the level worked on
    SpSegmentOuter,  // emptied, if the level now running may not use it
    SpSegmentLoad,   // from selector T0 and descriptor T4, T5
    // code and stack segment
    SpCsReal,        // CS from T0 as real mode does
    SpNewCs,         // the new CS from T0, T4, T5
    SpTakeCs, SpTakeSs,  // the new one replaces it
    // the level worked on: at first CPL
    SpLevelCode,      // of handler T5: its DPL, or CPL if conforming
    SpLevelSelector,  // RPL of T0
    SpNewFrame,       // frames go through the new SS
    SpInvalidIsTss,   // bad selectors are #TS
    SpGate,           // T4, T5 is a gate: T0 selector, T1 offset; its size and kind
    SpWideOperand,    // frames have the size of the operand
    SpStackSize,      // SS has been loaded and pushes go to it
    // task switches
    SpTaskJump, SpTaskNest, SpTaskReturn,  // by JMP; CALL and interrupts; IRET
    SpTaskState,      // CR0.TS, DR7, EIP T1, EFLAGS T2
    SpLoadCr3,        // from T14, if there is paging
    SpLevelTask,      // RPL of CS, 3 in virtual-8086 mode
    SpTaskTrap,       // debug trap if bit 0 of T6 says so
    // the rest of the machine state
    SpLoadTable, SpMovCr, SpMovDr, SpLmsw, SpClts, SpHalt,
    SpFlushPage,      // the memory operand's, from the TLBs
    SpFlagsIret, SpFlagsHandler, SpFlagsWhole, SpSetZf, SpClearZf,
    SpReal16,         // T2 is a real-mode vector: T0 selector, T1 offset
    SpVectorSoftware, SpVectorExternal, SpVectorNmi,
    SpInt1,           // a debug trap
    SpUnblockNmi,     // NMIs may come again
    SpShiftIoBits,    // T14 so that the bit of port T15 comes first
    SpCompareAcc, SpCompareTemps,
    SpCompareTwo      // EDX:EAX with T1:T0, ZF alone
  } usp_e;

  typedef enum logic [5:0] {
    CtNext, CtJump, CtCall, CtReturn,
    CtJumpRealMode,   // in real mode
    CtJumpRealRules,  // in real or virtual-8086 mode
    CtJumpVm,         // in virtual-8086 mode
    CtJumpNull,       // T0 is a null selector
    CtJumpOutside,    // selector T0 is outside its table
    CtJumpDenied,     // LAR and kin may not see descriptor T5
    CtJumpRplKept,    // the RPL of T0 is not below that of the reg field's register
    CtJumpAccessed,   // the descriptor's accessed bit is set
    CtJumpSystem,     // descriptor T5 is no code or data segment
    CtJumpTaskGate,   // it is a task gate
    CtJumpTss,        // it is a task state segment, not a gate
    CtJumpTss16,      // the current task state segment is a 16-bit one
    CtJumpTaskNests, CtJumpTaskReturns, CtJumpTaskJumps,
    CtJumpSameLevel,  // the level worked on is CPL
    CtJumpNested,     // protected mode with EFLAGS.NT
    CtJumpToVm,       // IRET to virtual-8086 mode
    CtJumpIoAllowed,  // CPL is at most IOPL, outside virtual-8086 mode
    CtJumpNoError,    // the exception has no error code
    CtJumpNoOverflow, // EFLAGS.OF is clear
    CtJumpEqual,      // EFLAGS.ZF is set
    CtJumpRepZero,    // repeated, and the counter is zero
    CtJumpZero,       // the sum
    CtJumpNotZero,
    CtDone,           // retire
    CtDoneFlush,      // retire and fetch again behind the instruction
    CtDoneJump,       // retire and continue at T1
    CtString          // end of a string iteration; the next begins at the target
  } uctl_e;

  // Bits of a microcode address, and how deep subroutines may call each other.
  parameter int unsigned UC_BITS = 10;
  parameter int unsigned UC_CALL_DEPTH = 4;

  typedef logic [UC_BITS-1:0] upc_t;

  // 64 bits or less: one machine word in the simulator.
  typedef struct packed {
    us_e    a;
    ub_e    b;
    logic   at_a;      // the access is at the first source, not at the sum
    us_e    data;      // what is written
    ud_e    dst;
    ur_e    rdst;
    umem_e  mem;
    useg_e  seg;
    usize_e size;
    usp_e   special;
    logic   quad;      // the access is a half of a quadword, the low one without a second source
    logic   str_si;    // string end: ESI moves
    logic   str_di;    // string end: EDI moves
    logic   str_zf;    // string end: REPE/REPNE look at ZF
    uctl_e  ctl;
    upc_t   target;
  } uinst_t;

endpackage
