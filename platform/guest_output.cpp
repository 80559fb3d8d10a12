#include "platform/guest_output.h"

#include <fmt/format.h>

#include <mutex>
#include <utility>

#include "platform/output/standard_streams.h"

namespace strata {

bool names_standard_stream(const std::string& path) {
  return path == "stdio" || path == "-";
}

std::optional<Error> GuestOutput::open() {
  standard_ = paths_.standard_output_taken ? &standard_error() : &standard_output();
  if (paths_.console.empty()) {
    console_ = standard_;
  } else if (auto error = open_file("--console", paths_.console, console_)) {
    return error;
  }
  return paths_.serial.empty() ? std::nullopt : open_file("--serial", paths_.serial, serial_);
}

std::optional<Error> GuestOutput::open_file(const char* option, const std::string& path,
                                            Output*& out) {
  if (names_standard_stream(path)) {
    out = standard_;
    return std::nullopt;
  }
  auto file = Output::create(fmt::format("{} {}", option, path), path);
  if (!file) return file.failure();
  out = file->get();
  files_.push_back(std::move(*file));
  return std::nullopt;
}

void GuestOutput::put(Output* out, std::uint8_t byte) {
  if (out == nullptr) return;
  const char character = static_cast<char>(byte);
  if (out == standard_ && !paths_.name.empty()) return put_named(character);
  if (out == standard_ && paths_.hold_back) {
    held_ += character;
    return;
  }
  out->put(character);
  // A line is there for whoever waits for it, and what a killed run said is not lost.
  if (character == '\n') out->flush();
}

/// Whole lines, so that those of several machines stay apart; one that is too long is cut.
void GuestOutput::put_named(char character) {
  constexpr std::size_t kLongest = 4096;
  if (line_.empty()) line_ = paths_.name + ": ";
  if (character != '\n') line_ += character;
  if (character == '\n' || line_.size() >= kLongest) put_line();
}

void GuestOutput::put_line() {
  line_ += '\n';
  if (paths_.hold_back) {
    held_ += line_;
  } else {
    const std::scoped_lock lock(standard_streams_mutex());
    standard_->put(line_);
    standard_->flush();
  }
  line_.clear();
}

void GuestOutput::release() {
  if (standard_ == nullptr) return;
  if (!line_.empty()) put_line();
  const std::scoped_lock lock(standard_streams_mutex());
  standard_->put(std::exchange(held_, {}));
  standard_->flush();
  for (const auto& file : files_) file->close();
}

}  // namespace strata
