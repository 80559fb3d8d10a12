// Segment descriptors in the GDT and LDT (SDM vol. 3, 3.4.5 and 3.5). Reading them is a supervisor
// access whatever CPL is, and may end in a page fault.
#pragma once

#include <cstdint>

#include "models/isa/processor.h"

namespace strata {

inline constexpr std::uint16_t kTableIndicator = 4;
inline constexpr std::uint16_t kRplMask = 3;

/// Types of system descriptors (SDM vol. 3, table 3-2). Bit 3 makes a 16-bit type a 32-bit one, bit
/// 1 an available task state segment a busy one.
namespace system_type {
inline constexpr unsigned kTss16 = 1;
inline constexpr unsigned kLdt = 2;
inline constexpr unsigned kCallGate16 = 4;
inline constexpr unsigned kTaskGate = 5;
inline constexpr unsigned kTss32 = 9;
inline constexpr unsigned kCallGate32 = 12;
inline constexpr unsigned kBusy = 2;
inline constexpr unsigned kWide = 8;
}  // namespace system_type

struct Descriptor {
  std::uint32_t address = 0;  // linear
  std::uint32_t low = 0;
  std::uint32_t high = 0;

  std::uint32_t attributes() const { return (high >> 8) & attr::kDescriptorMask; }
  unsigned type() const { return attributes() & attr::kTypeMask; }
  unsigned dpl() const { return (attributes() >> attr::kDplShift) & 3; }
  bool present() const { return (attributes() & attr::kPresent) != 0; }
  bool has(std::uint32_t bits) const { return (attributes() & bits) == bits; }
  bool is_system() const { return !has(attr::kS); }
  bool is_code() const { return has(attr::kS | attr::kCode); }
  bool is_conforming() const { return has(attr::kS | attr::kCode | attr::kExpandDown); }

  /// Limit in bytes.
  std::uint32_t limit() const {
    const std::uint32_t units = (low & 0xFFFF) | (high & 0x000F0000);
    return has(attr::kGranularity) ? (units << 12) | 0xFFF : units;
  }

  /// The descriptor cache it loads; `set` are attribute bits the load sets in the cache.
  SegmentState segment(std::uint16_t selector, std::uint32_t set) const {
    return {.selector = selector,
            .base = (low >> 16) | ((high & 0xFF) << 16) | (high & 0xFF000000),
            .limit = limit(),
            .attributes = attributes() | set};
  }

  // Gates (SDM vol. 3, 5.8.3 and 6.11).
  bool gate_wide() const { return (type() & system_type::kWide) != 0; }
  std::uint16_t gate_selector() const { return static_cast<std::uint16_t>(low >> 16); }
  std::uint32_t gate_offset() const {
    return (low & 0xFFFF) | (gate_wide() ? high & 0xFFFF0000 : 0);
  }
  unsigned gate_parameters() const { return high & 31; }
};

inline unsigned rpl_of(std::uint16_t selector) {
  return selector & kRplMask;
}

/// A selector as error code (SDM vol. 3, 6.13); `external` is its EXT bit.
inline std::uint32_t error_of(std::uint16_t selector, std::uint32_t external) {
  return (selector & ~std::uint32_t{kRplMask}) | external;
}

inline bool is_null(std::uint16_t selector) {
  return (selector & ~kRplMask) == 0;
}

/// Whether the attributes of TR or a descriptor are those of a 32-bit task state segment.
inline bool is_tss32(std::uint32_t attributes) {
  return (attributes & (attr::kS | attr::kTypeMask) & ~system_type::kBusy) == system_type::kTss32;
}

/// Whether the descriptor lies inside the GDT or LDT. A null LDTR has limit 0: nothing does.
inline bool in_table(const Processor& p, std::uint16_t selector) {
  const bool local = (selector & kTableIndicator) != 0;
  return (selector | 7u) <= (local ? p.system.ldtr.limit : p.system.gdtr.limit);
}

/// Reads the eight bytes at `address`; false with #PF raised.
bool read_descriptor_at(Processor& p, std::uint32_t address, Descriptor& descriptor);

/// Reads the descriptor `selector` names, which is inside its table; false with #PF raised.
bool read_descriptor(Processor& p, std::uint16_t selector, Descriptor& descriptor);

/// The same; `fault`(selector | external) if it is outside its table.
bool find_descriptor(Processor& p, std::uint16_t selector, std::uint8_t fault,
                     std::uint32_t external, Descriptor& descriptor);

/// A change of a descriptor's access byte (bits 15:8 of its second dword), checked but not made.
class AccessChange {
 public:
  /// Asks for `byte` in the descriptor at `address`; false with #PF raised.
  bool prepare(Processor& p, std::uint32_t address, std::uint8_t byte);
  /// Makes the change, if one was asked for.
  void commit(Processor& p) const;

 private:
  bool wanted_ = false;
  std::uint8_t byte_ = 0;
  Location<std::uint8_t> at_;
};

}  // namespace strata
