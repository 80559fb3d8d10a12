// A guest of sw/ in a software machine of its own, and everything a run of it shows.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "models/base/text_screen.h"
#include "models/engine/interpreter/interpreter.h"
#include "platform/disk/memory_disk.h"
#include "platform/loader/guest_loader.h"
#include "platform/run_control.h"
#include "platform/software_machine.h"
#include "tests/support/event_recorder.h"

namespace strata::test {

inline Result<std::unique_ptr<Engine>> make_interpreter(EngineBus& bus, const MachineConfig& config,
                                                        std::span<const MemoryRegion> memory) {
  return std::unique_ptr<Engine>(
      std::make_unique<Interpreter>(bus, memory, config.cpi, config.cpu));
}

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
           events == other.events && std::memcmp(&state, &other.state, sizeof state) == 0;
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

  explicit GuestMachine(const std::string& file, VgaMemory vga = VgaMemory::kShared,
                        unsigned cpi = 1)
      : disk_(kSectors) {
    auto image = load_guest({.guest = std::string(STRATA_GUESTS) + "/" + file,
                             .bios = {},
                             .append = {},
                             .memory_bytes = 16u << 20});
    if (!image) throw std::runtime_error(image.error());
    image_ = std::move(*image);
    config.guest = &image_;
    config.disk = &disk_;
    config.log = &log_;
    config.vga_memory = vga;
    config.cpi = cpi;
    config.seed = 12345;  // RAM that is not cleared between runs would show
    config.debug_console = [this](std::uint8_t byte) { console_ += static_cast<char>(byte); };
    config.serial = [this](std::uint8_t byte) { serial_ += static_cast<char>(byte); };
    auto made = make_software_machine(config, make_interpreter);
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
                     .console = console_,
                     .serial = serial_,
                     .disk = std::vector<std::uint8_t>(kSectors * kSectorBytes),
                     .events = log_.events,
                     .state = machine->state()};
    for (const TextCell& cell : machine->screen().cells) {
      result.screen += static_cast<char>(cell.character);
      result.screen += static_cast<char>(cell.attribute);
    }
    for (std::uint64_t lba = 0; lba < kSectors; ++lba) {
      const auto sector = std::span(result.disk).subspan(lba * kSectorBytes);
      EXPECT_TRUE(disk_.read_sector(lba, sector.first<kSectorBytes>()));
    }
    return result;
  }

  RunResult run_whole() { return result(run_to(kNever)); }

  /// As if nothing had run: the machine, and what has been seen of it.
  void reset() {
    const std::array<std::uint8_t, kSectorBytes> zeroes{};
    for (std::uint64_t lba = 0; lba < kSectors; ++lba) {
      EXPECT_TRUE(disk_.write_sector(lba, zeroes));
    }
    log_.events.clear();
    console_.clear();
    serial_.clear();
    machine->reset();
  }

  MachineConfig config;
  std::unique_ptr<SoftwareMachine> machine;

 private:
  MemoryDisk disk_;
  EventRecorder log_;
  GuestImage image_;
  std::string console_;
  std::string serial_;
};

}  // namespace strata::test
