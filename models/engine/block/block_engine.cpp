#include "models/engine/block/block_engine.h"

#include <algorithm>
#include <type_traits>

#include "models/engine/block/repeat.h"
#include "models/engine/block/steps.h"
#include "models/isa/fetch.h"

namespace strata {

// ---- the machine, as a block sees it ----

template <typename Access>
auto BlockBus::carry_out(Access&& access) {
  before_access();
  if constexpr (std::is_void_v<decltype(access())>) {
    access();
    after_access();
  } else {
    const auto value = access();
    after_access();
    return value;
  }
}

std::uint32_t BlockBus::port_read(std::uint16_t port, unsigned bytes) {
  return carry_out([&] { return bus_.port_read(port, bytes); });
}

void BlockBus::port_write(std::uint16_t port, unsigned bytes, std::uint32_t value) {
  carry_out([&] { bus_.port_write(port, bytes, value); });
}

std::uint32_t BlockBus::port_write_block(std::uint16_t port, unsigned bytes,
                                         const std::uint8_t* data, std::uint32_t count) {
  return carry_out([&] { return bus_.port_write_block(port, bytes, data, count); });
}

std::uint32_t BlockBus::port_read_block(std::uint16_t port, unsigned bytes, std::uint8_t* data,
                                        std::uint32_t count) {
  return carry_out([&] { return bus_.port_read_block(port, bytes, data, count); });
}

std::uint32_t BlockBus::mmio_read(std::uint32_t physical, unsigned bytes) {
  return carry_out([&] { return bus_.mmio_read(physical, bytes); });
}

void BlockBus::mmio_write(std::uint32_t physical, unsigned bytes, std::uint32_t value) {
  carry_out([&] { bus_.mmio_write(physical, bytes, value); });
}

std::uint8_t BlockBus::acknowledge_interrupt() {
  return bus_.acknowledge_interrupt();
}

// ---- the engine ----

BlockEngine::BlockEngine(EngineBus& bus, std::span<const MemoryRegion> regions, Cycle cpi,
                         CpuFamily family, std::size_t room)
    : BlockBus(bus),
      SoftwareEngine(*this, regions, cpi, family),
      code_(
          family, cpi, room,
          [this](const std::uint8_t* page, bool guarded) { guard(page, guarded); },
          [this] { processor_.attention = true; }) {
  run_.cpi = cpi;
  run_.cycle = &cycle_;
  run_.instructions = &instructions_;
  processor_.memory.set_guard(code_);
  code_.on_flush([this] { on_flush(); });
}

BlockEngine::~BlockEngine() = default;

void BlockEngine::on_flush() {
  run_.jumps.forget_all();
  run_.link = nullptr;
}

void BlockEngine::guard(const std::uint8_t* page, bool guarded) {
  processor_.guard_code(page, guarded);
}

bool BlockEngine::run_translated(Block&) {
  return false;
}

void BlockEngine::load_state(const CpuState& state) {
  code_.flush();
  SoftwareEngine::load_state(state);
}

void BlockEngine::memory_written(std::uint32_t physical, std::uint32_t bytes) {
  processor_.memory.note_written(physical, bytes);
}

void BlockEngine::before_access() {
  if (run_.accessing != nullptr) settle(*run_.accessing, processor_, run_);
}

void BlockEngine::after_access() {
  if (run_.accessing != nullptr) unsettle(*run_.accessing, run_);
  if (must_break()) processor_.attention = true;
}

// ---- finding blocks ----

JumpCache::Context BlockEngine::context() const {
  const Processor& p = processor_;
  const Mode mode{p.code_big(), p.flat()};
  return JumpCache::Context{p.translation_generation()} << 3 | mode.number() << 1 |
         (p.privilege() == Privilege::kUser ? 1 : 0);
}

/// The block at EIP; null where an instruction must be fetched by itself: it does not lie in one
/// page of memory, or fetching it may fault.
Block* BlockEngine::find() {
  const Processor& p = processor_;
  const std::uint32_t linear = linear_eip();
  run_.context = context();
  Block* known = run_.jumps.find(linear, run_.context);
  if (known != nullptr && (known->special & Block::kDead) == 0) return known;
  const std::uint8_t* page = p.code_page(linear);
  if (page == nullptr) return nullptr;
  Block* block = code_.at(page, linear & GuestMemory::kPageMask, {p.code_big(), p.flat()});
  if (block != nullptr) run_.jumps.remember(linear, run_.context, block);
  return block;
}

/// Whether the block ends inside CS.
inline bool BlockEngine::inside_limit(const Block& block) const {
  const std::uint64_t end = std::uint64_t{processor_.eip} + block.bytes;
  return end <= std::uint64_t{processor_.system.seg[kCs].limit} + 1;
}

const Instruction* BlockEngine::fetch_one() {
  if (const Instruction* known = singles_.find(processor_)) return known;
  return fetch_instruction(processor_, single_) ? &single_ : nullptr;
}

/// False where the block must not run now; it is dead, or its instructions must be fetched one by
/// one. `before`: what ran before it.
bool BlockEngine::may_run(Block& block, Block* before) {
  if ((block.special & Block::kChecked) != 0) code_.check(block);
  if ((block.special & Block::kDead) != 0) {
    if (before != nullptr) std::ranges::replace(before->links, &block, nullptr);
    return false;
  }
  if (!inside_limit(block)) {
    execute_one(fetch_one());
    return false;
  }
  return (block.special & Block::kCounted) == 0 || !run_translated(block);
}

// ---- running ----

void BlockEngine::execute_until_break() {
  if (watch_ != nullptr) return SoftwareEngine::execute_until_break();
  // In the shadow of STI or MOV SS: one instruction, and the engine looks again.
  if (processor_.attention) {
    execute_one(fetch_one());
    return;
  }
  do {
    if (Block* block = find()) {
      run_from(block);
    } else {
      execute_one(fetch_one());
    }
  } while (!must_break());
  run_.accessing = nullptr;
}

/// Runs `block` and what follows as long as it is known; at least one instruction, but for a block
/// that turns out to be dead.
void BlockEngine::run_from(Block* block) {
  Processor& p = processor_;
  Block* before = nullptr;
  Cycle cycle = cycle_;
  std::uint64_t instructions = instructions_;
  while (block != nullptr) {
    if (block->special != Block::kPlain || !inside_limit(*block)) [[unlikely]] {
      if (before != nullptr && must_break()) return;
      if (!may_run(*block, before)) return;
    }
    // The last instruction must begin before the next look at the clock.
    if (cycle + block->cycles - cpi_ >= next_break()) [[unlikely]] {
      if (before == nullptr || !must_break()) step_through(*block);
      return;
    }
    run_.block = block;
    run_.entry = p.eip;
    Block* next = block->steps[0].run(p, block->steps.data(), run_);
    if (next == nullptr) [[unlikely]] {
      block = end_block(*block);
      before = nullptr;
      cycle = cycle_;
      instructions = instructions_;
      continue;
    }
    cycle_ = cycle += block->cycles;
    instructions_ = instructions += block->count;
    before = block;
    block = next;
  }
}

/// What is left to do where a block has named no successor: counts, and finds it.
Block* BlockEngine::end_block(const Block& block) {
  run_.accessing = nullptr;
  if (run_.left_at != nullptr) {
    end_early(block);
    return nullptr;
  }
  cycle_ += block.count * cpi_;
  instructions_ += block.count;
  if (must_break()) {
    run_.link = nullptr;
    return nullptr;
  }
  Block* next = find();
  if (next != nullptr && run_.link != nullptr) note_link(processor_.eip, *next, run_);
  run_.link = nullptr;
  return next;
}

void BlockEngine::end_early(const Block& block) {
  const Step& step = *run_.left_at;
  run_.left_at = nullptr;
  cycle_ += step.index * cpi_;
  instructions_ += step.index;
  end_instruction(step.instruction, run_.outcome, block.certain());
}

void BlockEngine::end_instruction(const Instruction& instruction, Outcome outcome, bool repeats) {
  if (outcome == Outcome::kDone) ++instructions_;
  if (outcome == Outcome::kFault) take_exception();
  cycle_ += cpi_;
  if (outcome == Outcome::kRepeat && repeats) repeat(instruction);
}

void BlockEngine::run_one(Block& block) {
  run_.block = &block;
  run_.entry = processor_.eip;
  const Block* next = block.steps[0].run(processor_, block.steps.data(), run_);
  if (next == nullptr) {
    end_block(block);
  } else {
    cycle_ += block.cycles;
    instructions_ += block.count;
  }
}

/// Further iterations of a string instruction.
void BlockEngine::repeat(const Instruction& instruction) {
  while (!must_break()) {
    const Cycle most = (cycles_to_break() - 1) / cpi_;
    const std::uint32_t together = repeat_together(
        processor_, instruction, static_cast<std::uint32_t>(std::min<Cycle>(most, UINT32_MAX)));
    cycle_ += together * cpi_;
    if (execute_one(&instruction) != Outcome::kRepeat) return;
  }
}

/// Like run(), but looks at the clock behind each instruction.
void BlockEngine::step_through(const Block& block) {
  std::uint32_t eip = processor_.eip;
  for (const Step& step : block.steps) {
    if (step.instruction.execute == nullptr) return;
    const Outcome outcome = execute_one(&step.instruction);
    eip += step.instruction.length;
    const bool gone = processor_.eip != eip || (block.special & Block::kDead) != 0;
    if (outcome != Outcome::kDone || gone || must_break()) return;
  }
}

/// One instruction by its handler; null: the fault that fetching it has raised.
Outcome BlockEngine::execute_one(const Instruction* instruction) {
  Processor& p = processor_;
  Outcome outcome = Outcome::kFault;
  run_.accessing = nullptr;
  if (instruction != nullptr) {
    p.next_eip = p.eip + instruction->length;
    outcome = instruction->execute(p, *instruction);
  }
  if (outcome == Outcome::kDone) {
    p.eip = p.next_eip;
    ++instructions_;
  } else if (outcome == Outcome::kFault) {
    take_exception();
  }
  cycle_ += cpi_;
  return outcome;
}

}  // namespace strata
