#include "platform/guest_output.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace strata {

GuestOutput::GuestOutput(std::string serial, bool hold_back)
    : serial_(std::move(serial)), hold_back_(hold_back) {}

std::optional<Error> GuestOutput::open() {
  if (serial_.empty() || serial_ == "stdio") return std::nullopt;
  serial_file_.reset(std::fopen(serial_.c_str(), "wb"));
  if (serial_file_) return std::nullopt;
  return Error{fmt::format("--serial {}: cannot be written: {}", serial_, std::strerror(errno))};
}

void GuestOutput::put_standard(std::uint8_t byte) {
  if (hold_back_) {
    held_ += static_cast<char>(byte);
    return;
  }
  std::fputc(byte, stdout);
  if (byte == '\n') std::fflush(stdout);
}

void GuestOutput::serial(std::uint8_t byte) {
  if (serial_file_) {
    std::fputc(byte, serial_file_.get());
  } else if (serial_ == "stdio") {
    put_standard(byte);
  }
}

void GuestOutput::release() {
  std::fwrite(held_.data(), 1, held_.size(), stdout);
  held_.clear();
  std::fflush(stdout);
  if (serial_file_) std::fflush(serial_file_.get());
}

}  // namespace strata
