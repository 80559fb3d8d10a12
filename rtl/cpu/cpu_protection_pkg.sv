// The checks of segment-level protection (SDM vol. 3, chapter 5) as pure functions of a descriptor's high
// word, the selector's RPL and the privilege level. What an error becomes (#GP, #TS, #NP, #SS) is the
// caller's to say: the same rule has other vectors in a task switch.
package cpu_protection_pkg;

  typedef enum logic [1:0] {
    CheckOk,
    CheckInvalid,  // #GP or #TS with the selector
    CheckAbsent    // #NP, for stacks #SS
  } check_e;

  // Fields of a descriptor's high word (SDM vol. 3, 3.4.5).
  function automatic logic is_code(logic [31:0] high);
    return high[12] && high[11];
  endfunction

  function automatic logic is_conforming_code(logic [31:0] high);
    return high[12] && high[11] && high[10];
  endfunction

  // Limit in bytes.
  function automatic logic [31:0] descriptor_limit(logic [31:0] low, logic [31:0] high);
    return high[23] ? {high[19:16], low[15:0], 12'hFFF} : {12'b0, high[19:16], low[15:0]};
  endfunction

  function automatic logic [31:0] descriptor_base(logic [31:0] low, logic [31:0] high);
    return {high[31:24], high[7:0], low[31:16]};
  endfunction

  // Attributes as CpuState keeps them, marked accessed if a segment.
  function automatic logic [31:0] descriptor_attributes(logic [31:0] high);
    return {16'b0, high[23:20], 4'b0, high[15:9], high[8] | high[12]};
  endfunction

  function automatic check_e with_presence(logic valid, logic [31:0] high);
    return !valid ? CheckInvalid : high[15] ? CheckOk : CheckAbsent;
  endfunction

  // SS (SDM vol. 3, 5.7): writable data of exactly `level`.
  function automatic check_e check_stack(logic [31:0] high, logic [1:0] rpl, logic [1:0] level);
    return with_presence(rpl == level && high[14:13] == level && high[12] && !high[11] && high[9], high);
  endfunction

  // DS, ES, FS, GS (SDM vol. 3, 5.6): data or readable code no more privileged than level and RPL.
  function automatic check_e check_data(logic [31:0] high, logic [1:0] rpl, logic [1:0] level);
    return with_presence(
        high[12] && (!high[11] || high[9]) &&
        (is_conforming_code(high) || (high[14:13] >= rpl && high[14:13] >= level)), high);
  endfunction

  // JMP and CALL straight to code (SDM vol. 3, 5.8.1).
  function automatic check_e check_direct(logic [31:0] high, logic [1:0] rpl, logic [1:0] level);
    return with_presence(
        is_code(high) && (high[10] ? high[14:13] <= level : rpl <= level && high[14:13] == level), high);
  endfunction

  // JMP through a call gate (SDM vol. 3, 5.8.4): nonconforming code of the same level only.
  function automatic check_e check_gate_jump(logic [31:0] high, logic [1:0] level);
    return with_presence(is_code(high) && (high[10] ? high[14:13] <= level : high[14:13] == level), high);
  endfunction

  // CALL through a gate and handlers (SDM vol. 3, 5.8.4 and 6.12.1): code no less privileged.
  function automatic check_e check_inward(logic [31:0] high, logic [1:0] level);
    return with_presence(is_code(high) && high[14:13] <= level, high);
  endfunction

  // RET and IRET (SDM vol. 3, 5.8.6): code of the level the selector asks for, outward or the same.
  function automatic check_e check_return(logic [31:0] high, logic [1:0] rpl, logic [1:0] level);
    return with_presence(
        rpl >= level && is_code(high) && (high[10] ? high[14:13] <= rpl : high[14:13] == rpl), high);
  endfunction

  // A gate or task state segment named by JMP or CALL (SDM vol. 2, CALL): type and privilege.
  function automatic check_e check_system_target(logic [31:0] high, logic [1:0] rpl, logic [1:0] level);
    logic type_ok;
    unique case (high[12:8])
      5'h01, 5'h09, 5'h04, 5'h0C, 5'h05: type_ok = 1'b1;  // available TSS, call gate, task gate
      default: type_ok = 1'b0;
    endcase
    return with_presence(type_ok && high[14:13] >= level && high[14:13] >= rpl, high);
  endfunction

  // After a return to an outer level, whether a data segment register must be emptied (SDM vol. 3, 5.8.6).
  function automatic logic emptied(logic [31:0] attributes, logic [1:0] level);
    return !attributes[16] && !(attributes[3] && attributes[2]) && attributes[6:5] < level;
  endfunction

  // What LAR, LSL, VERR and VERW may see (SDM vol. 2): `kind` is 0 LAR, 1 LSL, 2 VERR, 3 VERW.
  function automatic logic visible(logic [1:0] kind, logic [31:0] high, logic [1:0] rpl, logic [1:0] level);
    logic type_ok;
    unique case (kind)
      2'd0:
      unique case (high[12:8])
        5'h01, 5'h02, 5'h03, 5'h04, 5'h05, 5'h09, 5'h0B, 5'h0C: type_ok = 1'b1;
        default: type_ok = high[12];
      endcase
      2'd1:
      unique case (high[12:8])
        5'h01, 5'h02, 5'h03, 5'h09, 5'h0B: type_ok = 1'b1;
        default: type_ok = high[12];
      endcase
      2'd2: type_ok = high[12] && (!high[11] || high[9]);
      default: type_ok = high[12] && !high[11] && high[9];
    endcase
    return type_ok && (is_conforming_code(high) || (high[14:13] >= rpl && high[14:13] >= level));
  endfunction

endpackage
