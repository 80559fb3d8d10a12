# Exceptions, interrupts and the return from them.

# What decode found: #UD, #GP and #NM.
entry EARLY_FAULT:
    SpRaiseEarly

# T7 is the EIP to return to.
entry INT:
    T7 = NextEip ; SpVectorSoftware ; jump DELIVER
entry INTO:
    if NoOverflow jump .nothing
    T7 = NextEip ; SpVectorSoftware ; jump DELIVER
.nothing:
    done

# External interrupt: the controller is asked for the vector.
entry INTERRUPT:
    T0 = inta.byte
    T7 = Eip ; SpVectorExternal ; jump DELIVER

# Delivery of the vector with return EIP T7 through the IDT (SDM vol. 2, INT n; vol. 3, 6.12).
entry DELIVER:
    if Real jump .real
    SpCheckVectorGate
    T1 = read linear[VectorGate].dword
    T2 = read linear[VectorGate + Four].dword
    SpCheckGate                 # T0 selector, T1 offset, size and kind of the gate
    call read_code
    SpCheckHandler
    SpCheckEip
    T3 = Esp - Bytes ; probe stack[sum].gate
    T3 = T3 - Bytes ; probe stack[sum].gate
    T3 = T3 - Bytes ; probe stack[sum].gate
    if NoError jump .push
    probe stack[T3 - Bytes].gate
.push:
    T3 = Esp - Bytes ; write stack[sum].gate = Flags
    T3 = T3 - Bytes ; write stack[sum].gate = Cs
    T3 = T3 - Bytes ; write stack[sum].gate = T7
    if NoError jump .enter
    T3 = T3 - Bytes ; write stack[sum].gate = Error
.enter:
    call mark_code
    SpCsLoad
    Stack = T3 ; SpFlagsHandler
    done_jump
# Through the real-mode vector table.
.real:
    SpCheckVectorReal
    T2 = read linear[VectorReal].dword
    SpReal16                    # T0 selector, T1 offset, 16-bit pushes
    SpCheckEipReal
    T3 = Esp - Bytes ; probe stack[sum].gate
    T3 = T3 - Bytes ; probe stack[sum].gate
    probe stack[T3 - Bytes].gate
    T3 = Esp - Bytes ; write stack[sum].gate = Flags
    T3 = T3 - Bytes ; write stack[sum].gate = Cs
    T3 = T3 - Bytes ; write stack[sum].gate = T7
    SpCsReal
    Stack = T3 ; SpFlagsHandler
    done_jump

# T1 is EIP, T0 CS, T2 EFLAGS.
entry IRET:
    SpCheckNested
    T3 = Esp + Bytes ; T1 = read stack[Esp]
    T3 = T3 + Bytes ; T0 = read stack[T3]
    T3 = T3 + Bytes ; T2 = read stack[T3]
    if Real jump .real
    SpCheckIret
    call read_code
    SpCheckReturn
    SpCheckEip ; call mark_code
    SpCsLoad
    SpFlagsIret
    Stack = T3
    done_jump
.real:
    SpCheckEipReal
    SpCsReal
    SpFlagsIret
    Stack = T3
    done_jump
