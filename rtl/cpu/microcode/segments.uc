# Loads of segment registers: MOV Sreg, POP Sreg, LDS LES LFS LGS LSS; the descriptors of everybody else.

entry MOV_SEG:
    T0 = Rm ; SpIndexOperand ; call load_segment
    done

entry POP_SEG:
    T0 = Mem ; SpIndexOperand ; call load_segment
    Stack = Esp + Bytes ; done

entry LOAD_FAR:
    T0 = read operand[Ea + OperandBytes].word ; SpIndexOperand
    call load_segment
    Reg = Mem ; done

# The segment register worked on, from selector T0 (SDM vol. 2, MOV; vol. 3, 5.6 and 5.7).
load_segment:
    if RealRules jump load_segment_real
load_segment_protected:
    if Null jump .null
    call read_descriptor
    SpCheckData ; if Accessed jump .cache
    write linear[Descriptor + Const].byte = AccessByte ; const 5
.cache:
    SpSegmentLoad ; return
.null:
    SpSegmentNull ; return
load_segment_real:
    SpSegmentReal ; return

# Descriptor of code selector T0 to T4 and T5: null is an error.
read_code:
    if Null jump null_selector
# Descriptor of selector T0.
read_descriptor:
    SpCheckSelector
    T4 = read linear[Descriptor].dword
    T5 = read linear[Descriptor + Four].dword ; return

null_selector:
    SpRaiseNull

# Checks that the accessed bit of descriptor T0, T5 can be set, while there is still nothing to undo.
probe_accessed:
    if Accessed jump .done
    probe linear[Descriptor + Const].byte ; const 5
.done:
    return

# Sets it.
mark_accessed:
    if Accessed jump .done
    write linear[Descriptor + Const].byte = AccessByte ; const 5
.done:
    return
