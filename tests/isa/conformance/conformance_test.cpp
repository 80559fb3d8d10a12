// Every capture of the chip against the software engines, one test an opcode form and engine.
#include <gtest/gtest.h>

#include <iostream>
#include <map>

#include "tests/isa/conformance/capture_folder.h"
#include "tests/isa/conformance/capture_machine.h"
#include "tests/isa/conformance/exclusions.h"
#include "tests/isa/conformance/software_cpu.h"

namespace strata::test {
namespace {

void expect_as_on_the_chip(const std::string& form, const CaptureMachine::MakeCpu& make_cpu) {
  const std::uint16_t mask = capture_flags_mask(form);
  CaptureMachine machine(make_cpu);
  std::map<std::string, unsigned> skipped;
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
    const std::string difference = machine.run(capture, mask);
    if (!difference.empty() && ++failures <= 5) {
      ADD_FAILURE() << form << " #" << capture.index << " '" << capture.name << "':" << difference;
    }
  }
  EXPECT_EQ(failures, 0u) << "captures of " << form << " that differ";
  EXPECT_EQ(machine.stray_write(), std::nullopt);
  for (const auto& [name, count] : skipped) {
    std::cout << form << ": " << count << " captures excluded: " << name << '\n';
  }
}

struct Case {
  std::string form;
  SoftwareEngineEntry engine;
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.form << " on " << c.engine.name;
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const std::string& form : capture_forms()) {
    for (const SoftwareEngineEntry& engine : software_engines()) cases.push_back({form, engine});
  }
  return cases;
}

class I286Captures : public testing::TestWithParam<Case> {};

TEST_P(I286Captures, EndAsOnTheChip) {
  const std::string lacking = GetParam().engine.lacking();
  if (!lacking.empty()) GTEST_SKIP() << lacking;
  expect_as_on_the_chip(GetParam().form, [](std::span<const MemoryRegion> memory) {
    return make_software_cpu(GetParam().engine, memory);
  });
}

std::string case_name(const testing::TestParamInfo<Case>& info) {
  return test_name(info.param.form) + "_" + std::string(info.param.engine.name);
}

INSTANTIATE_TEST_SUITE_P(Opcode, I286Captures, testing::ValuesIn(all_cases()), case_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(I286Captures);

TEST(I286CapturesFolder, IsThere) {
  if (!std::filesystem::exists(captures_folder())) {
    GTEST_SKIP() << "no chip captures at " << captures_folder()
                 << "; set STRATA_CONFORMANCE_DIR to run them";
  }
  EXPECT_EQ(capture_forms().size(), 325u);
}

}  // namespace
}  // namespace strata::test
