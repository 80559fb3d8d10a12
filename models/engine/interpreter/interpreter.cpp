#include "models/engine/interpreter/interpreter.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "models/isa/debug_registers.h"
#include "models/isa/decoder.h"
#include "models/isa/exceptions.h"
#include "models/isa/fetch.h"

namespace strata {

/// Decoded instructions by address, each with the bytes it was decoded from. A hit compares those
/// with the bytes in memory now, and decoding is a pure function of them, so nothing is ever
/// invalidated and self-modifying code needs no care.
struct Interpreter::DecodeMemo {
  static constexpr std::size_t kEntries = 8192;
  static constexpr std::size_t kKeyBytes = 16;

  struct Key {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
  };
  /// One cache line.
  struct alignas(64) Entry {
    Key key;
    std::uint64_t low_mask = 0;  // the bytes of key.low that belong to the instruction
    Instruction instruction;
  };

  explicit DecodeMemo(CpuFamily cpu_family) : family(cpu_family) {
    constexpr std::uint8_t kZeros[kKeyBytes] = {};
    for (unsigned big = 0; big < 2; ++big) {
      Entry zeros;
      decode(kZeros, big != 0, family, zeros.instruction);
      zeros.low_mask = mask(zeros.instruction.length);
      table[big].fill(zeros);
    }
  }

  /// Ones in the low `bytes` bytes.
  static std::uint64_t mask(unsigned bytes) {
    return bytes >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * bytes)) - 1;
  }

  static bool matches(const Entry& entry, const Key& key) {
    const unsigned length = entry.instruction.length;
    return ((key.low ^ entry.key.low) & entry.low_mask) == 0 &&
           (length <= 8 || ((key.high ^ entry.key.high) & mask(length - 8)) == 0);
  }

  /// The instruction whose bytes start at `bytes` (16 of them readable); null if it is too long.
  const Instruction* find(std::uint32_t eip, bool big, const std::uint8_t* bytes) {
    Entry& entry = table[big ? 1 : 0][eip % kEntries];
    Key key;
    std::memcpy(&key, bytes, sizeof(key));
    if (matches(entry, key)) [[likely]] {
      return &entry.instruction;
    }
    return fill(entry, key, big, {bytes, Processor::kMaxLength});
  }

  /// The same where only the first `available` of the 16 bytes count; null if more are needed.
  const Instruction* find_within(std::uint32_t eip, bool big, const std::uint8_t* bytes,
                                 std::size_t available) {
    Entry& entry = table[big ? 1 : 0][eip % kEntries];
    Key key;
    std::memcpy(&key, bytes, sizeof(key));
    if (entry.instruction.length <= available && matches(entry, key)) {
      return &entry.instruction;
    }
    return fill(entry, key, big, {bytes, available});
  }

  const Instruction* fill(Entry& entry, const Key& key, bool big,
                          std::span<const std::uint8_t> bytes) {
    Instruction instruction;
    if (!decode(bytes, big, family, instruction)) {
      return nullptr;
    }
    entry = {key, mask(instruction.length), instruction};
    return &entry.instruction;
  }

  const CpuFamily family;
  std::array<Entry, kEntries> table[2];  // by the code segment's D bit
};

Interpreter::Interpreter(EngineBus& bus, std::span<const MemoryRegion> regions, Cycle cpi,
                         CpuFamily family)
    : machine_(bus),
      processor_(bus, family),
      memo_(std::make_unique<DecodeMemo>(family)),
      cpi_(cpi) {
  processor_.attach_clock(cycle_);
  for (const MemoryRegion& region : regions) {
    processor_.memory.map(region.base, region.size, region.host, region.writable);
  }
}

Interpreter::~Interpreter() = default;

void Interpreter::load_state(const CpuState& state) {
  processor_.load_state(state);
  cycle_ = state.tsc;
  processor_.set_time_stamp(state.tsc);
  instructions_ = 0;
  order_ = 0;
  shutdown_ = false;
}

