# CMPXCHG8B: memory is written whatever the comparison finds, and only ZF changes (SDM vol. 2, CMPXCHG8B).
entry CMPXCHG8B:
    probe operand[Ea] ; quad
    probe operand[Ea + Four]
    T0 = read operand[Ea]
    T1 = read operand[Ea + Four]
    SpCompareTwo
    if Equal jump .equal
    write operand[Ea] = T0
    write operand[Ea + Four] = T1
    Eax = T0
    Edx = T1 ; done
.equal:
    write operand[Ea] = Ebx
    write operand[Ea + Four] = Ecx
    done
