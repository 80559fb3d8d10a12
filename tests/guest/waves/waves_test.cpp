#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "models/base/types.h"
#include "models/cpu/performance_event.h"
#include "platform/trace/vcd_reader.h"
#include "tests/cli/program.h"
#include "tests/support/temp_folder.h"

namespace strata::test {
namespace {

// Ports of the primary ATA channel (ATA-1, table 7-1): the command register is 1F7, byte lane 3 of
// 1F4.
constexpr std::uint64_t kCommandPort = 0x1F7;
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

  std::string read(const std::string& name) const {
    std::ifstream file(folder_ + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
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
    if (!change.value.ends_with('1')) continue;  // master 0 is the CPU
    if (number_at(waves, "cpu.wb_we_o", cycle) == 1 &&
        number_at(waves, "cpu.wb_tga_o", cycle) == 1 &&
        number_at(waves, "bus_address", cycle) == kCommandPort &&
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

/// A line of a GTKWave save file that shows a signal.
struct SavedLine {
  std::string shown;   // what stands in the window
  std::string signal;  // without its range
  std::string range;   // "[31:0]", or empty
};

std::vector<SavedLine> saved_lines(const std::string& text) {
  std::vector<SavedLine> lines;
  std::istringstream file(text);
  std::string line;
  while (std::getline(file, line)) {
    SavedLine saved;
    if (line.starts_with("+{")) {
      const std::size_t end = line.find("} ");
      saved.shown = line.substr(2, end - 2);
      line.erase(0, end + 2);
    }
    if (!line.starts_with("strata.")) continue;
    // A range has a colon; an array's element does not.
    const auto range = line.rfind('[');
    if (range != line.npos && line.find(':', range) != line.npos) {
      saved.range = line.substr(range);
      line.resize(range);
    }
    saved.signal = line;
    if (saved.shown.empty()) saved.shown = line.substr(line.rfind('.') + 1);
    lines.push_back(saved);
  }
  return lines;
}

/// The word behind `tag` at the start of a line; empty if there is none.
std::string word_behind(const std::string& text, const std::string& tag) {
  const std::size_t at = text.find(tag);
  if (at == std::string::npos) return "";
  std::istringstream words(text.substr(at + tag.size()));
  std::string word;
  words >> word;
  return word;
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
    texts.insert(change.value);
  }
  for (const auto& change : history.changes("strata.retired.symbol")) {
    symbols.insert(change.value);
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
  const auto lines = saved_lines(read("waves.vcd.gtkw"));
  EXPECT_GE(lines.size(), 30u);
  std::set<std::string> shown;
  for (const SavedLine& line : lines) {
    const VcdVariable* variable = header.value().find(line.signal);
    ASSERT_NE(variable, nullptr) << line.signal;
    const std::string range =
        "[" + std::to_string(variable->msb) + ":" + std::to_string(variable->lsb) + "]";
    EXPECT_EQ(line.range, variable->bits == 1 ? "" : range) << line.signal;
    EXPECT_TRUE(shown.insert(line.shown).second) << "two lines read " << line.shown;
  }
}

/// Rows GTKWave shows at first: of a closed group its name.
std::size_t rows(const std::string& save) {
  constexpr const char* kClosed = "@c00200";
  constexpr const char* kGroupEnds = "@1401200";
  std::size_t count = 0;
  std::string flags;
  bool hidden = false;
  std::istringstream lines(save);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('@')) flags = line;
    if (!line.starts_with('+') && !line.starts_with('-')) continue;
    if (!hidden) ++count;
    if (flags == kClosed) hidden = true;
    if (flags == kGroupEnds) hidden = false;
  }
  return count;
}

TEST_F(Waves, SaveFileOpensItsWavesAtTheGuestsFirstInstruction) {
  ASSERT_EQ(run_disk({"--vcd", "waves.vcd", "--fst", "waves.fst", "--trace-to", "5000"}).status, 0);
  const std::string save = read("waves.vcd.gtkw");
  EXPECT_NE(save.find("[dumpfile] \"" + folder_ + "/waves.vcd\""), std::string::npos) << save;
  EXPECT_NE(read("waves.fst.gtkw").find(folder_ + "/waves.fst\""), std::string::npos);
  // A window of 960 lines leaves room for the desktop's own on a screen of 1080.
  EXPECT_LE(std::stoi(word_behind(save, "[size] 1600")), 1000);
  // As many rows as GTKWave 3.3 shows in it.
  EXPECT_LE(rows(save), 37u) << rows(save);
  // The marker, second on its line, is where the guest's own first instruction comes.
  std::optional<std::uint64_t> first;
  const VcdHistory history = waves();
  for (const auto& change : history.changes("strata.retired.symbol")) {
    if (!first && change.value == "guest_entry") first = change.time;
  }
  ASSERT_TRUE(first.has_value());
  // GTKWave counts nanoseconds, the file units of 10.
  const std::uint64_t marker = std::stoull(word_behind(save, "\n*-8.000000"));
  // The boot ROM's jump to it is what retires last before.
  std::uint64_t before = 0;
  for (const auto& change : history.changes("strata.retired.count")) {
    if (change.time < *first) before = change.time;
  }
  EXPECT_EQ(marker, before * 10);
  EXPECT_EQ(std::stoull(word_behind(save, "[timestart]")) + 4 * kTicks * 10, marker);
}

// The boot ROM goes to a boot sector by a far jump, which gives CS another base (SDM vol. 2, JMP).
TEST_F(Waves, BootSectorsStoryStartsAt7C00) {
  const std::string sector = std::string(STRATA_GUESTS) + "/hello16.img";
  const std::vector<std::string> run = {"run",  "--engine", "rtl",      "--quiet",
                                        sector, "--vcd",    "waves.vcd"};
  ASSERT_EQ(run_program(folder_, run).status, 0);
  std::optional<std::uint64_t> first;
  const VcdHistory history = waves();
  for (const auto& change : history.changes("strata.retired.eip")) {
    if (!first && number_of_digits(change.value) == 0x7C00) first = change.time;
  }
  ASSERT_TRUE(first.has_value());
  std::uint64_t before = 0;
  for (const auto& change : history.changes("strata.retired.count")) {
    if (change.time < *first) before = change.time;
  }
  EXPECT_EQ(std::stoull(word_behind(read("waves.vcd.gtkw"), "\n*-8.000000")), before * 10);
}

TEST_F(Waves, EveryCycleSaysWhatItWentTo) {
  ASSERT_EQ(run_disk({"--stats", "plain.json"}).status, 0);
  ASSERT_EQ(run_disk({"--stats", "waves.json", "--vcd", "waves.vcd", "--trace-to", "20000"}).status,
            0);
  const auto plain = nlohmann::json::parse(read("plain.json"));
  EXPECT_EQ(nlohmann::json::parse(read("waves.json")).at("counters"), plain.at("counters"));
  EXPECT_EQ(nlohmann::json::parse(read("waves.json")).at("cycles"), plain.at("cycles"));
  ASSERT_EQ(run_disk({"--vcd", "waves.vcd", "--trace-to", "20000"}).status, 0);
  std::set<std::string> causes;
  const VcdHistory history = waves();
  for (const auto& change : history.changes("strata.cycle_went_to")) {
    causes.insert(change.value);
  }
  for (const char* cause :
       {"execute", "fetch", "code-miss", "data-miss", "uncached", "microcode"}) {
    EXPECT_TRUE(causes.contains(cause)) << cause;
  }
}

/// How often each event is named in the signal of what happens, over all `cycles`; by its counter.
std::map<std::string, std::uint64_t> happenings(const VcdHistory& waves, Cycle cycles) {
  std::map<std::string, std::uint64_t> counts;
  for (Cycle cycle = 1; cycle <= cycles; ++cycle) {
    std::string rest = ", " + waves.value_at("strata.happened", cycle * kTicks);
    for (const PerformanceEvent& event : kPerformanceEvents) {
      const std::string named = std::string(", ") + event.text;
      if (!rest.starts_with(named)) continue;
      rest.erase(0, named.size());
      ++counts[std::string("cpu.") + event.counter];
    }
  }
  return counts;
}

TEST_F(Waves, EveryCycleSaysWhatHappened) {
  constexpr Cycle kCycles = 20000;
  ASSERT_EQ(
      run_disk({"--vcd", "waves.vcd", "--stats", "s.json", "--max-cycles", std::to_string(kCycles)})
          .status,
      4);
  const auto counters = nlohmann::json::parse(read("s.json")).at("counters");
  const auto counts = happenings(waves(), kCycles);
  EXPECT_GE(counts.size(), 12u);
  for (const PerformanceEvent& event : kPerformanceEvents) {
    const std::string name = std::string("cpu.") + event.counter;
    const auto found = counts.find(name);
    EXPECT_EQ(found == counts.end() ? 0 : found->second, counters.at(name)) << name;
  }
  const std::string save = read("waves.vcd.gtkw");
  EXPECT_NE(save.find("\n+{happened} strata.happened\n"), std::string::npos) << save;
}

TEST_F(Waves, EachStageShowsItsInstruction) {
  ASSERT_EQ(run_disk({}).status, 0);
  const Cycle command = logged("ata command 30");
  ASSERT_EQ(run_disk({"--vcd", "waves.vcd", "--trace-from", std::to_string(command - 2000),
                      "--trace-to", std::to_string(command)})
                .status,
            0);
  const VcdHistory history = waves();
  // What retires was in execute; the retirement port is two edges behind.
  std::size_t compared = 0;
  for (const auto& change : history.changes("strata.retired.text")) {
    const std::string text = change.value;
    if (change.time / kTicks < command - 1900 || text.find(' ') == std::string::npos) continue;
    if (text.starts_with("interrupt") || text.starts_with("#")) continue;
    std::set<std::string> executed;
    for (Cycle back = 1; back < 40; ++back) {
      executed.insert(history.value_at("strata.pipeline.execute", change.time - back * kTicks));
    }
    EXPECT_TRUE(executed.contains(text)) << text << " at " << change.time / kTicks;
    ++compared;
  }
  EXPECT_GT(compared, 50u);
  for (const char* stage : {"decode", "address", "memory", "execute"}) {
    EXPECT_GT(history.changes(std::string("strata.pipeline.") + stage).size(), 50u) << stage;
  }
}

TEST_F(Waves, WindowMayBeginBehindASymbol) {
  // Nothing of the guest's is 16 MiB above it.
  ASSERT_EQ(run_disk({"--vcd", "waves.vcd", "--trace-from", "ata_write+0xFFFFFF"}).status, 1);
  // The window begins with the call's retirement.
  ASSERT_EQ(run_disk({}).status, 0);
  const Cycle command = logged("ata command 30");
  ASSERT_EQ(run_disk({"--vcd", "waves.vcd", "--trace-from", "ata_write+0", "--trace-to",
                      std::to_string(command)})
                .status,
            0);
  const VcdHistory history = waves();
  const auto& symbols = history.changes("strata.retired.symbol");
  ASSERT_GE(symbols.size(), 2u);
  EXPECT_EQ(symbols[1].value, "ata_write");
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
