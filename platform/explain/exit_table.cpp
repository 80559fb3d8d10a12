#include "platform/explain/exit_table.h"

#include <algorithm>

#include "models/machine/memory_map.h"
#include "models/pv/pv_page.h"

namespace strata {
namespace {

constexpr std::uint32_t kPageMask = 0xFFF;
constexpr std::uint32_t kSectorBytes = STRATA_PV_SECTOR_BYTES;
constexpr std::uint32_t kAtaErrorRegister = STRATA_ATA_COMMAND_PORT + 1;
constexpr std::uint32_t kAtaCommandRegister = STRATA_ATA_COMMAND_PORT + 7;
/// READ and WRITE SECTORS, READ and WRITE MULTIPLE (ATA-3).
constexpr std::uint32_t kMovingCommands[] = {0x20, 0x21, 0x30, 0x31, 0xC4, 0xC5};

bool lies_in(std::uint32_t place, std::uint32_t first, std::uint32_t size) {
  return place - first < size;
}

bool is_disk(std::uint32_t port) {
  return lies_in(port, STRATA_ATA_COMMAND_PORT, STRATA_ATA_COMMAND_PORTS) ||
         lies_in(port, STRATA_ATA_CONTROL_PORT, STRATA_ATA_CONTROL_PORTS);
}

bool sets_register(const ExitRecord& exit) {
  return exit.write && exit.place > STRATA_ATA_COMMAND_PORT && exit.place < kAtaCommandRegister;
}

/// Resets it, or reads registers that say what it is.
bool looks_for_drive(const ExitRecord& exit) {
  if (exit.write) return exit.place == STRATA_ATA_CONTROL_PORT;
  return exit.place > kAtaErrorRegister && exit.place < kAtaCommandRegister;
}

}  // namespace

void ExitCounts::add(const ExitCounts& other) {
  exits += other.exits;
  accesses += other.accesses;
  bytes += other.bytes;
  time += other.time;
}

void ExitTable::on_guest(ExitTime entered, ExitTime left) {
  in_guest_ = left - entered;
}

void ExitTable::on_exit(const ExitRecord& exit, const ReadExitInstruction& read) {
  const bool memory = exit.kind == ExitKind::kMemory;
  const std::uint32_t place = memory ? exit.place & ~kPageMask : exit.place;
  const auto [row, is_new] =
      rows_.try_emplace({exit.kind, exit.write, place, exit.address, exit.reason});
  if (is_new && exit.kind != ExitKind::kInterrupt && !exit.kept)
    row->second.code = read(exit.address);
  const ExitCounts counts{exit.kept ? 0u : 1u, exit.accesses, exit.bytes, exit.back - exit.left};
  row->second.counts.add(counts);
  note_work(exit, counts);
  if (exit.kept) return;
  if (in_guest_ > 0 && exit.accesses != 0) {
    shortest_ = std::min(shortest_.value_or(in_guest_), in_guest_);
  }
  in_guest_ = 0;
}

void ExitTable::note_work(const ExitRecord& exit, const ExitCounts& counts) {
  if (exit.kind == ExitKind::kCall) {
    work_.calls[exit.place].add(counts);
  } else if (exit.kind == ExitKind::kPort && is_disk(exit.place)) {
    note_disk(exit, counts);
  } else if (exit.kind == ExitKind::kMemory && exit.write &&
             lies_in(exit.place, STRATA_VGA_TEXT_BASE, STRATA_VGA_TEXT_SIZE)) {
    work_.screen.add(counts);
    screen_bytes_ += exit.bytes;
  } else if (exit.kind == ExitKind::kPort && exit.write &&
             exit.place == STRATA_DEBUG_CONSOLE_PORT) {
    work_.console.add(counts);
    work_.console_lines += line_bytes_ == 0;
    line_bytes_ += exit.bytes;
    if (exit.value == '\n' || line_bytes_ >= STRATA_PV_MOST_TEXT) line_bytes_ = 0;
  }
}

/// What sets a command up belongs to it, and what comes behind it up to the next one's first
/// register. Looking for the drive, resetting and identifying it are no work on sectors.
void ExitTable::note_disk(const ExitRecord& exit, const ExitCounts& counts) {
  if (exit.write && exit.place == kAtaCommandRegister) {
    moves_sectors_ =
        std::ranges::find(kMovingCommands, exit.value & 0xFF) != std::end(kMovingCommands);
    if (moves_sectors_) work_.disk.add(disk_setup_);
    disk_setup_ = {};
    sets_up_ = false;
  } else if (sets_register(exit)) {
    sets_up_ = true;
  } else if (looks_for_drive(exit)) {
    disk_setup_ = {};
    sets_up_ = moves_sectors_ = false;
  }
  if (sets_up_) return disk_setup_.add(counts);
  if (!moves_sectors_) return;
  work_.disk.add(counts);
  if (exit.place == STRATA_ATA_COMMAND_PORT) disk_bytes_ += exit.bytes;
}

ExitTable::Work ExitTable::work() const {
  Work work = work_;
  work.disk_sectors = disk_bytes_ / kSectorBytes;
  work.screen_cells = (screen_bytes_ + 1) / 2;
  return work;
}

}  // namespace strata
