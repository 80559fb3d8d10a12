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

entry HLT:
    SpHalt ; done_flush
