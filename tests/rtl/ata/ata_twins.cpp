#include "tests/rtl/ata/ata_twins.h"

#include "models/ata/ata_core.h"
#include "models/ata/ata_model.h"
#include "tests/rtl/bus/verilated_context.h"

namespace strata::test {
namespace {

// The device comes before the port that uses it.
struct CoreAta {
  CoreAta(DiskBackend& disk, EventLog* log)
      : device(
            disk, [this](bool level) { irq_level = level; }, log) {}

  bool irq_level = false;
  AtaCore device;
};

class CoreAtaPort : CoreAta, public CorePort {
 public:
  CoreAtaPort(DiskBackend& disk, EventLog* log) : CoreAta(disk, log), CorePort(device, irq_level) {}
};

struct RtlAta {
  RtlAta(DiskBackend& disk, EventLog* log) : device(context.get(), "ata", disk, log) {}

  OwnedContext context = new_context();
  AtaModel device;
};

class RtlAtaPort : RtlAta, public ModelPort<AtaModel> {
 public:
  RtlAtaPort(DiskBackend& disk, EventLog* log) : RtlAta(disk, log), ModelPort(device) {}
};

}  // namespace

TestDisk::TestDisk(std::uint64_t sectors) : MemoryDisk(sectors) {
  std::array<std::uint8_t, kSectorBytes> data;
  for (std::uint64_t lba = 0; lba < sectors; ++lba) {
    for (std::size_t i = 0; i < kSectorBytes; ++i) data[i] = pattern_byte(lba, i);
    MemoryDisk::write_sector(lba, data);
  }
}

bool TestDisk::read_sector(std::uint64_t lba, std::span<std::uint8_t, kSectorBytes> data) {
  return lba != bad_sector && MemoryDisk::read_sector(lba, data);
}

bool TestDisk::write_sector(std::uint64_t lba, std::span<const std::uint8_t, kSectorBytes> data) {
  return lba != bad_sector && MemoryDisk::write_sector(lba, data);
}

bool TestDisk::flush() {
  ++flushes;
  return !flush_fails;
}

std::unique_ptr<TwinPort> make_ata(AtaKind kind, DiskBackend& disk, EventLog* log) {
  if (kind == AtaKind::kCore) return std::make_unique<CoreAtaPort>(disk, log);
  return std::make_unique<RtlAtaPort>(disk, log);
}

void AtaContract::command(std::uint32_t code, std::uint32_t lba, std::uint32_t count) {
  out(kDevice, 0xE0 | (lba >> 24 & 0x0F));
  out(kCount, count & 0xFF);
  out(kLbaLow, lba & 0xFF);
  out(kLbaMid, lba >> 8 & 0xFF);
  out(kLbaHigh, lba >> 16 & 0xFF);
  out(kStatus, code);
}

void AtaContract::command_chs(std::uint32_t code, std::uint32_t cylinder, std::uint32_t head,
                              std::uint32_t sector, std::uint32_t count) {
  out(kDevice, 0xA0 | head);
  out(kCount, count & 0xFF);
  out(kLbaLow, sector);
  out(kLbaMid, cylinder & 0xFF);
  out(kLbaHigh, cylinder >> 8);
  out(kStatus, code);
}

std::uint32_t AtaContract::wait_not_busy() {
  const Cycle limit = port->now() + 5000;
  std::uint32_t status = alternate_status();
  while (status & 0x80) {
    if (port->now() > limit) {
      ADD_FAILURE() << "BSY for more than 5000 cycles";
      break;
    }
    status = alternate_status();
  }
  return status;
}

std::uint32_t AtaContract::lba_registers() {
  const std::uint32_t low = in(kLbaLow);
  const std::uint32_t mid = in(kLbaMid);
  const std::uint32_t high = in(kLbaHigh);
  return (in(kDevice)&0x0F) << 24 | high << 16 | mid << 8 | low;
}

void AtaContract::expect_sector(std::uint64_t lba) {
  for (std::size_t i = 0; i < kSectorBytes / 2; ++i) {
    ASSERT_EQ(port->read(kData, 2), pattern_word(lba, i)) << "word " << i << " of sector " << lba;
  }
}

void AtaContract::send_sector(std::uint64_t pattern) {
  for (std::size_t i = 0; i < kSectorBytes / 2; ++i)
    port->write(kData, 2, pattern_word(pattern, i));
}

bool AtaContract::disk_holds(std::uint64_t lba, std::uint64_t pattern) {
  std::array<std::uint8_t, kSectorBytes> data;
  if (!disk.MemoryDisk::read_sector(lba, data)) return false;
  for (std::size_t i = 0; i < kSectorBytes; ++i) {
    if (data[i] != pattern_byte(pattern, i)) return false;
  }
  return true;
}

}  // namespace strata::test
