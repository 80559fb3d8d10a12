# IN and OUT. T15 is the port; where the I/O privilege level does not allow it, the permission bitmap in the
# task state segment is asked (SDM vol. 1, 18.5.2).

entry IN_IMM:
    T15 = Imm ; jump in
entry IN_DX:
    T15 = Edx
in:
    if IoAllowed jump .go
    call check_port
.go:
    Acc = in[T15].element ; done

entry OUT_IMM:
    T15 = Imm ; jump out
entry OUT_DX:
    T15 = Edx
out:
    if IoAllowed jump .go
    call check_port
.go:
    out[T15].element = Eax ; done

# The map's offset is the word at 66h of a 32-bit task state segment; two bytes of the map are read.
check_port:
    SpCheckIoTss
    T14 = read linear[Const + TrBase].word ; const 102
    T14 = T14 + PortByte
    SpCheckIoLimit
    T14 = read linear[T14 + TrBase].word
    SpShiftIoBits
    SpCheckIoBits ; return
