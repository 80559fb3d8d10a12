# Stack instructions that move more than one value.

# T3 is the stack pointer, ESP is written with the last push; all eight places are probed first, so that a
# fault leaves memory alone.
entry PUSHA:
    SpCheckPusha
    T3 = Esp - Bytes ; probe stack[sum]
    T3 = T3 - Bytes ; probe stack[sum]
    T3 = T3 - Bytes ; probe stack[sum]
    T3 = T3 - Bytes ; probe stack[sum]
    T3 = T3 - Bytes ; probe stack[sum]
    T3 = T3 - Bytes ; probe stack[sum]
    T3 = T3 - Bytes ; probe stack[sum]
    probe stack[T3 - Bytes]
    T3 = Esp - Bytes ; write stack[sum] = Eax
    T3 = T3 - Bytes ; write stack[sum] = Ecx
    T3 = T3 - Bytes ; write stack[sum] = Edx
    T3 = T3 - Bytes ; write stack[sum] = Ebx
    T3 = T3 - Bytes ; write stack[sum] = Esp
    T3 = T3 - Bytes ; write stack[sum] = Ebp
    T3 = T3 - Bytes ; write stack[sum] = Esi
    Stack = T3 - Bytes ; write stack[sum] = Edi ; done

# Everything is read before anything is written; the stored SP is skipped.
entry POPA:
    T3 = Esp + Bytes ; T7 = read stack[Esp]
    T3 = T3 + Bytes ; T6 = read stack[T3]
    T3 = T3 + Bytes ; T5 = read stack[T3]
    T3 = T3 + Bytes ; read stack[T3]
    T3 = T3 + Bytes ; T4 = read stack[T3]
    T3 = T3 + Bytes ; T2 = read stack[T3]
    T3 = T3 + Bytes ; T1 = read stack[T3]
    T3 = T3 + Bytes ; T0 = read stack[T3]
    Edi = T7
    Esi = T6
    Ebp = T5
    Ebx = T4
    Edx = T2
    Ecx = T1
    Eax = T0
    Stack = T3 ; done

# POP r/m in memory.
entry POP_MEM:
    T3 = Esp + Bytes ; T0 = read stack[Esp]
    write operand[Ea] = T0
    Stack = T3 ; done
