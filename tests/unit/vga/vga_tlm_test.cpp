// The TLM-2.0 shell: accesses reach the core at the transaction's time.
#include "models/vga/vga_tlm.h"

#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>

#include "models/machine/memory_map.h"

namespace strata {
namespace {

struct Initiator : sc_core::sc_module {
  tlm_utils::simple_initiator_socket<Initiator> socket{"socket"};
  explicit Initiator(const sc_core::sc_module_name& name) : sc_module(name) {}

  std::uint16_t transport(tlm::tlm_command command, std::uint32_t offset, std::uint16_t value,
                          sc_core::sc_time delay) {
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(offset);
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
    payload.set_data_length(2);
    payload.set_streaming_width(2);
    socket->b_transport(payload, delay);
    EXPECT_TRUE(payload.is_response_ok());
    return value;
  }
};

TEST(VgaTlm, CarriesTextAndStatusToTheCore) {
  const sc_core::sc_time period(40, sc_core::SC_NS);
  VgaCore core;
  VgaTlm vga("vga", core, period);
  Initiator initiator("initiator");
  initiator.socket.bind(vga.target_socket);

  initiator.transport(tlm::TLM_WRITE_COMMAND, 160, 0x1E41, sc_core::SC_ZERO_TIME);
  EXPECT_EQ(core.snapshot().at(1, 0), (TextCell{0x41, 0x1E}));

  const auto status = [&](Cycle cycle) {
    return initiator.transport(tlm::TLM_READ_COMMAND, STRATA_VGA_BLOCK_PORTS + 0x1A, 0,
                               period * static_cast<double>(cycle)) &
           0xFF;
  };
  EXPECT_EQ(status(0), 0);
  EXPECT_EQ(status(412 * 100 * STRATA_VGA_CHAR_CYCLES), 9);
}

}  // namespace
}  // namespace strata
