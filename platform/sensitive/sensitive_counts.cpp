#include "platform/sensitive/sensitive_counts.h"

#include <algorithm>

#include "models/isa/disassemble.h"
#include "models/isa/privilege.h"

namespace strata {
namespace {

const char* kind_name(Sensitivity sensitivity) {
  switch (sensitivity) {
    case Sensitivity::kNone: return "none";
    case Sensitivity::kPrivileged: return "privileged";
    case Sensitivity::kChecked: return "checked";
    case Sensitivity::kCritical: return "critical";
  }
  return "?";
}

}  // namespace

const char* mode_name(GuestMode mode) {
  switch (mode) {
    case GuestMode::kReal: return "real";
    case GuestMode::kV86: return "v86";
    case GuestMode::kLevel0: return "level 0";
    case GuestMode::kLevel1: return "level 1";
    case GuestMode::kLevel2: return "level 2";
    case GuestMode::kLevel3: return "level 3";
  }
  return "?";
}

GuestMode guest_mode(const Processor& p) {
  if (!p.protected_mode()) return GuestMode::kReal;
  if (virtual_8086(p)) return GuestMode::kV86;
  return static_cast<GuestMode>(static_cast<unsigned>(GuestMode::kLevel0) + p.cpl());
}

bool SensitiveCounts::on_fetched(const Processor& p, const Instruction& instruction) {
  next_.reset();
  const SensitiveRow* row = find_sensitive(instruction);
  if (row == nullptr) return false;
  const Sensitivity sensitivity = classify(*row, p, instruction, read_);
  if (sensitivity == Sensitivity::kNone) return false;
  const std::uint32_t address = p.system.seg[kCs].base + p.eip;
  next_ = Key{address, guest_mode(p), row, sensitivity};
  const auto [place, is_new] = counts_.try_emplace(*next_);
  if (is_new) {
    Counts& counts = place->second;
    counts.first = told_;
    counts.code32 = p.code_big();
    counts.bytes.resize(instruction.length);
    counts.bytes.resize(read_(p.state(), address, counts.bytes));
  }
  return false;
}

void SensitiveCounts::on_executed(const Processor&, const Instruction&, Outcome outcome) {
  if (outcome == Outcome::kRepeat) return;
  ++told_;
  if (!next_) return;
  Counts& counts = counts_.at(*next_);
  ++(outcome == Outcome::kDone ? counts.count : counts.faults);
}

SensitiveReport SensitiveCounts::report(const SymbolTable& symbols, CpuFamily family) const {
  SensitiveReport report;
  for (const auto& [key, counts] : counts_) {
    SensitiveInstruction row;
    row.kind = kind_name(key.sensitivity);
    row.mode = mode_name(key.mode);
    row.function = symbols.at(key.address);
    row.address = key.address;
    row.instruction = disassemble(counts.bytes, counts.code32, key.address, family);
    row.count = counts.count;
    row.faults = counts.faults;
    row.first = counts.first;
    row.monitor = key.sensitivity == Sensitivity::kCritical ? key.row->unseen : key.row->monitor;
    if (counts.count == 0 && key.sensitivity != Sensitivity::kCritical) {
      row.monitor = "gives the guest its fault";
    }
    row.source = key.row->source;
    report.instructions.push_back(std::move(row));
  }
  std::ranges::stable_sort(report.instructions, std::ranges::greater{},
                           [](const SensitiveInstruction& row) { return row.count + row.faults; });
  return report;
}

}  // namespace strata
