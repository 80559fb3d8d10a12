#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "models/base/types.h"
#include "platform/trace/vcd_reader.h"
#include "tests/cli/program.h"
#include "tests/support/temp_folder.h"

namespace strata::test {
namespace {

// Ports of the primary ATA channel (ATA/ATAPI-6, 5.2): the command register is 1F7, byte lane 3 of
// 1F4.
constexpr std::uint64_t kCommandDword = 0x1F4;
constexpr std::uint64_t kCommandLane = 8;
constexpr std::uint64_t kWriteSectors = 0x30;
constexpr std::uint64_t kAtaLine = 1u << 14;

// 25 MHz, the default: a cycle is 4 units of 10 ns.
constexpr std::uint64_t kTicks = 4;

class Waves : public testing::Test {
 protected:
  void SetUp() override { make_disk(); }

  void make_disk() const {
    std::ofstream(folder_ + "/disk.img").close();
    std::filesystem::resize_file(folder_ + "/disk.img", 1 << 20);
  }

  // The demo with an empty disk, whose cycles are the same in every run.
  Finished run_disk(std::vector<std::string> more) const {
    make_disk();
    std::vector<std::string> arguments = {
        "run",     "--engine", "rtl",
        "--quiet", "--disk",   "disk.img",
        "--log",   "run.log",  std::string(STRATA_GUESTS) + "/disk.elf"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(folder_, arguments);
  }

  /// The cycle of the first line at or after `from` whose text starts with `text`.
  Cycle logged(const std::string& text, Cycle from = 0) const {
    std::ifstream file(folder_ + "/run.log");
    std::string line;
    while (std::getline(file, line)) {
      std::istringstream words(line);
      std::string word;
      Cycle cycle = 0;
      words >> word >> cycle >> std::ws;
      std::getline(words, line);
      if (cycle >= from && line.starts_with(text)) return cycle;
    }
    ADD_FAILURE() << "the log has no '" << text << "' after cycle " << from;
    return 0;
  }

  VcdHistory waves() const {
    std::ifstream file(folder_ + "/waves.vcd");
    auto history = VcdHistory::read(file);
    EXPECT_TRUE(history.ok()) << history.error();
    return std::move(*history);
  }

  const TempFolder own_;
  const std::string folder_ = own_.path();
};

std::uint64_t number_at(const VcdHistory& waves, const char* name, Cycle cycle) {
  return number_of_digits(waves.value_at(std::string("strata.") + name, cycle * kTicks));
}

/// The cycle at which a write with `data` on the command lane is acknowledged to the CPU.
std::optional<Cycle> command_write(const VcdHistory& waves, std::uint64_t command) {
  for (const auto& change : waves.changes("strata.bus.m_ack_o")) {
    const Cycle cycle = change.time / kTicks;
    if (change.value != "1") continue;
    if (number_at(waves, "cpu.wb_we_o", cycle) == 1 &&
        number_at(waves, "cpu.wb_tga_o", cycle) == 1 &&
        number_at(waves, "bus_address", cycle) == kCommandDword &&
        number_at(waves, "cpu.wb_sel_o", cycle) == kCommandLane &&
        number_at(waves, "cpu.wb_dat_o", cycle) >> 24 == command) {
      return cycle;
    }
  }
  return std::nullopt;
}

/// Cycles at which the one-bit signal rises.
std::vector<Cycle> rises(const VcdHistory& waves, const std::string& name) {
  std::vector<Cycle> cycles;
  const auto& changes = waves.changes("strata." + name);
  for (std::size_t i = 1; i < changes.size(); ++i) {
    if (changes[i].value == "1") cycles.push_back(changes[i].time / kTicks);
  }
  return cycles;
}

/// Names of the signals a GTKWave save file shows, without ranges and labels.
std::set<std::string> saved_signals(const std::string& path) {
  std::set<std::string> names;
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with("+{")) line.erase(0, line.find("} ") + 2);
    if (!line.starts_with("strata.")) continue;
    // A range has a colon; an array's element does not.
    const auto range = line.rfind('[');
    if (range != line.npos && line.find(':', range) != line.npos) line.resize(range);
    names.insert(line);
  }
  return names;
}

TEST_F(Waves, AtaCommandAndInterruptAreAtTheLoggedCycles) {
  ASSERT_EQ(run_disk({}).status, 0);
  const Cycle command = logged("ata command 30");
  const Cycle interrupt = logged("ata irq 1", command);
  ASSERT_EQ(run_disk({"--vcd", "waves.vcd", "--trace-from", std::to_string(command - 100),
                      "--trace-to", std::to_string(interrupt + 100)})
                .status,
            0);
  const VcdHistory history = waves();

  // The controller takes the command while the write is on the bus, before the CPU sees the ack.
  EXPECT_EQ(rises(history, "ata.command_valid_o"), std::vector<Cycle>{command});
  EXPECT_EQ(number_at(history, "ata.command_q", command), kWriteSectors);
  const std::optional<Cycle> write = command_write(history, kWriteSectors);
  ASSERT_TRUE(write.has_value());
  EXPECT_GE(*write, command);
  EXPECT_LE(*write, command + 4);

  ASSERT_EQ(rises(history, "ata.irq_o"), std::vector<Cycle>{interrupt});
  EXPECT_EQ(number_at(history, "irq", interrupt - 1) & kAtaLine, 0u);
  EXPECT_EQ(number_at(history, "irq", interrupt + 1) & kAtaLine, kAtaLine);
}

TEST_F(Waves, RetiredInstructionsAreReadable) {
  ASSERT_EQ(run_disk({}).status, 0);
  const Cycle command = logged("ata command 30");
  const Cycle vector = logged("pic inta", command);
  ASSERT_EQ(run_disk({"--vcd", "waves.vcd", "--trace-from", std::to_string(command - 100),
                      "--trace-to", std::to_string(vector + 100)})
                .status,
            0);
  const VcdHistory history = waves();
  std::set<std::string> texts, symbols;
  for (const auto& change : history.changes("strata.retired.text")) {
    texts.insert(text_of_digits(change.value));
  }
  for (const auto& change : history.changes("strata.retired.symbol")) {
    symbols.insert(text_of_digits(change.value));
  }
  EXPECT_TRUE(texts.contains("out dx, al"));
  // The guest maps IRQ 8 to 15 to vectors 28h to 2Fh.
  EXPECT_TRUE(texts.contains("interrupt 2eh"));
  EXPECT_TRUE(symbols.contains("ata_write"));
}

TEST_F(Waves, SaveFileNamesOnlySignalsThereAre) {
  ASSERT_EQ(run_disk({"--vcd", "waves.vcd", "--trace-to", "50"}).status, 0);
  std::ifstream file(folder_ + "/waves.vcd");
  VcdReader reader(file);
  const auto header = reader.read_header();
  ASSERT_TRUE(header.ok()) << header.error();
  const auto names = saved_signals(STRATA_SOURCE_DIR "/traces/strata.gtkw");
  EXPECT_GE(names.size(), 30u);
  for (const std::string& name : names) {
    EXPECT_NE(header.value().find(name), nullptr) << name;
  }
}

TEST_F(Waves, FlightRecorderHasTheLastCyclesOfTheRun) {
  const Finished run = run_disk({"--vcd", "waves.vcd", "--trace-last", "500"});
  ASSERT_EQ(run.status, 0);
  // The guest ends with a write to port F4.
  const VcdHistory history = waves();
  const auto& cycles = history.changes("strata.cycle");
  ASSERT_FALSE(cycles.empty());
  const Cycle first = number_of_digits(cycles.front().value);
  const Cycle last = number_of_digits(cycles.back().value);
  EXPECT_EQ(last - first + 1, 500u);
  EXPECT_EQ(rises(history, "debug.exit_valid_o").size(), 1u);
}

}  // namespace
}  // namespace strata::test
