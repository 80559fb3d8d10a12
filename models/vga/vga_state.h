// Architectural state of the VGA text controller (models/base/state_fields.h), the same for both
// twins. Where the scan-out is, is not in it: that follows from the cycle count.
#pragma once

#include <array>
#include <cstdint>

namespace strata {

inline constexpr std::size_t kVgaTextBytes = 0x8000;
inline constexpr std::size_t kVgaCrtcRegisters = 0x19;

struct VgaState {
  std::uint8_t crtc_index = 0;
  std::array<std::uint8_t, kVgaCrtcRegisters> crtc{};
  std::array<std::uint8_t, kVgaTextBytes> text{};

  /// Text memory keeps its contents over a reset, as RAM does.
  void keep(const VgaState& before) { text = before.text; }

  template <typename Self, typename Visitor>
  static void visit(Self& self, Visitor&& field) {
    field("crtc_index", self.crtc_index);
    field("crtc", self.crtc);
    field("text", self.text);
  }
  bool operator==(const VgaState&) const = default;
};

}  // namespace strata
