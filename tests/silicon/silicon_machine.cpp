#include "tests/silicon/silicon_machine.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "models/isa/decoder.h"
#include "models/isa/processor.h"
#include "tests/differential/flag_rules.h"
#include "tests/differential/shrink.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kSlotBytes = 1024;
constexpr std::uint8_t kFiller = 0xCC;  // INT3: nothing may get here
constexpr unsigned kImages = 16;
constexpr std::uint64_t kMostSteps =
    3000;  // more than a whole data window by bytes is none's intent

/// Memory full of operands and of random bytes.
std::vector<std::uint8_t> make_image(std::uint64_t seed, std::uint32_t bytes) {
  RandomSource random(seed);
  std::vector<std::uint8_t> image(bytes);
  for (std::uint32_t at = 0; at < bytes; at += 4) {
    const std::uint32_t value = random.one_in(2) ? random.next() : random.operand();
    std::memcpy(&image[at], &value, 4);
  }
  return image;
}

Terrain make_terrain(const NativeCpu& native) {
  Terrain terrain;
  terrain.data = layout::kData;
  terrain.stack = layout::kStack;
  if (native.has_low_memory()) terrain.low = layout::kLow;
  terrain.code_selector = layout::kCodeSelector;
  terrain.odd = {layout::kReadOnly};
  // RPL 3 and less, null, code, a kernel's, a local one that is not there, beyond the table.
  terrain.selectors = {layout::kDataSelector,   0x28, 0x2A, 0,    3,     layout::kCodeSelector,
                       layout::kCode64Selector, 0x10, 0x1B, 0x04, 0xFFF3};
  terrain.bad_code_selectors = {0, layout::kDataSelector, 0x10, 0x13, 0x18, 0x04, 0xFFF3};
  if (native.has_local_segments()) {
    for (const layout::LocalSegment& segment : layout::kLocal) {
      terrain.selectors.push_back(segment.selector);
      terrain.wrapping.push_back({.selector = segment.selector,
                                  .base = segment.base,
                                  .address32 = segment.selector == layout::kLocal4G.selector,
                                  .stack = segment.selector == layout::kLocal64K.selector});
    }
  }
  terrain.load_fs = native.can_load_fs();
  terrain.left_out = left_out_of_silicon();
  if (native.pushes_half_selectors()) {
    terrain.left_out.insert(terrain.left_out.end(),
                            {"PUSH ES", "PUSH CS", "PUSH SS", "PUSH DS", "PUSH FS", "PUSH GS"});
  }
  constexpr unsigned kSystemCall = 0x80;
  for (unsigned n = 0; n < 256; ++n) {
    if (n != kSystemCall) terrain.software_interrupts.push_back(n);
    terrain.software_interrupts.push_back(n % 2 == 0 ? vector::kBreakpoint : vector::kOverflow);
  }
  terrain.pop_flags = eflags::kStatus | eflags::kDf | eflags::kNt | eflags::kId | eflags::kIf |
                      eflags::kIopl | eflags::kRf | eflags::kVm;
  terrain.rare_pop_flags = eflags::kTf | eflags::kAc;
  return terrain;
}

/// What of an instruction lies inside the code's memory.
void put_code(std::uint8_t* code, std::uint32_t eip, const CodeBytes& bytes) {
  if (!layout::kCode.contains(eip)) return;
  const std::uint32_t into = eip - layout::kCode.base;
  std::memcpy(code + into, bytes.bytes().data(), std::min(bytes.size(), layout::kCode.size - into));
}

/// A fault of a selector the program came by: the host's kernel may have a descriptor there. Its
/// tables and ours end at the same places.
bool names_unknown_descriptor(const Event& event) {
  constexpr std::uint32_t kIdt = 2;
  constexpr std::uint32_t kTableEnd = 0x80;
  const bool by_selector = event.vector == vector::kGeneralProtection ||
                           event.vector == vector::kSegmentNotPresent ||
                           event.vector == vector::kStackFault;
  if (!by_selector || (event.error_code & kIdt) != 0 || event.error_code >= kTableEnd) return false;
  constexpr std::uint32_t kKnown[] = {0,    0x04, 0x0C, 0x10, 0x14, 0x18,
                                      0x1C, 0x20, 0x24, 0x28, 0x30};
  return std::find(std::begin(kKnown), std::end(kKnown), event.error_code & ~3u) ==
         std::end(kKnown);
}

