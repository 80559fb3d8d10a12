// A few instructions of real-mode code on the Verilated CPU, 64 KiB of RAM and a log of device
// accesses.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "tests/rtl/cpu/cpu_bench.h"

namespace strata::test {

class RealModeRig final : private BenchDevice {
 public:
  static constexpr std::uint32_t kCode = 0x400;     // of the code, in segment 0
  static constexpr std::uint32_t kHandler = 0x600;  // of every vector: INC CX and IRET or HLT
  static constexpr std::uint32_t kDevice = 0xA0000;
  static constexpr std::uint8_t kVector = 0x40;  // of external interrupts, which return

  /// All segments have base 0 and SP is 8000. Exceptions end in HLT with CX + 1.
  explicit RealModeRig(std::initializer_list<std::uint8_t> code,
                       CpuFamily family = CpuFamily::k586);

  /// To be changed before run().
  CpuState& initial() { return initial_; }

  /// Runs to a HLT.
  void run();
  /// The same, with the interrupt pin high from so many clocks on until it is acknowledged or HLT.
  void run_with_interrupt(unsigned clocks);

  CpuBench& bench() { return bench_; }
  /// Device accesses: "r mem a0004/1;w port 80/2=1234;".
  const std::string& log() const { return log_; }
  /// Vectors of exceptions, in order.
  const std::vector<std::uint8_t>& exceptions() const { return exceptions_; }

  void set_word(std::uint32_t address, std::uint16_t value);
  std::uint16_t word(std::uint32_t address) const;

 private:
  static constexpr std::size_t kRamBytes = 0x10000;
  static constexpr unsigned kMostClocks = 5000;  // of a run

  std::uint32_t read(bool port, std::uint32_t address, unsigned bytes) override;
  void write(bool port, std::uint32_t address, unsigned bytes, std::uint32_t value) override;
  std::uint8_t acknowledge() override { return kVector; }

  std::vector<std::uint8_t> ram_;
  std::array<MemoryRegion, 1> regions_;
  CpuBench bench_;
  CpuState initial_;
  std::string log_;
  std::vector<std::uint8_t> exceptions_;
};

}  // namespace strata::test
