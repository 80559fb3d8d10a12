// Every capture of the chip against the interpreter, one test an opcode form.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/isa/conformance/capture_machine.h"
#include "tests/isa/conformance/exclusions.h"

namespace strata::test {
namespace {

constexpr char kSuffix[] = ".MOO.gz";

std::filesystem::path captures_folder() {
  return std::filesystem::path(STRATA_CONFORMANCE_DIR) / "i286-real";
}

/// Opcode forms there are files for: "00", "D3.4".
std::vector<std::string> forms() {
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(captures_folder(), error)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(kSuffix)) {
      found.push_back(name.substr(0, name.size() - std::string(kSuffix).size()));
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// Flags the manual leaves undefined after `form` are zero in the mask.
std::uint16_t flags_mask(const std::string& form) {
  std::ifstream file(captures_folder() / "metadata.json");
  const nlohmann::json metadata = nlohmann::json::parse(file);
  const std::size_t dot = form.find('.');
  nlohmann::json entry = metadata.at("opcodes").at(form.substr(0, dot));
  if (dot != std::string::npos) {
    entry = entry.at("reg").at(form.substr(dot + 1));
  }
  return entry.value("flags-mask", std::uint16_t{0xFFFF});
}

class I286Captures : public testing::TestWithParam<std::string> {};

TEST_P(I286Captures, EndAsOnTheChip) {
  const std::string form = GetParam();
  const std::uint16_t mask = flags_mask(form);
  CaptureMachine machine;
  std::map<std::string, unsigned> skipped;
  unsigned failures = 0;
  for (const Capture& capture : read_captures(captures_folder() / (form + kSuffix))) {
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

std::string form_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Opcode, I286Captures, testing::ValuesIn(forms()), form_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(I286Captures);

TEST(I286CapturesFolder, IsThere) {
  if (!std::filesystem::exists(captures_folder())) {
    GTEST_SKIP() << "no chip captures at " << captures_folder()
                 << "; set STRATA_CONFORMANCE_DIR to run them";
  }
  EXPECT_EQ(forms().size(), 325u);
}

}  // namespace
}  // namespace strata::test
