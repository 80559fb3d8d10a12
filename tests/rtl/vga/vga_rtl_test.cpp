// What only the RTL has: a scan-out with pixels, a bus with cycles, a clock that is not run while
// nobody watches.
#include "models/vga/vga_rtl.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "models/machine/memory_map.h"
#include "models/vga/vga_core.h"
#include "platform/display/font.h"
#include "platform/display/picture.h"
#include "platform/display/screen_text.h"
#include "tests/rtl/vga/vga_bench.h"
#include "tests/support/temp_folder.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kIndexOffset = STRATA_VGA_BLOCK_PORTS + 0x14;
constexpr std::uint32_t kStatusOffset = STRATA_VGA_BLOCK_PORTS + 0x1A;
constexpr Cycle kLine = 100 * STRATA_VGA_CHAR_CYCLES;
constexpr Cycle kFrame = 449 * kLine;

// All 256 characters and all 256 attributes, the cursor in the middle.
TextScreen all_cells_screen() {
  TextScreen screen;
  for (std::size_t i = 0; i < screen.cells.size(); ++i) {
    const auto attribute = i < 256 ? i : i * 37;
    screen.cells[i] = {static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(attribute)};
  }
  screen.cursor = {true, 12, 40, 2, 11};
  return screen;
}

void write_screen(RegisterPort& port, const TextScreen& screen) {
  for (std::uint32_t i = 0; i < screen.cells.size(); ++i) {
    port.write(2 * i, 2, screen.cells[i].character | screen.cells[i].attribute << 8);
  }
  const unsigned location = screen.cursor.row * 80u + screen.cursor.column;
  port.write(kIndexOffset, 2, 0x0E | (location >> 8) << 8);
  port.write(kIndexOffset, 2, 0x0F | (location & 0xFF) << 8);
  port.write(kIndexOffset, 2, 0x0Au | screen.cursor.first_line << 8);
  port.write(kIndexOffset, 2, 0x0Bu | screen.cursor.last_line << 8);
}

// Input status 1 at an edge, from the VGA's timing alone.
std::uint32_t status_at(Cycle cycle) {
  const Cycle clock = cycle / STRATA_VGA_CHAR_CYCLES;
  const Cycle column = clock % 100;
  const Cycle line = clock / 100 % 449;
  return (line == 412 || line == 413 ? 8 : 0) | (column >= 80 || line >= 400 ? 1 : 0);
}

void expect_status_right(VgaBench& bench) {
  for (int i = 0; i < 400; ++i) {
    const std::uint32_t status = bench.read(kStatusOffset, 1);
    ASSERT_EQ(status, status_at(bench.latest_edge())) << "at cycle " << bench.latest_edge();
    bench.idle(i % 2 ? 1 + i % 16 : 2801);
  }
}

TEST(VgaRtl, AnswersInOneClock) {
  VgaBench bench;
  bench.write(0, 4, 1);
  EXPECT_EQ(bench.latest_wait(), 1u);
  bench.read(0, 4);
  EXPECT_EQ(bench.latest_wait(), 1u);
  bench.read(kStatusOffset, 1);
  EXPECT_EQ(bench.latest_wait(), 1u);
}

TEST(VgaRtl, InputStatusIsTheScanPositionWhenNobodyWatches) {
  VgaBench bench;
  expect_status_right(bench);
}

TEST(VgaRtl, InputStatusIsTheScanPositionWhenWatched) {
  VgaBench bench;
  FrameCollector collector;
  bench.vga().set_pixel_sink(&collector);
  expect_status_right(bench);
  EXPECT_EQ(collector.frames(), (bench.cycle() + 49 * kLine) / kFrame);
}

TEST(VgaRtl, InputStatusEdgesAreOnTheirClock) {
  VgaBench bench;
  // End of a visible line, of the visible lines, both ends of the retrace, the next frame.
  for (Cycle clock : {80u, 100u, 399u * 100 + 80, 412u * 100, 414u * 100, 449u * 100}) {
    const Cycle edge = clock * STRATA_VGA_CHAR_CYCLES;
    ASSERT_NE(status_at(edge - 1), status_at(edge));
    bench.idle(edge - 13 - bench.cycle());
    for (int i = 0; i < 13; ++i) {
      const std::uint32_t status = bench.read(kStatusOffset, 1);
      ASSERT_EQ(status, status_at(bench.latest_edge())) << bench.latest_edge();
    }
    ASSERT_GT(bench.latest_edge(), edge);
  }
}

