#include "models/isa/io_permission.h"

#include "models/isa/descriptor.h"

namespace strata {
namespace {

constexpr std::uint32_t kMapBase = 0x66;  // of the word in the TSS that says where the bitmap is

}  // namespace

bool check_io_bitmap(Processor& p, std::uint16_t port, unsigned bytes) {
  const SegmentState& tss = p.system.tr;
  if (!is_tss32(tss.attributes) || kMapBase + 1 > tss.limit) {
    return p.raise(vector::kGeneralProtection);
  }
  std::uint16_t map = 0;
  if (!p.read_linear(tss.base + kMapBase, Privilege::kSupervisor, map)) {
    return false;
  }
  // Always two bytes, as an access may reach into the second one.
  const std::uint32_t offset = map + port / 8u;
  if (offset + 1 > tss.limit) {
    return p.raise(vector::kGeneralProtection);
  }
  std::uint16_t bits = 0;
  if (!p.read_linear(tss.base + offset, Privilege::kSupervisor, bits)) {
    return false;
  }
  const std::uint32_t wanted = ((1u << bytes) - 1) << (port % 8);
  return (bits & wanted) == 0 || p.raise(vector::kGeneralProtection);
}

}  // namespace strata
