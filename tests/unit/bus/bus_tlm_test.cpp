// BusTlm: every window of models/machine/memory_map.h, splitting, misses and the DMI cut.
#include "models/bus/bus_tlm.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "tests/support/fresh_simulation.h"

namespace strata {
namespace {

using Space = BusTlm::Space;

// Remembers what reached it; answers reads with 10, 11, ... in successive bytes.
class Target : public sc_core::sc_module {
 public:
  struct Access {
    std::uint64_t address;
    unsigned bytes;
    bool write;
    std::uint32_t value;
    bool operator==(const Access&) const = default;
  };

  tlm_utils::simple_target_socket<Target> socket;
  std::vector<Access> accesses;
  tlm::tlm_response_status status = tlm::TLM_OK_RESPONSE;
  std::uint8_t next = 0x10;
  std::uint8_t dmi_byte = 0;

  explicit Target(const sc_core::sc_module_name& name) : sc_module(name), socket("socket") {
    socket.register_b_transport(this, &Target::b_transport);
    socket.register_get_direct_mem_ptr(this, &Target::get_direct_mem_ptr);
  }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
    std::uint32_t value = 0;
    const unsigned bytes = payload.get_data_length();
    if (payload.is_write()) {
      std::memcpy(&value, payload.get_data_ptr(), std::min(bytes, 4u));
    } else {
      for (unsigned i = 0; i < bytes; ++i) payload.get_data_ptr()[i] = next++;
    }
    accesses.push_back({payload.get_address(), bytes, payload.is_write(), value});
    payload.set_response_status(status);
  }

  bool get_direct_mem_ptr(tlm::tlm_generic_payload&, tlm::tlm_dmi& dmi) {
    dmi.set_start_address(0);
    dmi.set_end_address(0xFFFFF);
    dmi.set_dmi_ptr(&dmi_byte);
    dmi.allow_read_write();
    return true;
  }
};

class Cpu : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<Cpu> memory;
  tlm_utils::simple_initiator_socket<Cpu> io;
  explicit Cpu(const sc_core::sc_module_name& name) : sc_module(name), memory("memory"), io("io") {}
};

class BusTlmTest : public testing::Test {
 protected:
  BusTlmTest() {
    cpu.memory.bind(bus.memory_socket);
    cpu.io.bind(bus.io_socket);
    bus.mem_socket.bind(mem.socket);
    bus.vga_socket.bind(vga.socket);
    bus.ata_socket.bind(ata.socket);
    bus.pic_socket.bind(pic.socket);
    bus.pit_socket.bind(pit.socket);
    bus.uart_socket.bind(uart.socket);
    bus.debug_socket.bind(debug.socket);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }

  // Where a one-byte access ends up: "pic 4", or "miss".
  std::string where(Space space, std::uint32_t address) {
    std::string found;
    for (Target* target : targets) target->accesses.clear();
    bus.read(space, address, 1, delay);
    for (Target* target : targets) {
      for (const auto& access : target->accesses) {
        found += std::string(target->basename()) + ' ' + std::to_string(access.address);
      }
    }
    return found.empty() ? "miss" : found;
  }

  test::FreshSimulation simulation;
  BusTlm bus{"bus"};
  Cpu cpu{"cpu"};
  Target mem{"mem"}, vga{"vga"}, ata{"ata"}, pic{"pic"}, pit{"pit"}, uart{"uart"}, debug{"debug"};
  std::vector<Target*> targets{&mem, &vga, &ata, &pic, &pit, &uart, &debug};
  sc_core::sc_time delay;
};

TEST_F(BusTlmTest, EveryPortWindowStartsAndEndsWhereTheMapSays) {
  const std::vector<std::pair<std::uint32_t, std::string>> expected = {
      {0x1F, "miss"},    {0x20, "pic 0"},    {0x21, "pic 1"},      {0x22, "miss"},
      {0x3F, "miss"},    {0x40, "pit 0"},    {0x43, "pit 3"},      {0x44, "miss"},
      {0x7F, "miss"},    {0x80, "debug 0"},  {0x81, "miss"},       {0x9F, "miss"},
      {0xA0, "pic 4"},   {0xA1, "pic 5"},    {0xA2, "miss"},       {0xE8, "miss"},
      {0xE9, "debug 5"}, {0xEA, "miss"},     {0xF3, "miss"},       {0xF4, "debug 8"},
      {0xF5, "miss"},    {0x1EF, "miss"},    {0x1F0, "ata 0"},     {0x1F7, "ata 7"},
      {0x1F8, "miss"},   {0x3BF, "miss"},    {0x3C0, "vga 32768"}, {0x3DF, "vga 32799"},
      {0x3E0, "miss"},   {0x3F5, "miss"},    {0x3F6, "ata 10"},    {0x3F7, "ata 11"},
      {0x3F8, "uart 0"}, {0x3FF, "uart 7"},  {0x400, "miss"},      {0xABBA, "miss"},
      {0xFFFF, "miss"},  {0x100020, "miss"},
  };
  for (const auto& [port, place] : expected) {
    EXPECT_EQ(where(Space::kIo, port), place) << std::hex << port;
  }
}

