# Exceptions, interrupts and the return from them (SDM vol. 2, INT n and IRET; vol. 3, 6.12 and 20.3).

# What decode found.
entry EARLY_FAULT:
    SpRaiseEarly

# T7 is the EIP to return to.
entry INT:
    T7 = NextEip ; SpVectorSoftware ; jump DELIVER
entry INT1:
    SpInt1 ; done
entry INTO:
    if NoOverflow jump .nothing
    T7 = NextEip ; SpVectorSoftware ; jump DELIVER
.nothing:
    done

# External interrupt: the controller is asked for the vector.
entry INTERRUPT:
    T0 = inta.byte
    T7 = Eip ; SpVectorExternal ; jump DELIVER

entry NMI:
    T7 = Eip ; SpVectorNmi ; jump DELIVER

# Delivery of the vector with return EIP T7 through the IDT.
entry DELIVER:
    if RealMode jump .real
    SpCheckVectorGate
    T4 = read linear[VectorGate].dword
    T5 = read linear[VectorGate + Four].dword
    SpCheckGate ; if TaskGate jump interrupt_task
    SpGate ; call read_code
    SpCheckInward ; call probe_accessed
    SpLevelCode ; if Vm jump .from_vm
    SpNewCs ; if SameLevel jump .same_level
    call inner_stack
    T15 = FrameBytes ; const 5
    call room_for_frame_and_error
    SpCheckNewEip ; call probe_frame
    SpIndex ; index Ss
    T3 = T3 - Bytes ; write frame[sum].gate = Selector
    T3 = T3 - Bytes ; write frame[sum].gate = Esp
    call push_return
    call enter_inner
    SpFlagsHandler
    done_jump
.same_level:
    T3 = Esp
    T15 = FrameBytes ; const 3
    call room_for_frame_and_error
    SpCheckNewEip ; call probe_frame
    call push_return
    call mark_accessed
    SpTakeCs
    Stack = T3 ; SpFlagsHandler
    done_jump
.from_vm:
    SpCheckVmHandler
    SpNewCs ; call inner_stack
    T15 = FrameBytes ; const 9
    call room_for_frame_and_error
    SpCheckNewEip ; call probe_frame
    SpIndex ; index Gs
    T3 = T3 - Bytes ; write frame[sum].gate = Selector
    SpIndex ; index Fs
    T3 = T3 - Bytes ; write frame[sum].gate = Selector
    SpIndex ; index Ds
    T3 = T3 - Bytes ; write frame[sum].gate = Selector
    SpIndex ; index Es
    T3 = T3 - Bytes ; write frame[sum].gate = Selector
    SpIndex ; index Ss
    T3 = T3 - Bytes ; write frame[sum].gate = Selector
    T3 = T3 - Bytes ; write frame[sum].gate = Esp
    call push_return
    call enter_inner
    T0 = Zero ; SpFlagsHandler
    SpIndex ; index Gs
    SpSegmentNull
    SpIndex ; index Fs
    SpSegmentNull
    SpIndex ; index Ds
    SpSegmentNull
    SpIndex ; index Es
    SpSegmentNull
    done_jump
# Through the real-mode vector table.
.real:
    SpCheckVectorReal
    T2 = read linear[VectorReal].dword
    SpReal16                    # T0 selector, T1 offset, 16-bit pushes
    T3 = Esp
    T15 = FrameBytes ; const 3
    call room_for_frame
    SpCheckEip
    T3 = Esp - Bytes ; write stack[sum].gate = Flags
    T3 = T3 - Bytes ; write stack[sum].gate = Cs
    T3 = T3 - Bytes ; write stack[sum].gate = T7
    SpCsReal
    Stack = T3 ; SpFlagsHandler
    done_jump

# Asks for room for a frame of T15 bytes and the error code that may come with it.
room_for_frame_and_error:
    if NoError jump room_for_frame
    T15 = T15 + Bytes ; size gate ; jump room_for_frame

# EFLAGS, CS, return EIP T7 and the error code.
push_return:
    T3 = T3 - Bytes ; write frame[sum].gate = Flags
    T3 = T3 - Bytes ; write frame[sum].gate = Cs
    T3 = T3 - Bytes ; write frame[sum].gate = T7
    if NoError jump .done
    T3 = T3 - Bytes ; write frame[sum].gate = Error
.done:
    return

# T1 is EIP, T0 CS, T2 EFLAGS.
entry IRET:
    SpUnblockNmi
    SpCheckVmTrap ; if Nested jump task_return
    T3 = Esp + Bytes ; T1 = read stack[Esp]
    T3 = T3 + Bytes ; T0 = read stack[T3]
    T3 = T3 + Bytes ; T2 = read stack[T3]
    if RealRules jump .real
    if ToVm jump .to_vm
    call read_code
    SpCheckReturn
    SpLevelSelector
    SpNewCs ; call probe_accessed
    if SameLevel jump .same_level
    call outer_stack
    SpCheckNewEip
    SpFlagsIret ; call enter_outer
    Stack = T10 ; call empty_segments
    done_jump
.same_level:
    SpCheckNewEip ; call mark_accessed
    SpTakeCs
    SpFlagsIret
    Stack = T3
    done_jump
.real:
    SpCheckEip
    SpCsReal
    SpFlagsIret
    Stack = T3
    done_jump
# From level 0 to virtual-8086 mode: behind EFLAGS lie ESP, SS, ES, DS, FS, GS.
.to_vm:
    T3 = T3 + Bytes ; T10 = read stack[T3]
    T3 = T3 + Bytes ; T11 = read stack[T3]
    T3 = T3 + Bytes ; T12 = read stack[T3]
    T3 = T3 + Bytes ; T13 = read stack[T3]
    T3 = T3 + Bytes ; T14 = read stack[T3]
    T3 = T3 + Bytes ; T15 = read stack[T3]
    SpCheckVmEip
    SpFlagsWhole ; call load_vm_segments
    Esp = T10
    done_jump

# CS T0, SS T11, ES T12, DS T13, FS T14, GS T15 as virtual-8086 mode has them.
load_vm_segments:
    SpIndex ; index Cs
    SpSegmentVm
    T0 = T11 ; SpIndex ; index Ss
    SpSegmentVm
    T0 = T12 ; SpIndex ; index Es
    SpSegmentVm
    T0 = T13 ; SpIndex ; index Ds
    SpSegmentVm
    T0 = T14 ; SpIndex ; index Fs
    SpSegmentVm
    T0 = T15 ; SpIndex ; index Gs
    SpSegmentVm ; return
