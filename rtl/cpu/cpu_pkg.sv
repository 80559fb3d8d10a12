// Types of the CPU: what decode tells the pipeline, and the small vocabulary the stages share.
package cpu_pkg;

  // How much of each cache is used (models/cpu/cache_shape.h); the last set and the last way are powers of two less 1,
  // and at most those that are there.
  typedef struct packed {
    logic        off;
    logic [ 7:0] last_way;
    logic [15:0] last_set;
  } cache_shape_t;

  // Operand sizes as encoded everywhere in the CPU.
  typedef enum logic [1:0] {
    SizeB = 2'd0,
    SizeW = 2'd1,
    SizeD = 2'd2
  } size_e;

  // Segment registers in encoding order.
  typedef enum logic [2:0] {
    SegEs = 3'd0,
    SegCs = 3'd1,
    SegSs = 3'd2,
    SegDs = 3'd3,
    SegFs = 3'd4,
    SegGs = 3'd5
  } seg_e;

  // Indices of everything that holds a segment: the six registers, what CS and SS are about to become, LDTR
  // and TR.
  parameter logic [3:0] IDX_ES = 4'd0;
  parameter logic [3:0] IDX_CS = 4'd1;
  parameter logic [3:0] IDX_SS = 4'd2;
  parameter logic [3:0] IDX_NEW_CS = 4'd6;
  parameter logic [3:0] IDX_NEW_SS = 4'd7;
  parameter logic [3:0] IDX_LDTR = 4'd8;
  parameter logic [3:0] IDX_TR = 4'd9;

  // What of a segment register is replaced.
  typedef enum logic {
    SegWhole,
    SegSelectorBase  // real mode keeps limit and attributes
  } seg_part_e;

  // General registers the hardware names itself.
  parameter logic [2:0] REG_EAX = 3'd0;
  parameter logic [2:0] REG_ECX = 3'd1;
  parameter logic [2:0] REG_EDX = 3'd2;
  parameter logic [2:0] REG_EBX = 3'd3;
  parameter logic [2:0] REG_ESP = 3'd4;
  parameter logic [2:0] REG_EBP = 3'd5;
  parameter logic [2:0] REG_ESI = 3'd6;
  parameter logic [2:0] REG_EDI = 3'd7;

  // What the execute stage does. OpMicrocode hands the instruction to the sequencer.
  typedef enum logic [5:0] {
    OpNop, OpAlu, OpMov, OpMovzx, OpMovsx, OpLea, OpInc, OpDec, OpNot, OpNeg,
    OpShift, OpShld, OpShrd, OpImul, OpMulAcc, OpDivAcc, OpCbw, OpCwd, OpXchg,
    OpPush, OpPop, OpPushf, OpPopf, OpLeave,
    OpCall, OpJmp, OpJcc, OpRet, OpLoop, OpSetcc,
    OpBswap, OpXadd, OpCmpxchg, OpCmov, OpRdtsc, OpRdmsr, OpWrmsr,
    OpBt, OpBsf, OpBsr, OpLahf, OpSahf, OpFlag, OpDecimal, OpSalc, OpAam, OpAad, OpArpl, OpFlush,
    OpMicrocode
  } op_e;

  // Arithmetic-logic operation, the reg field of opcodes 80-83 (SDM vol. 2, A.4.2 group 1).
  typedef enum logic [2:0] {
    AluAdd = 3'd0, AluOr = 3'd1, AluAdc = 3'd2, AluSbb = 3'd3,
    AluAnd = 3'd4, AluSub = 3'd5, AluXor = 3'd6, AluCmp = 3'd7
  } alu_e;

  // Shift and rotate operation, the reg field of group 2.
  typedef enum logic [2:0] {
    ShRol = 3'd0, ShRor = 3'd1, ShRcl = 3'd2, ShRcr = 3'd3,
    ShShl = 3'd4, ShShr = 3'd5, ShSal = 3'd6, ShSar = 3'd7
  } shift_e;

  // Second operand of execute; the first is the destination's old value.
  typedef enum logic [3:0] {
    BReg, BRm, BImm, BOne, BCl, BSelector, BNextEip, BCr0,
    BSystem  // LDTR or TR, by reg field
  } b_sel_e;

  typedef enum logic [1:0] {
    DstNone, DstRm, DstReg
  } dst_e;

  // Near branches, as they are predicted.
  typedef enum logic [2:0] {
    BranchConditional, BranchDirect, BranchCall, BranchIndirect, BranchIndirectCall, BranchReturn
  } branch_kind_e;

  // Faults found before execute; the instruction carries them to the sequencer.
  typedef enum logic [2:0] {
    FaultNone, FaultUd, FaultGp, FaultNm, FaultPf
  } early_fault_e;

  typedef enum logic [1:0] {
    RepNone = 2'd0, RepNe = 2'd2, RepE = 2'd3
  } rep_e;

  // What switches tasks: JMP; CALL, interrupts and exceptions; IRET.
  typedef enum logic [1:0] {
    TaskJump, TaskNest, TaskReturn
  } task_kind_e;

  // What a cycle went to (models/cpu/cycle_cause.h).
  typedef enum logic [3:0] {
    CycleExecute, CycleMultiCycle, CycleMicrocode, CycleFetch, CycleCodeMiss, CycleDecode, CycleAddress, CycleMemory,
    CycleDataMiss, CycleUncached, CycleStoreBuffer, CycleTlbMiss, CycleBus, CycleHalted, CycleLoadUse,
    CycleMisprediction
  } cycle_cause_e;

  parameter int unsigned BRANCH_KINDS = 6;

  // What can happen in a cycle, for whoever counts: bits (models/cpu/performance_event.h).
  parameter int unsigned PERFORMANCE_EVENTS = 29;
  typedef enum logic [4:0] {
    HappenedCodeHit, HappenedCodeMiss, HappenedReadHit, HappenedReadMiss, HappenedWriteHit, HappenedWriteMiss,
    HappenedFill, HappenedUncachedRead, HappenedMerge, HappenedForward,
    HappenedDataTlbHit, HappenedSideTlbHit, HappenedDataTlbMiss, HappenedCodeTlbHit, HappenedCodeTlbMiss,
    HappenedTargetHit, HappenedTargetMiss,
    HappenedBranch,             // by branch_kind_e, and behind them
    HappenedMisprediction = 23  // those of mispredicted ones
  } performance_e;

  // Exception vectors (SDM vol. 3, table 6-1).
  parameter logic [7:0] VEC_DE = 8'd0;
  parameter logic [7:0] VEC_DB = 8'd1;
  parameter logic [7:0] VEC_NMI = 8'd2;
  parameter logic [7:0] VEC_BR = 8'd5;
  parameter logic [7:0] VEC_UD = 8'd6;
  parameter logic [7:0] VEC_NM = 8'd7;
  parameter logic [7:0] VEC_DF = 8'd8;
  parameter logic [7:0] VEC_TS = 8'd10;
  parameter logic [7:0] VEC_NP = 8'd11;
  parameter logic [7:0] VEC_SS = 8'd12;
  parameter logic [7:0] VEC_GP = 8'd13;
  parameter logic [7:0] VEC_PF = 8'd14;
  parameter logic [7:0] VEC_AC = 8'd17;

  // EFLAGS bit numbers (SDM vol. 1, 3.4.3).
  parameter int unsigned FL_CF = 0;
  parameter int unsigned FL_PF = 2;
  parameter int unsigned FL_AF = 4;
  parameter int unsigned FL_ZF = 6;
  parameter int unsigned FL_SF = 7;
  parameter int unsigned FL_TF = 8;
  parameter int unsigned FL_IF = 9;
  parameter int unsigned FL_DF = 10;
  parameter int unsigned FL_OF = 11;
  parameter int unsigned FL_NT = 14;
  parameter int unsigned FL_RF = 16;
  parameter int unsigned FL_VM = 17;
  parameter int unsigned FL_AC = 18;
  parameter int unsigned FL_ID = 21;

  parameter logic [31:0] FLAGS_STATUS = 32'h0000_08D5;
  // What POPF and IRET at CPL 0 may write on a 386: all but VM, RF and the reserved bits.
  parameter logic [31:0] FLAGS_POPF = 32'h0000_7FD5;
  // Every flag there is, for a new task and for virtual-8086 mode.
  parameter logic [31:0] FLAGS_KEPT = 32'h0003_7FD5;
  parameter logic [31:0] FLAGS_IRET = 32'h0001_7FD5;
  // AC and ID, which the 486 adds to all of them.
  parameter logic [31:0] FLAGS_486 = 32'h0024_0000;
  // What PUSHF stores: all but VM and RF (SDM vol. 2, PUSHF).
  parameter logic [31:0] FLAGS_PUSHF = 32'hFFFC_FFFF;

  // Model-specific registers: the time stamp counter; 0 and 1 are those of machine checks, always zero.
  parameter logic [31:0] MSR_TSC = 32'h10;

  // Execution control of one instruction, from decode to execute. Kept at 64 bits or less: one machine
  // word in the simulator.
  typedef struct packed {
    op_e          op;
    logic [2:0]   alu;        // alu_e, shift_e, or low bits of a condition
    logic [3:0]   cond;       // condition code, flag operation, BT kind, decimal kind
    size_e        size;       // of the operation and of register operands
    size_e        msize;      // of the memory (or MOVZX source) operand
    logic         op32;       // operand size attribute
    logic         addr32;     // address size attribute
    logic [2:0]   rreg;       // reg field
    logic [2:0]   rm;         // r/m register
    logic         rm_mem;     // r/m operand is in memory
    logic         a_reg;      // first operand is reg, not r/m
    b_sel_e       b;
    dst_e         dst;
    logic         mem_rd;
    logic         mem_wr;
    logic         lock;       // LOCK prefix, or XCHG with memory
    seg_e         seg;        // of the memory operand
    logic [7:0]   wmask;      // general registers written
    rep_e         rep;
    early_fault_e fault;
    cpu_microcode_types_pkg::upc_t upc;  // microcode entry for OpMicrocode
  } ctl_t;

  // Address generation, needed by the address stage only.
  typedef struct packed {
    logic       uses;         // there is an address to compute
    logic       base_valid;
    logic [2:0] base;
    logic       index_valid;
    logic [2:0] index;
    logic [1:0] scale;
    logic       pop;          // address is SS:ESP
    logic       bit_offset;   // BT with a register offset: add its dword/word part
    logic       xlat;         // add AL
  } agu_t;

  // Of the operations that branch.
  function automatic logic branches(op_e op);
    return op == OpJcc || op == OpJmp || op == OpCall || op == OpRet || op == OpLoop;
  endfunction

  function automatic logic calls(branch_kind_e kind);
    return kind == BranchCall || kind == BranchIndirectCall;
  endfunction

  function automatic branch_kind_e branch_kind(op_e op, logic direct);
    unique case (op)
      OpCall: return direct ? BranchCall : BranchIndirectCall;
      OpJmp: return direct ? BranchDirect : BranchIndirect;
      OpRet: return BranchReturn;
      default: return BranchConditional;
    endcase
  endfunction

  // Bytes of an operand.
  function automatic logic [2:0] size_bytes(size_e size);
    unique case (size)
      SizeB:   return 3'd1;
      SizeW:   return 3'd2;
      default: return 3'd4;
    endcase
  endfunction

  // A 16-bit register beside the upper half it does not change, or a whole one.
  function automatic logic [31:0] merge16(logic [31:0] old, logic [31:0] value, logic wide);
    return wide ? value : {old[31:16], value[15:0]};
  endfunction

  // A word with the bytes of another on the selected lanes.
  function automatic logic [31:0] merge_lanes(logic [31:0] old, logic [31:0] data, logic [3:0] sel);
    logic [31:0] mask;
    mask = {{8{sel[3]}}, {8{sel[2]}}, {8{sel[1]}}, {8{sel[0]}}};
    return (old & ~mask) | (data & mask);
  endfunction

  // Whether an operand is not at a multiple of its size.
  function automatic logic misaligned(logic [1:0] linear, size_e size);
    return (size != SizeB && linear[0]) || (size == SizeD && linear[1]);
  endfunction

  // Segment-level check of an access of `bytes` at `offset` (SDM vol. 3, 5.3 and 5.5): limit, and in
  // protected mode type and null selector. True means fault.
  function automatic logic segment_violation(logic [31:0] attributes, logic [31:0] limit,
                                             logic [31:0] offset, logic [3:0] bytes, logic write,
                                             logic protected_mode);
    logic [32:0] last;
    logic        code;
    logic        bad;
    last = {1'b0, offset} + {29'b0, bytes} - 33'd1;
    code = attributes[3];
    if (!code && attributes[2])  // expand-down: valid from limit + 1 up
      bad = (offset <= limit) || (last > (attributes[14] ? 33'h0_FFFF_FFFF : 33'h0_0000_FFFF));
    else
      bad = last > {1'b0, limit};
    if (protected_mode)
      bad |= attributes[16] || (write ? (code || !attributes[1]) : (code && !attributes[1]));
    return bad;
  endfunction

endpackage
