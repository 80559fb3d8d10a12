#include "platform/trace/wave_recorder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <vector>

#include "platform/trace/vcd_reader.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/trace/fst_history.h"
#include "tests/unit/trace/probe_model.h"

namespace strata::test {
namespace {

// 25 MHz: 40 ns a cycle, so half a period is 2 units of 10 ns.
constexpr std::uint64_t kTicks = 4;
constexpr std::uint64_t kHigh = 2;

class WaveRecording : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_.file(name); }

  WaveOptions vcd_options() const {
    WaveOptions options;
    options.vcd_path = path("out.vcd");
    return options;
  }

  VcdHistory read(const std::string& name = "out.vcd") const {
    std::ifstream file(path(name));
    auto history = VcdHistory::read(file);
    EXPECT_TRUE(history.ok()) << history.error();
    return std::move(*history);
  }

  TempFolder folder_;
};

std::unique_ptr<WaveRecorder> make_recorder(WaveOptions options, ProbePair& probes) {
  auto recorder = WaveRecorder::create(std::move(options));
  EXPECT_TRUE(recorder.ok());
  probes.add_to(**recorder);
  return std::move(*recorder);
}

// Clocks and samples cycles [from, to); returns what the ports showed in those from `keep_from` on.
std::map<Cycle, ProbeValues> run(ProbePair& probes, WaveRecorder& recorder, Cycle from, Cycle to,
                                 Cycle keep_from = 0) {
  std::map<Cycle, ProbeValues> expected;
  for (Cycle cycle = from; cycle < to; ++cycle) {
    probes.clock(cycle, cycle % 7 != 0);
    recorder.sample(cycle);
    if (cycle >= keep_from) expected[cycle] = probes.values();
  }
  return expected;
}

void expect_shown(const VcdHistory& waves, const std::map<Cycle, ProbeValues>& expected) {
  for (const auto& [cycle, values] : expected) {
    for (const auto& [name, digits] : values) {
      // From the edge on, up to just before the next one.
      ASSERT_EQ(waves.value_at(name, cycle * kTicks), digits) << name << " at cycle " << cycle;
      ASSERT_EQ(waves.value_at(name, cycle * kTicks + kTicks - 1), digits) << name;
    }
  }
}

TEST_F(WaveRecording, VcdHasEveryValueTheModelsHad) {
  ProbePair probes;
  auto recorder = make_recorder(vcd_options(), probes);
  recorder->start();
  const auto expected = run(probes, *recorder, 1, 3000);
  const auto summary = recorder->close();
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(summary.value().sampled_cycles, 2999u);
  EXPECT_EQ(summary.value().first_cycle, 1u);
  EXPECT_EQ(summary.value().last_cycle, 2999u);
  EXPECT_EQ(summary.value().vcd_bytes, std::filesystem::file_size(path("out.vcd")));
  const VcdHistory waves = read();
  EXPECT_EQ(waves.header().timescale, "10ns");
  expect_shown(waves, expected);
}

TEST_F(WaveRecording, ScopesAreInstancesAndRtlNames) {
  ProbePair probes;
  auto recorder = make_recorder(vcd_options(), probes);
  ASSERT_TRUE(recorder->close().ok());
  const VcdHistory waves = read();
  for (const char* name :
       {"strata.clk", "strata.cycle", "strata.irq", "strata.retired.eip", "strata.retired.text",
        "strata.alpha.enable_i", "strata.beta.u_counter.count_o", "strata.beta.bytes_q[3]"}) {
    EXPECT_NE(waves.header().find(name), nullptr) << name;
  }
  const VcdVariable* const tag = waves.header().find("strata.alpha.entry_q.tag");
  ASSERT_NE(tag, nullptr);
  EXPECT_EQ(tag->bits, 12u);
  EXPECT_EQ(tag->msb, 11);
  // No scope for the top module, no constants.
  for (const VcdVariable& variable : waves.header().variables) {
    EXPECT_EQ(variable.name.find("wave_probe"), std::string::npos) << variable.name;
    EXPECT_EQ(variable.name.find("ARRAY_LENGTH"), std::string::npos) << variable.name;
  }
}

