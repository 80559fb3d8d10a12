#include "platform/config/machine_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace strata {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMostBytes = 1 << 20;

/// What a key may be: an option of the table, or the guest.
struct Key {
  bool takes_value = true;
  bool repeated = false;
  bool names_file = false;
};

std::map<std::string, Key, std::less<>> keys_of(const std::vector<OptionGroup>& groups) {
  std::map<std::string, Key, std::less<>> keys{{kGuestKey, {.names_file = true}}};
  for (const OptionGroup& group : groups) {
    for (const OptionText& option : group.options) {
      keys[option.name] = {!option.value.empty(), option.repeated, option.names_file()};
    }
  }
  return keys;
}

bool names_stream(const std::string& option, const std::string& name) {
  return name == "-" || (name == "stdio" && (option == "console" || option == "serial"));
}

/// `name`, a relative one in `folder`.
std::string name_in(const fs::path& folder, const std::string& option, const std::string& name) {
  if (name.empty() || names_stream(option, name)) return name;
  return (folder / name).string();
}

/// Reads one file.
class Reader {
 public:
  Reader(const std::string& path, const std::vector<OptionGroup>& groups)
      : path_(path), keys_(keys_of(groups)), folder_(fs::path(path).parent_path()) {
    file_.places = SettingPlaces(path);
  }

  Result<MachineFile> read(const toml::table& table) {
    for (const auto& [key, node] : table) {
      if (auto error = take(key, node)) return *error;
    }
    return std::move(file_);
  }

 private:
  Error at(const toml::source_region& source, const std::string& what) const {
    return Error{fmt::format("{}:{}:{}: {}", path_, source.begin.line, source.begin.column, what)};
  }

  std::optional<Error> take(const toml::key& key, const toml::node& node) {
    const std::string name(key.str());
    const auto found = keys_.find(name);
    if (found == keys_.end()) {
      return at(key.source(),
                fmt::format("'{}' is not an option of a machine; 'strata config --help' lists them",
                            name));
    }
    file_.places.add(name, key.source().begin.line, key.source().begin.column);
    if (!found->second.takes_value) return take_switch(name, node);
    const toml::array* array = node.as_array();
    if (!found->second.repeated || array == nullptr) return take_value(name, found->second, node);
    for (const toml::node& element : *array) {
      if (auto error = take_value(name, found->second, element)) return error;
    }
    return std::nullopt;
  }

  std::optional<Error> take_switch(const std::string& name, const toml::node& node) {
    const auto on = node.value_exact<bool>();
    if (!on) return at(node.source(), fmt::format("{}: is neither true nor false", name));
    if (*on) file_.settings.push_back({name, std::nullopt});
    return std::nullopt;
  }

  std::optional<Error> take_value(const std::string& name, const Key& key, const toml::node& node) {
    const std::optional<std::string> value = text_of(node);
    if (!value) {
      return at(node.source(), fmt::format("{}: is neither a text nor a number{}", name,
                                           key.repeated ? " nor a list of them" : ""));
    }
    if (value->find('\0') != std::string::npos) {
      return at(node.source(), fmt::format("{}: holds a zero byte", name));
    }
    file_.settings.push_back({name, key.names_file ? name_in(folder_, name, *value) : *value});
    return std::nullopt;
  }

  static std::optional<std::string> text_of(const toml::node& node) {
    if (const auto text = node.value_exact<std::string>()) return *text;
    if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
    if (const auto number = node.value_exact<double>()) return fmt::format("{}", *number);
    return std::nullopt;
  }

  const std::string& path_;
  const std::map<std::string, Key, std::less<>> keys_;
  const fs::path folder_;
  MachineFile file_;
};

Result<std::string> read_text(const std::string& path) {
  const auto cannot = [&](const char* why) {
    return Error{fmt::format("{}: cannot be read: {}; name a machine file", path, why)};
  };
  std::error_code error;
  if (fs::is_directory(path, error)) return cannot(std::strerror(EISDIR));
  std::ifstream file(path, std::ios::binary);
  if (!file) return cannot(std::strerror(errno));
  std::string text(kMostBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kMostBytes) return cannot("it has more than 1 MiB");
  return text;
}

