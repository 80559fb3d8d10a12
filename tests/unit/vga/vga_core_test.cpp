// What only the plain C++ twin has: text memory an engine can map, time as an argument. Registers
// are in tests/rtl/vga/vga_contract_test.cpp.
#include "models/vga/vga_core.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>

#include "models/machine/memory_map.h"

namespace strata {
namespace {

constexpr std::uint32_t kStatus = STRATA_VGA_BLOCK_PORTS + 0x1A;
constexpr Cycle kCharClock = STRATA_VGA_CHAR_CYCLES;
constexpr Cycle kLine = 100 * kCharClock;

TEST(VgaCore, TextMemoryIsPageAlignedAndTheSameAsTheRegisters) {
  const auto core = std::make_unique<VgaCore>();
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(core->text_memory()) % 4096, 0u);
  core->text_memory()[0x7FFF] = 0x12;
  EXPECT_EQ(core->read(0x7FFF, 1, 0), 0x12u);
  core->write(2, 2, 0x1E41, 0);
  EXPECT_EQ(core->text_memory()[2], 0x41);
  EXPECT_EQ(core->text_memory()[3], 0x1E);
  EXPECT_EQ(core->snapshot().at(0, 1), (TextCell{0x41, 0x1E}));
}

TEST(VgaCore, InputStatusFollowsTheTimeGiven) {
  VgaCore core;
  EXPECT_EQ(core.read(kStatus, 1, 0), 0u);
  EXPECT_EQ(core.read(kStatus, 1, 80 * kCharClock - 1), 0u);
  EXPECT_EQ(core.read(kStatus, 1, 80 * kCharClock), 1u);
  EXPECT_EQ(core.read(kStatus, 1, kLine), 0u);
  EXPECT_EQ(core.read(kStatus, 1, 400 * kLine), 1u);
  EXPECT_EQ(core.read(kStatus, 1, 412 * kLine - 1), 1u);
  EXPECT_EQ(core.read(kStatus, 1, 412 * kLine), 9u);
  EXPECT_EQ(core.read(kStatus, 1, 414 * kLine - 1), 9u);
  EXPECT_EQ(core.read(kStatus, 1, 414 * kLine), 1u);
  EXPECT_EQ(core.read(kStatus, 1, 449 * kLine), 0u);
}

TEST(VgaCore, ResetKeepsTextMemoryAndRestoresTheRegisters) {
  VgaCore core;
  core.write(0, 2, 0x0741, 0);
  core.write(STRATA_VGA_BLOCK_PORTS + 0x14, 2, 0x200A, 0);
  EXPECT_FALSE(core.snapshot().cursor.visible);
  core.reset();
  EXPECT_TRUE(core.snapshot().cursor.visible);
  EXPECT_EQ(core.read(0, 2, 0), 0x0741u);
}

TEST(VgaCore, HasNoEventsOfItsOwn) {
  VgaCore core;
  core.advance(1000);
  EXPECT_EQ(core.next_event(), kNever);
}

}  // namespace
}  // namespace strata