TEST_F(WaveRecording, ClockTogglesInEveryScope) {
  ProbePair probes;
  auto recorder = make_recorder(vcd_options(), probes);
  recorder->start();
  run(probes, *recorder, 5, 10);
  // Everything idle for 90 cycles.
  probes.clock(100);
  recorder->sample(100);
  ASSERT_TRUE(recorder->close().ok());
  const VcdHistory waves = read();
  const auto& clock = waves.changes("strata.clk");
  ASSERT_EQ(clock.size(), 12u);
  const Cycle cycles[] = {5, 6, 7, 8, 9, 100};
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(clock[2 * i].time, cycles[i] * kTicks);
    EXPECT_EQ(clock[2 * i].value, "1");
    EXPECT_EQ(clock[2 * i + 1].time, cycles[i] * kTicks + kHigh);
    EXPECT_EQ(clock[2 * i + 1].value, "0");
    EXPECT_EQ(number_of_digits(waves.value_at("strata.cycle", cycles[i] * kTicks)), cycles[i]);
  }
  EXPECT_EQ(waves.end_time(), 101 * kTicks);
  const std::size_t signal = waves.header().find("strata.clk")->signal;
  EXPECT_EQ(waves.header().find("strata.alpha.clk_i")->signal, signal);
  EXPECT_EQ(waves.header().find("strata.beta.u_counter.clk_i")->signal, signal);
}