TEST(VgaRtl, SnapshotIsWhatWasWritten) {
  VgaBench bench;
  const TextScreen screen = all_cells_screen();
  write_screen(bench, screen);
  EXPECT_EQ(describe_difference(bench.vga().snapshot(), screen), "");
}

TEST(VgaRtl, ScannedFrameIsTheRenderedPicture) {
  VgaBench bench;
  const TextScreen screen = all_cells_screen();
  write_screen(bench, screen);
  const FrameBuffer frame = bench.vga().scan_frame();
  EXPECT_EQ(frame, render(screen));
}

TEST(VgaRtl, ScannedPixelsAreGlyphForegroundAndBackground) {
  VgaBench bench;
  bench.write(kIndexOffset, 2, 0x200A);        // no cursor
  bench.write(2 * (80 * 3 + 5), 2, 0x1EDB);    // full block, yellow on blue
  bench.write(2 * (80 * 3 + 6), 2, 0x4CDD);    // left half block, light red on red
  bench.write(2 * (80 * 24 + 79), 2, 0x7020);  // blank on grey in the last cell
  const FrameBuffer frame = bench.vga().scan_frame();
  EXPECT_EQ(frame.at(40, 48), 14);
  EXPECT_EQ(frame.at(47, 63), 14);
  EXPECT_EQ(frame.at(48, 48), 12);
  EXPECT_EQ(frame.at(51, 63), 12);
  EXPECT_EQ(frame.at(52, 48), 4);
  EXPECT_EQ(frame.at(55, 63), 4);
  EXPECT_EQ(frame.at(56, 48), 0);
  EXPECT_EQ(frame.at(39, 48), 0);
  EXPECT_EQ(frame.at(631, 399), 0);
  EXPECT_EQ(frame.at(632, 384), 7);
  EXPECT_EQ(frame.at(639, 399), 7);
}

TEST(VgaRtl, CursorIsDrawnInItsCellOnItsLines) {
  VgaBench bench;
  for (std::uint32_t i = 0; i < 2000; ++i) bench.write(2 * i, 2, 0x0720);
  bench.write(kIndexOffset, 2, (80 * 2 + 3) << 8 | 0x0F);  // row 2, column 3
  bench.write(kIndexOffset, 2, 0x050A);
  bench.write(kIndexOffset, 2, 0x070B);
  const FrameBuffer frame = bench.vga().scan_frame();
  for (std::size_t y = 0; y < FrameBuffer::kHeight; ++y) {
    for (std::size_t x = 0; x < FrameBuffer::kWidth; ++x) {
      const bool cursor = x / 8 == 3 && y >= 2 * 16 + 5 && y <= 2 * 16 + 7;
      ASSERT_EQ(frame.at(x, y), cursor ? 7 : 0) << x << ' ' << y;
    }
  }
}

// Frames 0-7 show the cursor, 8-15 do not; characters with attribute bit 7 go dark in frames 16-31.
TEST(VgaRtl, CursorAndCharactersBlinkByFrames) {
  VgaBench bench;
  bench.write(2 * 10, 2, 0x87DB);
  bench.write(1, 1, 0x07);
  FrameCollector collector;
  bench.vga().set_pixel_sink(&collector);
  const auto run_to_frame = [&](Cycle frame) {
    bench.idle((frame + 1) * kFrame - 10 * 800 - bench.cycle());
    EXPECT_EQ(collector.frames(), frame + 1);
  };
  const auto cursor = [&] { return collector.frame().at(0, 13); };
  const auto character = [&] { return collector.frame().at(80, 0); };
  run_to_frame(7);
  EXPECT_EQ(cursor(), 7);
  EXPECT_EQ(character(), 7);
  run_to_frame(8);
  EXPECT_EQ(cursor(), 0);
  EXPECT_EQ(character(), 7);
  run_to_frame(16);
  EXPECT_EQ(cursor(), 7);
  EXPECT_EQ(character(), 0);
  run_to_frame(32);
  EXPECT_EQ(character(), 7);
}

