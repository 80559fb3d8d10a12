#include "platform/trace/signal_table.h"

#include <gtest/gtest.h>

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

TEST(SignalTable, ByteAddressShiftsByTheLowestIndex) {
  SignalTable table = cpu_table();
  const std::size_t words = table.state_words();
  table.add_byte_address("strata fetch_address", "strata cpu f_addr");
  table.add_byte_address("strata other", "strata cpu no_such_signal");
  ASSERT_EQ(table.byte_addresses().size(), 1u);
  const ByteAddress& address = table.byte_addresses()[0];
  EXPECT_EQ(address.word_code, 3u);
  EXPECT_EQ(address.shift, 2u);
  EXPECT_EQ(address.code, words);
  EXPECT_TRUE(table.derived(address.code));
  EXPECT_FALSE(table.derived(3));
  const Scope& strata = *table.root().scopes.at(0);
  ASSERT_EQ(strata.signals.size(), 1u);
  EXPECT_EQ(strata.signals[0].name, "fetch_address");
  EXPECT_EQ(strata.signals[0].bits, 32u);
}

}  // namespace
}  // namespace strata
