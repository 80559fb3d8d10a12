# Far jumps, calls and returns (SDM vol. 2, JMP, CALL, RET; vol. 3, 5.8). T0 is the selector, T1 the offset.
# Everything is checked and every place on the stack probed before anything is written.

entry JMP_FAR:
    T0 = Imm2
    T1 = Imm ; jump jump_far
entry JMP_FAR_MEM:
    T0 = read operand[Ea + OperandBytes].word
    T1 = Mem
jump_far:
    if RealRules jump .real
    call read_code
    if System jump .system
    SpCheckDirect
.code:
    SpNewCs ; call probe_accessed
    SpCheckNewEip ; call mark_accessed
    SpTakeCs
    done_jump
.system:
    SpCheckSystem ; if TaskGate jump jump_task_gate
    if Tss jump jump_tss
    SpGate ; call read_code
    SpCheckGateJump ; jump .code
.real:
    SpCheckEip
    SpCsReal
    done_jump

entry CALL_FAR:
    T0 = Imm2
    T1 = Imm ; jump call_far
entry CALL_FAR_MEM:
    T0 = read operand[Ea + OperandBytes].word
    T1 = Mem
call_far:
    SpWideOperand ; if RealRules jump .real
    call read_code
    if System jump .system
    SpCheckDirect
.same_level:
    SpNewCs ; call probe_accessed
    T3 = Esp - Bytes ; room stack[sum].gate
    room stack[T3 - Bytes].gate
    SpCheckNewEip
    probe stack[T3].gate
    probe stack[T3 - Bytes].gate
    T3 = Esp - Bytes ; write stack[sum].gate = Cs
    T3 = T3 - Bytes ; write stack[sum].gate = NextEip ; call mark_accessed
    SpTakeCs
    Stack = T3
    done_jump
.real:
    T3 = Esp - Bytes ; room stack[sum].gate
    room stack[T3 - Bytes].gate
    SpCheckEip
    probe stack[T3].gate
    probe stack[T3 - Bytes].gate
    T3 = Esp - Bytes ; write stack[sum].gate = Cs
    T3 = T3 - Bytes ; write stack[sum].gate = NextEip
    SpCsReal
    Stack = T3
    done_jump
.system:
    SpCheckSystem ; if TaskGate jump call_task_gate
    if Tss jump call_tss
    # through a call gate: T11 is the size of the parameters
    T11 = Parameters ; SpGate ; call read_code
    SpCheckInward
    SpLevelCode
    if SameLevel jump .same_level
    # to an inner level: the frame goes to the stack the TSS names
    SpNewCs ; call probe_accessed
    call inner_stack
    T15 = FrameBytes + T11 ; const 4
    call room_for_frame
    SpCheckNewEip ; call read_parameters
    T15 = FrameBytes + T11 ; const 4
    call probe_frame
    SpIndex ; index Ss
    T3 = T3 - Bytes ; write frame[sum].gate = Selector
    T3 = T3 - Bytes ; write frame[sum].gate = Esp
    T6 = Esp + T11
    T15 = Zero + T11 ; if Zero jump .return_address
.copy:
    T6 = T6 - Bytes ; T14 = read stack[sum].gate
    T3 = T3 - Bytes ; write frame[sum].gate = T14
    T15 = T15 - Bytes ; size gate ; if NotZero jump .copy
.return_address:
    T3 = T3 - Bytes ; write frame[sum].gate = Cs
    T3 = T3 - Bytes ; write frame[sum].gate = NextEip
    call enter_inner
    done_jump

# Reads the T11 bytes of parameters once, so that what faults does so before anything is written.
read_parameters:
    T6 = Esp + T11
    T15 = Zero + T11 ; if Zero jump .done
.next:
    T6 = T6 - Bytes ; T14 = read stack[sum].gate
    T15 = T15 - Bytes ; size gate ; if NotZero jump .next
.done:
    return

# RETF and RETF imm16.
entry RET_FAR:
    T3 = Esp + Bytes ; T1 = read stack[Esp]
    T3 = T3 + Bytes ; T0 = read stack[T3]
    if RealRules jump .real
    call read_code
    SpCheckReturn
    SpLevelSelector
    SpNewCs ; call probe_accessed
    if SameLevel jump .same_level
    T3 = T3 + Imm
    call outer_stack
    SpCheckNewEip ; call enter_outer
    Stack = T10 + Imm ; call empty_segments
    done_jump
.same_level:
    SpCheckNewEip ; call mark_accessed
    SpTakeCs
    Stack = T3 + Imm
    done_jump
.real:
    SpCheckEip
    SpCsReal
    Stack = T3 + Imm
    done_jump
