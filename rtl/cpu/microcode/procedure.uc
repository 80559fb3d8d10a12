# Procedure frames and bounds: ENTER and BOUND (SDM vol. 1, 6.6 and 7.3.8.4).

# First everything is checked, then all is done again with the writes: a pointer of the enclosing frame may be
# one that was just pushed, where the stack pointer is above the frame pointer. T3 is the stack pointer, T6 the
# new frame pointer, T8 the place of the next pointer to copy, T9 counts.
entry ENTER:
    T3 = Esp - Bytes ; probe stack[sum]
    T6 = StackPointer
    T8 = Ebp
    T9 = Level ; if Zero jump .check_room
.check:
    T9 = T9 - One ; if Zero jump .check_pointer
    T8 = T8 - Bytes ; probe_read stack[sum]
    T3 = T3 - Bytes ; probe stack[sum] ; jump .check
.check_pointer:
    T3 = T3 - Bytes ; probe stack[sum]
.check_room:
    probe stack[T3 - Imm]       # the stack has to hold an item at its new top too
    T3 = Esp - Bytes ; write stack[sum] = Ebp
    T8 = Ebp
    T9 = Level ; if Zero jump .done
.copy:
    T9 = T9 - One ; if Zero jump .pointer
    T8 = T8 - Bytes ; T0 = read stack[sum]
    T3 = T3 - Bytes ; write stack[sum] = T0 ; jump .copy
.pointer:
    T3 = T3 - Bytes ; write stack[sum] = T6
.done:
    Ebp = T6
    Stack = T3 - Imm ; done

entry BOUND:
    T0 = read operand[Ea]
    T1 = read operand[Ea + OperandBytes]
    T14 = Reg
    SpCheckBound ; done
