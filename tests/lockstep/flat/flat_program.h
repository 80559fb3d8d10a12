// Random programs for engines that translate: loops of random instructions in flat 32-bit segments,
// in segments of all shapes or in real mode, run often enough to be translated. Pointers are put
// right at the head of each loop, and lead now and then to the edges of pages, past the end of
// memory, to a device, into the code or round 4 GiB. A fault ends a loop and begins the next.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "models/engine/engine.h"
#include "models/isa/cpu_state.h"

namespace strata::test {

class FlatProgram {
 public:
  static constexpr std::uint32_t kMemoryBytes = 0x100000;
  static constexpr std::uint32_t kDeviceBase = 0xA0000;  // a page that is no memory
  static constexpr std::uint32_t kDeviceEnd = 0xA1000;

  enum class Setting {
    kFlat,
    kPaged,     // by 4 KiB pages, each where it is, some of them read-only or not there
    kSegments,  // DS, ES, FS and GS are loaded all the time; the stack is one of 16 bits now and
                // then
    kReal,
  };
  FlatProgram(std::uint32_t seed, Setting setting);

  const std::vector<std::uint8_t>& memory() const { return memory_; }
  /// The memory as regions over `copy`, which is as long.
  static std::vector<MemoryRegion> regions(std::span<std::uint8_t> copy);
  CpuState initial() const;

 private:
  using Random = std::mt19937;

  std::uint32_t pick(std::uint32_t below) { return static_cast<std::uint32_t>(random_()) % below; }
  void byte(unsigned value) { memory_[at_++] = static_cast<std::uint8_t>(value); }
  void word(std::uint32_t value);
  void dword(std::uint32_t value);
  void full(std::uint32_t value);
  void from_stack_segment();
  void put(std::uint32_t address, std::uint32_t value);
  void write_loop();
  void write_shift();
  void write_pointers();
  void write_segment_load();
  std::uint32_t pointer();
  void write_instruction();
  unsigned general_register();
  void write_modrm(unsigned reg, bool memory_only, bool register_only, bool words);
  void write_words_address(unsigned reg);
  void write_handlers();
  void write_vectors(std::uint32_t interrupt);
  void write_descriptors();
  void write_pages();

  Random random_;
  Setting setting_;
  bool segments_;  // segments are loaded all the time
  bool words_;     // the code is of 16 bits
  bool stack16_;
  std::uint32_t at_ = 0;
  std::vector<std::uint8_t> memory_;
};

}  // namespace strata::test
