// The wires of a Wishbone B4 port as two structs, for models with and without SystemC
// (models/bus/wishbone.h makes them signal types). The RTL has the same wires as separate ports,
// wb_<field>_i/_o.
#pragma once

#include <cstdint>

namespace strata {

/// Address tag (tga): what space an address is in.
enum WishboneSpace : std::uint8_t {
  kMemorySpace = 0,
  kIoSpace = 1,               // x86 port; the port number is in adr and sel
  kInterruptAcknowledge = 2,  // INTA: the 8259 pair answers with the vector in dat[7:0]
};

/// Cycle type identifier (Wishbone B4, table 4-2) and burst type extension (table 4-3).
inline constexpr std::uint8_t kCtiClassic = 0;
inline constexpr std::uint8_t kCtiIncrementing = 2;
inline constexpr std::uint8_t kBteWrap4 = 1;

/// Cycle tag (TGC_O, Wishbone B4, 3.1.3) of the CPU's cycles: what for.
inline constexpr std::uint8_t kTgcData = 0;  // an access of an instruction
inline constexpr std::uint8_t kTgcCode = 1;  // fetch of instructions
inline constexpr std::uint8_t kTgcWalk = 2;  // page table walk

/// Data tag of a read (TGD_I, Wishbone B4, 3.1.4 tag types): whether the 16-byte line that the data
/// is of may be cached. A burst goes on behind its first word only if it may.
inline constexpr std::uint8_t kTgdNone = 0;
inline constexpr std::uint8_t kTgdCacheable = 1;
inline constexpr std::uint8_t kTgdFixed = 3;  // it may, and writing does not change it (ROM)

struct WishboneRequest {
  std::uint32_t adr = 0;  // byte address of the 32-bit word, bits 1:0 zero
  std::uint32_t dat = 0;
  std::uint8_t sel = 0;  // byte lanes
  std::uint8_t tga = kMemorySpace;
  std::uint8_t cti = kCtiClassic;
  std::uint8_t bte = 0;
  bool cyc = false;
  bool stb = false;
  bool we = false;
  bool lock = false;  // nobody else gets the bus while cyc and lock are high
  std::uint8_t tgc = kTgcData;
  bool operator==(const WishboneRequest&) const = default;
};

struct WishboneResponse {
  std::uint32_t dat = 0;
  bool ack = false;
  std::uint8_t tgd = kTgdNone;  // with the ack of a read
  bool operator==(const WishboneResponse&) const = default;
};

}  // namespace strata
