// One script of register accesses, run against both twins of the VGA controller. Expected values
// are the IBM VGA's: CRT controller registers, input status 1, 640x400 text timing of 800x449
// pixels.
#include <gtest/gtest.h>

#include "models/machine/memory_map.h"
#include "models/vga/vga_core.h"
#include "tests/rtl/vga/vga_bench.h"

namespace strata::test {
namespace {

class CoreTwin : public RegisterPort {
 public:
  std::uint32_t read(std::uint32_t offset, unsigned bytes) override {
    now_ += 3;
    return core_.read(offset, bytes, now_);
  }
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value) override {
    now_ += 3;
    core_.write(offset, bytes, value, now_);
  }
  void idle(Cycle cycles) override { now_ += cycles; }
  bool irq() const override { return false; }
  Cycle cycle() const { return now_; }
  TextScreen snapshot() { return core_.snapshot(); }

 private:
  VgaCore core_;
  Cycle now_ = 0;
};

class RtlTwin : public VgaBench {
 public:
  TextScreen snapshot() { return vga().snapshot(); }
};

constexpr std::uint32_t port(std::uint32_t number) {
  return STRATA_VGA_BLOCK_PORTS + number - STRATA_VGA_PORT;
}
constexpr std::uint32_t kIndex = port(0x3D4);
constexpr std::uint32_t kData = port(0x3D5);
constexpr std::uint32_t kStatus = port(0x3DA);

template <typename Twin>
class VgaContract : public testing::Test {
 protected:
  std::uint32_t crtc(std::uint8_t index) {
    twin.write(kIndex, 1, index);
    return twin.read(kData, 1);
  }
  void set_crtc(std::uint8_t index, std::uint8_t value) {
    twin.write(kIndex, 1, index);
    twin.write(kData, 1, value);
  }
  void set_location(std::uint8_t high_index, std::uint16_t cell) {
    set_crtc(high_index, static_cast<std::uint8_t>(cell >> 8));
    set_crtc(static_cast<std::uint8_t>(high_index + 1), static_cast<std::uint8_t>(cell));
  }

