#include "tests/lockstep/system/lockstep_session.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <sstream>

#include "models/engine/lockstep/lockstep_checker.h"
#include "models/isa/decoder.h"
#include "models/isa/opcode_table.h"
#include "tests/lockstep/random_caches.h"
#include "tests/lockstep/system/system_features.h"
#include "tests/rtl/cpu/cpu_bench.h"

namespace strata::test {
namespace {

constexpr std::uint64_t kMostSilentClocks = 20000;  // without retirement, while not halted
constexpr unsigned kMostSettleClocks = 400;         // until every store has reached memory
constexpr unsigned kMostInterruptClocks = 1500;     // between two of them
constexpr unsigned kMostNmiClocks = 8000;
constexpr unsigned kUrgentClocks = 60;             // the same where the program is stuck
constexpr std::uint32_t kEndOfTouches = 0x120000;  // of the memory another master touches

/// Retirements seen after the pin is raised: one a clock while it is sampled and until the
/// retirement port says so, and one whose load was under way.
constexpr unsigned kMostIgnored = 8;

constexpr std::string_view kFarCall = "CALL FAR";
constexpr std::string_view kEnter = "ENTER";

class Device final : public BenchDevice {
 public:
  explicit Device(SystemDevice& device) : device_(device) {}
  std::uint32_t read(bool port, std::uint32_t address, unsigned) override {
    return device_.read(port, address);
  }
  void write(bool port, std::uint32_t address, unsigned, std::uint32_t value) override {
    device_.write(port, address, value);
  }
  std::uint8_t acknowledge() override { return device_.vector(); }

 private:
  SystemDevice& device_;
};

/// The report's first line without its numbers, the instruction's name with the exception it
/// raised, and which fields differ.
std::string kind_of(const std::string& report) {
  std::istringstream lines(report);
  std::string line;
  std::string kind;
  std::getline(lines, line);
  for (char c : line) {
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0) kind += c;
  }
  while (std::getline(lines, line)) {
    if (const std::size_t at = line.find(", at ");
        line.rfind("after ", 0) == 0 && at != line.npos) {
      const std::size_t name = line.find("  ", at);
      const std::size_t exception = line.find("-> exception ", at);
      kind += line.substr(name, line.find(' ', name + 2) - name);
      kind += exception != line.npos ? line.substr(exception, sizeof("-> exception 00")) : "";
    } else if (line.rfind("* ", 0) == 0) {
      kind += ' ' + line.substr(2, line.find(' ', 2) - 2);
    }
  }
  return kind;
}

class Session {
 public:
  Session(const SystemCase& from, const LockstepOptions& options)
      : options_(options),
        case_(from),
        device_(case_.device),
        rtl_memory_(from.memory),
        checker_memory_(from.memory),
        bench_(SystemProgram::regions(rtl_memory_), device_, from.family, 1, from.caches),
        checker_(SystemProgram::regions(checker_memory_), from.initial, from.family,
                 outside(SystemProgram::regions(checker_memory_))),
        guard_(from.initial, case_.device),
        before_(from.initial) {
    if (from.spoiled) {
      rtl_memory_[*from.spoiled] ^= 1;
    }
    bench_.set_checker(&checker_);
    bench_.set_latency(case_.latency);
    bench_.set_delays(case_.delays);
    bench_.load(from.initial);
    bench_.set_interrupt(case_.interrupt_high);
  }

  LockstepResult run() {
    result_.coverage.sessions = 1;
    while (result_.end == SessionEnd::kRunning) {
      result_.end = one();
      if (result_.end == SessionEnd::kRunning && result_.coverage.retired >= case_.budget) {
        result_.end = SessionEnd::kBudget;
      }
    }
    if (result_.end != SessionEnd::kFailed && !lost_) {
      settle();
    }
    result_.coverage.clocks = bench_.clocks();
    ++result_.coverage.ends[static_cast<unsigned>(result_.end)];
    result_.kind = kind_of(result_.failure);
    return std::move(result_);
  }

 private:
  SessionEnd fail(const std::string& why) {
    result_.failure = why;
    return SessionEnd::kFailed;
  }

  SessionEnd one() {
    disturb();
    if (!options_.wave_file.empty() && bench_.clocks() == options_.wave_start) {
      bench_.record_waves(options_.wave_file);
    }
    return bench_.clock() ? retire() : idle();
  }

