#include "tests/kvm/kvm_step_machine.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <new>
#include <span>

#include "models/engine/kvm/kvm_host.h"
#include "models/isa/decoder.h"
#include "models/isa/exceptions.h"
#include "models/isa/processor.h"
#include "tests/differential/flag_rules.h"
#include "tests/differential/shrink.h"
#include "tests/kvm/kvm_deviations.h"

namespace strata::test {
namespace {

// One map for both modes: tables and handlers below, a segment of code, one of data, a stack.
constexpr std::uint32_t kMemoryBytes = 0x40000;
constexpr std::uint32_t kGdt = 0x1000;
constexpr std::uint32_t kIdt = 0x2000;
constexpr std::uint32_t kHandlers = 0x4000;
constexpr std::uint32_t kCode = 0x10000;
constexpr std::uint32_t kData = 0x20000;
constexpr std::uint32_t kStack = 0x30000;
constexpr unsigned kVectors = 256;
constexpr unsigned kHandlerBytes = 16;
constexpr std::uint32_t kSlotBytes = 1024;
constexpr std::uint32_t kSlots = 60;
constexpr std::uint8_t kNop = 0x90;
constexpr std::uint8_t kHlt = 0xF4;
constexpr std::uint64_t kMostSteps = 400;
constexpr int kMostIterations = 4096;

constexpr std::uint32_t kData16 = attr::kPresent | attr::kS | attr::kWritable | attr::kAccessed;
constexpr std::uint32_t kData32 = kData16 | attr::kBig | attr::kGranularity;
constexpr std::uint16_t kCodeSelector = 0x08;
constexpr std::uint16_t kDataSelector = 0x10;

bool loads_stack_segment(const Instruction& instruction) {
  if (instruction.row == kUndefinedRow) return false;
  const OpcodeRow& row = opcode_rows()[instruction.row];
  return row.map == OpcodeMap::kOneByte &&
         (row.opcode == 0x17 || (row.opcode == 0x8E && instruction.reg == kSs));
}

/// SDM vol. 3, 5.3: an access across the end of a 4 GiB segment may fault or not. Whether one of
/// the instruction's addresses is near it.
bool wraps(const Instruction& instruction, const CpuState& state) {
  constexpr std::uint32_t kNear = 64;
  const auto near = [](std::uint32_t address) { return address + kNear < 2 * kNear; };
  const auto reg = [&](unsigned number) { return number < 8 ? state.gpr[number] : 0; };
  const std::uint32_t address = reg(instruction.base) +
                                (reg(instruction.index) << instruction.scale) +
                                instruction.displacement;
  const std::string_view mnemonic = mnemonic_of(instruction);
  const bool is_string = mnemonic.ends_with("S") && !instruction.memory;
  const bool is_frame = mnemonic == "ENTER" || mnemonic == "LEAVE";
  return near(state.gpr[kEsp]) || (is_frame && near(state.gpr[kEbp])) ||
         (is_string && (near(state.gpr[kEsi]) || near(state.gpr[kEdi]))) ||
         (instruction.memory && near(address));
}

/// Instructions that depend on the host, change more than the comparison sees, or stop the CPU.
std::vector<std::string_view> left_out_of_stepping() {
  return {"CPUID", "RDTSC", "RDMSR", "WRMSR", "ESC",  "HLT", "INVD", "WBINVD", "INVLPG",
          "CLTS",  "LMSW",  "LGDT",  "LIDT",  "LLDT", "LTR", "SMSW", "STR",    "INT1"};
}

Terrain make_terrain(StepMode mode) {
  Terrain terrain;
  terrain.user = false;
  terrain.left_out = left_out_of_stepping();
  terrain.move_control_registers = false;
  terrain.pop_flags =
      eflags::kStatus | eflags::kDf | eflags::kIf | eflags::kIopl | eflags::kAc | eflags::kId;
  for (unsigned n = 0; n < kVectors; ++n) terrain.software_interrupts.push_back(n);
  if (mode == StepMode::kReal) {
    terrain.big = false;
    terrain.data = {0, 0x10000};
    terrain.low = terrain.data;
    terrain.stack = {0x8000, 0x4000};
    terrain.code_selector = kCode >> 4;
    terrain.selectors = {kData >> 4, (kData >> 4) + 1, (kData >> 4) - 1, kCode >> 4, kStack >> 4};
    terrain.pop_flags |= eflags::kNt;
  } else {
    terrain.data = {kData, 0x10000};
    terrain.low = {0x8000, 0x8000};
    terrain.stack = {kStack, 0x4000};
    terrain.code_selector = kCodeSelector;
    terrain.selectors = {kDataSelector, 0, kCodeSelector, kDataSelector | 3, 0xFFF8};
    terrain.bad_code_selectors = {0, kDataSelector, kCodeSelector | 3, 0xFFF8};
  }
  return terrain;
}

Registers registers_of(const CpuState& state) {
  Registers r;
  r.gpr = state.gpr;
  r.eip = state.eip;
  r.eflags = state.eflags & ~(eflags::kRf | eflags::kTf);
  for (unsigned n = 0; n < 6; ++n) {
    r.selector[n] = static_cast<std::uint16_t>(state.seg[n].selector);
  }
  return r;
}

}  // namespace

/// Page-aligned memory for KVM's slot.
struct KvmStepMachine::Pages {
  Pages()
      : host(static_cast<std::uint8_t*>(mmap(nullptr, kMemoryBytes, PROT_READ | PROT_WRITE,
                                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
    if (host == MAP_FAILED) throw std::bad_alloc();
  }
  ~Pages() { munmap(host, kMemoryBytes); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  std::uint8_t* const host;
};

class KvmStepMachine::Bus final : public EngineBus {
 public:
  std::uint32_t port_read(std::uint16_t, unsigned) override { return ~0u; }
  void port_write(std::uint16_t, unsigned, std::uint32_t) override {}
  std::uint32_t mmio_read(std::uint32_t, unsigned) override {
    touched = true;
    return ~0u;
  }
  void mmio_write(std::uint32_t, unsigned, std::uint32_t) override { touched = true; }
  std::uint8_t acknowledge_interrupt() override { return 0; }

  bool touched = false;  // something that is no memory
};

KvmStepMachine::KvmStepMachine(StepMode mode)
    : mode_(mode),
      terrain_(make_terrain(mode)),
      random_(0),
      generator_(terrain_, random_),
      image_(kMemoryBytes),
      guest_(kMemoryBytes),
      bus_(std::make_unique<Bus>()) {
  for (std::uint32_t at = kHandlers + 0x1000; at < kMemoryBytes; at += 4) {
    const std::uint32_t value = random_.one_in(2) ? random_.next() : random_.operand();
    std::memcpy(&image_[at], &value, 4);
  }
  write_tables();
}

KvmStepMachine::~KvmStepMachine() = default;

std::unique_ptr<KvmStepMachine> KvmStepMachine::create(StepMode mode, std::string& reason) {
  std::unique_ptr<KvmStepMachine> machine(new KvmStepMachine(mode));
  return machine->make_cpus(reason) ? std::move(machine) : nullptr;
}

bool KvmStepMachine::make_cpus(std::string& reason) {
  pages_ = std::make_unique<Pages>();
  auto kvm = KvmStepper::create({{0, kMemoryBytes, pages_->host, true}});
  if (!kvm) {
    reason = kvm.error();
    return false;
  }
  kvm_ = std::move(*kvm);
  emulating_ = describe_kvm().kind == KvmKind::kEmulating;
  const MemoryRegion region{0, kMemoryBytes, guest_.data(), true};
  interpreter_ = std::make_unique<Interpreter>(*bus_, std::span(&region, 1));
  return true;
}

/// Interrupt tables of either mode; each handler is a NOP, where the trap comes
/// after an exception, and a HLT for a CPU that lost the trap.
void KvmStepMachine::write_tables() {
  const auto put = [this](std::uint32_t at, std::uint32_t value) {
    std::memcpy(&image_[at], &value, 4);
  };
  for (unsigned n = 0; n < kVectors; ++n) {
    const std::uint32_t handler = kHandlers + n * kHandlerBytes;
    image_[handler] = kNop;
    image_[handler + 1] = kHlt;
    put(n * 4, (kHandlers >> 4) << 16 | n * kHandlerBytes);
    put(kIdt + n * 8, std::uint32_t{kCodeSelector} << 16 | handler);
    put(kIdt + n * 8 + 4, 0x8E00);
  }
  put(kGdt + kCodeSelector, 0x0000FFFF);
  put(kGdt + kCodeSelector + 4, 0x000F0000 | (kData32 | attr::kCode) << 8);
  put(kGdt + kDataSelector, 0x0000FFFF);
  put(kGdt + kDataSelector + 4, 0x000F0000 | kData32 << 8);
}

Registers KvmStepMachine::random_start() {
  Registers start;
  for (std::uint32_t& value : start.gpr) {
    value = random_.one_in(3) ? terrain_.data.base + random_.below(terrain_.data.size)
                              : random_.operand();
  }
  start.gpr[kEsp] = terrain_.stack.base + terrain_.stack.size / 2 + 4 * random_.below(64);
  start.eip =
      (terrain_.big ? kCode : 0) + kSlotBytes * (1 + random_.below(kSlots)) + random_.below(16);
  start.eflags = (random_.next() & (eflags::kStatus | eflags::kIf)) | eflags::kReserved1;
  if (random_.one_in(8)) start.eflags |= eflags::kDf;
  start.selector.fill(terrain_.selectors[0]);
  start.selector[kCs] = terrain_.code_selector;
  return start;
}

CpuState KvmStepMachine::initial_state(const Registers& start) const {
  CpuState state = CpuState::reset();
  state.gpr = start.gpr;
  state.eip = start.eip;
  state.eflags = start.eflags;
  state.ldtr = {0, 0, 0, attr::kUnusable};
  state.idtr = {0, 0x3FF};
  for (unsigned n = 0; n < 6; ++n) {
    state.seg[n] = {start.selector[n], std::uint32_t{start.selector[n]} << 4, 0xFFFF, kData16};
  }
  if (mode_ == StepMode::kProtected) {
    state.cr0 |= cr0::kPe;
    state.gdtr = {kGdt, 0xFF};
    state.idtr = {kIdt, kVectors * 8 - 1};
    for (SegmentState& segment : state.seg) {
      segment = {segment.selector, 0, 0xFFFFFFFF, kData32};
    }
  }
  state.seg[kCs].attributes |= attr::kCode;
  return state;
}

// ---- making and running ----

void KvmStepMachine::begin(const Sequence& sequence) {
  std::memcpy(guest_.data(), image_.data(), kMemoryBytes);
  std::memcpy(pages_->host, image_.data(), kMemoryBytes);
  const std::uint32_t base = terrain_.big ? 0 : kCode;
  const std::uint32_t slot = base + sequence.start.eip / kSlotBytes * kSlotBytes;
  std::memset(&guest_[slot], kNop, kSlotBytes);
  std::memset(pages_->host + slot, kNop, kSlotBytes);
  state_ = initial_state(sequence.start);
  interpreter_->load_state(state_);
  bus_->touched = false;
  kvm_->load(state_);
}

void KvmStepMachine::put_code(std::uint32_t eip, const CodeBytes& code) {
  const std::uint32_t at = (terrain_.big ? 0 : kCode) + eip;
  std::memcpy(&guest_[at], code.bytes().data(), code.size());
  std::memcpy(pages_->host + at, code.bytes().data(), code.size());
}

void KvmStepMachine::place(Sequence& sequence, const CodeBytes& code) {
  sequence.pieces.push_back({sequence.end, code});
  put_code(sequence.end, code);
  sequence.end += code.size();
}

bool KvmStepMachine::in_handler(const CpuState& state) const {
  return state.seg[kCs].base + state.eip - kHandlers < kVectors * kHandlerBytes;
}

bool KvmStepMachine::at_code(std::uint32_t eip) const {
  return state_.seg[kCs].selector == terrain_.code_selector &&
         (terrain_.big ? eip - kCode : eip) < 0x10000 - CodeGenerator::kMostBytes;
}

void KvmStepMachine::make(Sequence& sequence, Progress& progress) {
  random_ = RandomSource(sequence.seed);
  sequence.start = random_start();
  sequence.end = sequence.start.eip;
  begin(sequence);
  const unsigned wanted = 8 + random_.below(25);
  const std::uint32_t last =
      (sequence.start.eip / kSlotBytes + 1) * kSlotBytes - CodeGenerator::kMostBytes;
  std::vector<std::uint32_t> starts;
  while (starts.size() < wanted && sequence.end < last) {
    generator_.plan(state_, progress.undefined, starts);
    for (const CodeBytes& code : generator_.planned()) {
      starts.push_back(sequence.end);
      place(sequence, code);
      if (!step(progress) || !catch_up(sequence, starts, progress)) return;
    }
  }
  compare_memory(progress);
}

/// Follows branches until there is nothing at EIP yet.
bool KvmStepMachine::catch_up(Sequence& sequence, const std::vector<std::uint32_t>& starts,
                              Progress& progress) {
  while (state_.eip != sequence.end) {
    if (state_.eip - sequence.end < kSlotBytes / 4 && at_code(state_.eip)) {
      sequence.end = state_.eip;
      return true;
    }
    progress.usable =
        at_code(state_.eip) && std::find(starts.begin(), starts.end(), state_.eip) != starts.end();
    if (!progress.usable || !step(progress)) return false;
  }
  progress.usable = at_code(state_.eip);
  return progress.usable;
}

void KvmStepMachine::replay(const Sequence& sequence, Progress& progress) {
  begin(sequence);
  std::vector<std::uint32_t> starts;
  for (const Sequence::Piece& piece : sequence.pieces) {
    starts.push_back(piece.eip);
    put_code(piece.eip, piece.code);
  }
  while (state_.eip != sequence.end) {
    progress.usable =
        at_code(state_.eip) && std::find(starts.begin(), starts.end(), state_.eip) != starts.end();
    if (!progress.usable || !step(progress)) return;
  }
  compare_memory(progress);
}

/// One instruction on both sides. False at the sequence's end: an exception, a difference, or
/// unfit.
bool KvmStepMachine::step(Progress& progress) {
  Instruction instruction;
  const std::uint32_t at = state_.seg[kCs].base + state_.eip;
  const std::span<const std::uint8_t> bytes(&guest_[at], Processor::kMaxLength);
  if (!decode(bytes, terrain_.big, CpuFamily::k586, instruction)) instruction.row = kUndefinedRow;
  const bool real = mode_ == StepMode::kReal;
  const FlagEffects effects = flag_effects(instruction, state_.gpr[kEcx]);
  progress.usable = !effects.undefined_result && (effects.reads & progress.undefined) == 0 &&
                    ++progress.steps < kMostSteps && (real || !wraps(instruction, state_)) &&
                    !(emulating_ && is_left_out_of_emulation(instruction, real));
  if (!progress.usable) return false;

  std::array<std::uint8_t, Processor::kMaxLength> code;
  std::copy(bytes.begin(), bytes.end(), code.begin());
  CpuState kvm;
  const KvmStepper::Step result = step_both(instruction, kvm);
  if (result == KvmStepper::Step::kNotEmulated) {
    ++counts_.not_emulated[std::string(mnemonic_of(instruction))];
    progress.over = true;
    return false;
  }
  progress.usable = result != KvmStepper::Step::kOutside;
  if (!progress.usable) return false;
  const bool handled = in_handler(state_);
  if (!handled) progress.undefined = undefined_after(effects, progress.undefined);
  // Not compared: a jump by chance among the handlers, a string instruction that overwrites itself,
  // and an exception whose frame goes where there is no memory, which an emulating KVM does not
  // survive.
  progress.usable = !interpreter_->shutdown() && !(handled && state_.eip % kHandlerBytes != 0) &&
                    std::equal(bytes.begin(), bytes.end(), code.begin()) &&
                    !(handled && frame_address() > kMemoryBytes - 0x100);
  if (!progress.usable) return false;
  if (emulating_) {
    ComparedStep compared{instruction, real, handled, progress.undefined};
    forgive_emulation(compared, kvm, state_);
    progress.undefined = compared.undefined;
  }
  compare(kvm, progress);
  if (result == KvmStepper::Step::kFailed) progress.difference += "  KVM cannot go on\n";
  if (!progress.difference.empty()) return false;
  forgive_pushes(instruction, handled, progress.undefined);
  if (handled) compare_memory(progress);
  return !handled;
}

/// A step of KVM and one of the interpreter, and more of either until they are level.
KvmStepper::Step KvmStepMachine::step_both(const Instruction& instruction, CpuState& kvm) {
  const std::uint32_t before = state_.eip;
  KvmStepper::Step result = kvm_->step();
  if (result == KvmStepper::Step::kNotEmulated || result == KvmStepper::Step::kOutside) {
    return result;
  }
  kvm = kvm_->state();
  interpreter_->step();
  state_ = interpreter_->state();
  if (bus_->touched) return KvmStepper::Step::kOutside;
  if (interpreter_->shutdown()) return result;
  const int most = instruction.repeat == Repeat::kNone ? 3 : kMostIterations;
  for (int n = 0; n < most && result == KvmStepper::Step::kDone && draw_level(before, kvm); ++n) {
    result = kvm_->step();
    kvm = kvm_->state();
  }
  if (in_handler(kvm)) kvm.eip -= kvm.eip % kHandlerBytes;
  if (loads_stack_segment(instruction) && kvm.eip == state_.eip + 1) {
    interpreter_->step();  // no trap after MOV SS and POP SS: a NOP more (SDM vol. 3, 6.8.3)
    state_ = interpreter_->state();
  }
  return result;
}

/// Lets the interpreter catch up with the iterations of a REP string instruction that KVM has made
/// in one step. True if it is KVM that has to: it may stop with an exception still to be delivered,
/// in the middle of a REP or at its end before it moved on.
bool KvmStepMachine::draw_level(std::uint32_t before, const CpuState& kvm) {
  if (kvm.eip != before) {
    for (int n = 0; n < kMostIterations && state_.eip == before; ++n) {
      interpreter_->step();
      state_ = interpreter_->state();
    }
    return false;
  }
  while (state_.eip == before && state_.gpr[kEcx] > kvm.gpr[kEcx]) {
    interpreter_->step();
    state_ = interpreter_->state();
  }
  return state_.eip != before || state_.gpr[kEcx] != kvm.gpr[kEcx];
}

// ---- comparing ----

void KvmStepMachine::compare(const CpuState& kvm, Progress& progress) {
  progress.difference = difference({registers_of(state_), {}}, {registers_of(kvm), {}},
                                   progress.undefined, "interpreter", "KVM");
  for (unsigned n = 0; n < 6; ++n) {
    if (state_.seg[n].base != kvm.seg[n].base) {
      progress.difference += "  a segment's base\n";
    }
  }
}

void KvmStepMachine::compare_memory(Progress& progress) {
  progress.difference += memory_difference(guest_, {pages_->host, kMemoryBytes}, 0);
}

/// Single-stepping is TF, and a CPU that virtualises pushes it.
void KvmStepMachine::forgive_word(std::uint32_t offset, std::uint32_t mask) {
  const std::uint32_t limit = mode_ == StepMode::kReal ? 0xFFFF : 0xFFFFFFFF;
  const std::uint32_t at = state_.seg[kSs].base + (offset & limit);
  if (at > kMemoryBytes - 2) return;
  std::uint16_t expected;
  std::uint16_t actual;
  std::memcpy(&expected, &guest_[at], 2);
  std::memcpy(&actual, pages_->host + at, 2);
  if (((expected ^ actual) & ~mask) == 0) std::memcpy(&guest_[at], &actual, 2);
}

/// Where an exception's frame begins.
std::uint32_t KvmStepMachine::frame_address() const {
  const std::uint32_t mask = mode_ == StepMode::kReal ? 0xFFFF : 0xFFFFFFFF;
  return state_.seg[kSs].base + (state_.gpr[kEsp] & mask);
}

/// Pushed flags: TF and RF, and in an exception's frame undefined ones. And SDM vol. 2, PUSH: the
/// upper half of a pushed selector's place is zeroed or left.
void KvmStepMachine::forgive_pushes(const Instruction& instruction, bool handled,
                                    std::uint32_t undefined) {
  const std::uint32_t esp = state_.gpr[kEsp];
  constexpr std::uint32_t kRfInHighWord = eflags::kRf >> 16;
  if (handled && mode_ == StepMode::kReal) {
    forgive_word(esp + 4, undefined | eflags::kTf);
  } else if (handled) {
    const auto vector = static_cast<std::uint8_t>((state_.eip - kHandlers) / kHandlerBytes);
    const std::uint32_t at = esp + (has_error_code(vector) ? 12 : 8);
    forgive_word(at, undefined | eflags::kTf);
    forgive_word(at + 2, kRfInHighWord);
  } else if (mnemonic_of(instruction) == "PUSHF") {
    forgive_word(esp, eflags::kTf);
  } else if (instruction.operand32 && mnemonic_of(instruction).starts_with("PUSH ")) {
    forgive_word(esp + 2, 0xFFFF);
  }
}

std::string KvmStepMachine::run_seed(std::uint64_t seed) {
  Sequence sequence;
  sequence.seed = seed;
  Progress progress;
  make(sequence, progress);
  counts_.steps += progress.steps;
  if (!progress.difference.empty()) return report(sequence);
  ++(progress.usable ? counts_.sequences : counts_.abandoned);
  return {};
}

std::string KvmStepMachine::report(const Sequence& original) {
  const auto fails = [this](const Sequence& candidate) {
    Progress progress;
    replay(candidate, progress);
    return progress.usable && !progress.difference.empty();
  };
  if (!fails(original)) return {};
  const Sequence small = shrink(original, fails);
  Progress progress;
  replay(small, progress);
  return "seed " + std::to_string(original.seed) + ", shrunk from " +
         std::to_string(original.pieces.size()) + " instructions:\n" +
         describe(small, terrain_.big) + "from\n" + describe(small.start) + progress.difference;
}

}  // namespace strata::test
