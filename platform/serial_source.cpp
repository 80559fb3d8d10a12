#include "platform/serial_source.h"

#include <fmt/format.h>

#include <memory>
#include <vector>

#include "platform/loader/host_file.h"

namespace strata {
namespace {

constexpr std::uint64_t kMostBytes = 16u << 20;

Result<HostFile> open_input(const std::string& name) {
  auto file = HostFile::open(name, "--serial-in", kMostBytes);
  if (file.ok() && file->size() > kMostBytes) {
    return Error{fmt::format("--serial-in {}: {} bytes; at most {} are taken", name, file->size(),
                             kMostBytes)};
  }
  return file;
}

}  // namespace

Result<SerialInput> read_serial_input(const std::string& name) {
  if (name.empty()) return SerialInput{};
  const auto file = open_input(name);
  if (!file) return file.failure();
  auto bytes = file.value().read(0, file.value().size());
  if (!bytes) return bytes.failure();
  const auto text = std::make_shared<const std::vector<std::uint8_t>>(std::move(*bytes));
  const auto next = [text, at = std::size_t{0}]() mutable {
    return at < text->size() ? std::optional((*text)[at++]) : std::nullopt;
  };
  return SerialInput{next};
}

Result<bool> can_read_serial_again(const std::string& name) {
  if (name.empty()) return true;
  if (name == "-") return false;
  const auto file = open_input(name);
  if (!file) return file.failure();
  return !file.value().is_piped();
}

}  // namespace strata
