# Task switches (SDM vol. 3, 7.3). T0, T4 and T5 are selector and descriptor of the new task state segment (TSS),
# T7 is the EIP the old task will go on at. Until the old task has been saved a fault leaves it as it was; from then
# on a fault is the new task's. T8, T9, T10 keep T0, T5, T4; T11 is the high word of the old TSS's descriptor,
# T12 the base of the new TSS.

jump_task_gate:
    SpGate ; call find_tss
jump_tss:
    T7 = NextEip ; SpTaskJump ; jump switch_task

call_task_gate:
    SpGate ; call find_tss
call_tss:
    T7 = NextEip ; SpTaskNest ; jump switch_task

interrupt_task:
    SpGate ; call find_tss
    SpTaskNest ; jump switch_task

# IRET with NT set: the back link is the first word of the TSS.
task_return:
    T0 = read linear[Zero + TrBase].word
    SpInvalidIsTss
    SpCheckGlobal ; call read_descriptor
    SpCheckBusyTss
    T7 = NextEip ; SpTaskReturn ; jump switch_task

# The TSS a task gate names.
find_tss:
    SpCheckGlobal ; call read_descriptor
    SpCheckTss ; return

switch_task:
    SpCheckTssLimit
    SpCheckOldTss
    T8 = T0
    T9 = T5
    T10 = T4
    T12 = TssBase
    read linear[T12].byte
    read linear[T12 + TssLast].byte
    probe linear[OldFirst + TrBase].byte
    probe linear[OldLast + TrBase].byte
    if TaskNests jump .probe_link
    # JMP and IRET free the old TSS
    SpIndex ; index Tr
    T0 = Selector
    T4 = read linear[Descriptor].dword
    T5 = read linear[Descriptor + Four].dword
    T11 = T5
    probe linear[Descriptor + Const].byte ; const 5
    if TaskReturns jump .save
    T0 = T8 ; jump .probe_new
.probe_link:
    probe linear[T12].byte
    probe linear[T12 + Const].byte ; const 1
.probe_new:
    probe linear[Descriptor + Const].byte ; const 5

# Nothing can fault any more in the old task.
.save:
    if TaskNests jump .save_state
    SpIndex ; index Tr
    T0 = Selector
    T5 = T11
    write linear[Descriptor + Const].byte = FreeByte ; const 5
.save_state:
    T13 = OldFirst + TrBase
    T13 = T13 + Bytes ; write linear[T13].tss = T7
    T13 = T13 + Bytes ; write linear[T13].tss = TaskFlags
    T13 = T13 + Bytes ; write linear[T13].tss = Eax
    T13 = T13 + Bytes ; write linear[T13].tss = Ecx
    T13 = T13 + Bytes ; write linear[T13].tss = Edx
    T13 = T13 + Bytes ; write linear[T13].tss = Ebx
    T13 = T13 + Bytes ; write linear[T13].tss = Esp
    T13 = T13 + Bytes ; write linear[T13].tss = Ebp
    T13 = T13 + Bytes ; write linear[T13].tss = Esi
    T13 = T13 + Bytes ; write linear[T13].tss = Edi
    SpIndex ; index Es
    write linear[T13].word = Selector
    T13 = T13 + Bytes ; size tss ; SpIndex ; index Cs
    write linear[T13].word = Selector
    T13 = T13 + Bytes ; size tss ; SpIndex ; index Ss
    write linear[T13].word = Selector
    T13 = T13 + Bytes ; size tss ; SpIndex ; index Ds
    write linear[T13].word = Selector
    if Tss16 jump .link
    T13 = T13 + Bytes ; size tss ; SpIndex ; index Fs
    write linear[T13].word = Selector
    T13 = T13 + Bytes ; size tss ; SpIndex ; index Gs
    write linear[T13].word = Selector
.link:
    if TaskReturns jump .load
    if TaskJumps jump .busy
    SpIndex ; index Tr
    write linear[T12].word = Selector
.busy:
    T0 = T8
    T5 = T9
    write linear[Descriptor + Const].byte = BusyByte ; const 5

