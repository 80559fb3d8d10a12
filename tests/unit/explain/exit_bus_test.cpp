// ExitBus between an interpreter and a machine that answers with what it is told.
#include "platform/explain/exit_bus.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "models/engine/interpreter/interpreter.h"
#include "models/machine/memory_map.h"

namespace strata {
namespace {

class Answers final : public EngineBus {
 public:
  std::uint32_t port_read(std::uint16_t, unsigned) override { return 0x5A; }
  void port_write(std::uint16_t port, unsigned bytes, std::uint32_t) override {
    if (port + bytes == STRATA_PV_PORT + STRATA_PV_PORTS && on_call) on_call();
  }
  std::uint32_t mmio_read(std::uint32_t, unsigned) override { return 0; }
  void mmio_write(std::uint32_t, unsigned, std::uint32_t) override {}
  std::uint8_t acknowledge_interrupt() override { return 0x20; }

  std::function<void()> on_call;
};

class Kept final : public ExitSink {
 public:
  void on_exit(const ExitRecord& exit, const ReadExitInstruction& read) override {
    exits.push_back(exit);
    code.push_back(read(exit.address).bytes);
  }
  std::vector<ExitRecord> exits;
  std::vector<std::vector<std::uint8_t>> code;
};

class ExitBusTest : public ::testing::Test {
 protected:
  /// Runs `code` in real mode at 0:1000 to its HLT.
  void run(std::initializer_list<std::uint8_t> code) {
    std::ranges::copy(code, memory.begin() + 0x1000);
    bus.add(kept);
    bus.attach(engine,
               [this](const CpuState&, std::uint32_t linear, std::span<std::uint8_t> bytes) {
                 std::copy_n(memory.begin() + linear, bytes.size(), bytes.begin());
                 return bytes.size();
               });
    answers.on_call = [this] { bus.on_call(2); };
    CpuState state = CpuState::reset(CpuFamily::k586);
    state.seg[kCs].base = 0;
    state.seg[kCs].selector = 0;
    state.eip = 0x1000;
    engine.load_state(state);
    ASSERT_EQ(engine.run(1000), StopReason::kHalted);
  }

  alignas(4096) std::array<std::uint8_t, 0x2000> memory{};
  MemoryRegion region{0, memory.size(), memory.data(), true};
  Answers answers;
  SymbolTable symbols;
  ExitBus bus{answers, symbols, CpuFamily::k586, 1};
  Interpreter engine{bus, {&region, 1}};
  Kept kept;
};

TEST_F(ExitBusTest, AnAccessIsAnExitOfItsInstruction) {
  run({0x90, 0xE6, 0x80, 0xE4, 0x60, 0xF4});  // nop; out 80h,al; in al,60h; hlt
  ASSERT_EQ(kept.exits.size(), 2u);
  EXPECT_EQ(kept.exits[0].address, 0x1001u);
  EXPECT_EQ(kept.exits[0].place, 0x80u);
  EXPECT_TRUE(kept.exits[0].write);
  EXPECT_EQ(kept.exits[0].left, 1);
  EXPECT_EQ(kept.exits[0].back, 2);
  EXPECT_EQ(kept.code[0], (std::vector<std::uint8_t>{0xE6, 0x80}));
  EXPECT_EQ(kept.exits[1].address, 0x1003u);
  EXPECT_EQ(kept.exits[1].value, 0x5Au);
  EXPECT_FALSE(kept.exits[1].write);
}

/// mov dx,ABBAh; out dx,eax; hlt
TEST_F(ExitBusTest, TheTwoPartsOfACallAreOneExit) {
  run({0xBA, 0xBA, 0xAB, 0x66, 0xEF, 0xF4});
  ASSERT_EQ(kept.exits.size(), 1u);
  EXPECT_EQ(kept.exits[0].kind, ExitKind::kCall);
  EXPECT_EQ(kept.exits[0].place, 2u);
  EXPECT_EQ(kept.exits[0].accesses, 2u);
  EXPECT_EQ(kept.exits[0].bytes, 4u);
  EXPECT_EQ(kept.exits[0].address, 0x1003u);
}

/// mov dx,ABBAh; out dx,ax; out 80h,al; hlt
TEST_F(ExitBusTest, HalfACallIsAWriteToAPort) {
  run({0xBA, 0xBA, 0xAB, 0xEF, 0xE6, 0x80, 0xF4});
  ASSERT_EQ(kept.exits.size(), 2u);
  EXPECT_EQ(kept.exits[0].kind, ExitKind::kPort);
  EXPECT_EQ(kept.exits[0].place, std::uint32_t{STRATA_PV_PORT});
  EXPECT_EQ(kept.exits[1].place, 0x80u);
}

TEST_F(ExitBusTest, SleepIsAnExitOfTheHalt) {
  run({0xF4});
  bus.on_sleep(1, 50);
  ASSERT_EQ(kept.exits.size(), 1u);
  EXPECT_EQ(kept.exits[0].kind, ExitKind::kHalt);
  EXPECT_EQ(kept.exits[0].address, 0x1000u);
  EXPECT_EQ(kept.exits[0].back - kept.exits[0].left, 49);
}

}  // namespace
}  // namespace strata
