#include "models/engine/lockstep/lockstep_checker.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <utility>

#include "models/engine/linear_bytes.h"
#include "models/engine/lockstep/state_difference.h"
#include "models/isa/disassemble.h"
#include "models/isa/exceptions.h"

namespace strata {
namespace {

const char* name_of(RetireKind kind) {
  switch (kind) {
    case RetireKind::kInstruction: return "instruction";
    case RetireKind::kException: return "exception";
    case RetireKind::kInterrupt: return "interrupt";
  }
  return "?";
}

/// The first field of two records that must be equal and is not, in a line; empty if there is none.
std::string record_difference(const RetireRecord& expected, const RetireRecord& actual) {
  struct Field {
    const char* name;
    std::uint32_t expected;
    std::uint32_t actual;
  };
  const bool whole = expected.kind == RetireKind::kInstruction;
  const bool error = expected.kind == RetireKind::kException && has_error_code(expected.vector);
  const Field fields[] = {
      {"eip", expected.eip, actual.eip},
      {"linear eip", expected.linear_eip, actual.linear_eip},
      {"vector", whole ? 0u : expected.vector, whole ? 0u : actual.vector},
      {"length", whole ? expected.length : 0u, whole ? actual.length : 0u},
      {"partial", expected.partial, actual.partial},
      {"error code", error ? expected.error_code : 0, error ? actual.error_code : 0},
      {"next eip", expected.next_eip, actual.next_eip},
      {"eflags", expected.eflags, actual.eflags},
  };
  if (expected.kind != actual.kind) {
    return std::string("the interpreter retires an ") + name_of(expected.kind) +
           ", the engine an " + name_of(actual.kind);
  }
  for (const Field& field : fields) {
    if (field.expected != field.actual) {
      char line[96];
      std::snprintf(line, sizeof(line),
                    "retire record: %s is %x in the interpreter, %x in the engine", field.name,
                    field.expected, field.actual);
      return line;
    }
  }
  return {};
}

}  // namespace

LockstepChecker::LockstepChecker(std::span<const MemoryRegion> regions, const CpuState& initial,
                                 CpuFamily family, BusFeed::IsDevice is_device)
    : family_(family),
      feed_(std::move(is_device)),
      regions_(regions.begin(), regions.end()),
      interpreter_(feed_, regions_, 1, family) {
  interpreter_.load_state(initial);
}

void LockstepChecker::restart(const CpuState& state) {
  interpreter_.load_state(state);
  feed_.forget();
  history_.clear();
  acknowledged_.reset();
  nmi_ = false;
}

void LockstepChecker::set_a20(bool open) {
  next_a20_.reset();
  interpreter_.set_a20(open);
}

void LockstepChecker::on_access(const BusAccess& access) {
  feed_.add(access);
}

/// The code bytes at the instruction, from the checker's own memory before it runs.
LockstepChecker::Retired LockstepChecker::look_at(const RetireRecord& record) const {
  Retired retired{.record = record};
  const CpuState state = interpreter_.state();
  retired.selector = state.seg[kCs].selector;
  retired.big = (state.seg[kCs].attributes & attr::kBig) != 0;
  read_linear_bytes(plain_memory(regions_), state, record.linear_eip, retired.code);
  return retired;
}

RetireRecord LockstepChecker::do_the_same(const RetireRecord& record, std::string& difference) {
  if (interpreter_.shutdown()) {
    difference = "the interpreter has shut down";
    return record;
  }
  if (std::exchange(nmi_, false)) {
    return interpreter_.deliver_nmi();
  }
  const std::optional<std::uint8_t> acknowledged = std::exchange(acknowledged_, std::nullopt);
  if (acknowledged || record.kind == RetireKind::kInterrupt) {
    return interpreter_.deliver_interrupt(acknowledged.value_or(record.vector));
  }
  const CpuState before = interpreter_.state();
  if (before.halted != 0 && before.pending_exception == 0) {
    difference = "the interpreter is halted";
    return record;
  }
  return interpreter_.step();
}

void LockstepChecker::on_foreign_write(std::uint32_t address, unsigned bytes, std::uint32_t value) {
  for (unsigned i = 0; i < bytes; ++i) {
    for (const MemoryRegion& region : regions_) {
      const std::uint32_t into = address + i - region.base;
      if (region.writable && address + i >= region.base && into < region.size) {
        region.host[into] = static_cast<std::uint8_t>(value >> (8 * i));
      }
    }
  }
}

bool LockstepChecker::on_retire(const RetireRecord& record, const CpuState& state) {
  if (!report_.empty()) {
    return false;
  }
  history_.push_back(look_at(record));
  if (history_.size() > kHistory) {
    history_.pop_front();
  }
  ++retired_;
  std::string difference;
  // The engine's clock is its own: what RDTSC reads in it, it reads here. Nothing else looks at it.
  interpreter_.set_time_stamp(std::uint64_t{state.gpr[kEdx]} << 32 | state.gpr[kEax]);
  const RetireRecord expected_record = do_the_same(record, difference);
  if (next_a20_) set_a20(*next_a20_);
  CpuState expected = interpreter_.state();
  expected.tsc = state.tsc;
  expected.nmi_pending = state.nmi_pending;
  if (difference.empty()) {
    difference = feed_.difference();
  }
  if (difference.empty()) {
    difference = record_difference(expected_record, record);
  }
  if (difference.empty() && expected != state) {
    difference = "the states differ";
  }
  if (difference.empty()) {
    return true;
  }
  write_report(difference, expected, state);
  return false;
}

bool LockstepChecker::on_shutdown() {
  if (!report_.empty()) {
    return false;
  }
  if (!interpreter_.shutdown()) {
    std::string difference;
    const CpuState before = interpreter_.state();
    const RetireRecord record = do_the_same({.kind = RetireKind::kException}, difference);
    if (!interpreter_.shutdown()) {
      history_.push_back(look_at(record));
      write_report("the engine has shut down, the interpreter goes on", interpreter_.state(),
                   before);
      return false;
    }
  }
  return true;
}

void LockstepChecker::finish_instruction() {
  std::string difference;
  const RetireRecord record = do_the_same({.kind = RetireKind::kInstruction}, difference);
  if (difference.empty()) {
    difference = feed_.difference();
  }
  if (!difference.empty() && report_.empty()) {
    history_.push_back(look_at(record));
    write_report(difference, interpreter_.state(), interpreter_.state());
  }
}

/// The first dword that is not the same, in a line; empty if there is none.
std::string LockstepChecker::memory_difference(std::span<const MemoryRegion> engine_memory,
                                               const std::set<std::uint32_t>& under_way) const {
  constexpr std::uint32_t kDword = 4;
  for (std::size_t n = 0; n < regions_.size(); ++n) {
    const MemoryRegion& mine = regions_[n];
    const std::uint8_t* theirs = engine_memory[n].host;
    if (!mine.writable || std::memcmp(mine.host, theirs, mine.size) == 0) {
      continue;
    }
    for (std::uint64_t offset = 0; offset < mine.size; offset += kDword) {
      const auto address = static_cast<std::uint32_t>(mine.base + offset);
      std::uint32_t expected = 0;
      std::uint32_t actual = 0;
      std::memcpy(&expected, mine.host + offset, kDword);
      std::memcpy(&actual, theirs + offset, kDword);
      if (expected == actual || under_way.contains(address)) {
        continue;
      }
      char line[96];
      std::snprintf(line, sizeof(line),
                    "memory at %08x is %08x in the interpreter, %08x in the engine", address,
                    expected, actual);
      return line;
    }
  }
  return {};
}

bool LockstepChecker::on_end(std::span<const MemoryRegion> engine_memory,
                             const std::set<std::uint32_t>& under_way) {
  if (!report_.empty()) {
    return false;
  }
  std::string difference;
  if (under_way.empty()) {
    difference = feed_.missing_write();
  }
  if (difference.empty()) {
    difference = memory_difference(engine_memory, under_way);
  }
  if (difference.empty()) {
    return true;
  }
  write_report(difference, interpreter_.state(), interpreter_.state());
  return false;
}

std::string LockstepChecker::line_of(const Retired& retired) const {
  const RetireRecord& record = retired.record;
  char head[96];
  if (record.kind == RetireKind::kInterrupt) {
    std::snprintf(head, sizeof(head), "%04x:%08x  interrupt %02x", retired.selector, record.eip,
                  unsigned{record.vector});
    return head;
  }
  std::snprintf(head, sizeof(head), "%04x:%08x  ", retired.selector, record.eip);
  std::string line = head + disassemble(retired.code, retired.big, record.eip, family_);
  if (record.kind == RetireKind::kException) {
    std::snprintf(head, sizeof(head), "  -> exception %02x, error code %x", unsigned{record.vector},
                  record.error_code);
    line += head;
  }
  if (record.partial) {
    line += "  (one iteration)";
  }
  return line;
}

void LockstepChecker::write_report(const std::string& what, const CpuState& expected,
                                   const CpuState& actual) {
  report_ = "lockstep: " + what + "\nafter " + std::to_string(retired_) + " retired instructions";
  if (!history_.empty()) {
    report_ += ", in cycle " + std::to_string(history_.back().record.cycle) + ", at " +
               line_of(history_.back());
  }
  report_ += "\n\n" + side_by_side(expected, actual) + "\nlast " + std::to_string(history_.size()) +
             " instructions of the engine:\n";
  for (const Retired& retired : history_) {
    report_ += "  " + line_of(retired) + '\n';
  }
}

}  // namespace strata
