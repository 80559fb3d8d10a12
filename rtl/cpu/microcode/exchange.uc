# CMPXCHG8B: memory is written whatever the comparison finds, and only ZF changes (SDM vol. 2, CMPXCHG8B).
entry CMPXCHG8B:
    probe operand[Ea] ; quad
    probe operand[Ea + Four] ; quad
    T0 = read operand[Ea] ; quad
    T1 = read operand[Ea + Four] ; quad
    SpCompareTwo
    if Equal jump .equal
    write operand[Ea] = T0 ; quad
    write operand[Ea + Four] = T1 ; quad
    Eax = T0
    Edx = T1 ; done
.equal:
    write operand[Ea] = Ebx ; quad
    write operand[Ea + Four] = Ecx ; quad
    done