# TR, then what the new TSS holds; sizes are those of the new TSS from here on.
.load:
    T0 = T8
    T4 = T10
    T5 = T9 ; SpIndex ; index Tr
    SpSegmentLoad
    T6 = Zero
    if Tss16 jump .registers
    T14 = read linear[T12 + Const].dword ; const 28
    T6 = read linear[T12 + Const].word ; const 100
.registers:
    T13 = OldFirst + TrBase
    T13 = T13 + Bytes ; T1 = read linear[T13].tss
    T13 = T13 + Bytes ; T2 = read linear[T13].tss
    T13 = T13 + Bytes ; Eax = read linear[T13].tss
    T13 = T13 + Bytes ; Ecx = read linear[T13].tss
    T13 = T13 + Bytes ; Edx = read linear[T13].tss
    T13 = T13 + Bytes ; Ebx = read linear[T13].tss
    T13 = T13 + Bytes ; Esp = read linear[T13].tss
    T13 = T13 + Bytes ; Ebp = read linear[T13].tss
    T13 = T13 + Bytes ; Esi = read linear[T13].tss
    T13 = T13 + Bytes ; Edi = read linear[T13].tss
    Selector = read linear[T13].word ; index Es
    T13 = T13 + Bytes ; size tss
    Selector = read linear[T13].word ; index Cs
    T13 = T13 + Bytes ; size tss
    Selector = read linear[T13].word ; index Ss
    T13 = T13 + Bytes ; size tss
    Selector = read linear[T13].word ; index Ds
    T13 = T13 + Bytes ; size tss
    if Tss16 jump .no_fs_gs
    Selector = read linear[T13].word ; index Fs
    T13 = T13 + Bytes ; size tss
    Selector = read linear[T13].word ; index Gs
    T13 = T13 + Bytes ; size tss
    SpLoadCr3 ; jump .ldt
.no_fs_gs:
    T0 = Zero ; SpIndex ; index Fs
    SpSegmentNull
    SpIndex ; index Gs
    SpSegmentNull
.ldt:
    T0 = read linear[T13].word
    SpTaskState
    SpIndex ; index Ldtr
    SpSegmentNull
    # selectors without descriptors yet, at the new level
    SpLevelTask
    SpIndex ; index Es
    SpSegmentRaw
    SpIndex ; index Cs
    SpSegmentRaw
    SpIndex ; index Ss
    SpSegmentRaw
    SpIndex ; index Ds
    SpSegmentRaw
    SpIndex ; index Fs
    SpSegmentRaw
    SpIndex ; index Gs
    SpSegmentRaw
    SpInvalidIsTss ; if Null jump .segments
    SpCheckGlobal ; call read_descriptor
    SpCheckTaskLdt
    SpIndex ; index Ldtr
    SpSegmentLoad
.segments:
    if Vm jump .vm
    SpIndex ; index Cs
    T0 = Selector
    call read_code
    SpCheckTaskCode
    call mark_accessed
    SpSegmentLoad
    SpIndex ; index Ss
    T0 = Selector
    call read_code
    SpCheckStack
    call mark_accessed
    SpSegmentLoad
    SpIndex ; index Ds
    T0 = Selector ; call load_segment_protected
    SpIndex ; index Es
    T0 = Selector ; call load_segment_protected
    SpIndex ; index Fs
    T0 = Selector ; call load_segment_protected
    SpIndex ; index Gs
    T0 = Selector ; call load_segment_protected
    jump .stack
.vm:
    SpIndex ; index Es
    T0 = Selector
    SpSegmentVm
    SpIndex ; index Cs
    T0 = Selector
    SpSegmentVm
    SpIndex ; index Ss
    T0 = Selector
    SpSegmentVm
    SpIndex ; index Ds
    T0 = Selector
    SpSegmentVm
    SpIndex ; index Fs
    T0 = Selector
    SpSegmentVm
    SpIndex ; index Gs
    T0 = Selector
    SpSegmentVm

# An exception's error code goes onto the new task's stack.
.stack:
    SpStackSize ; if NoError jump .go
    Stack = Esp - Bytes ; write stack[sum].tss = Error
.go:
    SpCheckEip
    SpTaskTrap ; done_jump
