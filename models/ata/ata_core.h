// ATA controller with one drive (device 0) as a plain C++ core: PIO commands of ATA/ATAPI-6
// (T13/1410D) in LBA28 and in the default CHS translation (16 heads, 63 sectors).
//
// Block of offsets (models/machine/machine.txt): 0..7 = ports 1F0..1F7, 10 = port 3F6. An 8-bit
// access to the data port strobes a whole 16-bit word, as on the cable: a read gives its low byte,
// a write stores the byte with zeroes above it; a 32-bit access moves two words.
//
// Time: an access in cycle n is the clock edge n. It sees the state after edge n-1 and changes the
// state after edge n; BSY set by it for k cycles is clear after edge n+k.
//
// While BSY is 1 every register of the Command Block reads as Status (ATA-1, 7.2.13), of the data
// port only the lower byte, and writes to it are ignored, as they are while DRQ is 1. After READ or
// WRITE SECTORS the address registers hold the last sector and the count is 0 (ATA-1, 7.2.3 and
// 7.2.11).
//
// Commands: EXECUTE DEVICE DIAGNOSTIC, FLUSH CACHE, IDENTIFY DEVICE, INITIALIZE DEVICE PARAMETERS,
// READ SECTORS, READ VERIFY SECTORS, RECALIBRATE, SEEK, SET FEATURES (default PIO mode, reverting
// to defaults at a reset), WRITE SECTORS. All others end with ABRT.
// Left out: DMA, 48-bit addresses (and HOB), READ, WRITE and SET MULTIPLE, READ and WRITE BUFFER,
// WRITE SAME, WRITE VERIFY, power management, the feature sets IDENTIFY DEVICE does not name,
// ATAPI; of ATA-1's mandatory commands FORMAT TRACK, READ LONG and WRITE LONG and of its registers
// Drive Address (3F7), which later standards dropped; a second drive (it reads as absent: status
// 00, commands but 90 ignored), other CHS translations.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "models/ata/ata_state.h"
#include "models/base/device.h"
#include "models/base/disk_backend.h"
#include "models/base/event_log.h"

namespace strata {

class AtaCore : public DeviceOf<AtaState> {
 public:
  /// `disk` and `log` (null: nobody listens) outlive the core. A disk of 0 sectors is no drive at
  /// all: every register reads all ones. `irq` is INTRQ, port IRQ 14. Log lines, unit "ata":
  /// "command 30 lba 5 count 1" (hex code; address and count for transfers only), "data-request",
  /// "irq 1", "irq 0", each with the clock edge after which the wire has that value.
  AtaCore(DiskBackend& disk, Wire irq, EventLog* log = nullptr);

  void reset() override;
  std::uint32_t read(std::uint32_t offset, unsigned bytes, Cycle now) override;
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) override;
  std::uint32_t write_block(std::uint32_t offset, unsigned bytes, const std::uint8_t* data,
                            std::uint32_t count) override;
  std::uint32_t read_block(std::uint32_t offset, unsigned bytes, std::uint8_t* data,
                           std::uint32_t count) override;
  void advance(Cycle now) override;
  Cycle next_event() const override { return deadline_; }
  AtaState state(Cycle now) const override;
  void load_state(const AtaState& state, Cycle now) override;

 private:
  enum class State { kReady, kBusy, kDataIn, kDataOut, kSoftReset };

  /// What the end of BSY brings.
  enum class Outcome {
    kDone,           // command complete, INTRQ
    kFailed,         // ERR with the error register, INTRQ
    kOfferIn,        // DRQ towards the host, INTRQ
    kOfferFirstOut,  // DRQ for the first sector of a write, no INTRQ
    kSectorStored,   // a sector went to the disk: INTRQ, DRQ again if there are more
    kResetDone,      // signature
    kVerified,       // a sector was readable: the next one, or INTRQ
    kDiagnosed,      // signature, INTRQ
  };

  /// Task file: the Command Block registers as the host sees them when BSY is 0.
  struct TaskFile {
    std::uint8_t error = 0;
    std::uint8_t count = 0;
    std::uint8_t lba_low = 0;
    std::uint8_t lba_mid = 0;
    std::uint8_t lba_high = 0;
    std::uint8_t device = 0;
  };

  void run_events_before(Cycle now);
  void timer_expired(Cycle now);
  std::uint8_t read_register(std::uint32_t offset) const;
  void write_register(std::uint32_t offset, std::uint8_t value, Cycle now);
  std::uint32_t read_data(unsigned words, Cycle now);
  std::uint16_t read_data_word(Cycle now);
  const std::array<std::uint8_t, kSectorBytes>& sector_to_read() const;
  void write_data_word(std::uint16_t word, Cycle now);
  std::uint8_t status() const;
  void write_control(std::uint8_t value, Cycle now);
  void start_command(std::uint8_t command, Cycle now);
  void start_other_command(Cycle now);
  void start_transfer(Cycle now);
  void read_sector(Cycle now, Cycle busy_cycles);
  void read_next_sector(Cycle now);
  void set_busy(Outcome outcome, Cycle now, Cycle cycles);
  void fail(std::uint8_t error);
  void end_with_error(std::uint8_t error, Cycle now);
  void offer(State state, Cycle now);
  void end_of_data_in(Cycle now);
  void sector_stored(Cycle now);
  void set_signature();
  std::uint32_t linear_address() const;
  bool address_in_range() const;
  void step_address();
  void set_pending(bool pending, Cycle now);
  bool irq_level() const;
  void update_irq(Cycle now);
  void record(Cycle now, std::string what) const;

  DiskBackend& disk_;
  const std::uint32_t sectors_;  // of the drive; 0: there is none
  Wire irq_wire_;
  EventLog* log_;

  State state_ = State::kReady;
  Outcome outcome_ = Outcome::kDone;
  Cycle deadline_ = kNever;  // when BSY ends
  TaskFile task_;
  std::uint8_t command_ = 0;
  std::uint8_t features_ = 0;
  bool error_flag_ = false;     // ERR
  bool medium_failed_ = false;  // what the end of BSY will say
  bool interrupt_pending_ = false;
  bool interrupts_off_ = false;  // nIEN
  bool irq_ = false;
  std::array<std::uint8_t, kSectorBytes> identify_;
  std::array<std::uint8_t, kSectorBytes> buffer_{};
  unsigned word_ = 0;  // next word of buffer_ to move, 0..256
};

}  // namespace strata
