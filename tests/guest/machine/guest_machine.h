// A guest of sw/ in a machine of its own, and everything a run of it shows.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "models/base/text_screen.h"
#include "platform/disk/memory_disk.h"
#include "platform/loader/guest_loader.h"
#include "platform/run_control.h"
#include "platform/software_machine.h"
#include "tests/support/event_recorder.h"
#include "tests/support/interpreter_machine.h"

namespace strata::test {

/// What can be told apart of two runs.
struct RunResult {
  RunEnd end = RunEnd::kHalted;
  unsigned status = 0;
  Cycle cycles = 0;
  std::uint64_t instructions = 0;
  std::string screen;  // characters and attributes
  std::string console;
  std::string serial;
  std::vector<std::uint8_t> disk;
  std::vector<RecordedEvent> events;
  CpuState state;

  bool operator==(const RunResult& other) const {
    return end == other.end && status == other.status && cycles == other.cycles &&
           instructions == other.instructions && screen == other.screen &&
           console == other.console && serial == other.serial && disk == other.disk &&
           events == other.events && state == other.state;
  }
};

inline void PrintTo(const RunResult& result, std::ostream* out) {
  *out << "end " << static_cast<int>(result.end) << " status " << result.status << " after "
       << result.cycles << " cycles, " << result.instructions << " instructions, "
       << result.events.size() << " events, console '" << result.console << "'";
}

class GuestMachine {
 public:
  static constexpr std::uint64_t kSectors = 64;
  static constexpr std::uint64_t kMemoryBytes = 4u << 20;

  /// `file` is in STRATA_GUESTS, or anywhere with an absolute path.
  explicit GuestMachine(const std::string& file, VgaMemory vga = VgaMemory::kShared,
                        unsigned cpi = 1) {
    configure(file);
    config.vga_memory = vga;
    config.cpi = cpi;
    auto made = make_software_machine(config, make_interpreter);
    if (!made) throw std::runtime_error(made.error());
    software_ = made.value().get();
    machine = std::move(*made);
  }

  using Make = std::function<Result<std::unique_ptr<Machine>>(const MachineConfig&)>;

  /// In the machine that `make` makes.
  GuestMachine(const std::string& file, const Make& make) {
    configure(file);
    auto made = make(config);
    if (!made) throw std::runtime_error(made.error());
    machine = std::move(*made);
  }

  /// On to cycle `limit` or the guest's end.
  RunOutcome run_to(Cycle limit) {
    RunControl control({.max_cycles = limit, .timeout = {}});
    return machine->run(control);
  }

  RunResult result(const RunOutcome& outcome) {
    RunResult result{.end = outcome.end,
                     .status = outcome.status,
                     .cycles = machine->cycles(),
                     .instructions = machine->instructions(),
                     .screen = {},
                     .console = console,
                     .serial = serial,
                     .disk = std::vector<std::uint8_t>(kSectors * kSectorBytes),
                     .events = log_.events,
                     .state = machine->state()};
    for (const TextCell& cell : machine->screen().cells) {
      result.screen += static_cast<char>(cell.character);
      result.screen += static_cast<char>(cell.attribute);
    }
    for (std::uint64_t lba = 0; lba < kSectors; ++lba) {
      const auto sector = std::span(result.disk).subspan(lba * kSectorBytes);
      EXPECT_TRUE(disk.read_sector(lba, sector.first<kSectorBytes>()));
    }
    return result;
  }

  RunResult run_whole() { return result(run_to(kNever)); }

  /// Of what has been seen.
  void forget() {
    log_.events.clear();
    console.clear();
    serial.clear();
  }

  /// As if nothing had run: the software machine, and what has been seen of it.
  void reset() {
    const std::array<std::uint8_t, kSectorBytes> zeroes{};
    for (std::uint64_t lba = 0; lba < kSectors; ++lba) {
      EXPECT_TRUE(disk.write_sector(lba, zeroes));
    }
    forget();
    software_->reset();
  }

  MachineConfig config;
  std::unique_ptr<Machine> machine;
  MemoryDisk disk{kSectors};
  std::string console;
  std::string serial;

 private:
  void configure(const std::string& file) {
    auto image = load_guest({.guest = (std::filesystem::path(STRATA_GUESTS) / file).string(),
                             .bios = {},
                             .append = {},
                             .memory_bytes = kMemoryBytes});
    if (!image) throw std::runtime_error(image.error());
    image_ = std::move(*image);
    config.memory_bytes = kMemoryBytes;
    config.guest = &image_;
    config.disk = &disk;
    config.log = &log_;
    config.seed = 12345;  // RAM that is not cleared between runs would show
    config.debug_console = [this](std::uint8_t byte) { console += static_cast<char>(byte); };
    config.serial = [this](std::uint8_t byte) { serial += static_cast<char>(byte); };
  }

  SoftwareMachine* software_ = nullptr;
  EventRecorder log_;
  GuestImage image_;
};

}  // namespace strata::test
