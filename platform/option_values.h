// The options of one command as the command line gave them, for options.cpp and its kin alone.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "platform/command_table.h"
#include "platform/engines.h"
#include "platform/numbers.h"

namespace strata {

namespace po = boost::program_options;

/// Thrown by what reads options only; parse_command_line() turns it into an Error.
struct BadOption {
  std::string message;
};

template <typename... Args>
[[noreturn]] void fail_option(fmt::format_string<Args...> format, Args&&... args) {
  throw BadOption{fmt::format(format, std::forward<Args>(args)...)};
}

using Text = std::vector<std::string>;

/// A group without a title is the command's own list.
po::options_description to_description(const std::vector<OptionGroup>& groups);

const EngineEntry* pick_engine(const char* option, const std::string& name);

/// Engines by their names; `again` is said of one that is named twice.
std::vector<const EngineEntry*> pick_engines(const Text& names, const char* again);

/// The engines that `run`'s option means something to.
std::vector<const EngineEntry*> engines_with(std::string_view option);
bool has_option(const EngineEntry* engine, std::string_view option);

/// Parsed options of one command, with access by name and messages that quote the name.
class Values {
 public:
  /// `positional` is what an argument without dashes is, null: there is none. There may be several
  /// where `may_be_one_of_several` says so of one.
  using MayBeOneOfSeveral = bool (*)(const std::string& argument);
  Values(const CommandText& command, const Text& arguments, const char* positional,
         MayBeOneOfSeveral may_be_one_of_several = nullptr) {
    po::options_description visible = to_description(command.groups);
    visible.add_options()("help,h", "this text");
    help_ = fmt::format("{}\n\n{}\n{}", command.synopsis, command.text, to_text(visible));
    po::options_description all;
    all.add(visible).add_options()("positional", po::value<Text>()->composing());
    po::positional_options_description positions;
    positions.add("positional", -1);
    // No abbreviations: a script must not change its meaning when an option is added.
    const int style =
        po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
    auto parser =
        po::command_line_parser(arguments).options(all).positional(positions).style(style);
    po::store(parser.run(), map_);
    if (map_.count("positional") != 0) positional_ = map_["positional"].as<Text>();
    const bool several =
        may_be_one_of_several != nullptr && std::ranges::any_of(positional_, may_be_one_of_several);
    if ((positional_.size() > 1 && !several) || (!positional_.empty() && positional == nullptr)) {
      fail_option("unexpected argument '{}'; {}", positional_.back(),
                  positional ? fmt::format("only one {} is taken", positional)
                             : std::string("this command takes none"));
    }
    refuse_empty_values(command.groups);
  }

  const std::string& help() const { return help_; }
  std::string positional() const { return positional_.empty() ? "" : positional_[0]; }
  const Text& positionals() const { return positional_; }
  bool given(const std::string& name) const {
    return map_.count(name) != 0 && !map_[name].defaulted();
  }
  std::string text(const std::string& name) const {
    return map_.count(name) != 0 ? map_[name].as<std::string>() : "";
  }
  Text list(const std::string& name) const {
    return map_.count(name) != 0 ? map_[name].as<Text>() : Text{};
  }

  std::uint64_t number(const std::string& name, std::uint64_t min, std::uint64_t max) const {
    const auto value = parse_unsigned(text(name));
    if (!value || *value < min || *value > max) {
      fail_option("--{}: '{}' is not a whole number from {} to {}", name, text(name), min, max);
    }
    return *value;
  }

  /// As parse_count() takes it.
  std::uint64_t count(const std::string& name, std::uint64_t min, std::uint64_t max) const {
    const auto value = parse_count(text(name));
    if (!value || *value < min || *value > max) {
      fail_option("--{}: '{}' is not a whole number from {} to {}, such as 2500, 10M or 1e6", name,
                  text(name), min, max);
    }
    return *value;
  }

  template <typename T>
  T choice(const std::string& name, const std::map<std::string, T>& choices) const {
    return pick("--" + name, text(name), choices);
  }

  template <typename T>
  static T pick(const std::string& what, const std::string& text,
                const std::map<std::string, T>& choices) {
    const auto found = choices.find(text);
    if (found != choices.end()) return found->second;
    Text names;
    for (const auto& [name, value] : choices) names.push_back(name);
    fail_option("{}: '{}' is not one of {}", what, text, fmt::join(names, ", "));
  }

  /// One of them at most may be given.
  void refuse_together(const Text& names) const {
    Text both;
    for (const std::string& name : names) {
      if (given(name)) both.push_back("--" + name);
    }
    if (both.size() > 1) fail_option("{} and {} do not go together", both[0], both[1]);
  }

  /// The options given on the command line that concern `engine`, to be passed on, as arguments.
  Text forwarded(const po::options_description& from, const EngineEntry* engine) const {
    Text arguments;
    for (const auto& option : from.options()) {
      const std::string& name = option->long_name();
      if (!given(name) || !has_option(engine, name)) continue;
      if (map_[name].value().type() == typeid(Text)) {
        for (const std::string& value : list(name)) arguments.push_back("--" + name + "=" + value);
      } else {
        arguments.push_back("--" + name + "=" + text(name));
      }
    }
    return arguments;
  }

 private:
  static std::string to_text(const po::options_description& options) {
    std::ostringstream out;
    out << options;
    return out.str();
  }

  /// A script's variable that is not set must not stand for an option that was not given.
  void refuse_empty_values(const std::vector<OptionGroup>& groups) const {
    for (const OptionGroup& group : groups) {
      for (const OptionText& option : group.options) {
        const bool may_be_empty = option.value.empty() || option.name == "append";
        if (may_be_empty || option.repeated || !given(option.name)) continue;
        if (!text(option.name).empty()) continue;
        fail_option("--{}: its value is empty; give one or leave the option out", option.name);
      }
    }
  }

  std::string help_;
  po::variables_map map_;
  Text positional_;
};

}  // namespace strata