  /// NMIs, interrupts, wait states and another master at random.
  void disturb() {
    touch_at_random(bench_, case_.random, case_.touch_pause, kEndOfTouches);
    if (case_.nmis && --case_.next_nmi == 0) {
      bench_.raise_nmi();
      case_.next_nmi = 10 + pick(case_.random, kMostNmiClocks);
    }
    if (!case_.interrupts || bench_.interrupt()) {
      return;
    }
    if (guard_.stuck() || before_.halted != 0) {
      case_.next_interrupt = std::min(case_.next_interrupt, kUrgentClocks);
    }
    if (case_.next_interrupt == 0) {
      bench_.set_interrupt(true);
      case_.next_interrupt = 1 + pick(case_.random, kMostInterruptClocks);
      case_.latency = 1 + pick(case_.random, 3);
      bench_.set_latency(case_.latency);
    } else {
      --case_.next_interrupt;
    }
  }

  SessionEnd retire() {
    const RetireRecord& record = bench_.record();
    silent_ = 0;
    if (options_.list_executed) {
      result_.executed.push_back(record.linear_eip);
    }
    const std::span<const std::uint8_t> code =
        bytes_at(checker_memory_, before_, record.linear_eip);
    const CpuState state = bench_.state();
    if (!checker_.on_retire(record, state)) {
      ++result_.coverage.retired;
      lost_ = walks_a_device(state);
      return lost_ ? SessionEnd::kLeft : fail(checker_.report());
    }
    result_.coverage.on_retire(record, before_, state, code);
    if (const std::string why = interrupt_error(); !why.empty()) {
      return fail(why);
    }
    before_ = state;
    SessionEnd end = guard_.on_retire(record, state);
    if (end == SessionEnd::kRunning && reads_device_stack_twice()) {
      end = SessionEnd::kLeft;
    }
    if (options_.points.contains(result_.coverage.retired)) {
      keep_point(state);
    }
    return end;
  }

  /// A program that has gone astray may have made a device a page table: the interpreter's walks
  /// are then accesses of it, the CPU's are not reported.
  bool walks_a_device(const CpuState& state) const {
    constexpr std::uint32_t kPresent = 1;
    constexpr std::uint32_t kBig = 0x80;
    constexpr std::uint32_t kFrame = 0xFFFFF000;
    const std::int64_t directory = SystemProgram::offset_of(state.cr3 & kFrame);
    if ((state.cr0 & cr0::kPg) == 0 || directory < 0) {
      return (state.cr0 & cr0::kPg) != 0;
    }
    for (unsigned n = 0; n < 1024; ++n) {
      std::uint32_t entry = 0;
      std::memcpy(&entry, &checker_memory_[static_cast<std::size_t>(directory) + 4 * n], 4);
      const bool table =
          (entry & kPresent) != 0 && ((entry & kBig) == 0 || (state.cr4 & cr4::kPse) == 0);
      if (table && SystemProgram::offset_of(entry & kFrame) < 0) {
        return true;
      }
    }
    return false;
  }

  /// Parameters of a call gate and pointers of ENTER's display are read twice by the CPU, the
  /// first time only to see whether they can be: device registers would notice.
  bool reads_device_stack_twice() const {
    constexpr std::uint32_t kDisplayBytes = 31 * 4;
    const SegmentState& code = before_.seg[kCs];
    Instruction next;
    if (!decode(bytes_at(checker_memory_, before_, code.base + before_.eip),
                (code.attributes & attr::kBig) != 0, case_.family, next) ||
        next.row == kUndefinedRow) {
      return false;
    }
    const std::string_view name = opcode_rows()[next.row].mnemonic;
    const std::uint32_t frame = before_.gpr[kEbp];
    return (name == kFarCall && is_device(before_.gpr[kEsp])) ||
           (name == kEnter && (is_device(frame) || is_device(frame - kDisplayBytes)));
  }

  /// Whether an offset in the stack segment does not lead to memory.
  bool is_device(std::uint32_t offset) const {
    const SegmentState& stack = before_.seg[kSs];
    const bool wide = (stack.attributes & attr::kBig) != 0;
    return bytes_at(checker_memory_, before_, stack.base + (wide ? offset : offset & 0xFFFF))
        .empty();
  }

