// Which function carries an instruction out in a block.
#pragma once

#include "models/engine/block/block.h"

namespace strata {

/// For `instruction` in a block of flat (Mode) code or not; `last`: it ends the block.
StepRun select_step(const Instruction& instruction, bool flat, bool last);

/// `jump`, the last of a block, follows `step`: if there is a function for both together, `step`
/// has it now.
void join_with_jump(Step& step, const Step& jump, bool flat);

/// Behind the last instruction of a block that just ends.
Block* fall_through(Processor& p, const Step* step, BlockRun& run);

/// `next` follows the block that has just ended, at EIP `eip`: kept as a successor in
/// BlockRun::link if it is in the same page, at the same distance.
void note_link(std::uint32_t eip, Block& next, BlockRun& run);

/// Gives EIP, clock and count the values they have at `step`, until unsettle().
void settle(const Step& step, Processor& p, BlockRun& run);
/// Takes clock and count back to the block's begin.
void unsettle(const Step& step, BlockRun& run);

}  // namespace strata
