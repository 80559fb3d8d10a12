#include "models/engine/foresight.h"

#include "models/isa/fetch.h"

namespace strata {
namespace {

constexpr std::uint8_t kNothingThere = 0xFF;

/// Whether two ranges have a byte in common. Addresses go round at 4 GiB.
bool overlap(std::uint32_t a, unsigned bytes_of_a, std::uint32_t b, unsigned bytes_of_b) {
  return a - b < bytes_of_b || b - a < bytes_of_a;
}

bool is_of_memory(const Breakpoint& watch) {
  return watch.kind == Breakpoint::Kind::kWrite || watch.kind == Breakpoint::Kind::kAccess;
}

/// Where `watch`, which lies within a page, is by the translation of an access that touches it.
std::uint32_t physical_of(const Breakpoint& watch, std::uint32_t linear,
                          const GuestMemory::Place& place) {
  const bool same_page = (watch.address ^ linear) >> GuestMemory::kPageShift == 0;
  return same_page ? place.first + (watch.address - linear)
                   : place.second + (watch.address & GuestMemory::kPageMask);
}

}  // namespace

Foresight::Foresight(std::span<const MemoryRegion> memory, CpuFamily family)
    : SoftwareEngine(*this, {}, 1, family), memory_(plain_memory(memory)) {
  processor_.observer = this;
}

std::optional<Breakpoint> Foresight::of_step(const CpuState& state,
                                             std::span<const Breakpoint> watches) {
  const bool trap = state.pending_exception != 0;
  if (state.shutdown != 0 || (state.halted != 0 && !trap)) return std::nullopt;
  begin(state, watches);
  return hit(step().kind == RetireKind::kInstruction);
}

/// Memory is what the delivery has made of it. The frame would be the same again; a task gate's TSS
/// is busy by now, and the fault that makes is not what happened.
std::optional<Breakpoint> Foresight::of_interrupt(const CpuState& before, std::uint8_t vector,
                                                  const CpuState& after,
                                                  std::span<const Breakpoint> watches) {
  begin(before, watches);
  const bool faulted = deliver_interrupt(vector).kind == RetireKind::kException;
  if (faulted && state().eip != after.eip) return std::nullopt;
  return hit(false);
}

void Foresight::begin(const CpuState& state, std::span<const Breakpoint> watches) {
  watches_ = watches;
  marks_.assign(watches.size(), {});
  written_.clear();
  load_state(state);
}

std::optional<Breakpoint> Foresight::hit(bool completed) const {
  for (std::size_t n = 0; n < watches_.size(); ++n) {
    if (marks_[n].written || (marks_[n].read && completed)) return watches_[n];
  }
  return std::nullopt;
}

/// A write counts when it reaches memory, by mmio_write(): a fault may come before.
void Foresight::on_access(std::uint32_t linear, unsigned bytes, Access access, bool operand,
                          const GuestMemory::Place& place) {
  for (std::size_t n = 0; n < watches_.size(); ++n) {
    const Breakpoint& watch = watches_[n];
    if (!is_of_memory(watch) || !overlap(watch.address, watch.bytes, linear, bytes)) continue;
    if (access == Access::kWrite) {
      marks_[n].physical = physical_of(watch, linear, place);
    } else if (operand && watch.kind == Breakpoint::Kind::kAccess) {
      marks_[n].read = true;
    }
  }
}

void Foresight::note_port(std::uint16_t port, unsigned bytes) {
  for (std::size_t n = 0; n < watches_.size(); ++n) {
    const Breakpoint& watch = watches_[n];
    if (watch.kind == Breakpoint::Kind::kPort && overlap(watch.address, watch.bytes, port, bytes)) {
      marks_[n].read = true;
    }
  }
}

const Instruction* Foresight::fetch_one() {
  return fetch_instruction(processor_, instruction_) ? &instruction_ : nullptr;
}

std::uint32_t Foresight::port_read(std::uint16_t port, unsigned bytes) {
  note_port(port, bytes);
  return ~0u;
}

void Foresight::port_write(std::uint16_t port, unsigned bytes, std::uint32_t) {
  note_port(port, bytes);
}

std::uint8_t Foresight::byte_at(std::uint32_t physical) const {
  if (const auto found = written_.find(physical); found != written_.end()) return found->second;
  const auto there = memory_(physical);
  return there.empty() ? kNothingThere : there.front();
}

std::uint32_t Foresight::mmio_read(std::uint32_t physical, unsigned bytes) {
  std::uint32_t value = 0;
  for (unsigned n = 0; n < bytes; ++n) value |= std::uint32_t{byte_at(physical + n)} << (8 * n);
  return value;
}

void Foresight::mmio_write(std::uint32_t physical, unsigned bytes, std::uint32_t value) {
  for (unsigned n = 0; n < bytes; ++n) {
    written_[physical + n] = static_cast<std::uint8_t>(value >> (8 * n));
  }
  for (std::size_t n = 0; n < watches_.size(); ++n) {
    const auto& watched = marks_[n].physical;
    if (watched && overlap(*watched, watches_[n].bytes, physical, bytes)) {
      marks_[n].written = true;
    }
  }
}

}  // namespace strata
