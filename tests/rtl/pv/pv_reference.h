// The paravirtual interface once more, from models/pv/pv_page.h alone, to hold its twins to: bytes
// in, bytes out, no speed, nothing shared with them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace strata::test {

struct PvReference {
  std::vector<std::uint8_t> ram;
  std::vector<std::uint8_t> text;
  std::vector<std::uint8_t> disk;
  /// Addresses of memory space that are no RAM: a device's, first and behind the last.
  std::optional<std::pair<std::uint64_t, std::uint64_t>> hole;
  bool irq = false;
  std::string heard;  // what the platform is told, in order

  void call(std::uint32_t number, std::uint64_t cycles, std::uint64_t instructions) {
    if (number == 7) return ring();
    const std::uint32_t error = carry_out(number, cycles, instructions);
    set(3, error);
  }

 private:
  enum Error : std::uint32_t {
    kOk,
    kCall,
    kCell,
    kLength,
    kDirection,
    kAddress,
    kSector,
    kMedium,
    kRing
  };
  static constexpr std::uint64_t kPage = 0x9F000;

  std::uint32_t word(std::uint64_t index) const {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 4; ++i) value |= ram[kPage + 4 * index + i] << (8 * i);
    return value;
  }
  void set(std::uint64_t index, std::uint32_t value) {
    for (unsigned i = 0; i < 4; ++i) {
      ram[kPage + 4 * index + i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
  }

  /// Byte by byte.
  bool is_ram(std::uint64_t address, std::uint64_t bytes) const {
    for (std::uint64_t at = address; at < address + bytes; ++at) {
      if (at >= ram.size() || (at >= 0xA0000 && at < 0x100000)) return false;
      if (hole && at >= hole->first && at < hole->second) return false;
    }
    return true;
  }

  std::uint32_t carry_out(std::uint32_t number, std::uint64_t cycles, std::uint64_t instructions) {
    switch (number) {
      case 1: return character();
      case 2: return move(word(4), 1, word(6), 2);
      case 3: return frame();
      case 4: return move(word(4), 1, word(6), 1);
      case 5: return list();
      case 6: return text_of("console ");
      case 16: heard += "exit " + std::to_string(word(4) & 0xFF) + '\n'; return kOk;
      case 17: heard += "begin\n"; return kOk;
      case 18: heard += "end\n"; return kOk;
      case 19: heard += "on\n"; return kOk;
      case 20: heard += "off\n"; return kOk;
      case 21: return text_of("label ");
      case 22:
        set(8, static_cast<std::uint32_t>(cycles));
        set(9, static_cast<std::uint32_t>(cycles >> 32));
        set(10, static_cast<std::uint32_t>(instructions));
        set(11, static_cast<std::uint32_t>(instructions >> 32));
        return kOk;
      default: return kCall;
    }
  }

  std::uint32_t character() {
    if (word(6) > 24 || word(7) > 79) return kCell;
    const std::uint64_t cell = (std::uint64_t{word(6)} * 80 + word(7)) * 2;
    text[cell] = static_cast<std::uint8_t>(word(4));
    text[cell + 1] = static_cast<std::uint8_t>(word(5));
    return kOk;
  }

  std::uint32_t frame() {
    const std::uint64_t from = word(4);
    if (from % 4 != 0 || !is_ram(from, 4000)) return kAddress;
    for (std::uint64_t i = 0; i < 4000; ++i) text[i] = ram[from + i];
    return kOk;
  }

  std::uint32_t text_of(const char* kind) {
    const std::uint64_t from = word(4);
    const std::uint64_t bytes = word(5);
    if (bytes < 1 || bytes > 256) return kLength;
    if (!is_ram(from, bytes)) return kAddress;
    heard += kind;
    for (std::uint64_t i = 0; i < bytes; ++i) {
      const std::uint8_t byte = ram[from + i];
      const bool shown = kind[0] == 'c' || (byte >= 32 && byte <= 126);
      heard += shown ? static_cast<char>(byte) : '.';
    }
    heard += '\n';
    return kOk;
  }

  std::uint32_t move(std::uint64_t lba, std::uint64_t sectors, std::uint64_t address,
                     std::uint32_t direction) {
    if (direction == 3) return kOk;
    if (direction != 1 && direction != 2) return kDirection;
    if (sectors < 1 || sectors > 256) return kLength;
    if (address % 4 != 0 || !is_ram(address, sectors * 512)) return kAddress;
    if ((lba + sectors) * 512 > disk.size()) return kSector;
    for (std::uint64_t i = 0; i < sectors * 512; ++i) {
      if (direction == 1) ram[address + i] = disk[lba * 512 + i];
      if (direction == 2) disk[lba * 512 + i] = ram[address + i];
    }
    return kOk;
  }

  std::uint32_t list() {
    const std::uint32_t entries = word(4);
    std::uint32_t error = entries < 1 || entries > 127 ? kLength : kOk;
    std::uint32_t done = 0;
    for (; error == kOk && done < entries; done += error == kOk) {
      const std::uint64_t at = 16 + 4 * done;
      error = move(word(at), word(at + 1), word(at + 2), word(at + 3));
    }
    set(8, done);
    return error;
  }

  void ring() {
    const std::uint32_t head = word(12);
    std::uint32_t tail = word(13);
    const bool interrupt = word(14) != 0;
    if (static_cast<std::uint32_t>(head - tail) > 64) return set(15, kRing);
    const bool any = head != tail;
    while (tail != head) {
      const std::uint64_t at = 768 + 4 * (tail % 64);
      const std::uint32_t error = move(word(at), word(at + 1), word(at + 2), word(at + 3));
      set(at + 3, 0x80000000 + error);
      set(13, ++tail);
    }
    set(15, kOk);
    if (any && interrupt) irq = true;
  }
};

}  // namespace strata::test
