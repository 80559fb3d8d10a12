# Stacks of other privilege levels (SDM vol. 3, 5.8.5 and 5.8.6). T8 and T9 keep selector and high word of the
# code segment's descriptor, T12 and T13 those of the stack segment's, for their accessed bits.

# The stack of the level worked on, from the TSS: loads the new SS, T3 is the new stack pointer, and frames go
# through the new SS from here on.
inner_stack:
    T8 = T0
    T9 = T5
    T14 = StackSlot
    SpCheckStackSlot
    T10 = read linear[T14 + TrBase].tss
    T3 = T10
    T14 = T14 + Bytes ; size tss
    T0 = read linear[T14 + TrBase].word
    SpInvalidIsTss ; if Null jump null_selector
    call read_descriptor
    SpCheckStack
    SpNewFrame ; call probe_accessed
    SpIndex ; index NewSs
    T12 = T0
    T13 = T5 ; SpSegmentLoad ; return

# The stack of an outer level, from the frame: T3 is where its pointer lies, which becomes T10.
outer_stack:
    T8 = T0
    T9 = T5
    T3 = T3 + Bytes ; T10 = read stack[T3]
    T0 = read stack[T3]
    if Null jump null_selector
    call read_descriptor
    SpCheckStack ; call probe_accessed
    SpIndex ; index NewSs
    T12 = T0
    T13 = T5 ; SpSegmentLoad ; return

# Asks for room for the T15 bytes below T3 in the new frame, item by item; pages are not looked at.
room_for_frame:
    T6 = T3
    T14 = T15
.next:
    T6 = T6 - Bytes ; room frame[sum].gate
    T14 = T14 - Bytes ; size gate ; if NotZero jump .next
    return

# Probes the T15 bytes below T3 in the new frame, item by item.
probe_frame:
    T6 = T3
.next:
    T6 = T6 - Bytes ; probe frame[sum].gate
    T15 = T15 - Bytes ; size gate ; if NotZero jump .next
    return

# The privilege level changes: stack and code segment replace the old ones.
enter_inner:
    T0 = T12
    T5 = T13 ; call mark_accessed
    T0 = T8
    T5 = T9 ; call mark_accessed
    Esp = T10 ; SpTakeSs
    Stack = T3 ; SpTakeCs ; return

enter_outer:
    T0 = T8
    T5 = T9 ; call mark_accessed
    SpTakeCs
    T0 = T12
    T5 = T13 ; call mark_accessed
    SpTakeSs ; return

# Empties the data segment registers the level now running may not use.
empty_segments:
    SpIndex ; index Es
    SpSegmentOuter
    SpIndex ; index Ds
    SpSegmentOuter
    SpIndex ; index Fs
    SpSegmentOuter
    SpIndex ; index Gs
    SpSegmentOuter ; return
