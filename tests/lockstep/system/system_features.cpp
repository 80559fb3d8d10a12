#include "tests/lockstep/system/system_features.h"

#include <array>

namespace strata::test {
namespace {

/// In the order of the bits.
constexpr std::array<std::string_view, kFeatureCount> kNames = {
    "rings",      "tasks", "v86",       "paging",  "bigpages", "debug",
    "interrupts", "nmi",   "modifying", "opcodes", "alignment"};

std::optional<std::uint32_t> feature_of(std::string_view name) {
  if (name == "all") {
    return kAllFeatures;
  }
  if (name == "none" || name.empty()) {
    return kNoFeatures;
  }
  for (unsigned n = 0; n < kFeatureCount; ++n) {
    if (kNames[n] == name) {
      return 1u << n;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string feature_names(std::uint32_t features) {
  if (features == kAllFeatures) {
    return "all";
  }
  std::string names;
  for (unsigned n = 0; n < kFeatureCount; ++n) {
    if ((features >> n) & 1) {
      names += (names.empty() ? "" : "+") + std::string(kNames[n]);
    }
  }
  return names.empty() ? "none" : names;
}

std::optional<std::uint32_t> features_of(std::string_view names) {
  std::uint32_t features = !names.empty() && names.front() == '-' ? kAllFeatures : kNoFeatures;
  while (!names.empty()) {
    const bool without = names.front() == '-';
    if (without || names.front() == '+') {
      names.remove_prefix(1);
    }
    const std::size_t end = names.find_first_of("+-");
    const std::optional<std::uint32_t> feature = feature_of(names.substr(0, end));
    if (!feature) {
      return std::nullopt;
    }
    features = without ? features & ~*feature : features | *feature;
    names = end == std::string_view::npos ? std::string_view() : names.substr(end);
  }
  return features;
}

}  // namespace strata::test
