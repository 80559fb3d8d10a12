# Instructions about selectors: ARPL LAR LSL VERR VERW LLDT LTR (SDM vol. 2).

# What may not be seen clears ZF and changes nothing else.
entry LAR:
    T0 = Rm ; call look_up
    if Denied jump not_visible
    Reg = Rights ; SpSetZf ; done
entry LSL:
    T0 = Rm ; call look_up
    if Denied jump not_visible
    Reg = Limit ; SpSetZf ; done
entry VERIFY:
    T0 = Rm ; call look_up
    if Denied jump not_visible
    SpSetZf ; done
not_visible:
    SpClearZf ; done

# Descriptor of selector T0; a null selector, or one outside its table, names none.
look_up:
    if Null jump .none
    if Outside jump .none
    T4 = read linear[Descriptor].dword
    T5 = read linear[Descriptor + Four].dword ; return
.none:
    T5 = Zero ; return

# ARPL with the selector in memory, which is written only if its RPL is raised.
entry ARPL:
    T0 = Mem
    if RplKept jump not_visible
    write operand[Ea].word = Raised ; SpSetZf ; done

entry LLDT:
    T0 = Rm ; SpIndex ; index Ldtr
    if Null jump .null
    SpCheckGlobal ; call read_descriptor
    SpCheckLdt
    SpSegmentLoad ; done
.null:
    SpSegmentNull ; done

# The task register's descriptor becomes busy.
entry LTR:
    T0 = Rm ; SpIndex ; index Tr
    if Null jump null_selector
    SpCheckGlobal ; call read_descriptor
    SpCheckTss
    write linear[Descriptor + Const].byte = BusyByte ; const 5
    SpSegmentLoad ; done
