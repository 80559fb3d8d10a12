#include "platform/output/output_file.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <span>

#include "platform/output/standard_streams.h"

namespace strata {
namespace {

namespace fs = std::filesystem;

/// Where a file is or would be made: links are followed, also those that lead to nothing yet.
fs::path place_of(fs::path path) {
  constexpr int kMostLinks = 40;  // as many as Linux follows
  std::error_code error;
  for (int links = 0; links < kMostLinks && fs::is_symlink(path, error); ++links) {
    path = path.parent_path() / fs::read_symlink(path, error);
  }
  const fs::path given = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const fs::path folder = fs::canonical(given, error);
  return (error ? given : folder) / path.filename();
}

bool same_file(const std::string& a, const std::string& b) {
  std::error_code error;
  if (fs::exists(a, error) && fs::exists(b, error)) return fs::equivalent(a, b, error);
  return place_of(a) == place_of(b);
}

bool is_standard_output(const OutputFile& output) {
  return output.document && output.path == "-";
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

std::optional<Error> check_inputs(const OutputFile& output,
                                  const std::vector<std::string>& inputs) {
  for (const std::string& input : inputs) {
    if (input.empty() || !same_file(output.path, input)) continue;
    return Error{fmt::format("{} {}: would overwrite an input of the run; name another file",
                             output.option, output.path)};
  }
  return std::nullopt;
}

/// The type of the file at `path` (S_IFMT of its mode) if the open `descriptor` is the same file
/// (/dev/stdout, or > path); else 0.
mode_t type_of_same(const std::string& path, int descriptor) {
  struct stat file {};
  struct stat open {};
  const bool same = ::stat(path.c_str(), &file) == 0 && ::fstat(descriptor, &open) == 0 &&
                    file.st_dev == open.st_dev && file.st_ino == open.st_ino;
  return same ? file.st_mode & S_IFMT : 0;
}

/// A stream and an output in the same file would write over each other. Messages and an output in
/// the same pipe or terminal would not, and that may be wanted.
std::optional<Error> check_streams(const OutputFile& output) {
  const mode_t out = type_of_same(output.path, STDOUT_FILENO);
  if (out != 0 && out != S_IFCHR) {
    return Error{fmt::format("{} {}: is standard output; {}", output.option, output.path,
                             output.document ? "say -" : "name a file")};
  }
  if (type_of_same(output.path, STDERR_FILENO) != S_IFREG) return std::nullopt;
  return Error{
      fmt::format("{} {}: is standard error; name another file", output.option, output.path)};
}

std::optional<Error> check_others(const OutputFile& output, std::span<const OutputFile> others) {
  std::error_code ignored;
  // A device such as /dev/null takes any number of outputs.
  if (fs::exists(output.path, ignored) && !fs::is_regular_file(output.path, ignored)) {
    return std::nullopt;
  }
  for (const OutputFile& other : others) {
    if (other.path.empty() || is_standard_output(other) || !same_file(output.path, other.path)) {
      continue;
    }
    return Error{fmt::format("{} {}: is also {}; name another file", output.option, output.path,
                             other.option)};
  }
  return std::nullopt;
}

}  // namespace

const OutputFile* find_standard_output(const std::vector<OutputFile>& outputs) {
  const auto found = std::ranges::find_if(outputs, is_standard_output);
  return found == outputs.end() ? nullptr : &*found;
}

std::optional<Error> check_outputs(const std::vector<OutputFile>& outputs,
                                   const std::vector<std::string>& inputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const OutputFile& output = outputs[i];
    if (output.path.empty()) continue;
    if (is_standard_output(output)) {
      const OutputFile* const first = find_standard_output(outputs);
      if (first == &output) continue;
      return Error{fmt::format("{} -: standard output already has {}; name a file", output.option,
                               first->option)};
    }
    if (auto error = check_writable(output)) return error;
    if (auto error = check_streams(output)) return error;
    if (auto error = check_inputs(output, inputs)) return error;
    if (auto error = check_others(output, std::span(outputs).first(i))) return error;
  }
  return std::nullopt;
}

void write_document(const OutputFile& output, const std::string& content) {
  if (is_standard_output(output)) return standard_output().put(content);
  const std::string label = fmt::format("{} {}", output.option, output.path);
  auto file = Output::create(label, output.path);
  if (!file) return Output::remember({file.error()});
  (*file)->put(content);
}

Result<Document> Document::open(const OutputFile& output) {
  if (is_standard_output(output)) return Document(nullptr);
  auto file = Output::open(fmt::format("{} {}", output.option, output.path), output.path);
  if (!file) return file.failure();
  return Document(std::move(*file));
}

void Document::write(const std::string& content) {
  if (!file_) return standard_output().put(content);
  file_->empty();
  file_->put(content);
  file_.reset();
}

}  // namespace strata