CpuState Interpreter::state() const {
  CpuState state = processor_.state();
  state.tsc = processor_.time_stamp();
  return state;
}

void Interpreter::set_cycle(Cycle cycle) {
  const std::uint64_t time_stamp = processor_.time_stamp();
  cycle_ = cycle;
  processor_.set_time_stamp(time_stamp);
}

void Interpreter::advance_to(Cycle cycle) {
  if (cycle > cycle_) {
    cycle_ = cycle;
  }
}

void Interpreter::set_interrupt_line(bool level) {
  interrupt_line_ = level;
  processor_.attention = true;
}

void Interpreter::raise_nmi() {
  nmi_pending_ = true;
  processor_.attention = true;
}

void Interpreter::request_stop() {
  stop_requested_.store(true);
  break_at_.store(0);
}

std::map<std::string, std::uint64_t> Interpreter::exits() const {
  return {{"port", processor_.memory.port_accesses()},
          {"mmio", processor_.memory.device_accesses()},
          {"hlt", halts_},
          {"interrupt", interrupts_}};
}

// ---- fetching ----

/// The run of host memory EIP's code lies in: its page, or without paging the whole region.
bool Interpreter::find_code(std::uint32_t linear, GuestMemory::Region& run) const {
  if (!processor_.paging()) {
    const GuestMemory::Region* region = processor_.memory.region_of(linear);
    if (region != nullptr) {
      run = *region;
    }
    return region != nullptr;
  }
  run = {.base = linear & ~GuestMemory::kPageMask,
         .size = GuestMemory::kPageMask + 1,
         .host = processor_.code_page(linear)};
  return run.host != nullptr;
}

/// Points the fetch window at the host memory around EIP, cut to CS's limit. False if there is
/// none, or fewer than 16 bytes are left at EIP.
bool Interpreter::open_window() {
  const SegmentState& code = processor_.system.seg[kCs];
  const std::uint32_t eip = processor_.eip;
  const std::uint32_t linear = code.base + eip;
  GuestMemory::Region run;
  if (!find_code(linear, run)) {
    return false;
  }
  const std::uint32_t into_run = linear - run.base;
  const std::uint32_t before = std::min(eip, into_run);
  const std::uint64_t after = std::min(run.size - into_run, std::uint64_t{code.limit} - eip + 1);
  const std::uint64_t starts =
      before + after < DecodeMemo::kKeyBytes ? 0 : before + after - (DecodeMemo::kKeyBytes - 1);
  processor_.window = {
      .eip = eip - before,
      .size = static_cast<std::uint32_t>(std::min<std::uint64_t>(starts, UINT32_MAX)),
      .host = run.host + (into_run - before)};
  return before < starts;
}

/// Near the end of a page, and far from CS's limit: the page's last bytes, with those of the next
/// page if that needs no walk either. Null if this is not enough.
const Instruction* Interpreter::fetch_across_pages() {
  const Processor& p = processor_;
  const SegmentState& code = p.system.seg[kCs];
  const std::uint32_t linear = code.base + p.eip;
  const std::uint32_t at = linear & GuestMemory::kPageMask;
  const std::uint32_t in_first = GuestMemory::kPageMask + 1 - at;
  const std::uint8_t* first = p.code_page(linear);
  if (first == nullptr || in_first >= DecodeMemo::kKeyBytes ||
      code.limit - p.eip < DecodeMemo::kKeyBytes) {
    return nullptr;
  }
  std::array<std::uint8_t, DecodeMemo::kKeyBytes> bytes{};
  std::memcpy(bytes.data(), first + at, in_first);
  std::size_t available = in_first;
  if (const std::uint8_t* second = p.code_page(linear + in_first)) {
    std::memcpy(bytes.data() + in_first, second, bytes.size() - in_first);
    available = Processor::kMaxLength;
  }
  return memo_->find_within(p.eip, p.code_big(), bytes.data(), available);
}

