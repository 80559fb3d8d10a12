// What every ATA contract test starts from: a disk whose host can fail, an event recorder, and one
// of the two twins behind a TwinPort, with helpers that name the registers.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "platform/disk/memory_disk.h"
#include "tests/support/event_recorder.h"
#include "tests/support/twin_ports.h"

namespace strata::test {

enum class AtaKind { kCore, kRtl };

inline std::ostream& operator<<(std::ostream& out, AtaKind kind) {
  return out << (kind == AtaKind::kCore ? "Core" : "Rtl");
}

/// Byte `index` of the pattern that stands in sector `lba` of a TestDisk.
inline std::uint8_t pattern_byte(std::uint64_t lba, std::size_t index) {
  return static_cast<std::uint8_t>(lba * 37 + index + (index >> 8) * 11);
}

/// Word `index` of that sector as the data port gives it (low byte first).
inline std::uint32_t pattern_word(std::uint64_t lba, std::size_t index) {
  return pattern_byte(lba, 2 * index) | pattern_byte(lba, 2 * index + 1) << 8;
}

/// A MemoryDisk that counts flushes and refuses what it is told to.
class TestDisk : public MemoryDisk {
 public:
  /// Every sector holds pattern_byte().
  explicit TestDisk(std::uint64_t sectors);

  bool read_sector(std::uint64_t lba, std::span<std::uint8_t, kSectorBytes> data) override;
  bool write_sector(std::uint64_t lba, std::span<const std::uint8_t, kSectorBytes> data) override;
  bool flush() override;

  std::uint64_t bad_sector = ~std::uint64_t{0};
  bool flush_fails = false;
  unsigned flushes = 0;
};

/// A twin of `kind` over `disk`. Owns the device.
std::unique_ptr<TwinPort> make_ata(AtaKind kind, DiskBackend& disk, EventLog* log);

// Offsets in the block.
inline constexpr std::uint32_t kData = 0;
inline constexpr std::uint32_t kError = 1;
inline constexpr std::uint32_t kCount = 2;
inline constexpr std::uint32_t kLbaLow = 3;
inline constexpr std::uint32_t kLbaMid = 4;
inline constexpr std::uint32_t kLbaHigh = 5;
inline constexpr std::uint32_t kDevice = 6;
inline constexpr std::uint32_t kStatus = 7;
inline constexpr std::uint32_t kControl = 10;

// Latencies the machine description promises, written out so that a slip in it is seen.
inline constexpr Cycle kCommandCycles = 400;
inline constexpr Cycle kSectorCycles = 1000;
inline constexpr Cycle kFlushCycles = 2000;
inline constexpr Cycle kResetCycles = 2000;

class AtaContract : public testing::TestWithParam<AtaKind> {
 protected:
  static constexpr std::uint64_t kSectors = 3000;

  TestDisk disk{kSectors};
  EventRecorder log;
  std::unique_ptr<TwinPort> port = make_ata(GetParam(), disk, &log);

  std::uint32_t in(std::uint32_t offset) { return port->read(offset, 1); }
  void out(std::uint32_t offset, std::uint32_t value) { port->write(offset, 1, value); }
  std::uint32_t alternate_status() { return in(kControl); }

  /// Writes the task file in LBA form and the command.
  void command(std::uint32_t code, std::uint32_t lba = 0, std::uint32_t count = 0);
  /// The same in CHS form.
  void command_chs(std::uint32_t code, std::uint32_t cylinder, std::uint32_t head,
                   std::uint32_t sector, std::uint32_t count);
  /// Polls the alternate status until BSY is 0 and gives it; fails the test after 5000 cycles.
  std::uint32_t wait_not_busy();
  std::uint32_t lba_registers();

  /// Reads a sector's words through the data port and expects the pattern of `lba`.
  void expect_sector(std::uint64_t lba);
  /// Writes a sector of pattern_byte(pattern) through the data port.
  void send_sector(std::uint64_t pattern);
  /// Whether sector `lba` of the disk holds pattern_byte(pattern).
  bool disk_holds(std::uint64_t lba, std::uint64_t pattern);
};

}  // namespace strata::test
