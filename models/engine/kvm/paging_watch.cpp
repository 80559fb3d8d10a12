#include "models/engine/kvm/paging_watch.h"

#include <array>
#include <cstring>
#include <utility>

namespace strata {
namespace {

constexpr std::uint32_t kMovBytes = 3;  // of MOV to CR0
constexpr std::uint32_t kDescriptorBytes = 8;

std::uint32_t linear_eip(const CpuState& state) {
  return state.seg[kCs].base + state.eip;
}

}  // namespace

PagingWatch::PagingWatch(VirtualCpu& cpu, std::vector<MemoryRegion> memory, bool may_refuse)
    : cpu_(cpu), memory_(std::move(memory)), may_refuse_(may_refuse) {}

bool PagingWatch::wants_paging() const {
  const CpuState state = cpu_.read_state();
  if ((state.cr0 & cr0::kPg) != 0) return true;
  const std::uint32_t linear = linear_eip(state);
  return pages_with(state, linear, cr0::kPg) || pages_with(state, linear - kMovBytes, cr0::kPg);
}

void PagingWatch::look() {
  if (!may_refuse_) return;
  const CpuState state = cpu_.read_state();
  const std::optional<std::uint32_t> found = handler(state);
  // Where the guest stands there already, it would be left for ever.
  if (!found || found == at_ || *found == linear_eip(state)) return;
  if (cpu_.break_at(*found)) at_ = found;
}

void PagingWatch::look_at_exit() {
  if (at_ || looks_ == kMostLooks) return;
  ++looks_;
  look();
}

/// Behind a fault without a change of level the stack has error code, EIP, CS and EFLAGS; the
/// handler has changed nothing yet. A value of CR0 that is #GP on every CPU does not count.
bool PagingWatch::was_refused() {
  const CpuState state = cpu_.read_state();
  if (!at_ || *at_ != linear_eip(state)) return false;
  at_.reset();
  cpu_.break_at(std::nullopt);
  std::array<std::uint32_t, 3> frame{};
  const std::uint8_t* stack = memory_at(state.seg[kSs].base + state.gpr[kEsp], sizeof frame);
  if (stack == nullptr) return false;
  std::memcpy(frame.data(), stack, sizeof frame);
  const auto [error, eip, cs] = frame;
  const auto base = code_base(state, static_cast<std::uint16_t>(cs));
  return error == 0 && (cs & 3) == 0 && base && pages_with(state, *base + eip, cr0::kPg | cr0::kPe);
}

/// By a gate of 32 bits (SDM vol. 3, 6.11) in the table.
std::optional<std::uint32_t> PagingWatch::handler(const CpuState& state) const {
  constexpr std::uint32_t kGate = vector::kGeneralProtection * kDescriptorBytes;
  constexpr std::uint8_t kPresent = 0x80;
  constexpr std::uint8_t kInterruptGate = 0x0E;  // 0F: trap gate
  if ((state.cr0 & cr0::kPe) == 0 || state.idtr.limit < kGate + kDescriptorBytes - 1) return {};
  const std::uint8_t* gate = memory_at(state.idtr.base + kGate, kDescriptorBytes);
  if (gate == nullptr || (gate[5] & kPresent) == 0 || (gate[5] & 0x1E) != kInterruptGate) return {};
  const auto base = code_base(state, static_cast<std::uint16_t>(gate[2] | gate[3] << 8));
  if (!base) return {};
  const auto offset = static_cast<std::uint32_t>(gate[0] | gate[1] << 8 | gate[6] << 16 |
                                                 static_cast<std::uint32_t>(gate[7]) << 24);
  return *base + offset;
}

std::optional<std::uint32_t> PagingWatch::code_base(const CpuState& state,
                                                    std::uint16_t selector) const {
  constexpr std::uint16_t kLocal = 4;
  const std::uint32_t offset = selector & ~7u;
  if ((selector & kLocal) != 0 || offset + kDescriptorBytes - 1 > state.gdtr.limit) return {};
  const std::uint8_t* descriptor = memory_at(state.gdtr.base + offset, kDescriptorBytes);
  if (descriptor == nullptr) return {};
  return static_cast<std::uint32_t>(descriptor[2] | descriptor[3] << 8 | descriptor[4] << 16 |
                                    static_cast<std::uint32_t>(descriptor[7]) << 24);
}

/// Whether a MOV to CR0 at `linear` sets all of `must`, and NW not without CD, which is #GP.
bool PagingWatch::pages_with(const CpuState& state, std::uint32_t linear,
                             std::uint32_t must) const {
  const std::uint8_t* code = memory_at(linear, kMovBytes);
  if (code == nullptr || code[0] != 0x0F || code[1] != 0x22 || (code[2] & 0xF8) != 0xC0) {
    return false;
  }
  const std::uint32_t value = state.gpr[code[2] & 7];
  const bool faults = (value & cr0::kNw) != 0 && (value & cr0::kCd) == 0;
  return (value & must) == must && !faults;
}

/// Host address of `bytes` bytes of plain memory; null where they are not all in one region.
const std::uint8_t* PagingWatch::memory_at(std::uint32_t physical, std::uint32_t bytes) const {
  for (const MemoryRegion& region : memory_) {
    const std::uint64_t offset = std::uint64_t{physical} - region.base;
    if (physical >= region.base && offset + bytes <= region.size) return region.host + offset;
  }
  return nullptr;
}

}  // namespace strata