std::string_view mnemonic_of(const Instruction& instruction) {
  return instruction.row == kUndefinedRow ? "" : opcode_rows()[instruction.row].mnemonic;
}

/// IRET with NT set is #GP in a host in IA-32e mode (SDM vol. 2, IRET): nothing to compare with.
bool is_task_return(const Instruction& instruction, const CpuState& state) {
  return (state.eflags & eflags::kNt) != 0 && mnemonic_of(instruction) == "IRET";
}

/// ENTER with operands of 32 bits on a stack of 16 bits is said to set BP (SDM vol. 2, ENTER).
/// Processors set EBP, and differ in its upper half where the push goes round.
bool is_enter_over_the_end(const Instruction& instruction, const CpuState& state) {
  const bool small_stack = (state.seg[kSs].attributes & attr::kBig) == 0;
  return mnemonic_of(instruction) == "ENTER" && small_stack && (state.gpr[kEsp] & 0xFFFF) == 0;
}

/// POP of a segment register, far RET and IRET with operands of 32 bits, where the upper half of
/// the selector's doubleword begins a page, or is behind the segment's end, which is a page's:
/// processors may read 16 bits only.
bool is_selector_at_the_end(const Instruction& instruction, const CpuState& state) {
  const std::string_view mnemonic = mnemonic_of(instruction);
  const bool returns = mnemonic == "RETF" || mnemonic == "IRET";
  const std::uint32_t selector = state.gpr[kEsp] + (returns ? 4 : 0);
  const std::uint32_t in_page = selector % layout::kPage;
  return (returns || mnemonic.starts_with("POP ")) && instruction.operand32 &&
         in_page >= layout::kPage - 3 && in_page <= layout::kPage - 2;
}

/// An item of up to eight bytes in memory, or of four where a register points, may lie over
/// FFFFFFFF: LEAVE reads at EBP.
bool is_at_the_end(const Instruction& instruction, const CpuState& state) {
  const auto value = [&state](unsigned number) {
    return number == kNoRegister ? 0 : state.gpr[number];
  };
  const std::uint32_t operand = value(instruction.base) +
                                (value(instruction.index) << instruction.scale) +
                                instruction.displacement;
  const bool pushed = state.gpr[kEsp] != 0 && state.gpr[kEsp] < 4;
  return pushed || (instruction.memory && (operand & instruction.address_mask) > 0xFFFFFFF8) ||
         std::ranges::any_of(std::array{kEsp, kEbp, kEsi, kEdi},
                             [&](Gpr pointer) { return state.gpr[pointer] > 0xFFFFFFFC; });
}

}  // namespace

SiliconMachine::SiliconMachine(std::unique_ptr<NativeCpu> native, const SoftwareEngineEntry& engine)
    : native_(std::move(native)),
      interpreter_({native_->has_low_memory(), native_->has_local_segments()},
                   software_engines()[0].make),
      engine_name_(engine.name),
      terrain_(make_terrain(*native_)),
      random_(0),
      generator_(terrain_, random_) {
  for (unsigned n = 0; n < kImages; ++n) {
    images_.push_back(make_image(n, layout::kImageBytes));
  }
  if (engine_name_ != software_engines()[0].name) {
    engine_ = std::make_unique<FlatCpu>(
        FlatCpu::Surroundings{native_->has_low_memory(), native_->has_local_segments()},
        engine.make);
  }
  const auto constant = make_image(kImages, layout::kReadOnly.size);
  std::memcpy(interpreter_.memory(layout::kReadOnly.base), constant.data(), constant.size());
  std::memcpy(NativeCpu::memory(layout::kReadOnly.base), constant.data(), constant.size());
  if (engine_) {
    std::memcpy(engine_->memory(layout::kReadOnly.base), constant.data(), constant.size());
  }
  NativeCpu::protect_read_only();
  clear_code(0, layout::kCode.size);
}

std::unique_ptr<SiliconMachine> SiliconMachine::create(std::string& reason,
                                                       const SoftwareEngineEntry& engine) {
  auto native = NativeCpu::create(reason);
  if (!native) return nullptr;
  return std::unique_ptr<SiliconMachine>(new SiliconMachine(std::move(native), engine));
}

