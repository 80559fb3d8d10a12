#include "models/engine/block/code_cache.h"

#include <algorithm>
#include <cstring>

#include "models/engine/block/block_ends.h"
#include "models/engine/block/steps.h"
#include "models/isa/decoder.h"
#include "models/isa/row_effects.h"

namespace strata {
namespace {

/// Whether an instruction may write memory or reach a device.
bool may_write(const Instruction& instruction) {
  if (instruction.row == kUndefinedRow) return false;
  const RowEffects& effects = row_effects()[instruction.row];
  const bool written = std::ranges::any_of(effects.operands, [&](const Operand& operand) {
    const bool memory = operand.place == OperandPlace::kOffset ||
                        (operand.place == OperandPlace::kRm && instruction.memory);
    return memory && operand.access != OperandAccess::kRead;
  });
  return written || effects.faults == Faults::kAlways;
}

/// Or may change the block's Mode. A string instruction stays where it is only when it is repeated.
bool ends_block(const Instruction& instruction) {
  if (instruction.row == kUndefinedRow) return true;
  const RowEffects& effects = row_effects()[instruction.row];
  const bool once = instruction.repeat == Repeat::kNone && is_string(effects.operation);
  return (effects.ends_block && !once) || loads_segment(instruction.row);
}

}  // namespace

CodeCache::CodeCache(CpuFamily family, Cycle cpi, std::size_t room,
                     std::function<void(const std::uint8_t*, bool)> guard,
                     std::function<void()> invalidated)
    : family_(family),
      cpi_(static_cast<std::uint32_t>(cpi)),
      room_(room),
      guard_(std::move(guard)),
      invalidated_(std::move(invalidated)) {}

// ---- finding ----

Block* CodeCache::at(const std::uint8_t* page, std::uint32_t offset, Mode mode) {
  const auto found = by_code_.find(key(page + offset, mode));
  if (found != by_code_.end()) return found->second;
  if (ends_in_page(page, offset, mode)) return make(page, offset, mode);
  // Whatever is written there, fetching it by itself stays right.
  by_code_[key(page + offset, mode)] = nullptr;
  return nullptr;
}

/// Whether the first instruction does: one that does not may be asked for again and again.
bool CodeCache::ends_in_page(const std::uint8_t* page, std::uint32_t offset, Mode mode) const {
  const std::uint32_t left = kPageBytes - offset;
  if (left >= Processor::kMaxLength) return true;
  Instruction instruction;
  return decode({page + offset, left}, mode.big, family_, instruction);
}

Block* CodeCache::make(const std::uint8_t* start, std::uint32_t offset, Mode mode) {
  if (steps_ > room_) flush();
  Page& page = pages_[start];
  auto block = std::make_unique<Block>();
  block->page = start;
  block->offset = static_cast<std::uint16_t>(offset);
  block->mode = mode;
  block->special = page.checked ? Block::kChecked : killed_ ? Block::kCounted : Block::kPlain;
  decode_steps(*block);
  if (block->count == 0) return nullptr;
  if (!page.checked && page.blocks.empty()) guard_(start, true);
  page.granules |= granules(offset, block->bytes);
  page.blocks.push_back(block.get());
  by_code_[key(block->code(), mode)] = block.get();
  steps_ += block->steps.size();
  blocks_.push_back(std::move(block));
  return blocks_.back().get();
}

/// Decodes until the end of the page, an instruction that ends the block, or enough.
void CodeCache::decode_steps(Block& block) {
  const bool checked = (block.special & Block::kChecked) != 0;
  bool ended = false;
  while (!ended && block.count < kMostInstructions) {
    Step step;
    const std::uint32_t left = kPageBytes - block.offset - block.bytes;
    const std::span<const std::uint8_t> bytes(block.code() + block.bytes,
                                              std::min<std::uint32_t>(left, Processor::kMaxLength));
    if (!decode(bytes, block.mode.big, family_, step.instruction)) break;
    ended = ends_block(step.instruction);
    step.run = select_step(step.instruction, block.mode.flat, ended);
    step.offset = block.bytes;
    step.index = block.count++;
    block.bytes = static_cast<std::uint16_t>(block.bytes + step.instruction.length);
    block.steps.push_back(step);
    if (checked && may_write(step.instruction)) break;
  }
  if (ended && block.count > 1) {
    join_with_jump(block.steps[block.count - 2u], block.steps.back(), block.mode.flat);
  }
  if (!ended)
    block.steps.push_back({.run = fall_through, .instruction = {}, .offset = block.bytes});
  if (checked) block.copy.assign(block.code(), block.code() + block.bytes);
  block.cycles = block.count * cpi_;
  ++counts_.decoded;
}

// ---- changing code ----

std::uint64_t CodeCache::granules(std::uint32_t offset, std::uint32_t bytes) {
  const unsigned first = offset / kGranuleBytes;
  const unsigned last = (offset + bytes - 1) / kGranuleBytes;
  return (~std::uint64_t{0} << first) & (~std::uint64_t{0} >> (63 - last));
}

void CodeCache::check(Block& block) {
  if (std::memcmp(block.copy.data(), block.code(), block.bytes) == 0) {
    if (++block.runs % kQuietRuns == 0) take_back(pages_.find(block.page)->second, block.runs);
    return;
  }
  block.runs = 0;
  ++counts_.invalidated;
  if (renew_step(block)) return;
  block.count = 0;
  block.bytes = 0;
  block.links = {};
  block.steps.clear();
  decode_steps(block);
  if (block.count == 0) kill(block);
}

/// Where one instruction has other registers or constants, and nothing else has changed.
bool CodeCache::renew_step(Block& block) {
  const std::uint8_t* code = block.code();
  const auto changed = std::mismatch(block.copy.begin(), block.copy.end(), code).first;
  const auto offset = static_cast<std::uint32_t>(changed - block.copy.begin());
  Step* step = &block.steps[block.count - 1u];
  while (step->offset > offset) --step;
  const Instruction& before = step->instruction;
  const std::uint32_t end = step->offset + before.length;
  Instruction now;
  const bool alike = decode({code + step->offset, before.length}, block.mode.big, family_, now) &&
                     now.length == before.length && now.execute == before.execute &&
                     now.row == before.row && now.repeat == before.repeat &&
                     now.segment == before.segment && now.address_mask == before.address_mask &&
                     (now.index == kNoRegister) == (before.index == kNoRegister) &&
                     std::memcmp(&block.copy[0] + end, code + end, block.bytes - end) == 0;
  if (!alike) return false;
  step->instruction = now;
  if (end == block.bytes) block.links = {};  // a jump may go elsewhere
  std::copy_n(code + step->offset, before.length, block.copy.begin() + step->offset);
  return true;
}

void CodeCache::kill(Block& block) {
  block.special |= Block::kDead;
  by_code_.erase(key(block.code(), block.mode));
  if (killed_) killed_(block);
}

void CodeCache::depend(Block& block, unsigned number, std::uint32_t offset, std::uint32_t bytes) {
  block.looked_at[number] = {static_cast<std::uint16_t>(offset), static_cast<std::uint16_t>(bytes)};
  if (bytes != 0) pages_[block.page].granules |= granules(offset, bytes);
}

void CodeCache::on_code_write(const std::uint8_t* start, std::uint32_t offset,
                              std::uint32_t bytes) {
  const auto found = pages_.find(start);
  if (found == pages_.end()) return;
  Page& page = found->second;
  if (++page.writes > kMostWrites) return give_up(start, page);
  if ((page.granules & granules(offset, bytes)) == 0) return;
  const auto overlaps = [&](std::uint32_t first, std::uint32_t count) {
    return offset < first + count && first < offset + bytes;
  };
  const std::size_t killed = std::erase_if(page.blocks, [&](Block* block) {
    const auto [next, target] = block->looked_at;
    const bool hit = overlaps(block->offset, block->bytes) || overlaps(next.offset, next.bytes) ||
                     overlaps(target.offset, target.bytes);
    if (hit) kill(*block);
    return hit;
  });
  counts_.invalidated += killed;
  if (killed != 0) invalidated_();
}

void CodeCache::give_up(const std::uint8_t* start, Page& page) {
  for (Block* block : page.blocks) kill(*block);
  page.blocks.clear();
  page.checked = true;
  ++page.given_up;
  guard_(start, false);
  invalidated_();
}

/// Guards a page again one of whose blocks has run unchanged so often, and the longer the more
/// often it was given up.
void CodeCache::take_back(Page& page, std::uint32_t runs) {
  if (runs < kQuietRuns << std::min(page.given_up, kMostPatience)) return;
  for (Block* block : page.blocks) kill(*block);
  page.blocks.clear();
  page.granules = 0;
  page.writes = 0;
  page.checked = false;
}

void CodeCache::flush() {
  for (const auto& [start, page] : pages_) {
    if (!page.checked) guard_(start, false);
  }
  pages_.clear();
  by_code_.clear();
  blocks_.clear();
  steps_ = 0;
  ++counts_.flushes;
  flushed_();
}

}  // namespace strata
