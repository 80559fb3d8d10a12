// What whatever executes instructions sees of the machine beside plain memory: the semantics of
// models/isa, every engine, and the golden model behind a checked run.
#pragma once

#include <cstdint>

namespace strata {

/// Device registers, ports, holes, writes to ROM. Calls come from inside Engine::run(), at virtual
/// time Engine::cycle(). An access is 1 to 4 bytes inside one aligned dword: what crosses a dword's
/// end comes in pieces, as a 32-bit bus carries it, the low one first (bus_piece). A miss reads all
/// ones and drops writes.
class EngineBus {
 public:
  virtual ~EngineBus() = default;
  virtual std::uint32_t port_read(std::uint16_t port, unsigned bytes) = 0;
  virtual void port_write(std::uint16_t port, unsigned bytes, std::uint32_t value) = 0;
  virtual std::uint32_t mmio_read(std::uint32_t physical, unsigned bytes) = 0;
  virtual void mmio_write(std::uint32_t physical, unsigned bytes, std::uint32_t value) = 0;
  /// The INTA cycle: asks the 8259 pair for the vector of the pending interrupt.
  virtual std::uint8_t acknowledge_interrupt() = 0;
};

/// Bytes of the next piece of an access of which `left` bytes are to come: up to the dword's end.
/// Byte enables say which lanes a transfer has, so three go in one as well (80386 Hardware
/// Reference Manual, 3.1.3).
constexpr unsigned bus_piece(std::uint32_t address, unsigned left) {
  const unsigned room = 4 - address % 4;
  return left < room ? left : room;
}

/// The low `bytes` bytes of `value`; 1 to 4.
constexpr std::uint32_t low_bytes(std::uint32_t value, unsigned bytes) {
  return bytes == 4 ? value : value & ((1u << (8 * bytes)) - 1);
}

}  // namespace strata