/// The instruction at `eip`, which is p.eip; null with #GP(0) raised if it passes CS's limit or is
/// too long.
[[gnu::always_inline]] inline const Instruction* Interpreter::fetch(std::uint32_t eip) {
  const FetchWindow& window = processor_.window;
  const std::uint32_t delta = eip - window.eip;
  if (delta >= window.size) [[unlikely]] {
    return fetch_slowly();
  }
  const Instruction* instruction = memo_->find(eip, processor_.code_big(), window.host + delta);
  if (instruction == nullptr) [[unlikely]] {
    processor_.raise(vector::kGeneralProtection);
  }
  return instruction;
}

/// Code outside the window: opens one, or takes the instruction from where it is.
const Instruction* Interpreter::fetch_slowly() {
  Processor& p = processor_;
  if (p.eip <= p.system.seg[kCs].limit) {
    if (open_window()) {
      return fetch(p.eip);
    }
    if (const Instruction* instruction = fetch_across_pages()) {
      return instruction;
    }
  }
  return fetch_instruction(p, slow_instruction_) ? &slow_instruction_ : nullptr;
}

// ---- running ----

bool Interpreter::interrupt_due() const {
  return interrupt_line_ && processor_.flag(eflags::kIf) && processor_.system.shadow == kNoShadow;
}

bool Interpreter::nmi_due() const {
  const CpuState& system = processor_.system;
  return nmi_pending_ && system.nmi_blocked == 0 && system.shadow != kMovSsShadow;
}

void Interpreter::take_exception() {
  processor_.system.shadow = kNoShadow;
  shutdown_ = deliver_exception(processor_).shutdown;
  processor_.attention = true;
}

/// What comes before the next instruction, by priority (SDM vol. 3, table 6-2): the trap of the one
/// before, NMI, external interrupt. False if there is nothing.
bool Interpreter::take_event() {
  Processor& p = processor_;
  if (p.system.pending_exception != 0) {
    shutdown_ = deliver_debug_trap(p).shutdown;
  } else if (nmi_due()) {
    nmi_pending_ = false;
    shutdown_ = strata::deliver_nmi(p).shutdown;
  } else if (interrupt_due()) {
    ++interrupts_;
    shutdown_ = deliver_external_interrupt(p, machine_.acknowledge_interrupt()).shutdown;
  } else {
    return false;
  }
  cycle_ += cpi_;
  return true;
}

/// Instructions one after another, until break_at_ or until something asks for attention. EIP goes
/// round in a register: through p.eip it would cost a store and a load on the loop's critical path.
void Interpreter::execute_until_break() {
  Processor& p = processor_;
  std::uint32_t eip = p.eip;
  do {
    p.eip = eip;
    const Instruction* instruction = fetch(eip);
    Outcome outcome = Outcome::kFault;
    if (instruction != nullptr) [[likely]] {
      p.next_eip = eip + instruction->length;
      outcome = instruction->execute(p, *instruction);
    }
    if (outcome == Outcome::kDone) [[likely]] {
      eip = p.next_eip;
      ++instructions_;
    } else if (outcome == Outcome::kFault) {
      take_exception();
      eip = p.eip;
    }
    cycle_ += cpi_;
  } while (cycle_ < break_at_.load(std::memory_order_relaxed) && !p.attention);
  p.eip = eip;
}

StopReason Interpreter::run(Cycle deadline) {
  Processor& p = processor_;
  for (;;) {
    // Set before the request is looked at: a signal between the two still ends the inner loop.
    break_at_.store(deadline);
    if (stop_requested_.exchange(false)) {
      return StopReason::kRequested;
    }
    if (shutdown_) {
      return StopReason::kShutdown;
    }
    if (cycle_ >= deadline) {
      return StopReason::kDeadline;
    }
    if (take_event()) {
      continue;
    }
    if (p.system.halted != 0) {
      ++halts_;
      return StopReason::kHalted;
    }
    if (p.watched()) {
      RetireRecord record;
      execute_watched(record);
      cycle_ += cpi_;
      continue;
    }
    // With a shadow, one instruction and then here again; handlers set attention for the rest.
    p.attention = p.system.shadow != kNoShadow;
    p.system.shadow = kNoShadow;
    execute_until_break();
  }
}

