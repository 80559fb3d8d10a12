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
  /// Writes elements of `bytes` bytes from `data` on to `port`, of which `count` are to come one
  /// after the other, as far as all they do is to wait in the device for more; how many. The rest,
  /// and what says when things happen, comes by port_write().
  virtual std::uint32_t port_write_block(std::uint16_t port, unsigned bytes,
                                         const std::uint8_t* data, std::uint32_t count) {
    static_cast<void>(port), static_cast<void>(bytes), static_cast<void>(data);
    static_cast<void>(count);
    return 0;
  }
  /// The same for reads of elements that wait in the device, into `data`.
  virtual std::uint32_t port_read_block(std::uint16_t port, unsigned bytes, std::uint8_t* data,
                                        std::uint32_t count) {
    static_cast<void>(port), static_cast<void>(bytes), static_cast<void>(data);
    static_cast<void>(count);
    return 0;
  }
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
