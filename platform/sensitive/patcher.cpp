#include "platform/sensitive/patcher.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "models/isa/disassemble.h"
#include "models/isa/privilege.h"
#include "models/isa/row_effects.h"

namespace strata {
namespace {

constexpr std::uint8_t kPushf = 0x9C;
constexpr std::uint8_t kCli = 0xFA;
constexpr std::uint8_t kCallFar = 0x9A;
constexpr std::uint8_t kJumpFar = 0xEA;
constexpr std::uint8_t kJumpNear = 0xE9;
constexpr std::uint32_t kJumpBytes = 5;  // of either, in its mode
constexpr std::uint16_t kMonitorSelector = kMonitorBase >> 4;
/// PUSHF, CLI and the opcode of the CALL, in front of its pointer.
constexpr std::uint32_t kCallPointer = 3;

void add(std::vector<std::uint8_t>& bytes, std::uint32_t value, unsigned count) {
  for (unsigned n = 0; n < count; ++n) bytes.push_back(static_cast<std::uint8_t>(value >> 8 * n));
}

/// From before to behind five bytes at `at`.
std::vector<std::uint8_t> near_jump(std::uint32_t at, std::uint32_t to) {
  std::vector<std::uint8_t> bytes = {kJumpNear};
  add(bytes, to - (at + kJumpBytes), 4);
  return bytes;
}

std::vector<std::uint8_t> far_jump(std::uint32_t selector, std::uint32_t offset) {
  std::vector<std::uint8_t> bytes = {kJumpFar};
  add(bytes, offset, 2);
  add(bytes, selector, 2);
  return bytes;
}

bool in_monitor(std::uint32_t address) {
  return address - kMonitorBase < kMonitorSize;
}

bool is_int(const Instruction& instruction) {
  return row_effects()[instruction.row].operation == Operation::kInt;
}

/// MOV of control and debug registers changes more than a routine can.
bool wants_routine(const Instruction& instruction, Sensitivity sensitivity) {
  if (is_int(instruction)) return true;
  if (!can_be_routine(instruction)) return false;
  const OpcodeRow& row = opcode_rows()[instruction.row];
  const bool system_register = row.form == Form::kRS;
  return !system_register && sensitivity != Sensitivity::kChecked;
}

}  // namespace

void Patcher::attach(ReadLinear read, WriteLinear write) {
  read_ = std::move(read);
  write_ = std::move(write);
}

// ---- running ----

bool Patcher::on_fetched(const Processor& p, const Instruction& instruction) {
  next_ = nullptr;
  const std::uint32_t address = p.system.seg[kCs].base + p.eip;
  if (in_monitor(address)) return on_routine(p, address);
  if (inside_.contains(address)) return take_back(p, address);
  const SensitiveRow* row = find_sensitive(instruction);
  if (row == nullptr) return false;
  const Sensitivity sensitivity = classify(*row, p, instruction, read_);
  if (sensitivity == Sensitivity::kNone) return false;
  const bool is_new = !sites_.contains(address);
  Site& site = find_site(p, instruction, address, sensitivity);
  if (is_new && site.form == Form::kRoutine) {
    ++traps_;  // what brought the monitor here
    return true;
  }
  next_ = &site;
  return false;
}

void Patcher::on_executed(const Processor&, const Instruction&, Outcome outcome) {
  if (next_ == nullptr || outcome == Outcome::kRepeat) return;
  ++traps_;
  ++next_->executed;
}

/// The routine for INT n calls what the vector names now: a monitor write-protects the table, and
/// this is its trap.
bool Patcher::on_routine(const Processor& p, std::uint32_t address) {
  const auto routine = routines_.find(address);
  if (routine == routines_.end()) return false;
  Site& site = sites_.at(routine->second);
  ++site.executed;
  if (site.vector < 0) return false;
  const std::uint32_t entry = vector_entry(p, site.vector);
  if (entry == site.entry) return false;
  site.entry = entry;
  --site.executed;
  ++traps_;
  std::vector<std::uint8_t> pointer;
  add(pointer, entry, 4);
  write_(p.state(), address + kCallPointer, pointer);
  return true;
}

/// Somebody jumps to where the jump to a routine is: no symbol had told of it.
bool Patcher::take_back(const Processor& p, std::uint32_t address) {
  const std::uint32_t at = inside_.at(address);
  Site& site = sites_.at(at);
  site.form = Form::kTrapByte;
  site.why = "a jump from elsewhere went into what follows: taken back";
  write_(p.state(), at, site.moved);
  std::erase_if(inside_, [&](const auto& byte) { return byte.second == at; });
  return true;
}

// ---- patching ----

Patcher::Site& Patcher::find_site(const Processor& p, const Instruction& instruction,
                                  std::uint32_t address, Sensitivity sensitivity) {
  const auto [place, is_new] = sites_.try_emplace(address);
  Site& site = place->second;
  if (!is_new) return site;
  site.mode = guest_mode(p);
  site.code32 = p.code_big();
  site.bytes.resize(instruction.length);
  site.bytes.resize(read_(p.state(), address, site.bytes));
  site.form = sensitivity == Sensitivity::kCritical ? Form::kTrapByte : Form::kTrap;
  if (!wants_routine(instruction, sensitivity)) {
    site.why = "is the monitor's own work";
    return site;
  }
  site.why = patch(p, instruction, address, site);
  if (site.why.empty()) site.form = Form::kRoutine;
  return site;
}

std::string Patcher::patch(const Processor& p, const Instruction& instruction,
                           std::uint32_t address, Site& site) {
  if (p.paging()) return "pages: the routines are not mapped everywhere";
  if (!p.protected_mode()) return patch_real(p, instruction, address, site);
  if (is_int(instruction)) return "changes the level";
  const SegmentState& code = p.system.seg[kCs];
  const bool flat = code.base == 0 && code.limit == 0xFFFFFFFF && p.code_big();
  return flat ? patch_flat(p, address, site) : "code is not flat";
}

std::string Patcher::patch_flat(const Processor& p, std::uint32_t address, Site& site) {
  const CpuState state = p.state();
  const MovedCode moved = CodeScan(guest_.symbols, guest_.entry, family_, read_, {state, true, 0})
                              .move(address, kJumpBytes);
  if (!moved.why_not.empty()) return moved.why_not;
  std::vector<std::uint8_t> routine = at_new_place(moved, 0, free_);
  const auto behind = address + static_cast<std::uint32_t>(moved.bytes.size());
  const auto back = near_jump(free_ + static_cast<std::uint32_t>(routine.size()), behind);
  routine.insert(routine.end(), back.begin(), back.end());
  return write_patch(p, address, moved, routine, near_jump(address, free_), site);
}

/// INT n: PUSHF, CLI and a CALL of what the vector names (SDM vol. 2, INT n, real-address mode).
std::string Patcher::patch_real(const Processor& p, const Instruction& instruction,
                                std::uint32_t address, Site& site) {
  const CpuState state = p.state();
  const SegmentState& code = p.system.seg[kCs];
  if (p.code_big()) return "code is not 16-bit";
  const MovedCode moved =
      CodeScan(guest_.symbols, guest_.entry, family_, read_, {state, false, code.base})
          .move(address, kJumpBytes);
  if (!moved.why_not.empty()) return moved.why_not;
  std::vector<std::uint8_t> routine;
  if (is_int(instruction)) {
    site.vector = static_cast<std::uint8_t>(instruction.immediate);
    site.entry = vector_entry(p, site.vector);
    routine = {kPushf, kCli, kCallFar};
    add(routine, site.entry, 4);
  }
  // A near RET would return into the monitor's segment.
  if (moved.instructions.back().operation == Operation::kRet) return "a return follows";
  const auto rest = at_new_place(moved, is_int(instruction) ? 1 : 0, free_);
  routine.insert(routine.end(), rest.begin(), rest.end());
  const auto behind = p.eip + static_cast<std::uint32_t>(moved.bytes.size());
  const auto back = far_jump(code.selector, behind);
  routine.insert(routine.end(), back.begin(), back.end());
  const auto jump = far_jump(kMonitorSelector, free_ - kMonitorBase);
  return write_patch(p, address, moved, routine, jump, site);
}

std::string Patcher::write_patch(const Processor& p, std::uint32_t address, const MovedCode& moved,
                                 const std::vector<std::uint8_t>& routine,
                                 const std::vector<std::uint8_t>& jump, Site& site) {
  const CpuState state = p.state();
  const auto size = static_cast<std::uint32_t>(routine.size());
  if (free_ + size > kMonitorBase + kMonitorSize) return "the monitor's memory is full";
  std::vector<std::uint8_t> patch = jump;
  constexpr std::uint8_t kNop = 0x90;
  patch.resize(moved.bytes.size(), kNop);
  if (write_(state, free_, routine) != routine.size()) return "the monitor has no memory";
  if (write_(state, address, patch) != patch.size()) return "code is in ROM";
  site.moved = moved.bytes;
  site.routine = free_;
  routines_[free_] = address;
  for (std::uint32_t n = 1; n < moved.bytes.size(); ++n) inside_[address + n] = address;
  free_ += size;
  return "";
}

std::uint32_t Patcher::vector_entry(const Processor& p, int vector) const {
  std::array<std::uint8_t, 4> bytes{};
  read_(p.state(), p.system.idtr.base + 4 * static_cast<std::uint32_t>(vector), bytes);
  std::uint32_t entry = 0;
  std::memcpy(&entry, bytes.data(), sizeof(entry));
  return entry;
}

PatchReport Patcher::report() const {
  PatchReport report;
  report.traps = traps_;
  for (const auto& [address, site] : sites_) {
    PatchedPlace place;
    constexpr const char* kForms[] = {"routine", "trap byte", "trap"};
    place.form = kForms[static_cast<unsigned>(site.form)];
    place.why = site.why;
    place.mode = mode_name(site.mode);
    place.function = guest_.symbols.at(address);
    place.address = address;
    place.instruction = disassemble(site.bytes, site.code32, address, family_);
    place.executed = site.executed;
    report.places.push_back(std::move(place));
  }
  std::ranges::stable_sort(report.places, std::ranges::greater{}, &PatchedPlace::executed);
  return report;
}

}  // namespace strata