  Twin twin;
};

struct TwinNames {
  template <typename T>
  static std::string GetName(int) {
    return std::is_same_v<T, CoreTwin> ? "Core" : "Rtl";
  }
};

using Twins = testing::Types<CoreTwin, RtlTwin>;
TYPED_TEST_SUITE(VgaContract, Twins, TwinNames);

TYPED_TEST(VgaContract, TextMemoryTakesAllSizesLittleEndian) {
  this->twin.write(0x0000, 4, 0x44332211);
  EXPECT_EQ(this->twin.read(0x0000, 1), 0x11u);
  EXPECT_EQ(this->twin.read(0x0003, 1), 0x44u);
  EXPECT_EQ(this->twin.read(0x0000, 2), 0x2211u);
  EXPECT_EQ(this->twin.read(0x0002, 2), 0x4433u);
  this->twin.write(0x0001, 1, 0xAB);
  EXPECT_EQ(this->twin.read(0x0000, 4), 0x4433AB11u);
  this->twin.write(0x0002, 2, 0xCDEF);
  EXPECT_EQ(this->twin.read(0x0000, 4), 0xCDEFAB11u);
}

TYPED_TEST(VgaContract, TextMemoryTakesUnalignedAccesses) {
  this->twin.write(0x0101, 2, 0xBEEF);
  EXPECT_EQ(this->twin.read(0x0100, 4), 0x00BEEF00u);
  this->twin.write(0x0203, 2, 0x1234);  // leaves its dword
  EXPECT_EQ(this->twin.read(0x0200, 4), 0x34000000u);
  EXPECT_EQ(this->twin.read(0x0204, 4), 0x00000012u);
  this->twin.write(0x0303, 4, 0x89ABCDEF);
  EXPECT_EQ(this->twin.read(0x0303, 4), 0x89ABCDEFu);
  EXPECT_EQ(this->twin.read(0x0302, 2), 0xEF00u);
}

TYPED_TEST(VgaContract, AllOfTextMemoryIsThere) {
  for (std::uint32_t offset = 0; offset < 0x8000; offset += 0x1FC) {
    this->twin.write(offset, 4, offset * 0x10001 + 7);
  }
  this->twin.write(0x7FFF, 1, 0x5A);
  for (std::uint32_t offset = 0; offset < 0x8000; offset += 0x1FC) {
    ASSERT_EQ(this->twin.read(offset, 4), offset * 0x10001 + 7) << std::hex << offset;
  }
  EXPECT_EQ(this->twin.read(0x7FFF, 1), 0x5Au);
}

TYPED_TEST(VgaContract, PowerOnIsMode3WithACursorOnLines13And14) {
  EXPECT_EQ(this->crtc(0x09) & 0x1F, 0x0Fu);  // 16 scan lines a character
  EXPECT_EQ(this->crtc(0x0A), 0x0Du);
  EXPECT_EQ(this->crtc(0x0B), 0x0Eu);
  for (std::uint8_t index = 0x0C; index <= 0x0F; ++index) EXPECT_EQ(this->crtc(index), 0u);
  EXPECT_EQ(this->crtc(0x13), 0x28u);  // 40 words a row
  const TextCursor cursor = this->twin.snapshot().cursor;
  EXPECT_TRUE(cursor.visible);
  EXPECT_EQ(cursor.row, 0);
  EXPECT_EQ(cursor.column, 0);
  EXPECT_EQ(cursor.first_line, 13);
  EXPECT_EQ(cursor.last_line, 14);
}

TYPED_TEST(VgaContract, CrtcRegistersReadBackWhatWasWritten) {
  for (std::uint8_t index = 0; index <= 0x18; ++index) {
    this->set_crtc(index, static_cast<std::uint8_t>(0xE7 - 5 * index));
  }
  for (std::uint8_t index = 0; index <= 0x18; ++index) {
    EXPECT_EQ(this->crtc(index), static_cast<std::uint8_t>(0xE7 - 5 * index)) << unsigned{index};
  }
}

TYPED_TEST(VgaContract, CrtcIndexPast18ReadsAllOnesAndDropsWrites) {
  this->set_crtc(0x18, 0x12);
  for (std::uint8_t index = 0x19; index <= 0x1F; ++index) {
    this->set_crtc(index, 0x34);
    EXPECT_EQ(this->crtc(index), 0xFFu);
  }
  EXPECT_EQ(this->crtc(0x18), 0x12u);
}

TYPED_TEST(VgaContract, CrtcIndexReadsBackItsFiveBits) {
  this->twin.write(kIndex, 1, 0x0E);
  EXPECT_EQ(this->twin.read(kIndex, 1), 0x0Eu);
  this->twin.write(kIndex, 1, 0xEF);
  EXPECT_EQ(this->twin.read(kIndex, 1), 0x0Fu);
}

TYPED_TEST(VgaContract, SixteenBitWriteToIndexSetsIndexThenData) {
  this->set_crtc(0x0F, 0x77);  // leaves the index at 0F
  this->twin.write(kIndex, 2, 0x340E);
  EXPECT_EQ(this->twin.read(kIndex, 2), 0x340Eu);
  EXPECT_EQ(this->crtc(0x0E), 0x34u);
  EXPECT_EQ(this->crtc(0x0F), 0x77u);
}

TYPED_TEST(VgaContract, OtherPortsReadAllOnesAndIgnoreWrites) {
  for (std::uint32_t number = 0x3C0; number < 0x3E0; ++number) {
    if (number == 0x3D4 || number == 0x3D5 || number == 0x3DA) continue;
    this->twin.write(port(number), 1, 0x00);
    EXPECT_EQ(this->twin.read(port(number), 1), 0xFFu) << std::hex << number;
  }
  this->twin.write(port(0x3C0), 4, 0);
  EXPECT_EQ(this->twin.read(port(0x3C0), 4), 0xFFFFFFFFu);
  EXPECT_EQ(this->twin.read(port(0x3DB), 1), 0xFFu);
  EXPECT_EQ(this->crtc(0x0A), 0x0Du);
}

TYPED_TEST(VgaContract, WritesToInputStatusChangeNothing) {
  this->twin.write(kStatus, 1, 0xFF);
  EXPECT_EQ(this->twin.read(kStatus, 1) & ~9u, 0u);
}

// One frame is 100 x 449 character clocks; 80 x 400 of them are displayed, 2 lines are retrace.
TYPED_TEST(VgaContract, InputStatusShowsTheFramesProportions) {
  constexpr Cycle kFrame = 100 * 449 * STRATA_VGA_CHAR_CYCLES;
  unsigned samples = 0;
  unsigned off = 0;
  unsigned retrace = 0;
  const Cycle end = this->twin.cycle() + 2 * kFrame;
  while (this->twin.cycle() < end) {
    const std::uint32_t status = this->twin.read(kStatus, 1);
    EXPECT_EQ(status & ~9u, 0u);
    EXPECT_NE(status, 8u);  // retrace is never displayed
    ++samples;
    off += status & 1;
    retrace += status >> 3 & 1;
    this->twin.idle(31);
  }
  EXPECT_NEAR(double(off) / samples, 1 - 80.0 * 400 / (100 * 449), 0.01);
  EXPECT_NEAR(double(retrace) / samples, 2.0 / 449, 0.001);
}

TYPED_TEST(VgaContract, SnapshotShowsCellsFromTheStartAddress) {
  this->twin.write(2 * (81 + 80), 2, 0x1E41);
  EXPECT_EQ(this->twin.snapshot().at(2, 1), (TextCell{0x41, 0x1E}));
  this->set_location(0x0C, 81);
  const TextScreen screen = this->twin.snapshot();
  EXPECT_EQ(screen.at(1, 0), (TextCell{0x41, 0x1E}));
  EXPECT_EQ(screen.at(2, 1), TextCell{});
}

TYPED_TEST(VgaContract, CellsWrapAtTheEndOfTextMemory) {
  this->set_location(0x0C, 0x4000 - 160);  // two rows before the end of 16384 cells
  this->twin.write(0x7FFE, 2, 0x0758);
  this->twin.write(0x0000, 2, 0x0759);
  const TextScreen screen = this->twin.snapshot();
  EXPECT_EQ(screen.at(1, 79), (TextCell{0x58, 0x07}));
  EXPECT_EQ(screen.at(2, 0), (TextCell{0x59, 0x07}));
}

TYPED_TEST(VgaContract, CursorFollowsItsLocationAndTheStartAddress) {
  this->set_location(0x0E, 80 * 24 + 79);
  TextCursor cursor = this->twin.snapshot().cursor;
  EXPECT_TRUE(cursor.visible);
  EXPECT_EQ(cursor.row, 24);
  EXPECT_EQ(cursor.column, 79);
  this->set_location(0x0C, 80 * 20);
  cursor = this->twin.snapshot().cursor;
  EXPECT_EQ(cursor.row, 4);
  EXPECT_EQ(cursor.column, 79);
  this->set_location(0x0C, 80 * 25);  // now before the screen
  EXPECT_EQ(this->twin.snapshot().cursor, TextCursor{});
}

TYPED_TEST(VgaContract, CursorIsHiddenByBit5ByHeightAndByLocation) {
  EXPECT_TRUE(this->twin.snapshot().cursor.visible);
  this->set_crtc(0x0A, 0x2D);
  EXPECT_EQ(this->twin.snapshot().cursor, TextCursor{});
  this->set_crtc(0x0A, 0x0F);  // first line after the last
  EXPECT_EQ(this->twin.snapshot().cursor, TextCursor{});
  this->set_crtc(0x0A, 0x0E);
  EXPECT_TRUE(this->twin.snapshot().cursor.visible);
  this->set_crtc(0x0A, 0x10);  // below the cell
  this->set_crtc(0x0B, 0x1F);
  EXPECT_EQ(this->twin.snapshot().cursor, TextCursor{});
  this->set_crtc(0x0A, 0x00);
  EXPECT_EQ(this->twin.snapshot().cursor.last_line, 15);
  this->set_location(0x0E, 80 * 25);
  EXPECT_EQ(this->twin.snapshot().cursor, TextCursor{});
}

// IBM VGA, CRTC registers 0C to 0F: start address and cursor location are 16 bits of the same
// address counter. Text memory repeats every 4000h cells of it, the cursor does not.
TYPED_TEST(VgaContract, CursorLocationIsComparedInSixteenBits) {
  this->set_location(0x0E, 0x4000 + 5);
  EXPECT_EQ(this->twin.snapshot().cursor, TextCursor{});
  this->set_location(0x0C, 0x4000);
  EXPECT_EQ(this->twin.snapshot().cursor.column, 5);
  EXPECT_TRUE(this->twin.snapshot().cursor.visible);
  this->set_location(0x0E, 5);
  EXPECT_EQ(this->twin.snapshot().cursor, TextCursor{});
  this->set_location(0x0C, 0xFFB0);  // the last row of the counter, then cell 0
  EXPECT_TRUE(this->twin.snapshot().cursor.visible);
  EXPECT_EQ(this->twin.snapshot().cursor.row, 1);
  EXPECT_EQ(this->twin.snapshot().cursor.column, 5);
}

}  // namespace
}  // namespace strata::test
