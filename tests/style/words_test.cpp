// The words of models/README.md in the names of classes: a core, a shell (Tlm), a model and a
// wrapper (Rtl) are classes of models/, each in the header of its name. What such a header may
// include is in include_rules.cpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <regex>
#include <set>

#include "tests/style/source_tree.h"

namespace strata::style {
namespace {

/// "AtaCore": "ata_core".
std::string snake_case(const std::string& name) {
  std::string result;
  for (const char letter : name) {
    if (std::isupper(letter) != 0 && !result.empty()) result += '_';
    result += static_cast<char>(std::tolower(letter));
  }
  return result;
}

struct NamedClass {
  std::string name;
  std::string word;  // the last of it: Core, Tlm, Model or Rtl
};

std::vector<NamedClass> classes_with_a_word(const SourceFile& file) {
  static const std::regex definition("\n *(class|struct) (\\w+(Core|Tlm|Model|Rtl))\\b[^;]");
  std::vector<NamedClass> classes;
  for (std::sregex_iterator it(file.text.begin(), file.text.end(), definition), end; it != end;
       ++it) {
    classes.push_back({it->str(2), it->str(3)});
  }
  return classes;
}

/// Empty if nothing is wrong.
std::string fault(const SourceFile& file, const NamedClass& named) {
  static const std::regex device_header("models/[a-z]+/[a-z_]+\\.h");
  const std::string header = snake_case(named.name) + ".h";
  if (!std::regex_match(file.path, device_header) || !file.path.ends_with("/" + header)) {
    return file.path + ": a " + named.word + " stands in models/<device>/" + header + ": " +
           named.name;
  }
  if (named.word == "Model" && file.text.find("erilated") == std::string::npos) {
    return file.path + ": a Model is Verilated RTL: " + named.name;
  }
  return "";
}

TEST(StyleWords, ClassesAreNamedAsTheReadmeSays) {
  std::size_t named = 0;
  for (const SourceFile& file : source_files({".h", ".cpp"})) {
    for (const NamedClass& one : classes_with_a_word(file)) {
      EXPECT_EQ(fault(file, one), "");
      ++named;
    }
  }
  EXPECT_GT(named, 20u) << "the test looks at nothing";
}

TEST(StyleWords, MisnamedClassesAreFound) {
  const auto findings = [](const std::string& path, const std::string& text) {
    const SourceFile file{path, "\n" + text};
    return std::ranges::count_if(classes_with_a_word(file),
                                 [&](const NamedClass& one) { return !fault(file, one).empty(); });
  };
  EXPECT_EQ(findings("models/ata/ata_core.h", "class AtaCore final : public Device {"), 0);
  EXPECT_EQ(findings("models/ata/ata_model.h", "class AtaModel {  // Verilated"), 0);
  EXPECT_EQ(findings("models/ata/ata_tlm.h", "class AtaCore;"), 0);
  EXPECT_EQ(findings("models/ata/ata_tlm.h", "class AtaCore {"), 1);
  EXPECT_EQ(findings("models/ata/ata_model.h", "class AtaModel {"), 1);
  EXPECT_EQ(findings("models/isa/timing.h", "struct TimingModel {  // Verilated"), 1);
  EXPECT_EQ(findings("tests/isa/cpu.h", "class RtlCore {"), 1);
  EXPECT_EQ(findings("platform/ata_core.h", "class AtaCore {"), 1);
}

/// Whether the text names it: as a word, or by its end ("*_report").
bool names(const std::string& text, const std::string& name) {
  const std::regex word("(^|[^\\w])" + name + "([^\\w]|$)");
  const std::size_t last = name.rfind('_');
  return std::regex_search(text, word) ||
         (last != std::string::npos && text.find("*" + name.substr(last)) != std::string::npos);
}

/// What a README has to name of what lies beside it: folders, and files where it has a table of
/// them. A header and its source are one.
std::set<std::string> things_beside(const std::filesystem::path& readme, bool files) {
  std::set<std::string> things;
  for (const auto& entry : std::filesystem::directory_iterator(readme.parent_path())) {
    const std::filesystem::path path = entry.path().filename();
    const bool source =
        path.extension() == ".h" || path.extension() == ".cpp" || path.extension() == ".sv";
    const bool folder = entry.is_directory() && !path.string().starts_with('.') && path != "build";
    if (folder || (files && source)) things.insert(path.stem().string());
  }
  return things;
}

TEST(StyleWords, ReadmesNameWhatLiesBesideThem) {
  std::vector<std::string> unnamed;
  std::size_t tables = 0;
  for (const SourceFile& readme : source_files({"README.md"})) {
    const bool files = readme.text.find("\n| file |") != std::string::npos;
    for (const std::string& name : things_beside(source_root() / readme.path, files)) {
      if (!names(readme.text, name)) unnamed.push_back(readme.path + ": " + name);
    }
    tables += files;
  }
  EXPECT_EQ(unnamed, std::vector<std::string>{});
  EXPECT_GT(tables, 2u) << "the test looks at nothing";
}

}  // namespace
}  // namespace strata::style
