// Memory as the block behind port ABBA may touch it: a buffer of the guest's lies in RAM or is
// refused.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace strata {

class PvMemory {
 public:
  /// Addresses of memory space, from the first to the last.
  struct Window {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
  };

  /// Told of what the block has written of `ram` or `text`.
  using Written = std::function<void(std::span<const std::uint8_t>)>;

  /// `ram` begins at address 0 and has the shared page in it; `text` is the text memory of the VGA.
  /// Both outlive the object. What is in `windows` is no RAM.
  PvMemory(
      std::span<std::uint8_t> ram, std::span<std::uint8_t> text, std::vector<Window> windows,
      Written written = [](std::span<const std::uint8_t>) {})
      : ram_(ram), text_(text), windows_(std::move(windows)), written_(std::move(written)) {}

  /// The buffer of `bytes` from physical address `address` on, empty if it is not wholly in RAM.
  /// `bytes` is not 0 and below 2^31.
  std::span<std::uint8_t> buffer(std::uint32_t address, std::uint32_t bytes) const {
    constexpr std::uint64_t kHoleBegin = 0xA0000;  // what adapters and ROMs have on a PC
    constexpr std::uint64_t kHoleEnd = 0x100000;
    const std::uint64_t end = std::uint64_t{address} + bytes;
    if (end > ram_.size() || (end > kHoleBegin && address < kHoleEnd)) return {};
    const bool device = std::ranges::any_of(windows_, [&](const Window& window) {
      return window.first < end && window.last >= address;
    });
    if (device) return {};
    return ram_.subspan(address, bytes);
  }

  std::span<std::uint8_t> text() const { return text_; }

  /// `bytes`, part of a buffer or of text(), have been written. store() says so itself.
  void wrote(std::span<const std::uint8_t> bytes) const { written_(bytes); }

  /// The aligned word at `address`, which is in RAM, read at once: a guest on another thread may be
  /// writing it.
  std::uint32_t load(std::uint32_t address) const {
    return word(address).load(std::memory_order_acquire);
  }
  /// Seen after everything that was stored before.
  void store(std::uint32_t address, std::uint32_t value) const {
    word(address).store(value, std::memory_order_release);
    wrote(ram_.subspan(address, sizeof(value)));
  }

 private:
  std::atomic_ref<std::uint32_t> word(std::uint32_t address) const {
    return std::atomic_ref(*reinterpret_cast<std::uint32_t*>(&ram_[address]));
  }

  std::span<std::uint8_t> ram_;
  std::span<std::uint8_t> text_;
  std::vector<Window> windows_;
  Written written_;
};

}  // namespace strata
