// The TLM shell of the ATA core: its timer and its interrupt signal.
#include "models/ata/ata_tlm.h"

#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <cstring>

#include "platform/disk/memory_disk.h"
#include "tests/support/event_recorder.h"
#include "tests/support/fresh_simulation.h"

namespace strata {
namespace {

using test::kPeriod;

class Initiator : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<Initiator> socket{"socket"};
  explicit Initiator(const sc_core::sc_module_name& name) : sc_module(name) {}

  std::uint8_t access(tlm::tlm_command command, std::uint64_t offset, std::uint8_t value = 0) {
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(offset);
    payload.set_data_ptr(&value);
    payload.set_data_length(1);
    payload.set_streaming_width(1);
    payload.set_byte_enable_ptr(nullptr);
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    socket->b_transport(payload, delay);
    EXPECT_TRUE(payload.is_response_ok());
    return value;
  }
};

TEST(AtaTlm, InterruptFollowsTheCommandByItsLatency) {
  test::FreshSimulation simulation;
  MemoryDisk disk(10);
  test::EventRecorder log;
  Initiator initiator("initiator");
  AtaTlm ata("ata", disk, &log, kPeriod);
  sc_core::sc_signal<bool> irq("irq");
  initiator.socket.bind(ata.target_socket);
  ata.irq(irq);
  sc_core::sc_start(kPeriod * 10);

  initiator.access(tlm::TLM_WRITE_COMMAND, 7, 0xEC);
  sc_core::sc_start(kPeriod * 399);
  EXPECT_FALSE(irq.read());
  EXPECT_EQ(initiator.access(tlm::TLM_READ_COMMAND, 10), 0x80);
  sc_core::sc_start(kPeriod * 2);
  EXPECT_TRUE(irq.read());
  EXPECT_EQ(log.latest("command ec"), 10u);
  EXPECT_EQ(log.latest("irq 1"), 410u);
  EXPECT_EQ(initiator.access(tlm::TLM_READ_COMMAND, 7), 0x58);
  sc_core::sc_start(kPeriod);
  EXPECT_FALSE(irq.read());
}

}  // namespace
}  // namespace strata
