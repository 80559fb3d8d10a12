// The machine description exists twice, for C and for SystemVerilog; the two say the same.
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <regex>

#include "tests/style/source_tree.h"

namespace strata::style {
namespace {

using Constants = std::map<std::string, std::uint64_t>;

Constants constants(const std::string& text, const std::regex& definition) {
  Constants result;
  for (std::sregex_iterator it(text.begin(), text.end(), definition), end; it != end; ++it) {
    const std::string digits = (*it)[3];
    result[(*it)[1]] = std::stoull(digits, nullptr, (*it)[2].length() != 0 ? 16 : 10);
  }
  return result;
}

Constants header_constants(const std::string& text) {
  static const std::regex define("#define STRATA_([A-Z0-9_]+)[ ]+(0x)?([0-9A-Fa-f]+)\\b");
  return constants(text, define);
}

Constants package_constants(const std::string& text) {
  static const std::regex parameter(
      "parameter int unsigned ([A-Z0-9_]+) = (?:32'd|(32'h))?([0-9A-Fa-f]+);");
  return constants(text, parameter);
}

std::vector<std::string> differences(const std::string& header, const std::string& package) {
  const Constants in_header = header_constants(header);
  const Constants in_package = package_constants(package);
  std::vector<std::string> findings;
  for (const auto& [name, value] : in_header) {
    const auto other = in_package.find(name);
    if (other == in_package.end())
      findings.push_back(name + " is in memory_map.h only");
    else if (other->second != value)
      findings.push_back(name + " is " + std::to_string(value) + " in memory_map.h, but " +
                         std::to_string(other->second) + " in memory_map_pkg.sv");
  }
  for (const auto& [name, value] : in_package)
    if (!in_header.contains(name)) findings.push_back(name + " is in memory_map_pkg.sv only");
  return findings;
}

TEST(StyleMemoryMap, HeaderAndPackageSayTheSame) {
  const std::string header = read_text(source_root() / "models/machine/memory_map.h");
  const std::string package = read_text(source_root() / "rtl/common/memory_map_pkg.sv");
  const auto findings = differences(header, package);
  EXPECT_TRUE(findings.empty()) << lines(findings);
}

// A definition in a form the patterns above do not know would escape the comparison.
TEST(StyleMemoryMap, EveryDefinitionIsRead) {
  const auto count = [](const std::string& text, const std::string& expression) {
    const std::regex pattern(expression);
    return static_cast<std::size_t>(std::distance(
        std::sregex_iterator(text.begin(), text.end(), pattern), std::sregex_iterator()));
  };
  const std::string header = read_text(source_root() / "models/machine/memory_map.h");
  const std::string package = read_text(source_root() / "rtl/common/memory_map_pkg.sv");
  EXPECT_GT(header_constants(header).size(), 40u);
  // All but the include guard.
  EXPECT_EQ(header_constants(header).size(), count(header, "#define ") - 1);
  EXPECT_EQ(package_constants(package).size(), count(package, "\\bparameter\\b"));
}

TEST(StyleMemoryMap, DifferencesAreFoundBothWays) {
  EXPECT_TRUE(differences("#define STRATA_A 0x20 /* c */\n#define STRATA_B 7\n",
                          "parameter int unsigned A = 32'h20;\nparameter int unsigned B = 7;\n")
                  .empty());
  EXPECT_EQ(differences("#define STRATA_A 0x20\n", "parameter int unsigned A = 20;\n").size(), 1u);
  EXPECT_EQ(differences("#define STRATA_A 1\n", "").size(), 1u);
  EXPECT_EQ(differences("", "parameter int unsigned A = 1;\n").size(), 1u);
}

}  // namespace
}  // namespace strata::style