/// Digits, with a point between two of them or none.
bool is_plain_number(const std::string& text) {
  constexpr std::size_t kMostDigits = 15;
  const std::size_t point = text.find('.');
  const std::string whole = text.substr(0, point);
  const std::string fraction = point == std::string::npos ? "0" : text.substr(point + 1);
  const auto all_digits = [](const std::string& part) {
    return !part.empty() && part.find_first_not_of("0123456789") == std::string::npos;
  };
  return all_digits(whole) && all_digits(fraction) && text.size() <= kMostDigits &&
         (whole == "0" || whole[0] != '0');
}

/// As TOML: a number where it is a plain one, else a string.
std::string value_text(const std::string& value) {
  if (is_plain_number(value)) return value;
  std::string text = "\"";
  for (const char letter : value) {
    const auto byte = static_cast<unsigned char>(letter);
    if (byte < 0x20 || byte == 0x7F) {
      text += fmt::format("\\u{:04X}", byte);
      continue;
    }
    if (letter == '"' || letter == '\\') text += '\\';
    text += letter;
  }
  return text + '"';
}

/// "name = value", nothing where it has none.
std::string line_of(const OptionText& option, const std::vector<Setting>& settings) {
  std::vector<std::string> values;
  for (const Setting& setting : settings) {
    if (setting.option != option.name) continue;
    if (!setting.value) {
      values.emplace_back("true");
    } else if (option.names_file()) {
      std::error_code unknown;
      values.push_back(value_text(name_in(fs::current_path(unknown), option.name, *setting.value)));
    } else {
      values.push_back(value_text(*setting.value));
    }
  }
  if (values.empty()) return "";
  if (!option.repeated) return fmt::format("{} = {}\n", option.name, values.back());
  return fmt::format("{} = [{}]\n", option.name, fmt::join(values, ", "));
}

}  // namespace

void SettingPlaces::add(const std::string& option, unsigned line, unsigned column) {
  places_[option] = Place{line, column};
}

std::string SettingPlaces::locate(const std::string& message) const {
  if (file_.empty()) return message;
  const std::size_t begin = message.starts_with("--") ? 2 : 0;
  const std::size_t end = message.find_first_of(" :", begin);
  const auto found = places_.find(message.substr(begin, end - begin));
  if (found != places_.end() && !found->second) return message;
  const Place place = found == places_.end() ? Place{} : *found->second;
  return fmt::format("{}:{}:{}: {}", file_, place.line, place.column, message);
}

bool names_machine_file(const std::string& path) {
  return path.ends_with(".toml");
}

Result<MachineFile> read_machine_file(const std::string& path,
                                      const std::vector<OptionGroup>& groups) {
  const auto text = read_text(path);
  if (!text) return text.failure();
  const toml::parse_result table = toml::parse(text.value(), path);
  if (table) return Reader(path, groups).read(table.table());
  const toml::source_position at = table.error().source().begin;
  return Error{fmt::format("{}:{}:{}: {}", path, at.line, at.column, table.error().description())};
}

Result<std::string> to_machine_file(const std::vector<Setting>& settings,
                                    const std::vector<OptionGroup>& groups) {
  std::string text = "# A machine, for 'strata run FILE.toml'.\n";
  text += line_of({kGuestKey, "FILE", "", "", ""}, settings);
  for (const OptionGroup& group : groups) {
    std::string lines;
    for (const OptionText& option : group.options) lines += line_of(option, settings);
    if (lines.empty()) continue;
    text += group.title.empty() ? lines : fmt::format("\n# {}\n{}", group.title, lines);
  }
  const toml::parse_result back = toml::parse(text);
  if (back) return text;
  const std::string_view why = back.error().description();
  return Error{fmt::format("config: TOML cannot say this machine: {}", why)};
}

}  // namespace strata
