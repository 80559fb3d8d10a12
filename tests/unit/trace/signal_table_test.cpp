#include "platform/trace/signal_table.h"

#include <gtest/gtest.h>

#include "platform/trace/derived_signals.h"

namespace strata {
namespace {

Signal wire(std::uint32_t code, std::uint32_t bits = 1, int lsb = 0) {
  Signal signal;
  signal.code = code;
  signal.bits = bits;
  signal.ranged = bits > 1;
  signal.msb = static_cast<int>(bits) - 1 + lsb;
  signal.lsb = lsb;
  return signal;
}

// As Verilator 5.006 declares an instance "cpu" of module top with a struct port.
SignalTable cpu_table() {
  SignalTable table;
  table.declare("strata cpu clk_i", wire(1));
  table.declare("strata cpu state_o\x86 eip", wire(2, 32));
  table.declare("strata cpu top clk_i", wire(1));
  table.declare("strata cpu top state_o\x86 eip", wire(2, 32));
  table.declare("strata cpu top f_addr", wire(3, 30, 2));
  table.declare("strata cpu top u_alu a_i", wire(4, 8));
  table.fold_tops();
  return table;
}

TEST(SignalTable, TopModuleFoldsIntoItsInstance) {
  const SignalTable table = cpu_table();
  const Scope& cpu = *table.root().scopes.at(0)->scopes.at(0);
  EXPECT_EQ(cpu.name, "cpu");
  ASSERT_EQ(cpu.signals.size(), 2u);
  EXPECT_EQ(cpu.signals[0].name, "clk_i");
  EXPECT_EQ(cpu.signals[1].name, "f_addr");
  ASSERT_EQ(cpu.scopes.size(), 2u);
  EXPECT_EQ(cpu.scopes[0]->name, "state_o");
  EXPECT_EQ(cpu.scopes[0]->kind, ScopeKind::kStruct);
  EXPECT_EQ(cpu.scopes[0]->signals.size(), 1u);
  EXPECT_EQ(cpu.scopes[1]->name, "u_alu");
  EXPECT_EQ(table.codes(), 4u);
}

TEST(SignalTable, ByteAddressHasTheLowestLane) {
  SignalTable table;
  table.declare("strata cpu wb_adr_o", wire(1, 30, 2));
  table.declare("strata cpu wb_sel_o", wire(2, 4));
  add_derived_signals(table, {});
  ASSERT_EQ(table.derived_signals().size(), 1u);  // the other sources are not there
  const DerivedSignals& address = table.derived_signals()[0];
  ASSERT_EQ(address.outputs.size(), 1u);
  EXPECT_TRUE(table.derived(address.outputs[0].code));
  EXPECT_FALSE(table.derived(1));
  EXPECT_EQ(table.find("strata bus_address")->bits, 32u);
  std::vector<DerivedSignals::Value> values{{{0}, {}}};
  const auto make = address.start();
  // Ports 1F4 to 1F7 are a doubleword; 1F7 is its lane 3.
  make({0, 0x1F4 >> 2, 8}, values);
  EXPECT_EQ(values[0].words[0], 0x1F7u);
  make({0, 0x1F4 >> 2, 0xF}, values);
  EXPECT_EQ(values[0].words[0], 0x1F4u);
}

}  // namespace
}  // namespace strata
