// Timing of SDR SDRAM behind a simple controller that keeps rows open.
//
// The parts: two MT48LC8M16A2 of speed grade -75 (PC133) side by side for the 32 data lines, 32 MiB
// a rank, as many ranks as the RAM needs. Figures: Micron, "128Mb: x4, x8, x16 SDRAM" (128MSDRAM,
// Rev. N 1/09), table 17, for manual precharge; 2 Meg x 16 x 4 banks, 4,096 rows of 512 columns.
//
// Address bits: 10:2 column, 12:11 bank, 24:13 row, 31:25 rank. A row is 2 KiB, and the next 2 KiB
// are another bank's.
//
// The memory's clock is the CPU's, or the CPU's divided by the least number that is slow enough for
// the part. Its commands go out at the part's edges, the first at the one after the edge that
// samples the request: the controller's own cycle. A read's word is acknowledged at the edge that
// samples it, CL clocks after its READ; a write's at the edge of its WRITE, and it goes on in the
// memory (tWR). A line is four READs in consecutive clocks, in the order asked for. A request
// waits, where it has to, for
//   row open:          nothing (tRCD has passed)
//   bank closed:       ACTIVE, then tRCD
//   another row open:  PRECHARGE, tRP, ACTIVE, tRCD; PRECHARGE not before tRAS and tWR, ACTIVE not
//   before
//                      tRC
//   refresh:           the one due, of all ranks at once
// A refresh is due at each multiple of tREFI (tREF / rows) and goes before a request of the same
// edge; it closes all rows (PRECHARGE ALL, tRP) and takes tRFC. One that falls due during an access
// comes after it.
//
// Left out: power-up (the firmware of a board would have done it), auto precharge, power-down; tRRD
// and the time a read needs before PRECHARGE, which are over before the next access begins.
#pragma once

#include <cstdint>
#include <vector>

#include "models/memory/memory_timing.h"

namespace strata {

/// In CPU cycles. All but `clock` are whole clocks of the memory: rounded up, the refresh interval
/// down.
struct SdramCycles {
  unsigned clock = 1;             // a clock of the memory
  unsigned cas_latency = 0;       // READ to its word: 2 clocks where tCK(2) allows, else 3
  unsigned row_to_column = 0;     // tRCD, ACTIVE to READ or WRITE
  unsigned precharge = 0;         // tRP
  unsigned row_active = 0;        // tRAS, ACTIVE to PRECHARGE
  unsigned row_cycle = 0;         // tRC, ACTIVE to ACTIVE of a bank
  unsigned write_recovery = 0;    // tWR, WRITE to PRECHARGE
  unsigned refresh = 0;           // tRFC
  unsigned refresh_interval = 0;  // tREFI
  bool operator==(const SdramCycles&) const = default;
};

/// At a CPU clock of `hz`, 1.2 MHz at least.
SdramCycles sdram_cycles(std::uint64_t hz);

class SdramTiming final : public MemoryTiming {
 public:
  /// For RAM from 0 to `ram_bytes`, all rows closed. ROM and what is not mapped answer after
  /// `other_latency` wait cycles.
  SdramTiming(const SdramCycles& cycles, std::uint64_t ram_bytes, unsigned other_latency);

  Cycle first_ack(Cycle now, const Access& access) override;
  Cycle next_ack(Cycle edge) override;

  /// Closes all rows; a refresh under way is over.
  void restart(Cycle last, Cycle now) override;

  /// Accesses (a burst is one) that found their row open, and the others; of these, those that
  /// found another row open; refreshes.
  Counters counters(Cycle now) const override;

 private:
  static constexpr unsigned kColumnBits = 11;  // of the address, the byte in the word among them
  static constexpr unsigned kBankBits = 2;
  static constexpr unsigned kRowBits = 12;
  static constexpr unsigned kRowShift = kColumnBits + kBankBits;

  struct Bank {
    std::uint32_t row = 0;
    bool open = false;
    Cycle activate_from = 0;   // earliest edge of ACTIVE
    Cycle precharge_from = 0;  // of PRECHARGE
  };

  Cycle column_command(const Access& access, Cycle edge);
  Bank& bank_of(std::uint32_t address);
  Cycle clock_edge_from(Cycle cycle) const;
  Cycle open_row(Bank& bank, std::uint32_t row, Cycle edge);
  void refresh_until(Cycle now);
  Cycle close_all_rows(Cycle edge) const;

  const SdramCycles cycles_;
  const unsigned other_latency_;
  std::vector<Bank> banks_;  // of the first rank, of the second, ...
  unsigned step_ = 1;        // of the access under way, between two words
  Cycle latest_ack_ = 0;
  Cycle intervals_ = 0;  // of refresh that are dealt with
  std::uint64_t refreshes_ = 0;
  std::uint64_t row_hits_ = 0;
  std::uint64_t row_misses_ = 0;
  std::uint64_t row_conflicts_ = 0;
};

}  // namespace strata
