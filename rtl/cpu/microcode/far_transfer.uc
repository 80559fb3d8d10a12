# Far jumps, calls and returns. T0 is the selector, T1 the offset; everything is checked and every place on
# the stack probed before anything is written.

entry JMP_FAR:
    T0 = Imm2
    T1 = Imm ; jump jump_far
entry JMP_FAR_MEM:
    T0 = read operand[Ea + OperandBytes].word
    T1 = Mem
jump_far:
    if Real jump .real
    call read_code
    SpCheckJump
    SpCheckEip ; call mark_code
    SpCsLoad
    done_jump
.real:
    SpCheckEipReal
    SpCsReal
    done_jump

entry CALL_FAR:
    T0 = Imm2
    T1 = Imm ; jump call_far
entry CALL_FAR_MEM:
    T0 = read operand[Ea + OperandBytes].word
    T1 = Mem
call_far:
    if Real jump .real
    call read_code
    SpCheckJump
    SpCheckEip
    T3 = Esp - Bytes ; probe stack[sum]
    probe stack[T3 - Bytes]
    T3 = Esp - Bytes ; write stack[sum] = Cs
    T3 = T3 - Bytes ; write stack[sum] = NextEip ; call mark_code
    SpCsLoad
    Stack = T3
    done_jump
.real:
    SpCheckEipReal
    T3 = Esp - Bytes ; probe stack[sum]
    probe stack[T3 - Bytes]
    T3 = Esp - Bytes ; write stack[sum] = Cs
    T3 = T3 - Bytes ; write stack[sum] = NextEip
    SpCsReal
    Stack = T3
    done_jump

entry RET_FAR:
    T3 = Esp + Bytes ; T1 = read stack[Esp]
    T3 = T3 + Bytes ; T0 = read stack[T3]
    if Real jump .real
    call read_code
    SpCheckReturn
    SpCheckEip ; call mark_code
    SpCsLoad
    Stack = T3 + Imm
    done_jump
.real:
    SpCheckEipReal
    SpCsReal
    Stack = T3 + Imm
    done_jump
