#include "models/bus/bus_tlm.h"

#include <algorithm>
#include <cstring>

#include "models/machine/memory_map.h"

namespace strata {
namespace {

constexpr std::uint8_t kNoWindow = 0xFF;
constexpr std::size_t kPorts = 0x10000;

}  // namespace

BusTlm::BusTlm(const sc_core::sc_module_name& name)
    : sc_module(name),
      memory_socket("memory_socket"),
      io_socket("io_socket"),
      mem_socket("mem_socket"),
      vga_socket("vga_socket"),
      ata_socket("ata_socket"),
      pic_socket("pic_socket"),
      pit_socket("pit_socket"),
      uart_socket("uart_socket"),
      debug_socket("debug_socket"),
      io_map_(kPorts, kNoWindow),
      vga_text_{STRATA_VGA_TEXT_BASE, STRATA_VGA_TEXT_BASE + STRATA_VGA_TEXT_SIZE - 1,
                STRATA_VGA_BLOCK_TEXT, &vga_socket},
      memory_{0, 0xFFFFFFFF, 0, &mem_socket} {
  memory_socket.register_b_transport(this, &BusTlm::memory_transport);
  memory_socket.register_get_direct_mem_ptr(this, &BusTlm::get_direct_mem_ptr);
  io_socket.register_b_transport(this, &BusTlm::io_transport);

  add_ports(STRATA_PIC1_PORT, STRATA_PIC1_PORTS, STRATA_PIC_BLOCK_MASTER, pic_socket);
  add_ports(STRATA_PIC2_PORT, STRATA_PIC2_PORTS, STRATA_PIC_BLOCK_SLAVE, pic_socket);
  add_ports(STRATA_PIT_PORT, STRATA_PIT_PORTS, 0, pit_socket);
  add_ports(STRATA_ATA_COMMAND_PORT, STRATA_ATA_COMMAND_PORTS, STRATA_ATA_BLOCK_COMMAND,
            ata_socket);
  add_ports(STRATA_ATA_CONTROL_PORT, STRATA_ATA_CONTROL_PORTS, STRATA_ATA_BLOCK_CONTROL,
            ata_socket);
  add_ports(STRATA_VGA_PORT, STRATA_VGA_PORTS, STRATA_VGA_BLOCK_PORTS, vga_socket);
  add_ports(STRATA_UART_PORT, STRATA_UART_PORTS, 0, uart_socket);
  add_ports(STRATA_POST_PORT, STRATA_POST_PORTS, STRATA_DEBUG_BLOCK_POST, debug_socket);
  add_ports(STRATA_DEBUG_CONSOLE_PORT, STRATA_DEBUG_CONSOLE_PORTS, STRATA_DEBUG_BLOCK_CONSOLE,
            debug_socket);
  add_ports(STRATA_EXIT_PORT, STRATA_EXIT_PORTS, STRATA_DEBUG_BLOCK_EXIT, debug_socket);
}

void BusTlm::add_ports(std::uint32_t first, std::uint32_t count, std::uint32_t offset,
                       InitiatorSocket& socket) {
  std::fill_n(io_map_.begin() + first, count, static_cast<std::uint8_t>(io_windows_.size()));
  io_windows_.push_back({first, first + count - 1, offset, &socket});
}

std::uint32_t BusTlm::read(Space space, std::uint32_t address, unsigned bytes,
                           sc_core::sc_time& delay) {
  std::uint32_t value = 0;
  access(space, false, address, bytes, reinterpret_cast<std::uint8_t*>(&value), delay);
  return value;
}

void BusTlm::write(Space space, std::uint32_t address, unsigned bytes, std::uint32_t value,
                   sc_core::sc_time& delay) {
  access(space, true, address, bytes, reinterpret_cast<std::uint8_t*>(&value), delay);
}

const BusTlm::Window* BusTlm::find(Space space, std::uint32_t address) const {
  if (space == Space::kMemory) {
    return address >= vga_text_.first && address <= vga_text_.last ? &vga_text_ : &memory_;
  }
  const std::uint8_t index = address < kPorts ? io_map_[address] : kNoWindow;
  return index == kNoWindow ? nullptr : &io_windows_[index];
}

const BusTlm::Window* BusTlm::find_whole(Space space, std::uint32_t address, unsigned bytes) const {
  const Window* window = find(space, address);
  const std::uint32_t last = address + bytes - 1;
  if (!window || last < address || find(space, last) != window) return nullptr;
  if (window == &memory_) {
    // Both ends in memory, but the text window may lie between them.
    return address < vga_text_.first && last > vga_text_.last ? nullptr : window;
  }
  return address / 4 == last / 4 ? window : nullptr;
}

bool BusTlm::access(Space space, bool is_write, std::uint32_t address, unsigned bytes,
                    std::uint8_t* data, sc_core::sc_time& delay) {
  if (const Window* window = find_whole(space, address, bytes)) {
    return access_window(*window, is_write, address, bytes, data, delay);
  }
  bool hit = false;
  for (unsigned i = 0; i < bytes; ++i) {
    if (const Window* window = find(space, address + i)) {
      hit |= access_window(*window, is_write, address + i, 1, data + i, delay);
    } else if (!is_write) {
      data[i] = 0xFF;
    }
  }
  return hit;
}

bool BusTlm::access_window(const Window& window, bool is_write, std::uint32_t address,
                           unsigned bytes, std::uint8_t* data, sc_core::sc_time& delay) {
  payload_.set_command(is_write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  payload_.set_address(address - window.first + window.offset);
  payload_.set_data_ptr(data);
  payload_.set_data_length(bytes);
  payload_.set_streaming_width(bytes);
  payload_.set_byte_enable_ptr(nullptr);
  payload_.set_dmi_allowed(false);
  payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  (*window.socket)->b_transport(payload_, delay);
  if (payload_.is_response_ok()) return true;
  if (!is_write) std::memset(data, 0xFF, bytes);
  return false;
}

void BusTlm::memory_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  transport(Space::kMemory, payload, delay);
}

void BusTlm::io_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  transport(Space::kIo, payload, delay);
}

void BusTlm::transport(Space space, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  if (payload.get_byte_enable_ptr()) {
    payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    return;
  }
  const auto address = static_cast<std::uint32_t>(payload.get_address());
  const unsigned bytes = payload.get_data_length();
  const Window* window = find_whole(space, address, bytes);
  if (window == &memory_) {
    memory_.socket->operator->()->b_transport(payload, delay);
    return;
  }
  if (bytes == 0 || (bytes > 4 && window)) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return;
  }
  const bool hit = access(space, payload.is_write(), address, bytes, payload.get_data_ptr(), delay);
  payload.set_response_status(hit ? tlm::TLM_OK_RESPONSE : tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

bool BusTlm::get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi) {
  const auto address = static_cast<std::uint32_t>(payload.get_address());
  if (find(Space::kMemory, address) != &memory_) return false;
  if (!mem_socket->get_direct_mem_ptr(payload, dmi)) return false;
  // The text window is cut out of memory: give the part on the address's side of it.
  if (address < vga_text_.first && dmi.get_end_address() >= vga_text_.first) {
    dmi.set_end_address(vga_text_.first - 1);
  }
  if (address > vga_text_.last && dmi.get_start_address() <= vga_text_.last) {
    dmi.set_dmi_ptr(dmi.get_dmi_ptr() + (vga_text_.last + 1 - dmi.get_start_address()));
    dmi.set_start_address(vga_text_.last + 1);
  }
  return true;
}

}  // namespace strata
