#include "models/isa/debug_registers.h"

namespace strata {
namespace {

constexpr unsigned kBreakpoints = 4;

bool enabled(const CpuState& state, unsigned number) {
  return (state.dr[7] >> (2 * number) & 3) != 0;
}

Watch watch_of(const CpuState& state, unsigned number) {
  return static_cast<Watch>(state.dr[7] >> (16 + 4 * number) & 3);
}

/// Address bits a breakpoint ignores, by its LEN field; 10 is undefined and taken as four bytes.
std::uint32_t ignored_bits(const CpuState& state, unsigned number) {
  constexpr std::uint32_t kMasks[4] = {0, 1, 3, 3};
  return kMasks[state.dr[7] >> (18 + 4 * number) & 3];
}

/// Whether `bytes` at `address` and the breakpoint's aligned range have a byte in common. Addresses
/// go round at 4 GiB.
bool touches(const CpuState& state, unsigned number, std::uint32_t address, unsigned bytes) {
  const std::uint32_t ignored = ignored_bits(state, number);
  const std::uint32_t first = state.dr[number] & ~ignored;
  return address - first <= ignored || first - address < bytes;
}

template <typename Matches>
std::uint32_t matching(const CpuState& state, Matches&& matches) {
  std::uint32_t found = 0;
  for (unsigned number = 0; number < kBreakpoints; ++number) {
    if (enabled(state, number) && matches(number, watch_of(state, number))) {
      found |= 1u << number;
    }
  }
  return found;
}

}  // namespace

std::uint32_t instruction_breakpoints(const CpuState& state, std::uint32_t linear) {
  return matching(state, [&](unsigned number, Watch watch) {
    return watch == Watch::kExecution && state.dr[number] == linear;
  });
}

std::uint32_t data_breakpoints(const CpuState& state, std::uint32_t linear, unsigned bytes,
                               bool write) {
  return matching(state, [&](unsigned number, Watch watch) {
    const bool wanted = watch == Watch::kAccesses || (watch == Watch::kWrites && write);
    return wanted && touches(state, number, linear, bytes);
  });
}

std::uint32_t port_breakpoints(const CpuState& state, std::uint16_t port, unsigned bytes) {
  if ((state.cr4 & cr4::kDe) == 0) {
    return 0;
  }
  return matching(state, [&](unsigned number, Watch watch) {
    return watch == Watch::kPorts && touches(state, number, port, bytes);
  });
}

bool watches_data(const CpuState& state) {
  return matching(state, [](unsigned, Watch watch) {
           return watch == Watch::kWrites || watch == Watch::kAccesses;
         }) != 0;
}

}  // namespace strata
