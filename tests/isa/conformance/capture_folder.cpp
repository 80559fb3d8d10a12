#include "tests/isa/conformance/capture_folder.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

namespace strata::test {
namespace {

constexpr char kSuffix[] = ".MOO.gz";

}  // namespace

std::filesystem::path captures_folder() {
  return std::filesystem::path(STRATA_CONFORMANCE_DIR) / "i286-real";
}

std::vector<std::string> capture_forms() {
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

std::filesystem::path captures_file(const std::string& form) {
  return captures_folder() / (form + kSuffix);
}

std::uint16_t capture_flags_mask(const std::string& form) {
  std::ifstream file(captures_folder() / "metadata.json");
  const nlohmann::json metadata = nlohmann::json::parse(file);
  const std::size_t dot = form.find('.');
  nlohmann::json entry = metadata.at("opcodes").at(form.substr(0, dot));
  if (dot != std::string::npos) {
    entry = entry.at("reg").at(form.substr(dot + 1));
  }
  return entry.value("flags-mask", std::uint16_t{0xFFFF});
}

std::string test_name(const std::string& form) {
  std::string name = form;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

}  // namespace strata::test