  void keep_point(const CpuState& state) {
    SystemCase point = case_;
    point.initial = state;
    point.memory = checker_memory_;
    point.interrupt_high = bench_.interrupt();
    point.delays = bench_.delays();
    point.budget = case_.budget - result_.coverage.retired;
    result_.points.push_back(std::move(point));
  }

  /// Interrupts are taken when allowed (SDM vol. 3, 6.8), and then soon.
  std::string interrupt_error() {
    const bool allowed = (before_.eflags & eflags::kIf) != 0 && before_.shadow == kNoShadow;
    const bool taken = bench_.acknowledges() != acknowledges_;
    acknowledges_ = bench_.acknowledges();
    if (taken && !allowed) {
      return "an interrupt was taken with IF clear or in the shadow of STI or MOV SS";
    }
    ignored_ = allowed && !taken && bench_.interrupt() ? ignored_ + 1 : 0;
    return ignored_ > kMostIgnored ? "an interrupt is not taken" : "";
  }

  SessionEnd idle() {
    const CpuModel& cpu = bench_.cpu();
    if (cpu.shutdown()) {
      if (cpu.retired_nmi()) {
        checker_.on_nmi();
      }
      return checker_.on_shutdown() ? SessionEnd::kShutdown : fail(checker_.report());
    }
    const bool wakes = case_.interrupts && (before_.eflags & eflags::kIf) != 0;
    if (before_.halted != 0 && !wakes && (cpu.idle() || bench_.interrupt())) {
      return SessionEnd::kHalted;
    }
    return ++silent_ < kMostSilentClocks ? SessionEnd::kRunning : fail("nothing retires any more");
  }

  /// Compares memory. Stores may be on their way: what differs now must have been equal once in the
  /// clocks to come, while both go on.
  void settle() {
    std::vector<std::size_t> places = differing();
    const std::uint64_t end = bench_.clocks() + kMostSettleClocks;
    while (!places.empty() && bench_.clocks() < end) {
      if (bench_.clock() && !checker_.on_retire(bench_.record(), bench_.state())) {
        break;
      }
      std::erase_if(places, [&](std::size_t at) { return rtl_memory_[at] == checker_memory_[at]; });
    }
    if (!places.empty()) {
      std::ostringstream text;
      text << "memory differs\nat " << std::hex;
      for (std::size_t n = 0; n < places.size() && n < 8; ++n) {
        const std::size_t at = places[n];
        text << SystemProgram::physical_of(at) << ": " << unsigned{checker_memory_[at]}
             << " in the interpreter, " << unsigned{rtl_memory_[at]} << " in the engine; ";
      }
      result_.end = fail(text.str());
    }
  }

  std::vector<std::size_t> differing() const {
    std::vector<std::size_t> places;
    auto mine = rtl_memory_.begin();
    auto other = checker_memory_.begin();
    for (;;) {
      std::tie(mine, other) = std::mismatch(mine, rtl_memory_.end(), other);
      if (mine == rtl_memory_.end()) {
        return places;
      }
      places.push_back(static_cast<std::size_t>(mine - rtl_memory_.begin()));
      ++mine;
      ++other;
    }
  }

  const LockstepOptions& options_;
  SystemCase case_;
  Device device_;
  std::vector<std::uint8_t> rtl_memory_;
  std::vector<std::uint8_t> checker_memory_;
  CpuBench bench_;
  LockstepChecker checker_;
  SystemGuard guard_;
  CpuState before_;
  LockstepResult result_;
  bool lost_ = false;  // CPU and checker are no longer at the same place
  std::uint64_t silent_ = 0;
  std::uint64_t acknowledges_ = 0;
  unsigned ignored_ = 0;
};

}  // namespace

SystemCase::SystemCase(const SystemProgram& program, std::uint32_t seed, std::uint64_t retirements)
    : family(family_of(program.features())),
      initial(program.initial()),
      memory(program.memory()),
      device(seed + 0x2545F4, program.features()),
      random(seed + 0x51ED27),
      interrupts((program.features() & kInterrupts) != 0),
      nmis((program.features() & kNmi) != 0),
      delays(seed % 2 == 0 ? 0 : (seed + 0x2F6E2B) | 1),
      budget(retirements) {
  Random around(seed + 0x6A09E6);
  caches = random_caches(around);
  touch_pause = random_touch_pause(around);
}

LockstepResult run_in_lockstep(const SystemCase& system_case, const LockstepOptions& options) {
  return Session(system_case, options).run();
}

}  // namespace strata::test
