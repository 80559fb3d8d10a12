// Words of the microcode: what a micro-instruction can do. One micro-instruction adds two sources, may make
// one memory or I/O access at the sum (or at the first source), puts results away, does at most one special
// action, and says what comes next. See cpu_sequencer.sv for the machine that runs it.
//
// The programs are in microcode/*.uc; scripts/microcode reads this file to know its words, so a name added
// to an enumeration here, or a flag added to uinst_t, can be used in them at once.
package cpu_microcode_types_pkg;

  // First source, and data of writes.
  typedef enum logic [5:0] {
    UsZero, UsT0, UsT1, UsT2, UsT3, UsT4, UsT5, UsT6, UsT7,
    UsEax, UsEcx, UsEdx, UsEbx, UsEsp, UsEbp, UsEsi, UsEdi,
    UsRm,           // r/m operand
    UsMem,          // what the memory stage read
    UsImm, UsImm2,  // immediates
    UsEa,           // effective address
    UsNextEip,      // offset behind the instruction
    UsEip,          // offset of the instruction
    UsFlags,        // EFLAGS as pushed
    UsError,        // exception error code
    UsCs,           // CS selector
    UsVectorReal,   // linear address of the real-mode vector
    UsVectorGate,   // linear address of the IDT gate
    UsDescriptor,   // linear address of the descriptor T0 selects
    UsTableLimit, UsTableBase,  // GDTR or IDTR, by reg field bit 0
    UsCr,           // control register by condition field
    UsT5Accessed    // T5 with a descriptor's accessed bit set
  } us_e;

  // Second source.
  typedef enum logic [2:0] {
    UbZero,
    UbBytes,         // bytes of this access
    UbMinusBytes,
    UbOperandBytes,  // bytes of the instruction's operand size
    UbTwo, UbFour, UbImm
  } ub_e;

  // Where the sum goes.
  typedef enum logic [3:0] {
    UdNone, UdT0, UdT1, UdT2, UdT3, UdT4, UdT5, UdT6, UdT7,
    UdReg,    // reg field, operand size
    UdGpr,    // register `target`, operand size
    UdRm,     // r/m register, 32 bits
    UdStack   // SP or ESP by SS.B
  } ud_e;

  // Where read data goes: a temporary, or the accumulator in element size.
  typedef enum logic [3:0] {
    UrNone, UrT0, UrT1, UrT2, UrT3, UrT4, UrT5, UrT6, UrT7, UrAcc
  } ur_e;

  typedef enum logic [2:0] {
    MemNone, MemRead, MemWrite, MemIn, MemOut, MemInta,
    MemProbe  // the checks of a write, without the write
  } umem_e;

  typedef enum logic [1:0] {
    MsOperand, MsEs, MsStack, MsLinear
  } useg_e;

  typedef enum logic [2:0] {
    UzOperand,  // operand size attribute
    UzElement,  // size of the instruction's data (string element, port)
    UzGate,     // 16 or 32 bits by the gate being entered
    UzByte, UzWord, UzDword
  } usize_e;

  typedef enum logic [5:0] {
    SpNone,
    // checks, which may raise a fault
    SpCheckSelector, SpCheckData, SpCheckJump, SpCheckReturn, SpCheckHandler, SpCheckEip,
    SpCheckEipReal, SpCheckVectorReal, SpCheckVectorGate, SpCheckGate, SpCheckCr0,
    SpCheckNested, SpCheckIret, SpRaiseEarly, SpRaiseNull,
    // segment registers
    SpSegmentReal, SpSegmentNull, SpSegmentLoad, SpCsReal, SpCsLoad,
    // the rest of the machine state
    SpLoadTable, SpMovCr, SpLmsw, SpClts, SpHalt,
    SpFlagsIret, SpFlagsHandler, SpReal16, SpVectorSoftware, SpVectorExternal,
    SpCompareAcc, SpCompareTemps
  } usp_e;

  typedef enum logic [3:0] {
    CtNext, CtJump, CtCall, CtReturn,
    CtJumpReal,       // in real mode
    CtJumpNull,       // T0 is a null selector
    CtJumpAccessed,   // the descriptor's accessed bit is set
    CtJumpNoError,    // the exception has no error code
    CtJumpNoOverflow, // EFLAGS.OF is clear
    CtJumpRepZero,    // repeated, and the counter is zero
    CtDone,           // retire
    CtDoneFlush,      // retire and fetch again behind the instruction
    CtDoneJump,       // retire and continue at T1
    CtString          // end of a string iteration
  } uctl_e;

  // Bits of a microcode address, and how deep subroutines may call each other.
  parameter int unsigned UC_BITS = 10;
  parameter int unsigned UC_CALL_DEPTH = 1;

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
    logic   str_si;    // string end: ESI moves
    logic   str_di;    // string end: EDI moves
    logic   str_zf;    // string end: REPE/REPNE look at ZF
    uctl_e  ctl;
    upc_t   target;
  } uinst_t;

endpackage
