# String instructions: one iteration is one retirement. A repeated one whose counter is zero does nothing; where there
# are iterations left, the next begins at the label of `string`.

entry MOVS:
    if RepZero jump nothing_to_do
.next:
    T0 = read operand[Esi].element
    write es[Edi].element = T0 ; str_si ; str_di ; string .next

entry CMPS:
    if RepZero jump nothing_to_do
.next:
    T0 = read operand[Esi].element
    T1 = read es[Edi].element
    SpCompareTemps ; size element ; str_si ; str_di ; str_zf ; string .next

entry STOS:
    if RepZero jump nothing_to_do
.next:
    write es[Edi].element = Eax ; str_di ; string .next

entry LODS:
    if RepZero jump nothing_to_do
.next:
    Acc = read operand[Esi].element ; str_si ; string .next

entry SCAS:
    if RepZero jump nothing_to_do
.next:
    T0 = read es[Edi].element
    SpCompareAcc ; size element ; str_di ; str_zf ; string .next

# The place in memory is probed before the port is read, because a port cannot be read twice.
entry INS:
    if RepZero jump nothing_to_do
.next:
    T15 = Edx ; if IoAllowed jump .go
    call check_port
.go:
    probe es[Edi].element
    T0 = in[T15].element
    write es[Edi].element = T0 ; str_di ; string .next

entry OUTS:
    if RepZero jump nothing_to_do
.next:
    T15 = Edx ; if IoAllowed jump .go
    call check_port
.go:
    T0 = read operand[Esi].element
    out[T15].element = T0 ; str_si ; string .next

nothing_to_do:
    done
