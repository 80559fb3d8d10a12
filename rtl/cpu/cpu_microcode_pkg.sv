// Microcode: what is not simple, as sequences of micro-instructions. One micro-instruction adds two
// sources, may make one memory or I/O access at the sum (or at the first source), puts results away, does
// at most one special action, and says what comes next. See cpu_sequencer.sv for the machine that runs it.
//
// To add an instruction: give it an entry number here and a sequence below, and name the entry in
// cpu_decode.sv. Faults may be raised at any step, so architectural registers are written last.
package cpu_microcode_pkg;

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

  typedef logic [7:0] upc_t;

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

  // Entry points.
  parameter upc_t UC_EARLY_FAULT = 8'd0;
  parameter upc_t UC_PUSHA = 8'd1;
  parameter upc_t UC_POPA = 8'd10;
  parameter upc_t UC_POP_MEM = 8'd27;
  parameter upc_t UC_MOV_SEG = 8'd29;
  parameter upc_t UC_POP_SEG = 8'd31;
  parameter upc_t UC_LOAD_FAR = 8'd33;
  parameter upc_t UC_LOAD_SEGMENT = 8'd36;
  parameter upc_t UC_LOAD_SEGMENT_REAL = 8'd44;
  parameter upc_t UC_LOAD_SEGMENT_NULL = 8'd45;
  parameter upc_t UC_LOAD_SEGMENT_CACHE = 8'd43;
  parameter upc_t UC_JMP_FAR = 8'd46;
  parameter upc_t UC_JMP_FAR_MEM = 8'd48;
  parameter upc_t UC_JMP_FAR_GO = 8'd50;
  parameter upc_t UC_JMP_FAR_REAL = 8'd55;
  parameter upc_t UC_READ_CODE = 8'd57;
  parameter upc_t UC_MARK_CODE = 8'd61;
  parameter upc_t UC_CALL_FAR = 8'd64;
  parameter upc_t UC_CALL_FAR_MEM = 8'd66;
  parameter upc_t UC_CALL_FAR_GO = 8'd68;
  parameter upc_t UC_CALL_FAR_REAL = 8'd77;
  parameter upc_t UC_RET_FAR = 8'd82;
  parameter upc_t UC_RET_FAR_REAL = 8'd91;
  parameter upc_t UC_IRET = 8'd94;
  parameter upc_t UC_IRET_REAL = 8'd105;
  parameter upc_t UC_INT = 8'd109;
  parameter upc_t UC_INTO = 8'd110;
  parameter upc_t UC_INTERRUPT = 8'd113;
  parameter upc_t UC_DELIVER = 8'd115;
  parameter upc_t UC_DELIVER_GO = 8'd121;
  parameter upc_t UC_DELIVER_NOERROR = 8'd127;
  parameter upc_t UC_DELIVER_REAL = 8'd131;
  parameter upc_t UC_STORE_TABLE = 8'd141;
  parameter upc_t UC_LOAD_TABLE = 8'd143;
  parameter upc_t UC_LMSW = 8'd146;
  parameter upc_t UC_CLTS = 8'd147;
  parameter upc_t UC_MOV_TO_CR = 8'd148;
  parameter upc_t UC_MOV_FROM_CR = 8'd150;
  parameter upc_t UC_HLT = 8'd151;
  parameter upc_t UC_IN_IMM = 8'd152;
  parameter upc_t UC_IN_DX = 8'd153;
  parameter upc_t UC_OUT_IMM = 8'd154;
  parameter upc_t UC_OUT_DX = 8'd155;
  parameter upc_t UC_MOVS = 8'd156;
  parameter upc_t UC_CMPS = 8'd159;
  parameter upc_t UC_STOS = 8'd163;
  parameter upc_t UC_LODS = 8'd165;
  parameter upc_t UC_SCAS = 8'd167;
  parameter upc_t UC_INS = 8'd170;
  parameter upc_t UC_OUTS = 8'd174;

  function automatic uinst_t microcode(upc_t upc);
    uinst_t u;
    u = uinst_t'('0);
    unique case (upc)
      // ---- #UD, #GP and #NM found by decode
      UC_EARLY_FAULT: u.special = SpRaiseEarly;

      // ---- PUSHA: T3 is the stack pointer, ESP is written with the last push; all eight places are
      // probed first, so that a fault leaves memory alone
      UC_PUSHA: begin u.a = UsEsp; u.b = UbMinusBytes; u.dst = UdT3; u.mem = MemProbe; u.seg = MsStack; u.ctl = CtJump; u.target = 8'd183; end
      8'd183, 8'd184, 8'd185, 8'd186, 8'd187, 8'd188: begin u.a = UsT3; u.b = UbMinusBytes; u.dst = UdT3; u.mem = MemProbe; u.seg = MsStack; end
      8'd189: begin u.a = UsT3; u.b = UbMinusBytes; u.mem = MemProbe; u.seg = MsStack; end
      8'd190: begin u.a = UsEsp; u.dst = UdT3; u.ctl = CtJump; u.target = 8'd2; end
      8'd2: begin u.a = UsT3; u.b = UbMinusBytes; u.dst = UdT3; u.mem = MemWrite; u.seg = MsStack; u.data = UsEax; end
      8'd3: begin u.a = UsT3; u.b = UbMinusBytes; u.dst = UdT3; u.mem = MemWrite; u.seg = MsStack; u.data = UsEcx; end
      8'd4: begin u.a = UsT3; u.b = UbMinusBytes; u.dst = UdT3; u.mem = MemWrite; u.seg = MsStack; u.data = UsEdx; end
      8'd5: begin u.a = UsT3; u.b = UbMinusBytes; u.dst = UdT3; u.mem = MemWrite; u.seg = MsStack; u.data = UsEbx; end
      8'd6: begin u.a = UsT3; u.b = UbMinusBytes; u.dst = UdT3; u.mem = MemWrite; u.seg = MsStack; u.data = UsEsp; end
      8'd7: begin u.a = UsT3; u.b = UbMinusBytes; u.dst = UdT3; u.mem = MemWrite; u.seg = MsStack; u.data = UsEbp; end
      8'd8: begin u.a = UsT3; u.b = UbMinusBytes; u.dst = UdT3; u.mem = MemWrite; u.seg = MsStack; u.data = UsEsi; end
      8'd9: begin u.a = UsT3; u.b = UbMinusBytes; u.dst = UdStack; u.mem = MemWrite; u.seg = MsStack; u.data = UsEdi; u.ctl = CtDone; end

      // ---- POPA: everything is read before anything is written; the stored SP is skipped
      UC_POPA: begin u.a = UsEsp; u.dst = UdT3; end
      8'd11: begin u.a = UsT3; u.b = UbBytes; u.at_a = 1'b1; u.dst = UdT3; u.mem = MemRead; u.seg = MsStack; u.rdst = UrT7; end
      8'd12: begin u.a = UsT3; u.b = UbBytes; u.at_a = 1'b1; u.dst = UdT3; u.mem = MemRead; u.seg = MsStack; u.rdst = UrT6; end
      8'd13: begin u.a = UsT3; u.b = UbBytes; u.at_a = 1'b1; u.dst = UdT3; u.mem = MemRead; u.seg = MsStack; u.rdst = UrT5; end
      8'd14: begin u.a = UsT3; u.b = UbBytes; u.at_a = 1'b1; u.dst = UdT3; u.mem = MemRead; u.seg = MsStack; end
      8'd15: begin u.a = UsT3; u.b = UbBytes; u.at_a = 1'b1; u.dst = UdT3; u.mem = MemRead; u.seg = MsStack; u.rdst = UrT4; end
      8'd16: begin u.a = UsT3; u.b = UbBytes; u.at_a = 1'b1; u.dst = UdT3; u.mem = MemRead; u.seg = MsStack; u.rdst = UrT2; end
      8'd17: begin u.a = UsT3; u.b = UbBytes; u.at_a = 1'b1; u.dst = UdT3; u.mem = MemRead; u.seg = MsStack; u.rdst = UrT1; end
      8'd18: begin u.a = UsT3; u.b = UbBytes; u.at_a = 1'b1; u.dst = UdT3; u.mem = MemRead; u.seg = MsStack; u.rdst = UrT0; end
      8'd19: begin u.a = UsT7; u.dst = UdGpr; u.target = 8'd7; end
      8'd20: begin u.a = UsT6; u.dst = UdGpr; u.target = 8'd6; end
      8'd21: begin u.a = UsT5; u.dst = UdGpr; u.target = 8'd5; end
      8'd22: begin u.a = UsT4; u.dst = UdGpr; u.target = 8'd3; end
      8'd23: begin u.a = UsT2; u.dst = UdGpr; u.target = 8'd2; end
      8'd24: begin u.a = UsT1; u.dst = UdGpr; u.target = 8'd1; end
      8'd25: begin u.a = UsT0; u.dst = UdGpr; u.target = 8'd0; end
      8'd26: begin u.a = UsT3; u.dst = UdStack; u.ctl = CtDone; end

      // ---- POP r/m in memory
      UC_POP_MEM: begin u.a = UsEsp; u.b = UbBytes; u.at_a = 1'b1; u.dst = UdT3; u.mem = MemRead; u.seg = MsStack; u.rdst = UrT0; u.ctl = CtJump; u.target = 8'd180; end
      8'd180: begin u.a = UsEa; u.mem = MemWrite; u.seg = MsOperand; u.data = UsT0; end
      8'd181: begin u.a = UsT3; u.dst = UdStack; u.ctl = CtDone; end

      // ---- MOV Sreg; POP Sreg; LDS LES LFS LGS LSS
      UC_MOV_SEG: begin u.a = UsRm; u.dst = UdT0; u.ctl = CtCall; u.target = UC_LOAD_SEGMENT; end
      8'd30: u.ctl = CtDone;
      UC_POP_SEG: begin u.a = UsMem; u.dst = UdT0; u.ctl = CtCall; u.target = UC_LOAD_SEGMENT; end
      8'd32: begin u.a = UsEsp; u.b = UbBytes; u.dst = UdStack; u.ctl = CtDone; end
      UC_LOAD_FAR: begin u.a = UsEa; u.b = UbOperandBytes; u.mem = MemRead; u.seg = MsOperand; u.size = UzWord; u.rdst = UrT0; end
      8'd34: begin u.ctl = CtCall; u.target = UC_LOAD_SEGMENT; end
      8'd35: begin u.a = UsMem; u.dst = UdReg; u.ctl = CtDone; end

      // ---- segment register from selector T0 (SDM vol. 2, MOV; vol. 3, 5.6)
      UC_LOAD_SEGMENT: begin u.ctl = CtJumpReal; u.target = UC_LOAD_SEGMENT_REAL; end
      8'd37: begin u.ctl = CtJumpNull; u.target = UC_LOAD_SEGMENT_NULL; end
      8'd38: u.special = SpCheckSelector;
      8'd39: begin u.a = UsDescriptor; u.mem = MemRead; u.seg = MsLinear; u.size = UzDword; u.rdst = UrT4; end
      8'd40: begin u.a = UsDescriptor; u.b = UbFour; u.mem = MemRead; u.seg = MsLinear; u.size = UzDword; u.rdst = UrT5; end
      8'd41: begin u.special = SpCheckData; u.ctl = CtJumpAccessed; u.target = UC_LOAD_SEGMENT_CACHE; end
      8'd42: begin u.a = UsDescriptor; u.b = UbFour; u.mem = MemWrite; u.seg = MsLinear; u.size = UzDword; u.data = UsT5Accessed; end
      UC_LOAD_SEGMENT_CACHE: begin u.special = SpSegmentLoad; u.ctl = CtReturn; end
      UC_LOAD_SEGMENT_REAL: begin u.special = SpSegmentReal; u.ctl = CtReturn; end
      UC_LOAD_SEGMENT_NULL: begin u.special = SpSegmentNull; u.ctl = CtReturn; end

      // ---- JMP far: T0 selector, T1 offset
      UC_JMP_FAR: begin u.a = UsImm2; u.dst = UdT0; end
      8'd47: begin u.a = UsImm; u.dst = UdT1; u.ctl = CtJump; u.target = UC_JMP_FAR_GO; end
      UC_JMP_FAR_MEM: begin u.a = UsEa; u.b = UbOperandBytes; u.mem = MemRead; u.seg = MsOperand; u.size = UzWord; u.rdst = UrT0; end
      8'd49: begin u.a = UsMem; u.dst = UdT1; end
      UC_JMP_FAR_GO: begin u.ctl = CtJumpReal; u.target = UC_JMP_FAR_REAL; end
      8'd51: begin u.ctl = CtCall; u.target = UC_READ_CODE; end
      8'd52: begin u.special = SpCheckJump; u.ctl = CtJump; u.target = 8'd191; end
      8'd191: begin u.special = SpCheckEip; u.ctl = CtCall; u.target = UC_MARK_CODE; end
      8'd192: begin u.ctl = CtJump; u.target = 8'd53; end
      8'd53: u.special = SpCsLoad;
      8'd54: u.ctl = CtDoneJump;
      UC_JMP_FAR_REAL: u.special = SpCheckEipReal;
      8'd56: begin u.special = SpCsReal; u.ctl = CtJump; u.target = 8'd54; end

      // ---- descriptor of selector T0 to T4, T5
      UC_READ_CODE: begin u.ctl = CtJumpNull; u.target = 8'd182; end
      8'd58: u.special = SpCheckSelector;
      8'd59: begin u.a = UsDescriptor; u.mem = MemRead; u.seg = MsLinear; u.size = UzDword; u.rdst = UrT4; end
      8'd60: begin u.a = UsDescriptor; u.b = UbFour; u.mem = MemRead; u.seg = MsLinear; u.size = UzDword; u.rdst = UrT5; u.ctl = CtReturn; end
      8'd182: u.special = SpRaiseNull;
      // ---- its accessed bit
      UC_MARK_CODE: begin u.ctl = CtJumpAccessed; u.target = 8'd63; end
      8'd62: begin u.a = UsDescriptor; u.b = UbFour; u.mem = MemWrite; u.seg = MsLinear; u.size = UzDword; u.data = UsT5Accessed; end
      8'd63: u.ctl = CtReturn;

      // ---- CALL far
      UC_CALL_FAR: begin u.a = UsImm2; u.dst = UdT0; end
      8'd65: begin u.a = UsImm; u.dst = UdT1; u.ctl = CtJump; u.target = UC_CALL_FAR_GO; end
      UC_CALL_FAR_MEM: begin u.a = UsEa; u.b = UbOperandBytes; u.mem = MemRead; u.seg = MsOperand; u.size = UzWord; u.rdst = UrT0; end
      8'd67: begin u.a = UsMem; u.dst = UdT1; end
      UC_CALL_FAR_GO: begin u.ctl = CtJumpReal; u.target = UC_CALL_FAR_REAL; end
      8'd69: begin u.ctl = CtCall; u.target = UC_READ_CODE; end
      8'd70: begin u.special = SpCheckJump; u.ctl = CtJump; u.target = 8'd198; end
      8'd198: u.special = SpCheckEip;
      8'd199: begin u.a = UsEsp; u.b = UbMinusBytes; u.dst = UdT3; u.mem = MemProbe; u.seg = MsStack; end
      8'd200: begin u.a = UsT3; u.b = UbMinusBytes; u.mem = MemProbe; u.seg = MsStack; u.ctl = CtJump; u.target = 8'd71; end
      8'd71: begin u.a = UsEsp; u.b = UbMinusBytes; u.dst = UdT3; u.mem = MemWrite; u.seg = MsStack; u.data = UsCs; end
      8'd72: begin u.a = UsT3; u.b = UbMinusBytes; u.dst = UdT3; u.mem = MemWrite; u.seg = MsStack; u.data = UsNextEip; end
      8'd73: begin u.ctl = CtCall; u.target = UC_MARK_CODE; end
      8'd74: u.special = SpCsLoad;
      8'd75: begin u.a = UsT3; u.dst = UdStack; end
      8'd76: u.ctl = CtDoneJump;
      UC_CALL_FAR_REAL: u.special = SpCheckEipReal;
      8'd78: begin u.a = UsEsp; u.b = UbMinusBytes; u.dst = UdT3; u.mem = MemProbe; u.seg = MsStack; end
      8'd79: begin u.a = UsT3; u.b = UbMinusBytes; u.mem = MemProbe; u.seg = MsStack; end
      8'd80: begin u.a = UsEsp; u.b = UbMinusBytes; u.dst = UdT3; u.mem = MemWrite; u.seg = MsStack; u.data = UsCs; end
      8'd81: begin u.a = UsT3; u.b = UbMinusBytes; u.dst = UdT3; u.mem = MemWrite; u.seg = MsStack; u.data = UsNextEip; u.ctl = CtJump; u.target = 8'd201; end
      8'd201: begin u.special = SpCsReal; u.ctl = CtJump; u.target = 8'd75; end

      // ---- RET far
      UC_RET_FAR: begin u.a = UsEsp; u.b = UbBytes; u.at_a = 1'b1; u.dst = UdT3; u.mem = MemRead; u.seg = MsStack; u.rdst = UrT1; end
      8'd83: begin u.a = UsT3; u.b = UbBytes; u.at_a = 1'b1; u.dst = UdT3; u.mem = MemRead; u.seg = MsStack; u.rdst = UrT0; end
      8'd84: begin u.ctl = CtJumpReal; u.target = UC_RET_FAR_REAL; end
      8'd85: begin u.ctl = CtCall; u.target = UC_READ_CODE; end
      8'd86: begin u.special = SpCheckReturn; u.ctl = CtJump; u.target = 8'd193; end
      8'd193: begin u.special = SpCheckEip; u.ctl = CtCall; u.target = UC_MARK_CODE; end
      8'd194: begin u.ctl = CtJump; u.target = 8'd87; end
      8'd87: u.special = SpCsLoad;
      8'd88: begin u.a = UsT3; u.b = UbImm; u.dst = UdStack; end
      8'd89: u.ctl = CtDoneJump;
      UC_RET_FAR_REAL: u.special = SpCheckEipReal;
      8'd92: begin u.special = SpCsReal; u.ctl = CtJump; u.target = 8'd88; end

      // ---- IRET: T1 EIP, T0 CS, T2 EFLAGS
      UC_IRET: begin u.special = SpCheckNested; u.ctl = CtJump; u.target = 8'd197; end
      8'd197: begin u.a = UsEsp; u.b = UbBytes; u.at_a = 1'b1; u.dst = UdT3; u.mem = MemRead; u.seg = MsStack; u.rdst = UrT1; u.ctl = CtJump; u.target = 8'd95; end
      8'd95: begin u.a = UsT3; u.b = UbBytes; u.at_a = 1'b1; u.dst = UdT3; u.mem = MemRead; u.seg = MsStack; u.rdst = UrT0; end
      8'd96: begin u.a = UsT3; u.b = UbBytes; u.at_a = 1'b1; u.dst = UdT3; u.mem = MemRead; u.seg = MsStack; u.rdst = UrT2; end
      8'd97: begin u.ctl = CtJumpReal; u.target = UC_IRET_REAL; end
      8'd98: u.special = SpCheckIret;
      8'd99: begin u.ctl = CtCall; u.target = UC_READ_CODE; end
      8'd100: begin u.special = SpCheckReturn; u.ctl = CtJump; u.target = 8'd195; end
      8'd195: begin u.special = SpCheckEip; u.ctl = CtCall; u.target = UC_MARK_CODE; end
      8'd196: begin u.ctl = CtJump; u.target = 8'd101; end
      8'd101: u.special = SpCsLoad;
      8'd102: u.special = SpFlagsIret;
      8'd103: begin u.a = UsT3; u.dst = UdStack; end
      8'd104: u.ctl = CtDoneJump;
      UC_IRET_REAL: u.special = SpCheckEipReal;
      8'd106: begin u.special = SpCsReal; u.ctl = CtJump; u.target = 8'd102; end

      // ---- software interrupts: T7 is the EIP to return to
      UC_INT: begin u.a = UsNextEip; u.dst = UdT7; u.special = SpVectorSoftware; u.ctl = CtJump; u.target = UC_DELIVER; end
      UC_INTO: begin u.ctl = CtJumpNoOverflow; u.target = 8'd30; end
      8'd111: begin u.ctl = CtJump; u.target = UC_INT; end

      // ---- external interrupt: ask for the vector
      UC_INTERRUPT: begin u.mem = MemInta; u.size = UzByte; u.rdst = UrT0; end
      8'd114: begin u.a = UsEip; u.dst = UdT7; u.special = SpVectorExternal; u.ctl = CtJump; u.target = UC_DELIVER; end

      // ---- delivery through the IDT (SDM vol. 2, INT n; vol. 3, 6.12): T7 return EIP
      UC_DELIVER: begin u.ctl = CtJumpReal; u.target = UC_DELIVER_REAL; end
      8'd116: u.special = SpCheckVectorGate;
      8'd117: begin u.a = UsVectorGate; u.mem = MemRead; u.seg = MsLinear; u.size = UzDword; u.rdst = UrT1; end
      8'd118: begin u.a = UsVectorGate; u.b = UbFour; u.mem = MemRead; u.seg = MsLinear; u.size = UzDword; u.rdst = UrT2; end
      8'd119: u.special = SpCheckGate;  // T0 selector, T1 offset, gate size and kind
      8'd120: begin u.ctl = CtCall; u.target = UC_READ_CODE; end
      UC_DELIVER_GO: begin u.special = SpCheckHandler; u.ctl = CtJump; u.target = 8'd202; end
      8'd202: u.special = SpCheckEip;
      8'd203: begin u.a = UsEsp; u.b = UbMinusBytes; u.dst = UdT3; u.size = UzGate; u.mem = MemProbe; u.seg = MsStack; end
      8'd204: begin u.a = UsT3; u.b = UbMinusBytes; u.dst = UdT3; u.size = UzGate; u.mem = MemProbe; u.seg = MsStack; end
      8'd205: begin u.a = UsT3; u.b = UbMinusBytes; u.dst = UdT3; u.size = UzGate; u.mem = MemProbe; u.seg = MsStack; end
      8'd206: begin u.ctl = CtJumpNoError; u.target = 8'd122; end
      8'd207: begin u.a = UsT3; u.b = UbMinusBytes; u.size = UzGate; u.mem = MemProbe; u.seg = MsStack; u.ctl = CtJump; u.target = 8'd122; end
      8'd122: begin u.a = UsEsp; u.b = UbMinusBytes; u.dst = UdT3; u.size = UzGate; u.mem = MemWrite; u.seg = MsStack; u.data = UsFlags; end
      8'd123: begin u.a = UsT3; u.b = UbMinusBytes; u.dst = UdT3; u.size = UzGate; u.mem = MemWrite; u.seg = MsStack; u.data = UsCs; end
      8'd124: begin u.a = UsT3; u.b = UbMinusBytes; u.dst = UdT3; u.size = UzGate; u.mem = MemWrite; u.seg = MsStack; u.data = UsT7; end
      8'd125: begin u.ctl = CtJumpNoError; u.target = UC_DELIVER_NOERROR; end
      8'd126: begin u.a = UsT3; u.b = UbMinusBytes; u.dst = UdT3; u.size = UzGate; u.mem = MemWrite; u.seg = MsStack; u.data = UsError; end
      UC_DELIVER_NOERROR: begin u.ctl = CtCall; u.target = UC_MARK_CODE; end
      8'd128: u.special = SpCsLoad;
      8'd129: begin u.a = UsT3; u.dst = UdStack; u.special = SpFlagsHandler; end
      8'd130: u.ctl = CtDoneJump;
      // through the real-mode vector table
      UC_DELIVER_REAL: u.special = SpCheckVectorReal;
      8'd132: begin u.a = UsVectorReal; u.mem = MemRead; u.seg = MsLinear; u.size = UzDword; u.rdst = UrT2; end
      8'd133: begin u.special = SpReal16; u.ctl = CtJump; u.target = 8'd208; end  // T0 selector, T1 offset, 16-bit pushes
      8'd208: u.special = SpCheckEipReal;
      8'd209: begin u.a = UsEsp; u.b = UbMinusBytes; u.dst = UdT3; u.size = UzGate; u.mem = MemProbe; u.seg = MsStack; end
      8'd210: begin u.a = UsT3; u.b = UbMinusBytes; u.dst = UdT3; u.size = UzGate; u.mem = MemProbe; u.seg = MsStack; end
      8'd211: begin u.a = UsT3; u.b = UbMinusBytes; u.size = UzGate; u.mem = MemProbe; u.seg = MsStack; u.ctl = CtJump; u.target = 8'd134; end
      8'd134: begin u.a = UsEsp; u.b = UbMinusBytes; u.dst = UdT3; u.size = UzGate; u.mem = MemWrite; u.seg = MsStack; u.data = UsFlags; end
      8'd135: begin u.a = UsT3; u.b = UbMinusBytes; u.dst = UdT3; u.size = UzGate; u.mem = MemWrite; u.seg = MsStack; u.data = UsCs; end
      8'd136: begin u.a = UsT3; u.b = UbMinusBytes; u.dst = UdT3; u.size = UzGate; u.mem = MemWrite; u.seg = MsStack; u.data = UsT7; end
      8'd137: begin u.special = SpCsReal; u.ctl = CtJump; u.target = 8'd129; end

      // ---- descriptor table registers
      UC_STORE_TABLE: begin u.a = UsEa; u.mem = MemWrite; u.seg = MsOperand; u.size = UzWord; u.data = UsTableLimit; end
      8'd142: begin u.a = UsEa; u.b = UbTwo; u.mem = MemWrite; u.seg = MsOperand; u.size = UzDword; u.data = UsTableBase; u.ctl = CtDone; end
      UC_LOAD_TABLE: begin u.a = UsEa; u.mem = MemRead; u.seg = MsOperand; u.size = UzWord; u.rdst = UrT0; end
      8'd144: begin u.a = UsEa; u.b = UbTwo; u.mem = MemRead; u.seg = MsOperand; u.size = UzDword; u.rdst = UrT1; end
      8'd145: begin u.special = SpLoadTable; u.ctl = CtDone; end

      // ---- control registers
      UC_LMSW: begin u.special = SpLmsw; u.ctl = CtDoneFlush; end
      UC_CLTS: begin u.special = SpClts; u.ctl = CtDoneFlush; end
      UC_MOV_TO_CR: u.special = SpCheckCr0;
      8'd149: begin u.special = SpMovCr; u.ctl = CtDoneFlush; end
      UC_MOV_FROM_CR: begin u.a = UsCr; u.dst = UdRm; u.ctl = CtDone; end
      UC_HLT: begin u.special = SpHalt; u.ctl = CtDoneFlush; end

      // ---- ports
      UC_IN_IMM: begin u.a = UsImm; u.mem = MemIn; u.size = UzElement; u.rdst = UrAcc; u.ctl = CtDone; end
      UC_IN_DX: begin u.a = UsEdx; u.mem = MemIn; u.size = UzElement; u.rdst = UrAcc; u.ctl = CtDone; end
      UC_OUT_IMM: begin u.a = UsImm; u.mem = MemOut; u.size = UzElement; u.data = UsEax; u.ctl = CtDone; end
      UC_OUT_DX: begin u.a = UsEdx; u.mem = MemOut; u.size = UzElement; u.data = UsEax; u.ctl = CtDone; end

      // ---- strings: one iteration is one retirement
      UC_MOVS: begin u.ctl = CtJumpRepZero; u.target = 8'd30; end
      8'd157: begin u.a = UsEsi; u.mem = MemRead; u.seg = MsOperand; u.size = UzElement; u.rdst = UrT0; end
      8'd158: begin u.a = UsEdi; u.mem = MemWrite; u.seg = MsEs; u.size = UzElement; u.data = UsT0; u.str_si = 1'b1; u.str_di = 1'b1; u.ctl = CtString; end
      UC_CMPS: begin u.ctl = CtJumpRepZero; u.target = 8'd30; end
      8'd160: begin u.a = UsEsi; u.mem = MemRead; u.seg = MsOperand; u.size = UzElement; u.rdst = UrT0; end
      8'd161: begin u.a = UsEdi; u.mem = MemRead; u.seg = MsEs; u.size = UzElement; u.rdst = UrT1; end
      8'd162: begin u.special = SpCompareTemps; u.size = UzElement; u.str_si = 1'b1; u.str_di = 1'b1; u.str_zf = 1'b1; u.ctl = CtString; end
      UC_STOS: begin u.ctl = CtJumpRepZero; u.target = 8'd30; end
      8'd164: begin u.a = UsEdi; u.mem = MemWrite; u.seg = MsEs; u.size = UzElement; u.data = UsEax; u.str_di = 1'b1; u.ctl = CtString; end
      UC_LODS: begin u.ctl = CtJumpRepZero; u.target = 8'd30; end
      8'd166: begin u.a = UsEsi; u.mem = MemRead; u.seg = MsOperand; u.size = UzElement; u.rdst = UrAcc; u.str_si = 1'b1; u.ctl = CtString; end
      UC_SCAS: begin u.ctl = CtJumpRepZero; u.target = 8'd30; end
      8'd168: begin u.a = UsEdi; u.mem = MemRead; u.seg = MsEs; u.size = UzElement; u.rdst = UrT0; end
      8'd169: begin u.special = SpCompareAcc; u.size = UzElement; u.str_di = 1'b1; u.str_zf = 1'b1; u.ctl = CtString; end
      UC_INS: begin u.ctl = CtJumpRepZero; u.target = 8'd30; end
      8'd171: begin u.a = UsEdi; u.mem = MemProbe; u.seg = MsEs; u.size = UzElement; end
      8'd172: begin u.a = UsEdx; u.mem = MemIn; u.size = UzElement; u.rdst = UrT0; end
      8'd173: begin u.a = UsEdi; u.mem = MemWrite; u.seg = MsEs; u.size = UzElement; u.data = UsT0; u.str_di = 1'b1; u.ctl = CtString; end
      UC_OUTS: begin u.ctl = CtJumpRepZero; u.target = 8'd30; end
      8'd175: begin u.a = UsEsi; u.mem = MemRead; u.seg = MsOperand; u.size = UzElement; u.rdst = UrT0; end
      8'd176: begin u.a = UsEdx; u.mem = MemOut; u.size = UzElement; u.data = UsT0; u.str_si = 1'b1; u.ctl = CtString; end
      default: ;
    endcase
    return u;
  endfunction

endpackage
