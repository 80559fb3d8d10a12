# Loads of segment registers: MOV Sreg, POP Sreg, LDS LES LFS LGS LSS.

entry MOV_SEG:
    T0 = Rm ; call load_segment
    done

entry POP_SEG:
    T0 = Mem ; call load_segment
    Stack = Esp + Bytes ; done

entry LOAD_FAR:
    T0 = read operand[Ea + OperandBytes].word
    call load_segment
    Reg = Mem ; done

# Segment register `cond` from selector T0 (SDM vol. 2, MOV; vol. 3, 5.6).
load_segment:
    if Real jump .real
    if Null jump .null
    SpCheckSelector
    T4 = read linear[Descriptor].dword
    T5 = read linear[Descriptor + Four].dword
    SpCheckData ; if Accessed jump .cache
    write linear[Descriptor + Four].dword = T5Accessed
.cache:
    SpSegmentLoad ; return
.real:
    SpSegmentReal ; return
.null:
    SpSegmentNull ; return

# Descriptor of code selector T0 to T4 and T5.
read_code:
    if Null jump .null
    SpCheckSelector
    T4 = read linear[Descriptor].dword
    T5 = read linear[Descriptor + Four].dword ; return
.null:
    SpRaiseNull

# Sets the accessed bit of that descriptor.
mark_code:
    if Accessed jump .marked
    write linear[Descriptor + Four].dword = T5Accessed
.marked:
    return
