// The router of the software engines: ports and memory-mapped devices by
// models/machine/memory_map.h to one initiator socket a device, with the offset in the device's own
// block as address (loosely timed, IEEE 1666 clause 11).
//
// An access that stays inside one window of one device and inside one aligned dword goes as one
// transaction; any other is split into bytes, as the real bus would split it into cycles. Memory
// takes any length and alignment. A miss reads all ones, drops the write and answers
// TLM_ADDRESS_ERROR_RESPONSE (a split access does so if all its bytes missed).
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstdint>
#include <systemc>
#include <tlm>
#include <vector>

namespace strata {

class BusTlm : public sc_core::sc_module {
 public:
  using InitiatorSocket = tlm_utils::simple_initiator_socket<BusTlm>;

  enum class Space { kMemory, kIo };

  /// From the CPU: physical memory, and I/O ports (the address is the port). Devices take 1 to 4
  /// bytes; memory_socket forwards DMI requests for plain memory.
  tlm_utils::simple_target_socket<BusTlm> memory_socket;
  tlm_utils::simple_target_socket<BusTlm> io_socket;

  /// To the devices, and to memory (by physical address) for all that is no device's window.
  InitiatorSocket mem_socket;
  InitiatorSocket vga_socket;
  InitiatorSocket ata_socket;
  InitiatorSocket pic_socket;
  InitiatorSocket pit_socket;
  InitiatorSocket uart_socket;
  InitiatorSocket debug_socket;

  explicit BusTlm(const sc_core::sc_module_name& name);

  /// The same as plain calls, for a CPU that holds the bus by pointer: 1, 2 or 4 bytes, any
  /// alignment; `delay` is b_transport's. Not to be called from inside a device's b_transport.
  std::uint32_t read(Space space, std::uint32_t address, unsigned bytes, sc_core::sc_time& delay);
  void write(Space space, std::uint32_t address, unsigned bytes, std::uint32_t value,
             sc_core::sc_time& delay);

 private:
  /// Addresses first..last belong to `socket`, whose block has them from `offset` on.
  struct Window {
    std::uint32_t first;
    std::uint32_t last;
    std::uint32_t offset;
    InitiatorSocket* socket;
  };

  void memory_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void io_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi);

  void add_ports(std::uint32_t first, std::uint32_t count, std::uint32_t offset,
                 InitiatorSocket& socket);
  const Window* find(Space space, std::uint32_t address) const;
  /// The window that takes all `bytes` from `address` on in one transaction, or null.
  const Window* find_whole(Space space, std::uint32_t address, unsigned bytes) const;
  void transport(Space space, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  bool access(Space space, bool is_write, std::uint32_t address, unsigned bytes, std::uint8_t* data,
              sc_core::sc_time& delay);
  bool access_window(const Window& window, bool is_write, std::uint32_t address, unsigned bytes,
                     std::uint8_t* data, sc_core::sc_time& delay);

  std::vector<Window> io_windows_;
  std::vector<std::uint8_t> io_map_;  // port -> index in io_windows_, or kNoWindow
  Window vga_text_;
  Window memory_;
  tlm::tlm_generic_payload payload_;
};

}  // namespace strata
