// Files of several blocks, written from a change stream made by hand and read by GTKWave's own
// reader.
#include "platform/trace/fst_writer.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/temp_folder.h"
#include "tests/unit/trace/fst_history.h"

namespace strata::test {
namespace {

using Words = std::vector<std::uint32_t>;

struct TestSignal {
  const char* name;
  std::uint32_t bits;
  SignalKind kind;
  std::function<Words(std::uint32_t cycle)> value;
  std::uint32_t code = 0;
};

std::uint32_t mixed(std::uint32_t cycle) {
  return cycle * 2654435761u;
}

std::vector<TestSignal> test_signals() {
  const auto word = [](std::uint32_t cycle) { return Words{mixed(cycle)}; };
  std::vector<TestSignal> signals = {
      {"bit", 1, SignalKind::kWire, [](std::uint32_t cycle) { return Words{cycle & 1}; }},
      {"seldom", 1, SignalKind::kWire, [](std::uint32_t cycle) { return Words{cycle >> 14 & 1}; }},
      {"narrow", 5, SignalKind::kWire,
       [](std::uint32_t cycle) { return Words{mixed(cycle) >> 27}; }},
      {"byte", 8, SignalKind::kWire, [](std::uint32_t cycle) { return Words{mixed(cycle) >> 24}; }},
      {"odd", 19, SignalKind::kWire, [](std::uint32_t cycle) { return Words{mixed(cycle) >> 13}; }},
      {"word", 32, SignalKind::kWire, word},
      {"same_word", 32, SignalKind::kWire, word},
      {"long", 33, SignalKind::kWire,
       [](std::uint32_t cycle) {
         return Words{mixed(cycle), cycle >> 3 & 1};
       }},
      {"quad", 64, SignalKind::kWire,
       [](std::uint32_t cycle) {
         return Words{mixed(cycle), ~cycle};
       }},
      {"wide", 100, SignalKind::kWire,
       [](std::uint32_t cycle) {
         return Words{cycle, mixed(cycle), ~cycle, cycle & 0xF};
       }},
      {"real", 64, SignalKind::kReal,
       [](std::uint32_t cycle) {
         const auto bits = std::bit_cast<std::uint64_t>(cycle / 4.0);
         return Words{static_cast<std::uint32_t>(bits), static_cast<std::uint32_t>(bits >> 32)};
       }},
  };
  std::uint32_t code = 1;
  for (TestSignal& signal : signals) {
    signal.code = code;
    code += (signal.bits + 31) / 32;
  }
  return signals;
}

/// What the reader gives for the value.
std::string text_of(const TestSignal& signal, const Words& words) {
  if (signal.kind == SignalKind::kReal) {
    char text[40];
    const auto value = std::bit_cast<double>(words[0] | std::uint64_t{words[1]} << 32);
    std::snprintf(text, sizeof text, "%.16g", value);
    return text;
  }
  std::string digits;
  for (std::uint32_t bit = signal.bits; bit-- > 0;) {
    digits += words[bit / 32] >> (bit % 32) & 1 ? '1' : '0';
  }
  return digits;
}

void put_cycle(ChangeChunk& chunk, const std::vector<TestSignal>& signals, std::uint32_t cycle) {
  chunk.words.push_back(static_cast<std::uint32_t>(ChangeMarker::kChanges) << kInlineShift);
  chunk.words.push_back(cycle);
  chunk.words.push_back(0);
  for (const TestSignal& signal : signals) {
    const Words words = signal.value(cycle);
    if (cycle != 0 && words == signal.value(cycle - 1)) continue;
    if (signal.bits <= kMaxInlineBits) {
      chunk.words.push_back(signal.code | words[0] << kInlineShift);
    } else {
      chunk.words.push_back(signal.code);
      chunk.words.insert(chunk.words.end(), words.begin(), words.end());
    }
  }
  chunk.size = chunk.words.size();
}

/// Of value change blocks, from the file's header: the number at byte 65, big-endian.
std::uint64_t blocks_in(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  file.seekg(65);
  std::uint64_t blocks = 0;
  for (int i = 0; i < 8; ++i) blocks = blocks << 8 | static_cast<std::uint64_t>(file.get());
  return blocks;
}

TEST(FstWriter, EveryValueOfEveryBlockIsRead) {
  constexpr std::uint32_t kCycles = 120'000;  // more than a block holds
  const TempFolder folder;
  const std::string path = folder.file("out.fst");
  const std::vector<TestSignal> signals = test_signals();
  SignalTable table;
  for (const TestSignal& signal : signals) {
    table.declare(signal.name, {.code = signal.code, .bits = signal.bits, .kind = signal.kind});
  }
  auto writer = FstWriter::create(TimeBase{-9, 1, 0}, path);
  ASSERT_TRUE(writer.ok()) << writer.error();
  (*writer)->begin(table);
  for (std::uint32_t cycle = 0; cycle < kCycles;) {
    ChangeChunk chunk;
    for (const std::uint32_t end = cycle + 10'000; cycle < end; ++cycle) {
      put_cycle(chunk, signals, cycle);
    }
    (*writer)->write(chunk);
  }
  EXPECT_EQ((*writer)->finish(), "");
  EXPECT_GE(blocks_in(path), 2u);

  const FstHistory history = read_fst(path);
  EXPECT_EQ(history.exponent, -9);
  for (const TestSignal& signal : signals) {
    const FstChanges& changes = history.changes.at(signal.name);
    std::size_t found = 0;
    for (std::uint32_t cycle = 0; cycle < kCycles; ++cycle) {
      const Words words = signal.value(cycle);
      if (cycle != 0 && words == signal.value(cycle - 1)) continue;
      const auto change = changes.find(cycle);
      ASSERT_NE(change, changes.end()) << signal.name << " at " << cycle;
      ASSERT_EQ(change->second, text_of(signal, words)) << signal.name << " at " << cycle;
      ++found;
    }
    EXPECT_EQ(changes.size(), found) << signal.name;
  }
}

}  // namespace
}  // namespace strata::test
