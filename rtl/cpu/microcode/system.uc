# Descriptor table registers, control registers, HLT.

entry STORE_TABLE:
    probe operand[Ea].word
    probe operand[Ea + Two].dword
    write operand[Ea].word = TableLimit
    write operand[Ea + Two].dword = TableBase ; done
entry LOAD_TABLE:
    T0 = read operand[Ea].word
    T1 = read operand[Ea + Two].dword
    SpLoadTable ; done

entry LMSW:
    SpLmsw ; done_flush
entry CLTS:
    SpClts ; done_flush
entry MOV_TO_CR:
    SpCheckCr
    SpMovCr ; done_flush
entry MOV_FROM_CR:
    Rm = Cr ; done

entry INVLPG:
    SpFlushPage ; done_flush

entry MOV_TO_DR:
    SpCheckGd
    SpMovDr
    done_flush                  # a step of its own: the trap of single step sets a bit in the new DR6
entry MOV_FROM_DR:
    SpCheckGd
    Rm = Dr ; done

# Test registers keep nothing.
entry MOV_TO_TR:
    done
entry MOV_FROM_TR:
    Rm = Zero ; done

entry HLT:
    SpHalt ; done_flush

# EAX, which says what is asked for, is written last.
entry CPUID:
    Ebx = Cpuid
    Ecx = Cpuid
    Edx = Cpuid
    Eax = Cpuid ; done
