// Protected-mode code with paging on the Verilated CPU: eight megabytes of RAM of which the first
// four are mapped to themselves, page tables that a test changes, and a log of what the walker
// does.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "tests/rtl/cpu/cpu_bench.h"

namespace strata::test {

/// Page table bits (SDM vol. 3, tables 4-4 to 4-6).
inline constexpr std::uint32_t kP = 0x001;
inline constexpr std::uint32_t kW = 0x002;
inline constexpr std::uint32_t kU = 0x004;
inline constexpr std::uint32_t kA = 0x020;
inline constexpr std::uint32_t kD = 0x040;
inline constexpr std::uint32_t kPs = 0x080;
inline constexpr std::uint32_t kG = 0x100;

class PagedRig final : private BenchDevice {
 public:
  static constexpr std::uint32_t kCode = 0x30000;     // where it starts
  static constexpr std::uint32_t kHandler = 0x31000;  // of every vector: HLT; conforming code
  static constexpr std::uint32_t kStackTop = 0x33000;
  static constexpr std::uint32_t kData = 0x400000;  // linear, its page table is empty: map()
  static constexpr std::uint32_t kFrame = 0x50000;  // physical, a place for it
  static constexpr std::uint8_t kVector = 0x40;     // of external interrupts

  static constexpr std::uint32_t kGdt = 0x20000;  // six descriptors, in a page of their own

  explicit PagedRig(std::initializer_list<std::uint8_t> code);

  /// To be changed before run(). CPL 0, flat segments; nothing is cached, so that all of a walk is
  /// on the bus.
  CpuState& initial() { return initial_; }
  void use_level_3();

  /// The page table entry of `linear`, in one of the two tables (8 megabytes).
  void map(std::uint32_t linear, std::uint32_t entry) { set(entry_at(linear), entry); }
  std::uint32_t entry(std::uint32_t linear) { return get(entry_at(linear)); }
  static std::uint32_t entry_at(std::uint32_t linear) { return kTables + (linear >> 12) * 4; }
  /// The page directory entry.
  void map_table(std::uint32_t linear, std::uint32_t entry) { set(directory_at(linear), entry); }
  std::uint32_t directory_entry(std::uint32_t linear) { return get(directory_at(linear)); }
  static std::uint32_t directory_at(std::uint32_t linear) {
    return kDirectory + (linear >> 22) * 4;
  }

  /// Physical memory.
  void put(std::uint32_t physical, std::initializer_list<std::uint8_t> bytes);
  void set(std::uint32_t physical, std::uint32_t value);
  std::uint32_t get(std::uint32_t physical);

  /// Runs to a HLT or the first exception.
  void run() { run_with_interrupt(~0u); }
  /// The same, with the interrupt pin high from so many clocks on.
  void run_with_interrupt(unsigned clocks);
  /// Goes on after an exception, to a HLT or the next.
  void go_on() { clock(~0u); }

  bool shutdown() { return bench_.cpu().shutdown(); }
  /// The exception: vector and error code, e.g. "14(2)".
  std::string exception() const;
  CpuState state() const { return bench_.state(); }

  /// Walks so far of pages of the second table: "r4" for a read of its entry, "w4", "rd", "wd" for
  /// reads and writes of its directory entry, in order; the number is that of the page from kData
  /// on.
  const std::string& walks() const { return walks_; }

 private:
  static constexpr std::size_t kRamBytes = 0x800000;
  static constexpr unsigned kMostClocks = 20000;  // of a run

  static constexpr std::uint32_t kDirectory = 0x10000;
  static constexpr std::uint32_t kTables = 0x11000;

  void clock(unsigned interrupt_after);
  void watch();
  std::uint32_t read(bool, std::uint32_t, unsigned) override { return ~0u; }
  void write(bool, std::uint32_t, unsigned, std::uint32_t) override {}
  std::uint8_t acknowledge() override { return kVector; }

  std::vector<std::uint8_t> ram_;
  std::vector<MemoryRegion> regions_;
  CpuBench bench_;
  CpuState initial_;
  bool faulted_ = false;
  RetireRecord fault_;
  bool strobe_ = false;
  CpuModel::Request latest_;
  std::string walks_;
};

}  // namespace strata::test