Registers SiliconMachine::random_start() {
  Registers start;
  for (std::uint32_t& value : start.gpr) {
    value = random_.one_in(3) ? layout::kData.base + random_.below(layout::kData.size)
                              : random_.operand();
  }
  start.gpr[kEsp] = layout::kStack.base + layout::kStack.size / 2 + 4 * random_.below(64);
  // Now and then the code's memory ends in the middle.
  const bool at_end = random_.one_in(32);
  start.eip = at_end ? layout::kCode.end() - 1 - random_.below(120)
                     : layout::kCode.base +
                           random_.below(layout::kCode.size / kSlotBytes) * kSlotBytes +
                           random_.below(16);
  start.eflags = (random_.next() & eflags::kStatus) | eflags::kIf | eflags::kReserved1;
  if (random_.one_in(8)) start.eflags |= eflags::kDf;
  start.selector.fill(layout::kDataSelector);
  start.selector[kCs] = layout::kCodeSelector;
  if (!native_->can_load_fs()) start.selector[kFs] = 0;
  return start;
}

// ---- in the interpreter ----

std::uint8_t* SiliconMachine::slot(const Sequence& sequence, std::uint8_t* code) {
  return code + (sequence.start.eip - layout::kCode.base) / kSlotBytes * kSlotBytes;
}

std::uint32_t SiliconMachine::slot_end(const Sequence& sequence) {
  return layout::kCode.base +
         ((sequence.start.eip - layout::kCode.base) / kSlotBytes + 1) * kSlotBytes;
}

/// Fills code memory on both sides, as far as there is any.
void SiliconMachine::clear_code(std::uint32_t offset, std::uint32_t bytes) {
  const std::uint32_t count = std::min(bytes, layout::kCode.size - offset);
  std::memset(interpreter_.code() + offset, kFiller, count);
  std::memset(native_->code() + offset, kFiller, count);
}

/// Memory and registers as the sequence finds them. Sequences read code memory too, so what the
/// last one left there goes: a sequence finds the same whatever ran before it.
void SiliconMachine::begin(const Sequence& sequence) {
  const std::uint8_t* image = images_[sequence.image].data();
  for (const Range& range : layout::kWritable) {
    std::memcpy(interpreter_.memory(range.base), image, range.size);
    image += range.size;
  }
  clear_code(used_, kSlotBytes + layout::kLeaveBytes);  // the way back may lie behind the slot
  used_ = static_cast<std::uint32_t>(slot(sequence, native_->code()) - native_->code());
  interpreter_.load(sequence.start);
}

void SiliconMachine::place(Sequence& sequence, const CodeBytes& code) {
  const std::uint32_t eip = sequence.end;
  sequence.pieces.push_back({eip, code});
  put_code(interpreter_.code(), eip, code);
  sequence.end = eip + code.size();
}

/// One step of the interpreter. False if the sequence is at its end: an exception, or unfit.
bool SiliconMachine::step(Expected& expected) {
  const CpuState& state = interpreter_.state();
  const std::uint32_t into = std::min(state.eip - layout::kCode.base, layout::kCode.size);
  Instruction instruction;
  const std::span bytes(interpreter_.code() + into,
                        std::min(layout::kCode.size - into, Processor::kMaxLength));
  if (decode(bytes, true, CpuFamily::k586, instruction)) {
    const FlagEffects effects = flag_effects(instruction, state.gpr[kEcx]);
    expected.usable = !effects.undefined_result && (effects.reads & expected.undefined) == 0 &&
                      !is_task_return(instruction, state) &&
                      !is_enter_over_the_end(instruction, state) &&
                      !is_selector_at_the_end(instruction, state);
    expected.last = {mnemonic_of(instruction), is_at_the_end(instruction, state)};
    if (!expected.usable) return false;
    expected.outcome.event = interpreter_.step();
    const std::uint32_t raised = expected.outcome.event.vector;
    if (raised == Event::kNone || raised == vector::kDebug) {  // a single step comes afterwards
      expected.undefined = undefined_after(effects, expected.undefined);
    }
  } else {
    expected.outcome.event = interpreter_.step();
  }
  ++expected.steps;
  // A selector may come from memory; behind that one the host runs 64-bit code.
  expected.usable =
      expected.steps < kMostSteps && state.seg[kCs].selector != layout::kCode64Selector;
  return expected.usable && expected.outcome.event.vector == Event::kNone;
}

