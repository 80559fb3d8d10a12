#include "models/memory/memory_tlm.h"

namespace strata {

MemoryTlm::MemoryTlm(const sc_core::sc_module_name& name, MemoryMap map)
    : sc_module(name), target_socket("target_socket"), map_(std::move(map)) {
  target_socket.register_b_transport(this, &MemoryTlm::b_transport);
  target_socket.register_get_direct_mem_ptr(this, &MemoryTlm::get_direct_mem_ptr);
  target_socket.register_transport_dbg(this, &MemoryTlm::transport_dbg);
}

void MemoryTlm::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
  if (payload.get_byte_enable_ptr()) {
    payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    return;
  }
  const auto address = static_cast<std::uint32_t>(payload.get_address());
  std::uint8_t* data = payload.get_data_ptr();
  const bool mapped = payload.is_write() ? map_.write(address, data, payload.get_data_length())
                                         : map_.read(address, data, payload.get_data_length());
  payload.set_dmi_allowed(mapped);
  payload.set_response_status(mapped ? tlm::TLM_OK_RESPONSE : tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

bool MemoryTlm::get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi) {
  const auto region = map_.find(static_cast<std::uint32_t>(payload.get_address()));
  dmi.set_start_address(region.first);
  dmi.set_end_address(region.last);
  if (!region.bytes) return false;
  // The granted access says read only for ROM; the pointer's type cannot.
  dmi.set_dmi_ptr(const_cast<std::uint8_t*>(region.bytes));
  dmi.set_granted_access(region.writable ? tlm::tlm_dmi::DMI_ACCESS_READ_WRITE
                                         : tlm::tlm_dmi::DMI_ACCESS_READ);
  return region.writable || !payload.is_write();
}

unsigned MemoryTlm::transport_dbg(tlm::tlm_generic_payload& payload) {
  const auto address = static_cast<std::uint32_t>(payload.get_address());
  std::uint8_t* data = payload.get_data_ptr();
  const unsigned size = payload.get_data_length();
  if (payload.is_write()) {
    map_.write(address, data, size);
  } else {
    map_.read(address, data, size);
  }
  return size;
}

}  // namespace strata
