// Any encoding of one instruction in any mode, on the CPU and on the interpreter.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/engine/interpreter/interpreter.h"
#include "tests/rtl/cpu/cpu_bench.h"

namespace strata::test {

enum class Mode { kReal, kV86, kLevel0, kLevel3 };

std::string name_of(Mode mode);

/// Opcode, the reg field of what may be its ModR/M byte, and whether that names memory.
struct Encoding {
  bool two_byte = false;
  std::uint8_t opcode = 0;
  unsigned reg = 0;
  bool memory = false;
  bool lock = false;
  bool operand_size = false;
  bool stack_segment = false;  // with an override
};

/// Opcodes and reg fields, for lists of encodings.
struct Entry {
  bool two_byte;
  std::uint8_t first;
  std::uint8_t last;
  unsigned regs = 0xFF;  // bit n: reg field n
};

/// ESC, of the x87: there is none here, and CPUID says so.
inline constexpr Entry kEscape[] = {{false, 0xD8, 0xDF}};

bool in(std::span<const Entry> list, const Encoding& encoding);

/// The next encoding, over all but prefixes and those with an override; false at the end.
bool advance(Encoding& encoding);

/// The same for CPU and interpreter.
class NothingBehind final : public NoDevice, public EngineBus {
  std::uint32_t port_read(std::uint16_t, unsigned) override { return ~0u; }
  void port_write(std::uint16_t, unsigned, std::uint32_t) override {}
  std::uint32_t mmio_read(std::uint32_t, unsigned) override { return ~0u; }
  void mmio_write(std::uint32_t, unsigned, std::uint32_t) override {}
  std::uint8_t acknowledge_interrupt() override { return 0; }
};

/// 64 KiB of memory full of HLT, tables, a CPU and an interpreter.
class EncodingRig {
 public:
  static constexpr std::uint32_t kData = 0x8800;  // the operand, and where registers point
  static constexpr std::uint32_t kStack = 0x1800;

  EncodingRig(Mode mode, CpuFamily family);

  /// What the encoding raised: "6(0)", or "none". If CPU and interpreter differ, "differ" with
  /// both.
  std::string run(const Encoding& encoding);

  /// To be changed before run().
  CpuState& initial() { return initial_; }
  /// Where the operand in memory is.
  void set_operand(std::uint32_t address) { operand_ = address; }
  /// Protected mode with paging: memory maps to itself, to be changed with set_page().
  void turn_paging_on();
  void set_page(std::uint32_t address, std::uint32_t bits) {
    set(kTable + (address >> 12) * 4, (address & ~0xFFFu) | bits);
  }

  /// In protected mode: the level `vector`'s handler runs at, 0 or 3. At first all run at level 0.
  void set_handler_level(unsigned vector, unsigned level) {
    set(kIdt + 8 * vector, (level == 0 ? 0x08u : 0x1Bu) << 16 | kHandler);
  }

  static std::string name_of(const Encoding& encoding);

 private:
  static constexpr std::size_t kBytes = 0x10000;
  static constexpr std::uint32_t kCode = 0x400;
  static constexpr std::uint32_t kGdt = 0x2000;
  static constexpr std::uint32_t kIdt = 0x3000;
  static constexpr std::uint32_t kTss = 0x4000;
  static constexpr std::uint32_t kDirectory = 0xA000;
  static constexpr std::uint32_t kTable = 0xB000;
  static constexpr std::uint32_t kHandler = 0x6000;
  static constexpr std::uint32_t kHandlerStack = 0x7000;
  static constexpr unsigned kMostClocks = 2000;

  std::vector<std::uint8_t> bytes_of(const Encoding& encoding) const;
  void set(std::uint32_t address, std::uint32_t value) {
    std::memcpy(initial_memory_.data() + address, &value, sizeof value);
  }
  void make_real_mode();
  void make_protected_mode();
  RetireRecord run_on_cpu(CpuState& after);
  void come_to_rest();

  Mode mode_;
  std::uint32_t operand_ = kData;
  CpuFamily family_;
  std::vector<std::uint8_t> initial_memory_;
  std::vector<std::uint8_t> core_memory_;
  std::vector<std::uint8_t> interpreter_memory_;
  CpuState initial_;
  NothingBehind device_;
  MemoryRegion core_region_;
  MemoryRegion interpreter_region_;
  std::unique_ptr<CpuBench> bench_;
  Interpreter interpreter_;
};

}  // namespace strata::test
