#include "models/engine/interpreter/interpreter.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "models/engine/execution_watch.h"
#include "models/engine/words_together.h"
#include "models/isa/decoder.h"
#include "models/isa/exceptions.h"
#include "models/isa/fetch.h"
#include "models/isa/transfer.h"

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
    : SoftwareEngine(bus, regions, cpi, family), memo_(std::make_unique<DecodeMemo>(family)) {}

Interpreter::~Interpreter() = default;

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

const Instruction* Interpreter::fetch_one() {
  return fetch(processor_.eip);
}

// ---- running ----

/// Iterations of `instruction` to come that were carried out at once, and end before the next look
/// at events; each takes the time of an iteration.
std::uint32_t Interpreter::repeat_at_once(const Instruction& instruction) {
  const Cycle time = cycles_to_break();
  return time > cpi_ ? move_words_together(processor_, instruction, (time - 1) / cpi_) : 0;
}

/// EIP goes round in a register: through p.eip it would cost a store and a load on the loop's
/// critical path.
void Interpreter::execute_until_break() {
  if (watch_ != nullptr) return execute_and_count_until_break();
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
    } else {
      cycle_ += cpi_ * repeat_at_once(*instruction);
    }
    cycle_ += cpi_;
  } while (!must_break());
  p.eip = eip;
}

/// The same for a profile.
void Interpreter::execute_and_count_until_break() {
  Processor& p = processor_;
  ExecutionWatch& watch = *watch_;
  const std::span<const Transfer> by_row = transfers();
  do {
    const std::uint32_t eip = p.eip;
    const std::uint32_t linear = linear_eip();
    ExecutionWatch::Count& count = watch.at(linear, p.code_big());
    const Instruction* instruction = fetch(eip);
    Outcome outcome = Outcome::kFault;
    std::uint32_t length = 0;
    if (instruction != nullptr) [[likely]] {
      length = instruction->length;
      p.next_eip = eip + length;
      outcome = instruction->execute(p, *instruction);
    }
    cycle_ += cpi_;
    if (outcome == Outcome::kDone) [[likely]] {
      ++instructions_;
      ++count.executions;
      p.eip = p.next_eip;
      if (p.eip == eip + length) continue;
      const std::uint32_t to = linear_eip();
      const Transfer transfer = by_row[instruction->row];
      if (transfer == Transfer::kJump && watch.inside(to)) continue;
      watch.on_transfer(transfer, linear, linear + length, to, {cycle_, instructions_});
    } else {
      ++count.others;
      if (outcome != Outcome::kFault) continue;
      take_exception();
      watch.on_event(linear, linear_eip(), {cycle_, instructions_});
    }
  } while (!must_break());
}

}  // namespace strata
