#include "platform/profile/profile_file.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "platform/loader/host_file.h"

namespace strata {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kFormat[] = "strata-profile";
constexpr std::uint64_t kMostPipeBytes = std::uint64_t{1} << 30;

std::string hex_of(const std::vector<std::uint8_t>& bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

struct BadProfile {
  std::string what;
};

std::vector<std::uint8_t> bytes_of(const std::string& hex) {
  std::vector<std::uint8_t> bytes(hex.size() / 2);
  bool good = hex.size() % 2 == 0;
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    const char* pair = hex.data() + 2 * n;
    good &= std::from_chars(pair, pair + 2, bytes[n], 16).ptr == pair + 2;
  }
  if (!good) throw BadProfile{fmt::format("'{}' are no bytes", hex)};
  return bytes;
}

Json to_row(const ProfileFunction& function) {
  return {{"name", function.name}, {"address", function.address}, {"calls", function.calls}};
}

Json to_row(const ProfileInstruction& one) {
  Json row{{"address", one.address}, {"code32", one.code32}, {"bytes", hex_of(one.bytes)}};
  row["function"] = one.function;
  row["file"] = one.file ? Json(*one.file) : Json(nullptr);
  row["line"] = one.line;
  row["executions"] = one.executions;
  row["cycles"] = one.cycles;
  return row;
}

Json to_row(const ProfileStack& stack) {
  Json row{{"caller", stack.caller ? Json(*stack.caller) : Json(nullptr)}};
  row["function"] = stack.function;
  row["calls"] = stack.calls;
  row["cycles"] = stack.cycles;
  row["instructions"] = stack.instructions;
  return row;
}

Json to_row(const ProfileLabel& label) {
  return {{"name", label.name},
          {"times", label.times},
          {"cycles", label.cycles},
          {"instructions", label.instructions}};
}

/// File names are bytes to the host; what is not UTF-8 must not lose the profile.
std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// A member that is an array, a row a line.
template <typename Row>
std::string member(const char* name, const std::vector<Row>& rows) {
  std::string text = fmt::format(",\n\"{}\": [", name);
  const char* separator = "\n";
  for (const Row& row : rows) {
    text += separator + dump(to_row(row));
    separator = ",\n";
  }
  return text + "]";
}

void read_row(const Json& row, ProfileFunction& function) {
  row.at("name").get_to(function.name);
  row.at("address").get_to(function.address);
  row.at("calls").get_to(function.calls);
}

void read_row(const Json& row, ProfileInstruction& one) {
  row.at("address").get_to(one.address);
  row.at("code32").get_to(one.code32);
  one.bytes = bytes_of(row.at("bytes").get<std::string>());
  row.at("function").get_to(one.function);
  if (!row.at("file").is_null()) one.file = row.at("file").get<std::uint32_t>();
  row.at("line").get_to(one.line);
  row.at("executions").get_to(one.executions);
  row.at("cycles").get_to(one.cycles);
}

void read_row(const Json& row, ProfileStack& stack) {
  if (!row.at("caller").is_null()) stack.caller = row.at("caller").get<std::uint32_t>();
  row.at("function").get_to(stack.function);
  row.at("calls").get_to(stack.calls);
  row.at("cycles").get_to(stack.cycles);
  row.at("instructions").get_to(stack.instructions);
}

void read_row(const Json& row, ProfileLabel& label) {
  row.at("name").get_to(label.name);
  row.at("times").get_to(label.times);
  row.at("cycles").get_to(label.cycles);
  row.at("instructions").get_to(label.instructions);
}

template <typename Row>
void read_rows(const Json& json, const char* name, std::vector<Row>& rows) {
  for (const Json& row : json.at(name)) read_row(row, rows.emplace_back());
}

CpuFamily family_of(unsigned number) {
  for (const CpuFamily family : {CpuFamily::k386, CpuFamily::k486, CpuFamily::k586}) {
    if (static_cast<unsigned>(family) == number) return family;
  }
  throw BadProfile{fmt::format("there is no CPU family {}", number)};
}

/// So that reports need not look.
void check_indices(const Profile& profile) {
  const auto check = [](bool good, const char* what) {
    if (!good) throw BadProfile{fmt::format("it names a {} it has not", what)};
  };
  for (const ProfileInstruction& one : profile.code) {
    check(one.function < profile.functions.size(), "function");
    check(!one.file || *one.file < profile.files.size(), "file");
    check(one.cycles.size() == profile.causes.size(), "cause");
  }
  for (std::size_t n = 0; n < profile.stacks.size(); ++n) {
    check(profile.stacks[n].function < profile.functions.size(), "function");
    check(!profile.stacks[n].caller || *profile.stacks[n].caller < n, "caller");
  }
}

Profile read_json(const Json& json) {
  if (!json.is_object() || json.value("format", "") != kFormat) {
    throw BadProfile{"it does not say that it is one"};
  }
  const int version = json.at("version").get<int>();
  if (version != kProfileVersion) {
    throw BadProfile{fmt::format("it is of version {}, and this program reads version {}", version,
                                 kProfileVersion)};
  }
  Profile profile;
  json.at("engine").get_to(profile.engine);
  json.at("guest").get_to(profile.guest);
  json.at("outcome").get_to(profile.outcome);
  profile.cpu = family_of(json.at("cpu_family").get<unsigned>());
  json.at("cycles").get_to(profile.cycles);
  json.at("instructions").get_to(profile.instructions);
  json.at("causes").get_to(profile.causes);
  json.at("files").get_to(profile.files);
  read_rows(json, "functions", profile.functions);
  read_rows(json, "code", profile.code);
  read_rows(json, "stacks", profile.stacks);
  if (json.contains("labels")) read_rows(json, "labels", profile.labels);
  check_indices(profile);
  return profile;
}

}  // namespace

std::string to_json(const Profile& profile) {
  Json head{{"format", kFormat}, {"version", kProfileVersion}};
  head["engine"] = profile.engine;
  head["guest"] = profile.guest;
  head["outcome"] = profile.outcome;
  head["cpu_family"] = static_cast<unsigned>(profile.cpu);
  head["cycles"] = profile.cycles;
  head["instructions"] = profile.instructions;
  head["causes"] = profile.causes;
  head["files"] = profile.files;
  std::string text = dump(head);
  text.pop_back();
  return text + member("functions", profile.functions) + member("code", profile.code) +
         member("stacks", profile.stacks) + member("labels", profile.labels) + "}\n";
}

Result<Profile> parse_profile(const std::string& text, const std::string& name) {
  std::string why;
  try {
    return read_json(Json::parse(text));
  } catch (const BadProfile& bad) {
    why = bad.what;
  } catch (const Json::parse_error& error) {
    why = text.empty() ? "it is empty"
                       : fmt::format("it is no whole JSON, as byte {} shows", error.byte);
  } catch (const Json::exception& error) {
    // Behind "[json.exception.out_of_range.403] " it says which key or type is wrong.
    why = error.what();
    why.erase(0, why.find("] ") + 2);
  }
  return Error{fmt::format("{}: no profile of 'strata run --profile FILE': {}", name, why)};
}

Result<Profile> read_profile(const std::string& path) {
  const auto file = HostFile::open(path, "profile", kMostPipeBytes);
  if (!file) return file.failure();
  if (file.value().is_piped()) {
    const auto& bytes = file.value().piped();
    return parse_profile({bytes.begin(), bytes.end()}, path);
  }
  const auto bytes = file.value().read(0, file.value().size());
  if (!bytes) return bytes.failure();
  return parse_profile({bytes.value().begin(), bytes.value().end()}, path);
}

}  // namespace strata
