# IN and OUT.

entry IN_IMM:
    Acc = in[Imm].element ; done
entry IN_DX:
    Acc = in[Edx].element ; done
entry OUT_IMM:
    out[Imm].element = Eax ; done
entry OUT_DX:
    out[Edx].element = Eax ; done