TEST_F(WaveRecording, OddClockPeriodsKeepBothEdges) {
  ProbePair probes;
  WaveOptions options = vcd_options();
  options.clock_period_ps = 30'303;  // 33 MHz
  auto recorder = make_recorder(options, probes);
  recorder->start();
  run(probes, *recorder, 2, 4);
  ASSERT_TRUE(recorder->close().ok());
  const VcdHistory waves = read();
  EXPECT_EQ(waves.header().timescale, "1ps");
  const auto& clock = waves.changes("strata.clk");
  ASSERT_EQ(clock.size(), 4u);
  EXPECT_EQ(clock[0].time, 2 * 30'303u);
  EXPECT_EQ(clock[1].time, 2 * 30'303u + 15'151u);
}

TEST_F(WaveRecording, WindowsShowTheGapAsUnknown) {
  ProbePair probes;
  auto recorder = make_recorder(vcd_options(), probes);
  auto expected = run(probes, *recorder, 1, 10);  // not started: nothing recorded
  expected.clear();
  recorder->start();
  expected = run(probes, *recorder, 10, 20);
  recorder->stop();
  run(probes, *recorder, 20, 40);
  recorder->start();
  expected.merge(run(probes, *recorder, 40, 50));
  recorder->stop();
  run(probes, *recorder, 50, 60);
  ASSERT_TRUE(recorder->close().ok());
  const VcdHistory waves = read();
  expect_shown(waves, expected);
  EXPECT_EQ(waves.value_at("strata.alpha.word_o", 9 * kTicks), "");
  for (Cycle cycle = 20; cycle < 40; ++cycle) {
    ASSERT_EQ(waves.value_at("strata.alpha.word_o", cycle * kTicks), std::string(32, 'x'));
    ASSERT_EQ(waves.value_at("strata.clk", cycle * kTicks), "x");
  }
  EXPECT_EQ(waves.end_time(), 50 * kTicks);
}

TEST_F(WaveRecording, AdjoiningWindowsHaveNoGap) {
  ProbePair probes;
  auto recorder = make_recorder(vcd_options(), probes);
  recorder->start();
  auto expected = run(probes, *recorder, 1, 5);
  recorder->stop();
  recorder->start();
  expected.merge(run(probes, *recorder, 5, 9));
  ASSERT_TRUE(recorder->close().ok());
  const VcdHistory waves = read();
  expect_shown(waves, expected);
  for (const auto& change : waves.changes("strata.alpha.word_o")) {
    EXPECT_EQ(change.value.find('x'), std::string::npos) << change.time;
  }
}

// Variables are compared with what they were in the cycle before, and where a window opens
// everything is recorded without a comparison. `at_rest` cycles follow in which no model is
// evaluated.
class WaveWindow : public WaveRecording {
 protected:
  void expect_return_to_value_before_window(Cycle at_rest) {
    ProbePair probes;
    auto recorder = make_recorder(vcd_options(), probes);
    std::map<Cycle, ProbeValues> expected;
    const auto sample = [&](Cycle cycle) {
      recorder->sample(cycle);
      expected[cycle] = probes.values();
    };
    recorder->start();
    sample(1);
    probes.reset();
    sample(2);
    sample(3);
    recorder->stop();
    for (Cycle cycle = 4; cycle < 100; ++cycle) probes.clock(cycle);
    EXPECT_NE(probes.values().at("strata.alpha.bytes_q[1]"), "00000000");
    EXPECT_NE(probes.values().at("strata.alpha.word_o"), expected.at(3).at("strata.alpha.word_o"));
    recorder->start();
    sample(100);
    for (Cycle cycle = 101; cycle <= 100 + at_rest; ++cycle) sample(cycle);
    probes.reset();
    EXPECT_EQ(probes.values(), expected.at(3));
    sample(101 + at_rest);
    ASSERT_TRUE(recorder->close().ok());
    expect_shown(read(), expected);
  }
};

TEST_F(WaveWindow, VariableThatReturnsToItsValueOfTheWindowBeforeIsSeen) {
  expect_return_to_value_before_window(0);
}

TEST_F(WaveWindow, VariableOfAModelAtRestThatReturnsToItIsSeen) {
  expect_return_to_value_before_window(3);
}

TEST_F(WaveRecording, FlightRecorderKeepsExactlyTheLastCycles) {
  // Enough cycles to fill several chunks in memory.
  constexpr Cycle kEnd = 40'000;
  for (const Cycle last : {1u, 100u, 20'000u}) {
    ProbePair probes;
    WaveOptions options = vcd_options();
    options.last_cycles = last;
    auto recorder = make_recorder(options, probes);
    recorder->start();
    const auto expected = run(probes, *recorder, 1, kEnd, kEnd - last);
    const auto summary = recorder->close();
    ASSERT_TRUE(summary.ok());
    EXPECT_EQ(summary.value().first_cycle, kEnd - last);
    EXPECT_EQ(summary.value().last_cycle, kEnd - 1);
    ASSERT_EQ(expected.size(), last);
    const VcdHistory waves = read();
    expect_shown(waves, expected);
    EXPECT_EQ(waves.value_at("strata.alpha.word_o", (kEnd - last) * kTicks - 1), "");
    EXPECT_EQ(waves.changes("strata.clk").size(), 2 * last);
    EXPECT_EQ(waves.end_time(), kEnd * kTicks);
  }
}

TEST_F(WaveRecording, FlightRecorderWithFewerCyclesKeepsAll) {
  ProbePair probes;
  WaveOptions options = vcd_options();
  options.last_cycles = 1000;
  auto recorder = make_recorder(options, probes);
  recorder->start();
  const auto expected = run(probes, *recorder, 3, 50);
  const auto summary = recorder->close();
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(summary.value().first_cycle, 3u);
  expect_shown(read(), expected);
}

TEST_F(WaveRecording, FlightRecorderStartsInsideAnIdleTime) {
  ProbePair probes;
  WaveOptions options = vcd_options();
  options.last_cycles = 100;
  auto recorder = make_recorder(options, probes);
  recorder->start();
  auto expected = run(probes, *recorder, 1, 20);
  const ProbeValues before = expected.rbegin()->second;
  expected = run(probes, *recorder, 180, 200);
  ASSERT_TRUE(recorder->close().ok());
  for (Cycle cycle = 100; cycle < 180; ++cycle) expected[cycle] = before;
  const VcdHistory waves = read();
  expect_shown(waves, expected);
  EXPECT_EQ(waves.value_at("strata.alpha.word_o", 100 * kTicks - 1), "");
}

TEST_F(WaveRecording, FlightRecorderStartsInsideAGap) {
  ProbePair probes;
  WaveOptions options = vcd_options();
  options.last_cycles = 100;
  auto recorder = make_recorder(options, probes);
  recorder->start();
  run(probes, *recorder, 1, 20);
  recorder->stop();
  run(probes, *recorder, 20, 180);
  recorder->start();
  const auto expected = run(probes, *recorder, 180, 200);
  ASSERT_TRUE(recorder->close().ok());
  const VcdHistory waves = read();
  expect_shown(waves, expected);
  EXPECT_EQ(waves.value_at("strata.alpha.word_o", 180 * kTicks - 1), "");
}

TEST_F(WaveRecording, FstEqualsVcd) {
  ProbePair probes;
  WaveOptions options = vcd_options();
  options.fst_path = path("out.fst");
  auto recorder = make_recorder(options, probes);
  recorder->start();
  run(probes, *recorder, 1, 2000);
  recorder->stop();
  run(probes, *recorder, 2000, 2100);
  recorder->start();
  run(probes, *recorder, 2100, 2200);
  const auto summary = recorder->close();
  ASSERT_TRUE(summary.ok()) << summary.error();
  EXPECT_EQ(summary.value().fst_bytes, std::filesystem::file_size(path("out.fst")));
  const VcdHistory vcd = read();
  const FstHistory fst = read_fst(path("out.fst"));
  EXPECT_EQ(fst.exponent, -8);
  ASSERT_EQ(fst.changes.size(), vcd.header().variables.size());
  for (const VcdVariable& variable : vcd.header().variables) {
    const auto found = fst.changes.find(variable.name);
    ASSERT_NE(found, fst.changes.end()) << variable.name;
    FstChanges from_vcd;
    for (const auto& change : vcd.changes(variable.name)) from_vcd[change.time] = change.value;
    ASSERT_EQ(found->second, from_vcd) << variable.name;
  }
}

TEST_F(WaveRecording, RetiredInstructionIsText) {
  ProbePair probes;
  WaveOptions options = vcd_options();
  options.describe = [](const RetiredCode& code) {
    EXPECT_EQ(code.length, 2);
    EXPECT_TRUE(code.code32);
    EXPECT_EQ(code.bytes[0], 0x89);
    return "mov ebx, eax ; " + std::to_string(code.bytes[1]);
  };
  options.symbol_at = [](std::uint32_t linear) {
    return linear == 0x10'1234 ? "main+0x34" : std::string();
  };
  auto recorder = make_recorder(options, probes);
  recorder->start();
  for (Cycle cycle = 1; cycle < 5; ++cycle) {
    if (cycle == 3) {
      const std::uint8_t bytes[] = {0x89, 0xC3};
      RetireRecord record;
      record.order = 41;
      record.eip = 0x1234;
      record.linear_eip = 0x10'1234;
      recorder->retire(record, bytes, true);
      recorder->set_irq_lines(0x4001);
    }
    recorder->sample(cycle);
  }
  ASSERT_TRUE(recorder->close().ok());
  const VcdHistory waves = read();
  const auto at = [&](const char* name, Cycle cycle) {
    return waves.value_at(std::string("strata.") + name, cycle * kTicks);
  };
  EXPECT_EQ(at("retired.text", 2), "");
  EXPECT_EQ(at("retired.text", 3), "mov ebx, eax ; 195");
  EXPECT_EQ(at("retired.symbol", 3), "main+0x34");
  EXPECT_EQ(number_of_digits(at("retired.eip", 3)), 0x1234u);
  EXPECT_EQ(number_of_digits(at("retired.count", 4)), 42u);
  EXPECT_EQ(number_of_digits(at("irq", 2)), 0u);
  EXPECT_EQ(number_of_digits(at("irq", 3)), 0x4001u);
  EXPECT_EQ(at("retired.valid", 2), "0");
  EXPECT_EQ(at("retired.valid", 3), "1");
  EXPECT_EQ(at("retired.valid", 4), "0");
}

// GTKWave reads a string's value up to white space and takes C's escapes in it.
TEST_F(WaveRecording, StringsAreEscapedInVcdAndWholeInBothFormats) {
  const std::string text = "mov\teax, \"\\040\" $end #1 ; \xC3\xBC\x7F?";
  const std::string symbol = " main ";
  ProbePair probes;
  WaveOptions options = vcd_options();
  options.fst_path = path("out.fst");
  options.describe = [&](const RetiredCode&) { return text; };
  options.symbol_at = [&](std::uint32_t) { return symbol; };
  auto recorder = make_recorder(options, probes);
  recorder->start();
  const std::uint8_t bytes[] = {0x90};
  recorder->retire(RetireRecord(), bytes, true);
  recorder->sample(1);
  ASSERT_TRUE(recorder->close().ok());
  EXPECT_EQ(read().value_at("strata.retired.text", kTicks), text);
  EXPECT_EQ(read().value_at("strata.retired.symbol", kTicks), symbol);
  const FstHistory fst = read_fst(path("out.fst"));
  EXPECT_EQ(fst.changes.at("strata.retired.text").at(kTicks), text);
  std::ifstream file(path("out.vcd"));
  const std::string written((std::istreambuf_iterator<char>(file)), {});
  EXPECT_NE(
      written.find("\nsmov\\011eax,\\040\"\\134040\"\\040$end\\040#1\\040;\\040\\303\\274\\177? "),
      std::string::npos);
  EXPECT_NE(written.find("\ns\\040main\\040 "), std::string::npos);
}

// A guest's symbol is as long as its file says.
TEST_F(WaveRecording, LongTextsAreCut) {
  ProbePair probes;
  WaveOptions options = vcd_options();
  options.symbol_at = [](std::uint32_t) { return std::string(100'000, ' '); };
  auto recorder = make_recorder(options, probes);
  recorder->start();
  recorder->sample(1);
  ASSERT_TRUE(recorder->close().ok());
  EXPECT_EQ(read().value_at("strata.retired.symbol", kTicks), std::string(96, ' '));
}

TEST_F(WaveRecording, InterruptsAndExceptionsAreText) {
  ProbePair probes;
  WaveOptions options = vcd_options();
  options.describe = [](const RetiredCode&) { return std::string("mov ds, ax"); };
  auto recorder = make_recorder(options, probes);
  recorder->start();
  RetireRecord record;
  record.kind = RetireKind::kInterrupt;
  record.vector = 0x2E;
  recorder->retire(record, {}, true);
  recorder->sample(1);
  const std::uint8_t bytes[] = {0x8E, 0xD8};
  record.kind = RetireKind::kException;
  record.vector = 13;
  recorder->retire(record, bytes, true);
  recorder->sample(2);
  ASSERT_TRUE(recorder->close().ok());
  const VcdHistory waves = read();
  EXPECT_EQ(waves.value_at("strata.retired.text", 1 * kTicks), "interrupt 2eh");
  EXPECT_EQ(waves.value_at("strata.retired.text", 2 * kTicks), "#GP mov ds, ax");
}

TEST_F(WaveRecording, UnwritablePathIsAnErrorBeforeTheRun) {
  WaveOptions options;
  options.vcd_path = path("no_such_folder/out.vcd");
  const auto vcd = WaveRecorder::create(options);
  ASSERT_FALSE(vcd.ok());
  EXPECT_NE(vcd.error().find("no_such_folder/out.vcd: cannot be written: No such file"),
            std::string::npos);
  options.vcd_path.clear();
  options.fst_path = path("no_such_folder/out.fst");
  const auto fst = WaveRecorder::create(options);
  ASSERT_FALSE(fst.ok());
  EXPECT_NE(fst.error().find("no_such_folder/out.fst: cannot be written: No such file"),
            std::string::npos);
  options.fst_path = folder_.path();
  EXPECT_FALSE(WaveRecorder::create(options).ok());
  options.fst_path.clear();
  options.last_cycles = 10;
  EXPECT_FALSE(WaveRecorder::create(options).ok());
}

TEST_F(WaveRecording, FullDiskIsAnErrorAtTheEnd) {
  ProbePair probes;
  WaveOptions options;
  options.vcd_path = "/dev/full";
  auto recorder = make_recorder(options, probes);
  recorder->start();
  run(probes, *recorder, 1, 100);
  const auto summary = recorder->close();
  ASSERT_FALSE(summary.ok());
  EXPECT_EQ(summary.error(), "--vcd /dev/full: cannot be written: No space left on device");
}

}  // namespace
}  // namespace strata::test