/// Generates from sequence.seed and runs at once.
SiliconMachine::Expected SiliconMachine::make(Sequence& sequence) {
  random_ = RandomSource(sequence.seed);
  sequence.image = random_.below(kImages);
  sequence.start = random_start();
  sequence.end = sequence.start.eip;
  begin(sequence);
  Expected expected;
  const unsigned wanted = 8 + random_.below(25);
  std::vector<std::uint32_t> starts;
  const bool at_end = sequence.start.eip > slot_end(sequence) - kSlotBytes / 2;
  const std::uint32_t last = slot_end(sequence) - (at_end ? 0 : CodeGenerator::kMostBytes);
  while (starts.size() < wanted && sequence.end < last) {
    generator_.plan(interpreter_.state(), expected.undefined, starts);
    for (const CodeBytes& code : generator_.planned()) {
      starts.push_back(sequence.end);
      place(sequence, code);
      if (!step(expected) || !catch_up(sequence, starts, expected))
        return finish(sequence, expected);
    }
  }
  if (!layout::kCode.contains(sequence.end)) step(expected);
  return finish(sequence, expected);
}

SiliconMachine::Expected& SiliconMachine::finish(const Sequence& sequence,
                                                 Expected& expected) const {
  const bool ended = expected.outcome.event.vector == Event::kNone;
  // The way back must fit, and not be stepped into.
  const bool fits = sequence.end + layout::kLeaveBytes <= layout::kCode.end();
  const bool steps = (interpreter_.state().eflags & eflags::kTf) != 0;
  if (ended && (!fits || steps)) expected.usable = false;
  // What only one side has.
  for (const Range& own : {FlatCpu::kKernel, NativeCpu::kOwnMemory}) {
    if (own.contains(expected.outcome.event.cr2)) expected.usable = false;
  }
  if (names_unknown_descriptor(expected.outcome.event)) expected.usable = false;
  expected.outcome.registers = interpreter_.registers();
  expected.cycles = interpreter_.cycles();
  return expected;
}

/// Follows branches until there is nothing at EIP yet. False at the end of the sequence.
bool SiliconMachine::catch_up(Sequence& sequence, const std::vector<std::uint32_t>& starts,
                              Expected& expected) {
  for (;;) {
    const std::uint32_t eip = interpreter_.state().eip;
    if (eip == sequence.end) return true;
    if (eip - sequence.end < kSlotBytes && eip < slot_end(sequence) - 2 * layout::kLeaveBytes) {
      sequence.end = eip;
      return true;
    }
    if (!may_execute(eip, starts)) {
      expected.usable = false;
      return false;
    }
    if (!step(expected)) return false;
  }
}

/// Where an instruction of the sequence begins, or a hole, which faults. Not in an instruction's
/// middle, where the host might find a system call, and not in data, which only the guest executes:
/// its page tables have no execute-disable bit.
bool SiliconMachine::may_execute(std::uint32_t eip, const std::vector<std::uint32_t>& starts) {
  for (const Range& range : {layout::kReadOnly, layout::kData, layout::kStack, layout::kWrapped,
                             layout::kLow, NativeCpu::kOwnMemory}) {
    if (range.contains(eip)) return false;
  }
  return !layout::kCode.contains(eip) ||
         std::find(starts.begin(), starts.end(), eip) != starts.end();
}

/// Runs a sequence that is complete.
SiliconMachine::Expected SiliconMachine::replay(const Sequence& sequence) {
  begin(sequence);
  std::vector<std::uint32_t> starts;
  for (const Sequence::Piece& piece : sequence.pieces) {
    starts.push_back(piece.eip);
    put_code(interpreter_.code(), piece.eip, piece.code);
  }
  put_code(interpreter_.code(), sequence.end, NativeCpu::leave_code());
  Expected expected;
  expected.usable = true;
  while (interpreter_.state().eip != sequence.end) {
    expected.usable = may_execute(interpreter_.state().eip, starts);
    if (!expected.usable || !step(expected)) break;
  }
  return finish(sequence, expected);
}

// ---- on the other engine ----

/// Runs at once what the interpreter has just run step by step; empty if both agree in everything,
/// undefined flags too.
std::string SiliconMachine::compare_engine(const Sequence& sequence, const Expected& expected) {
  if (!engine_) return {};
  std::memcpy(engine_->code(), interpreter_.code(), layout::kCode.size);
  put_code(engine_->code(), sequence.end, NativeCpu::leave_code());
  engine_->wrote(layout::kCode.base, layout::kCode.size);
  const std::uint8_t* image = images_[sequence.image].data();
  for (const Range& range : layout::kWritable) {
    std::memcpy(engine_->memory(range.base), image, range.size);
    engine_->wrote(range.base, range.size);
    image += range.size;
  }
  engine_->load(sequence.start);
  Outcome actual;
  actual.event = engine_->run(sequence.end, expected.cycles);
  actual.registers = engine_->registers();
  const std::string name(engine_name_);
  std::string text = difference(expected.outcome, actual, 0, "interpreter", name.c_str());
  for (const Range& range : layout::kWritable) {
    text += memory_difference({interpreter_.memory(range.base), range.size},
                              {engine_->memory(range.base), range.size}, range.base);
  }
  return text.empty() ? text : "interpreter and " + name + ":\n" + text;
}