// ---- one at a time ----

RetireRecord Interpreter::begin_record() const {
  RetireRecord record;
  record.order = order_;
  record.cycle = cycle_;
  record.eip = processor_.eip;
  record.linear_eip = processor_.system.seg[kCs].base + processor_.eip;
  return record;
}

void Interpreter::end_record(RetireRecord& record) {
  ++order_;
  cycle_ += cpi_;
  record.next_eip = processor_.eip;
  record.eflags = processor_.eflags_image();
}

void Interpreter::note_delivery(const Delivery& delivery, RetireKind kind, RetireRecord& record) {
  shutdown_ = delivery.shutdown;
  record.kind = delivery.faulted ? RetireKind::kException : kind;
  record.vector = delivery.vector;
  record.error_code = delivery.error_code;
}

/// RF lets the instruction it was set for pass, MOV SS and POP SS the one behind them (SDM vol. 3,
/// 17.3.1.1).
bool Interpreter::meets_instruction_breakpoint() const {
  const Processor& p = processor_;
  return any_breakpoint(p.system) && !p.flag(eflags::kRf) && p.system.shadow != kMovSsShadow &&
         instruction_breakpoints(p.system, p.system.seg[kCs].base + p.eip) != 0;
}

/// One instruction or iteration with all that debugging adds.
void Interpreter::execute_watched(RetireRecord& record) {
  Processor& p = processor_;
  if (meets_instruction_breakpoint()) {
    p.system.shadow = kNoShadow;
    p.system.dr[6] |= instruction_breakpoints(p.system, p.system.seg[kCs].base + p.eip);
    note_delivery(deliver_debug_trap(p), RetireKind::kException, record);
    return;
  }
  p.system.shadow = kNoShadow;
  p.debug_hits = p.flag(eflags::kTf) ? dr6::kBs : 0;
  p.control_flags &= ~eflags::kRf;
  Outcome outcome = Outcome::kFault;
  if (const Instruction* instruction = fetch(p.eip)) {
    record.length = instruction->length;
    p.next_eip = p.eip + instruction->length;
    outcome = instruction->execute(p, *instruction);
  }
  finish_watched(outcome, record);
}

/// A trap is due after what has completed, but for loads of SS.
void Interpreter::finish_watched(Outcome outcome, RetireRecord& record) {
  Processor& p = processor_;
  record.partial = outcome == Outcome::kRepeat;
  if (outcome == Outcome::kFault) {
    p.system.shadow = kNoShadow;
    note_delivery(deliver_exception(p), RetireKind::kException, record);
    return;
  }
  if (outcome == Outcome::kDone) {
    p.eip = p.next_eip;
    ++instructions_;
  }
  if (p.debug_hits != 0 && p.system.shadow != kMovSsShadow) {
    p.system.dr[6] |= p.debug_hits;
    p.system.pending_exception = kPendingDebugTrap;
  }
}

RetireRecord Interpreter::step() {
  Processor& p = processor_;
  const bool trap = p.system.pending_exception != 0;
  assert((p.system.halted == 0 || trap) && !shutdown_);
  RetireRecord record = begin_record();
  if (trap) {
    note_delivery(deliver_debug_trap(p), RetireKind::kException, record);
  } else {
    execute_watched(record);
  }
  end_record(record);
  return record;
}

RetireRecord Interpreter::deliver_interrupt(std::uint8_t vector) {
  assert(!shutdown_);
  RetireRecord record = begin_record();
  ++interrupts_;
  note_delivery(deliver_external_interrupt(processor_, vector), RetireKind::kInterrupt, record);
  end_record(record);
  return record;
}

RetireRecord Interpreter::deliver_nmi() {
  assert(!shutdown_);
  RetireRecord record = begin_record();
  nmi_pending_ = false;
  note_delivery(strata::deliver_nmi(processor_), RetireKind::kInterrupt, record);
  end_record(record);
  return record;
}

}  // namespace strata
