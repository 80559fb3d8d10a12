// Architectural state of the ATA controller (models/base/state_fields.h), the same for both twins.
// The RTL carries the registers on its load and unload ports: rtl/ata/ata_state_pkg.sv has the
// fields in the same order. What the disk holds is not in it; a sector the host has written whole
// is on the disk.
#pragma once

#include <array>
#include <cstdint>

#include "models/base/disk_backend.h"

namespace strata {

struct AtaRegisters {
  std::uint8_t phase = 0;       // AtaCore::State
  std::uint8_t outcome = 0;     // AtaCore::Outcome, what the end of BSY brings; 0 while BSY is 0
  std::uint32_t busy_left = 0;  // cycles until BSY ends; 0 while no timer runs
  std::uint8_t error = 0;       // from here on the Command Block registers as the host sees them
  std::uint8_t count = 0;
  std::uint8_t lba_low = 0;
  std::uint8_t lba_mid = 0;
  std::uint8_t lba_high = 0;
  std::uint8_t device = 0;
  std::uint8_t features = 0;
  std::uint8_t command = 0;        // the latest
  bool error_flag = false;         // ERR
  bool medium_failed = false;      // BSY will end with the error of the medium
  bool interrupt_pending = false;  // before nIEN and DEV
  bool interrupts_off = false;     // nIEN
  std::uint16_t word = 0;          // next word of the sector to move; 0 while DRQ is 0

  template <typename Self, typename Visitor>
  static void visit(Self& self, Visitor&& field) {
    field("phase", self.phase);
    field("outcome", self.outcome);
    field("busy_left", self.busy_left);
    field("error", self.error);
    field("count", self.count);
    field("lba_low", self.lba_low);
    field("lba_mid", self.lba_mid);
    field("lba_high", self.lba_high);
    field("device", self.device);
    field("features", self.features);
    field("command", self.command);
    field("error_flag", self.error_flag);
    field("medium_failed", self.medium_failed);
    field("interrupt_pending", self.interrupt_pending);
    field("interrupts_off", self.interrupts_off);
    field("word", self.word);
  }
  bool operator==(const AtaRegisters&) const = default;
};

struct AtaState {
  AtaRegisters registers;
  std::array<std::uint8_t, kSectorBytes> buffer{};

  template <typename Self, typename Visitor>
  static void visit(Self& self, Visitor&& field) {
    field("registers", self.registers);
    field("buffer", self.buffer);
  }
  bool operator==(const AtaState&) const = default;
};

}  // namespace strata