TEST(VgaRtl, PictureBetweenAccessesShowsEachWriteWhereTheBeamWas) {
  VgaBench bench;
  bench.write(kIndexOffset, 2, 0x200A);
  FrameCollector collector;
  bench.vga().set_pixel_sink(&collector);
  bench.idle(8 * 100 * STRATA_VGA_CHAR_CYCLES - bench.cycle());  // the middle of row 0
  bench.write(2 * 5, 2, 0x0FDB);
  bench.idle(kFrame - bench.cycle());
  EXPECT_EQ(collector.frame().at(40, 6), 0);
  EXPECT_EQ(collector.frame().at(40, 10), 15);
}

// A frame collected by a sink, with or without somebody taking snapshots meanwhile.
FrameBuffer collect_frame(bool look) {
  VgaBench bench;
  FrameCollector collector;
  bench.write(2 * 81, 2, 0x1F42);
  bench.vga().set_pixel_sink(&collector);
  for (int i = 0; i < 30; ++i) {
    bench.idle(kFrame / 20 + 13);
    if (!look) continue;
    bench.vga().snapshot();
    if (i % 10 == 0) bench.vga().scan_frame();
  }
  const std::uint32_t status = bench.read(kStatusOffset, 1);
  EXPECT_EQ(status, status_at(bench.latest_edge()));
  EXPECT_EQ(collector.frames(), 1u);
  return collector.frame();
}

TEST(VgaRtl, LookingAtTheScreenLeavesTheScanWhereItWas) {
  const FrameBuffer plain = collect_frame(false);
  EXPECT_EQ(collect_frame(true), plain);
}

TEST(VgaRtl, TracedCharacterClockRunsInRealTime) {
  VgaBench bench;
  const test::TempFolder folder;
  const std::string path = folder.file("vga.vcd");
  bench.vga().trace(bench.host().vcd(), 5);
  bench.host().open_vcd(path);
  for (unsigned cycle = 0; cycle < 160; ++cycle) {
    bench.idle(1);
    bench.host().dump(cycle);
  }
  bench.host().close_vcd();
  const std::uint32_t status = bench.read(kStatusOffset, 1);
  EXPECT_EQ(status, status_at(bench.latest_edge()));

  // The identifier of char_clk_i, then its changes: one rise and one fall in each 8 cycles.
  std::ifstream file(path);
  std::string line;
  std::string id;
  unsigned changes = 0;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string var, type, width, code, name;
    words >> var >> type >> width >> code >> name;
    if (var == "$var" && name == "char_clk_i" && id.empty()) id = code;
    if (!id.empty() && (line == "0" + id || line == "1" + id)) ++changes;
  }
  EXPECT_NEAR(changes, 160 / STRATA_VGA_CHAR_CYCLES * 2, 1);
}

/// Waves of a few hundred cycles, with somebody looking at the screen in some of them.
std::string traced_waves(bool looking) {
  VgaBench bench;
  const test::TempFolder folder;
  const std::string path = folder.file("vga.vcd");
  write_screen(bench, all_cells_screen());
  bench.vga().trace(bench.host().vcd(), 5);
  bench.host().open_vcd(path);
  for (unsigned cycle = 0; cycle < 400; ++cycle) {
    bench.idle(1);
    if (looking && cycle % 7 == 0) bench.vga().snapshot();
    if (looking && cycle == 200) bench.vga().scan_frame();
    bench.host().dump(cycle);
  }
  bench.host().close_vcd();
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(VgaRtl, LookingAtTheScreenLeavesNoTraceInTheWaves) {
  const std::string unseen = traced_waves(false);
  EXPECT_GT(unseen.size(), 10000u);
  EXPECT_TRUE(traced_waves(true) == unseen);
}

TEST(VgaRtl, TracedStatusIsTheScanPosition) {
  VgaBench bench;
  bench.vga().trace(bench.host().vcd(), 5);
  expect_status_right(bench);
}

}  // namespace
}  // namespace strata::test
