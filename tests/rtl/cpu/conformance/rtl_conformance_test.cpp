// Captures of the chip against the Verilated CPU, one test an opcode form, with the interpreter's
// exclusions (tests/isa/conformance).
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <optional>
#include <vector>

#include "tests/isa/conformance/capture_folder.h"
#include "tests/isa/conformance/capture_machine.h"
#include "tests/isa/conformance/exclusions.h"
#include "tests/rtl/cpu/cpu_bench.h"

namespace strata::test {
namespace {

class AllOnes final : public BenchDevice {
 public:
  std::uint32_t read(bool, std::uint32_t, unsigned) override { return ~0u; }
  void write(bool, std::uint32_t, unsigned, std::uint32_t) override {}
  std::uint8_t acknowledge() override { return 0; }
};

class RtlCpu final : public CaptureCpu {
 public:
  explicit RtlCpu(std::span<const MemoryRegion> memory) : memory_(memory.begin(), memory.end()) {
    bench_.emplace(memory_, device_, CpuFamily::k386);
  }

  void load(const CpuState& state) override { bench_->load(state); }

  void run_to_halt() override {
    constexpr unsigned kMostClocks = kMostSteps * 20;
    for (unsigned n = 0; n < kMostClocks && !bench_->cpu().idle(); ++n) {
      bench_->clock();
    }
  }

  /// The CPU cannot stop behind one instruction, so a new one takes its place.
  std::optional<std::uint8_t> step() override {
    while (!bench_->clock()) {
    }
    const RetireRecord first = bench_->record();
    bench_.emplace(memory_, device_, CpuFamily::k386);
    return first.kind == RetireKind::kException ? std::optional(first.vector) : std::nullopt;
  }

  CpuState state() const override { return bench_->state(); }

 private:
  AllOnes device_;
  std::vector<MemoryRegion> memory_;
  std::optional<CpuBench> bench_;
};

std::unique_ptr<CaptureCpu> make_rtl_cpu(std::span<const MemoryRegion> memory) {
  return std::make_unique<RtlCpu>(memory);
}

class RtlI286Captures : public testing::TestWithParam<std::string> {};

TEST_P(RtlI286Captures, EndAsOnTheChip) {
  const std::string form = GetParam();
  const std::uint16_t mask = capture_flags_mask(form);
  CaptureMachine machine(make_rtl_cpu);
  std::map<std::string, unsigned> skipped;
  unsigned run = 0;
  unsigned failures = 0;
  for (const Capture& capture : read_captures(captures_file(form))) {
    if (const Exclusion* exclusion = excluded(form, capture)) {
      ++skipped[exclusion->name];
      if (exclusion->raises) {
        EXPECT_EQ(machine.exception_of(capture), exclusion->raises)
            << form << " #" << capture.index << ' ' << exclusion->name;
      }
      continue;
    }
    ++run;
    const std::string difference = machine.run(capture, mask);
    if (!difference.empty() && ++failures <= 5) {
      ADD_FAILURE() << form << " #" << capture.index << " '" << capture.name << "':" << difference;
    }
  }
  EXPECT_EQ(failures, 0u) << "captures of " << form << " that differ";
  EXPECT_EQ(machine.stray_write(), std::nullopt);
  std::cout << form << ": " << run << " captures run\n";
  for (const auto& [name, count] : skipped) {
    std::cout << form << ": " << count << " captures excluded: " << name << '\n';
  }
}

std::string form_name(const testing::TestParamInfo<std::string>& info) {
  return test_name(info.param);
}

INSTANTIATE_TEST_SUITE_P(Opcode, RtlI286Captures, testing::ValuesIn(capture_forms()), form_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RtlI286Captures);

TEST(RtlI286CapturesFolder, IsThere) {
  if (!std::filesystem::exists(captures_folder())) {
    GTEST_SKIP() << "no chip captures at " << captures_folder()
                 << "; set STRATA_CONFORMANCE_DIR to run them";
  }
  EXPECT_EQ(capture_forms().size(), 325u);
}

}  // namespace
}  // namespace strata::test
