#include "platform/option_values.h"

#include <algorithm>

namespace strata {
namespace {

po::options_description to_description(const OptionGroup& group) {
  po::options_description options(group.title);
  auto add = options.add_options();
  for (const OptionText& option : group.options) {
    const char* name = option.name.c_str();
    const char* text = option.text.c_str();
    if (option.value.empty()) {
      add(name, text);
    } else if (option.repeated) {
      add(name, po::value<Text>()->value_name(option.value)->composing(), text);
    } else {
      auto* value = po::value<std::string>()->value_name(option.value);
      if (!option.initial.empty()) value->default_value(option.initial);
      add(name, value, text);
    }
  }
  return options;
}

}  // namespace

po::options_description to_description(const std::vector<OptionGroup>& groups) {
  po::options_description options;
  for (const OptionGroup& group : groups) {
    const po::options_description described = to_description(group);
    if (!group.title.empty()) {
      options.add(described);
      continue;
    }
    for (const auto& option : described.options()) options.add(option);
  }
  return options;
}

const EngineEntry* pick_engine(const char* option, const std::string& name) {
  if (const EngineEntry* engine = find_engine(name)) return engine;
  fail_option("{}: '{}' is not {}", option, name, engine_names());
}

std::vector<const EngineEntry*> pick_engines(const Text& names, const char* again) {
  std::vector<const EngineEntry*> chosen;
  for (const std::string& name : names) {
    const EngineEntry* engine = pick_engine("--engines", name);
    if (std::ranges::find(chosen, engine) != chosen.end()) {
      fail_option("--engines: {} is named twice{}", engine->name, again);
    }
    chosen.push_back(engine);
  }
  return chosen;
}

std::vector<const EngineEntry*> engines_with(std::string_view option) {
  std::vector<const EngineEntry*> all;
  std::vector<const EngineEntry*> some;
  for (const EngineEntry& engine : engines()) {
    all.push_back(&engine);
    if (std::ranges::find(engine.options, option) != engine.options.end()) some.push_back(&engine);
  }
  return some.empty() ? all : some;
}

bool has_option(const EngineEntry* engine, std::string_view option) {
  const auto with = engines_with(option);
  return std::ranges::find(with, engine) != with.end();
}

}  // namespace strata
