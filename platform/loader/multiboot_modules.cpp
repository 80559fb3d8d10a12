#include "platform/loader/multiboot_modules.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "models/machine/memory_map.h"
#include "platform/loader/host_file.h"

namespace strata {
namespace {

constexpr std::size_t kEntryBytes = 16;  // begin, end, text, reserved

struct Module {
  std::string file;
  std::string text;
};

Module split(const std::string& given) {
  const std::size_t equals = given.find('=');
  if (equals == std::string::npos) return {given, given};
  return {given.substr(0, equals), given.substr(equals + 1)};
}

/// Takes pages of RAM from below to above.
class Shelf {
 public:
  Shelf(std::span<const AddressRange> taken, std::uint64_t memory_bytes)
      : ram_(usable_ram(0, memory_bytes)) {
    for (const AddressRange& range : taken) next_ = std::max(next_, range.end);
  }

  std::optional<std::uint32_t> take(std::uint64_t bytes) {
    for (const AddressRange& run : ram_) {
      const std::uint64_t begin = page_up(std::max(next_, run.begin));
      if (begin > run.end || bytes > run.end - begin) continue;
      next_ = begin + bytes;
      return static_cast<std::uint32_t>(begin);
    }
    return std::nullopt;
  }

 private:
  std::uint64_t next_ = STRATA_ROM_LOW_END;
  std::vector<AddressRange> ram_;
};

Error no_room(const std::string& what, std::uint64_t bytes, std::uint64_t memory_bytes) {
  return Error{
      fmt::format("--module {}: {} bytes do not fit behind the guest, where --mem gives {}; "
                  "give more --mem",
                  what, bytes, size_text(memory_bytes))};
}

Result<AddressRange> add_file(const Module& module, Shelf& shelf, std::uint64_t memory_bytes,
                              GuestImage& image) {
  const auto file = HostFile::open(module.file, "--module", memory_bytes);
  if (!file) return file.failure();
  image.pipe_beside_guest |= file.value().is_piped();
  const std::uint64_t bytes = file.value().size();
  const auto place = shelf.take(bytes);
  if (!place) return no_room(module.file, bytes, memory_bytes);
  auto content = file.value().read(0, bytes);
  if (!content) return content.failure();
  image.memory.push_back({*place, std::move(*content)});
  return AddressRange{*place, *place + bytes};
}

void put32(std::vector<std::uint8_t>& bytes, std::size_t at, std::uint64_t value) {
  const auto low = static_cast<std::uint32_t>(value);
  std::memcpy(&bytes[at], &low, sizeof low);
}

}  // namespace

Result<ModuleList> add_modules(std::span<const std::string> modules,
                               std::span<const AddressRange> taken, std::uint64_t memory_bytes,
                               GuestImage& image) {
  Shelf shelf(taken, memory_bytes);
  std::vector<std::uint8_t> list(modules.size() * kEntryBytes);
  std::size_t entry = 0;
  std::vector<std::size_t> texts;  // where each begins in the list
  for (const std::string& given : modules) {
    const Module module = split(given);
    const auto range = add_file(module, shelf, memory_bytes, image);
    if (!range) return range.failure();
    put32(list, entry, range.value().begin);
    put32(list, entry + 4, range.value().end);
    entry += kEntryBytes;
    texts.push_back(list.size());
    list.insert(list.end(), module.text.begin(), module.text.end());
    list.push_back(0);
  }
  const auto place = shelf.take(list.size());
  if (!place) return no_room("list", list.size(), memory_bytes);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    put32(list, i * kEntryBytes + 8, *place + texts[i]);
  }
  image.memory.push_back({*place, std::move(list)});
  return ModuleList{*place, static_cast<std::uint32_t>(modules.size())};
}

}  // namespace strata
