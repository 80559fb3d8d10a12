// Memory of the software engines' platform: a TLM-2.0 target (loosely timed, adds no delay) with
// direct access to RAM and, for reading, to ROM. What is not mapped reads all ones with
// TLM_ADDRESS_ERROR_RESPONSE.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <systemc>
#include <tlm>

#include "models/memory/memory_map.h"

namespace strata {

class MemoryTlm : public sc_core::sc_module {
 public:
  /// Addresses are physical.
  tlm_utils::simple_target_socket<MemoryTlm> target_socket;

  MemoryTlm(const sc_core::sc_module_name& name, MemoryMap map);

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);

  MemoryMap map_;
};

}  // namespace strata