// ---- on the host ----

/// Runs natively what the interpreter has just run; empty if both agree.
std::string SiliconMachine::compare(const Sequence& sequence, Expected& expected) {
  std::memcpy(slot(sequence, native_->code()), slot(sequence, interpreter_.code()), kSlotBytes);
  put_code(native_->code(), sequence.end, NativeCpu::leave_code());
  put_code(interpreter_.code(), sequence.end, NativeCpu::leave_code());
  const std::string between = compare_engine(sequence, expected);
  if (!between.empty()) return between;
  const std::uint8_t* image = images_[sequence.image].data();
  for (const Range& range : layout::kWritable) {
    if (range.base != layout::kLow.base || native_->has_low_memory()) {
      std::memcpy(NativeCpu::memory(range.base), image, range.size);
    }
    image += range.size;
  }
  Outcome actual = native_->run(sequence.start);
  const Event host_event = actual.event;
  forgive(expected.last, actual, expected.outcome);
  if (actual.event.vector == Event::kNone) actual.registers.eip = sequence.end;
  std::string text =
      difference(expected.outcome, actual, expected.undefined, "interpreter", "host");
  if (!text.empty()) text += "host: " + describe(host_event) + "\n";
  if (!memory_is_defined(expected.last.mnemonic, expected.outcome.event)) return text;
  for (const Range& range : layout::kWritable) {
    if (range.base == layout::kLow.base && !native_->has_low_memory()) continue;
    text += memory_difference({interpreter_.memory(range.base), range.size},
                              {NativeCpu::memory(range.base), range.size}, range.base);
  }
  return text;
}

std::string SiliconMachine::try_sequence(const Sequence& sequence) {
  Expected expected = replay(sequence);
  return expected.usable ? compare(sequence, expected) : std::string();
}

std::string SiliconMachine::run_seed(std::uint64_t seed) {
  Sequence sequence;
  sequence.seed = seed;
  Expected expected = make(sequence);
  if (!expected.usable) {
    ++counts_.abandoned;
    return {};
  }
  ++counts_.sequences;
  counts_.instructions += expected.steps;
  ++counts_.events[std::min(expected.outcome.event.vector, 32u)];
  if (compare(sequence, expected).empty()) return {};
  // Not so if the sequence has read its own end, where the way back was put afterwards, or if an
  // interrupt of the host came between a null selector's load and its use.
  if (try_sequence(sequence).empty()) {
    ++counts_.unrepeated;
    return {};
  }
  return report(sequence);
}

std::string SiliconMachine::report(const Sequence& original) {
  const Sequence small = shrink(
      original, [this](const Sequence& candidate) { return !try_sequence(candidate).empty(); });
  const std::string differences = try_sequence(small);
  const Expected expected = replay(small);
  return "seed " + std::to_string(original.seed) + ", shrunk from " +
         std::to_string(original.pieces.size()) + " instructions:\n" + describe(small, true) +
         "from\n" + describe(small.start) + "interpreter: " + describe(expected.outcome.event) +
         "\n" + differences;
}

std::string SiliconMachine::run_code(const Registers& start, const std::vector<CodeBytes>& code) {
  Sequence sequence;
  sequence.start = start;
  sequence.end = start.eip;
  begin(sequence);
  for (const CodeBytes& piece : code) place(sequence, piece);
  Expected expected = replay(sequence);
  if (!expected.usable) return kUnfit;
  return compare(sequence, expected);
}

std::vector<std::string> SiliconMachine::rows_never_planned() const {
  std::vector<std::string> rows;
  for (std::size_t n = 0; n < opcode_rows().size(); ++n) {
    if (generator_.row_counts()[n] == 0 && !generator_.leaves_out(n)) {
      rows.push_back(opcode_rows()[n].mnemonic);
    }
  }
  return rows;
}

}  // namespace strata::test
