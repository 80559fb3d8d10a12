// The one place that says which states an IA-32 processor cannot be in.
#pragma once

#include "models/isa/cpu_family.h"
#include "models/isa/cpu_state.h"

namespace strata::test {

/// Turns any words into a state that a processor of `family` can reach, changing no more than it
/// must:
///
/// - bits that do not exist are zero, or one where they always are: EFLAGS, CR0, CR4, DR6, DR7 (SDM
///   vol. 3, 2.3, 2.5, 17.2; 80386 manual, 4.1); CR0.PG needs PE, NW needs CD (vol. 2, MOV CRn);
///   table limits have 16 bits, selectors too;
/// - EFLAGS.VM needs protected mode; then all segment caches are what V86 mode makes them (20.2);
/// - real mode runs at level 0, and its caches hold present data segments: loads in real mode
/// change
///   selector and base only, so limit and size stay from before (9.9.2);
/// - protected mode: CS holds a present code segment, SS a present writable data segment, both with
///   CPL = RPL(CS) = RPL(SS) = DPL(SS); a non-conforming code segment has that DPL, a conforming
///   one no higher (5.5, 5.8); the others a present readable segment whose DPL is not below CPL
///   unless it is conforming, or are unusable (5.6, 5.8.1);
/// - loaded segments are marked accessed; a limit in pages ends in FFF, one in bytes has 20 bits;
/// - LDTR holds an LDT or is unusable, TR a busy task state segment (6.2.3 of the 80386
/// manual; 7.2.4);
/// - an interrupt shadow, HLT, a pending debug trap and NMI blocking have the values cpu_state.h
/// names,
///   and at a boundary with a pending trap the processor is not halted.
void make_possible(CpuState& state, CpuFamily family);

}  // namespace strata::test
