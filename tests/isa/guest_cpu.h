// A small machine for rule tests: 1 MiB of RAM at 0, ROM at F0000, everything else a recorded bus.
#pragma once

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <vector>

#include "models/engine/interpreter/interpreter.h"

namespace strata::test {

/// One bus access, as "in 60/1" or "write b8000/2=741".
class RecordingBus : public EngineBus {
 public:
  std::vector<std::string> log;
  std::uint32_t read_value = 0;
  std::uint8_t vector = 0x20;
  Interpreter* cpu = nullptr;
  bool lower_line_on_acknowledge = true;

  std::uint32_t port_read(std::uint16_t port, unsigned bytes) override;
  void port_write(std::uint16_t port, unsigned bytes, std::uint32_t value) override;
  std::uint32_t mmio_read(std::uint32_t physical, unsigned bytes) override;
  void mmio_write(std::uint32_t physical, unsigned bytes, std::uint32_t value) override;
  std::uint8_t acknowledge_interrupt() override;
};

class GuestCpu {
 public:
  static constexpr std::uint32_t kCode = 0x1000;
  static constexpr std::uint32_t kGdt = 0x6000;
  static constexpr std::uint32_t kIdt = 0x7000;
  static constexpr std::uint32_t kStack = 0x9000;
  static constexpr std::uint32_t kRomBase = 0xF0000;
  static constexpr std::uint16_t kCode32 = 0x08;
  static constexpr std::uint16_t kData32 = 0x10;

  /// Real mode, CS 0 and EIP kCode, SP kStack.
  explicit GuestCpu(CpuFamily family = CpuFamily::k586);

  /// 32-bit protected mode: GDT with flat code (08) and data (10), all segments loaded, IDT of 32
  /// 32-bit interrupt gates whose handlers are at handler_of().
  void enter_protected_mode();
  static std::uint32_t handler_of(unsigned vector) { return 0x8000 + 16 * vector; }

  void set_descriptor(std::uint16_t selector, std::uint32_t base, std::uint32_t limit,
                      std::uint32_t attributes);
  void set_gate(unsigned vector, std::uint16_t selector, std::uint32_t offset, unsigned type);

  void code(std::initializer_list<std::uint8_t> bytes, std::uint32_t at = kCode);

  /// Loads `state` and takes one step.
  RetireRecord step();

  template <typename T>
  T memory(std::uint32_t address) const {
    T value;
    std::memcpy(&value, &ram_[address], sizeof(T));
    return value;
  }
  template <typename T>
  void set_memory(std::uint32_t address, T value) {
    std::memcpy(&ram_[address], &value, sizeof(T));
  }

  CpuState state;  // before and after a step
  RecordingBus bus;

 private:
  std::vector<std::uint8_t> ram_;

 public:
  Interpreter cpu;
};

/// The status flags of EFLAGS.
inline std::uint32_t status(const GuestCpu& guest) {
  return guest.state.eflags & eflags::kStatus;
}

}  // namespace strata::test
