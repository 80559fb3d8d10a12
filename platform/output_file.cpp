#include "platform/output_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace strata {
namespace {

namespace fs = std::filesystem;

bool same_file(const std::string& a, const std::string& b) {
  std::error_code error;
  if (fs::exists(a, error) && fs::exists(b, error)) return fs::equivalent(a, b, error);
  return fs::absolute(a).lexically_normal() == fs::absolute(b).lexically_normal();
}

bool is_standard_output(const OutputFile& output) {
  return output.text && output.path == "-";
}

std::optional<Error> check_writable(const OutputFile& output) {
  if (output.path == "-") {
    return Error{fmt::format("{} -: does not go to standard output; name a file", output.option)};
  }
  std::error_code ignored;
  const fs::path path(output.path);
  if (fs::is_directory(path, ignored)) {
    return Error{fmt::format("{} {}: is a folder; name a file", output.option, output.path)};
  }
  if (fs::exists(path, ignored)) {
    if (::access(path.c_str(), W_OK) == 0) return std::nullopt;
    return Error{fmt::format("{} {}: cannot be written: {}; name another file", output.option,
                             output.path, std::strerror(errno))};
  }
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (!fs::is_directory(folder, ignored)) {
    return Error{fmt::format("{} {}: its folder does not exist; create it or name another",
                             output.option, output.path)};
  }
  if (::access(folder.c_str(), W_OK) != 0) {
    return Error{fmt::format("{} {}: cannot be created: {}; name a file in another folder",
                             output.option, output.path, std::strerror(errno))};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Error> check_outputs(const std::vector<OutputFile>& outputs,
                                   const std::vector<std::string>& inputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const OutputFile& output = outputs[i];
    if (output.path.empty() || is_standard_output(output)) continue;
    if (auto error = check_writable(output)) return error;
    for (const std::string& input : inputs) {
      if (!input.empty() && same_file(output.path, input)) {
        return Error{fmt::format("{} {}: would overwrite an input of the run; name another file",
                                 output.option, output.path)};
      }
    }
    for (std::size_t j = 0; j < i; ++j) {
      // A device such as /dev/null takes any number of outputs.
      std::error_code ignored;
      const bool special =
          fs::exists(output.path, ignored) && !fs::is_regular_file(output.path, ignored);
      if (special || outputs[j].path.empty() || !same_file(output.path, outputs[j].path)) continue;
      return Error{fmt::format("{} {}: is also {}; name another file", output.option, output.path,
                               outputs[j].option)};
    }
  }
  return std::nullopt;
}

std::optional<Error> write_file(const OutputFile& output, const std::string& content) {
  if (is_standard_output(output)) {
    fmt::print("{}", content);
    return std::nullopt;
  }
  std::ofstream file(output.path, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  if (file) return std::nullopt;
  return Error{fmt::format("{} {}: cannot be written: {}", output.option, output.path,
                           std::strerror(errno))};
}

}  // namespace strata