TEST_F(BusTlmTest, TheTextWindowIsCutOutOfMemory) {
  EXPECT_EQ(where(Space::kMemory, 0), "mem 0");
  EXPECT_EQ(where(Space::kMemory, 0xB7FFF), "mem 753663");
  EXPECT_EQ(where(Space::kMemory, 0xB8000), "vga 0");
  EXPECT_EQ(where(Space::kMemory, 0xBFFFF), "vga 32767");
  EXPECT_EQ(where(Space::kMemory, 0xC0000), "mem 786432");
  EXPECT_EQ(where(Space::kMemory, 0xFFFFFFFF), "mem 4294967295");
}

TEST_F(BusTlmTest, AnAccessInsideOneDwordOfAWindowIsOneTransaction) {
  bus.write(Space::kIo, 0x1F1, 2, 0x1234, delay);
  EXPECT_EQ(ata.accesses, (std::vector<Target::Access>{{1, 2, true, 0x1234}}));
  EXPECT_EQ(bus.read(Space::kIo, 0x1F0, 4, delay), 0x13121110u);
  EXPECT_EQ(ata.accesses.back(), (Target::Access{0, 4, false, 0}));
}

TEST_F(BusTlmTest, AnAccessAcrossADwordIsSplitIntoBytes) {
  bus.write(Space::kIo, 0x1F3, 2, 0xBBAA, delay);
  EXPECT_EQ(ata.accesses, (std::vector<Target::Access>{{3, 1, true, 0xAA}, {4, 1, true, 0xBB}}));
}

TEST_F(BusTlmTest, BytesNobodyOwnsReadAllOnes) {
  // 21h is the master's mask port, 22h and 23h are nobody's.
  EXPECT_EQ(bus.read(Space::kIo, 0x20, 4, delay), 0xFFFF1110u);
  EXPECT_EQ(bus.read(Space::kIo, 0x22, 2, delay), 0xFFFFu);
  EXPECT_EQ(bus.read(Space::kIo, 0xFFFF, 1, delay), 0xFFu);
}

TEST_F(BusTlmTest, MemoryTakesUnalignedAccessesWhole) {
  bus.write(Space::kMemory, 0x1003, 4, 0xDDCCBBAA, delay);
  EXPECT_EQ(mem.accesses, (std::vector<Target::Access>{{0x1003, 4, true, 0xDDCCBBAA}}));
  bus.write(Space::kMemory, 0xB7FFF, 2, 0x2211, delay);
  EXPECT_EQ(mem.accesses.back(), (Target::Access{0xB7FFF, 1, true, 0x11}));
  EXPECT_EQ(vga.accesses.back(), (Target::Access{0, 1, true, 0x22}));
}

TEST_F(BusTlmTest, AMissAnswersAddressError) {
  tlm::tlm_generic_payload payload;
  std::uint32_t value = 0;
  payload.set_command(tlm::TLM_READ_COMMAND);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  payload.set_data_length(2);
  payload.set_streaming_width(2);
  payload.set_address(0x300);
  cpu.io->b_transport(payload, delay);
  EXPECT_EQ(payload.get_response_status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(value, 0xFFFFu);

  payload.set_address(0x40);
  cpu.io->b_transport(payload, delay);
  EXPECT_EQ(payload.get_response_status(), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(pit.accesses.size(), 1u);
}

TEST_F(BusTlmTest, ATargetsRefusalReadsAllOnes) {
  uart.status = tlm::TLM_ADDRESS_ERROR_RESPONSE;
  EXPECT_EQ(bus.read(Space::kIo, 0x3F8, 1, delay), 0xFFu);
}

TEST_F(BusTlmTest, DirectMemoryStopsAtTheTextWindow) {
  tlm::tlm_generic_payload payload;
  tlm::tlm_dmi dmi;
  payload.set_address(0x1000);
  ASSERT_TRUE(cpu.memory->get_direct_mem_ptr(payload, dmi));
  EXPECT_EQ(dmi.get_start_address(), 0u);
  EXPECT_EQ(dmi.get_end_address(), 0xB7FFFu);
  payload.set_address(0xC0000);
  ASSERT_TRUE(cpu.memory->get_direct_mem_ptr(payload, dmi));
  EXPECT_EQ(dmi.get_start_address(), 0xC0000u);
  EXPECT_EQ(dmi.get_end_address(), 0xFFFFFu);
  EXPECT_EQ(dmi.get_dmi_ptr(), &mem.dmi_byte + 0xC0000);
  payload.set_address(0xB8000);
  EXPECT_FALSE(cpu.memory->get_direct_mem_ptr(payload, dmi));
}

}  // namespace
}  // namespace strata
