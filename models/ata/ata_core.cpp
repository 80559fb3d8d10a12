#include "models/ata/ata_core.h"

#include <algorithm>
#include <utility>

#include "models/ata/ata_identify.h"
#include "models/base/hex.h"
#include "models/machine/memory_map.h"

namespace strata {
namespace {

// Command codes (ATA-1, table 9-1, which gives RECALIBRATE and SEEK sixteen codes each; FLUSH
// CACHE: ATA/ATAPI-6).
constexpr std::uint8_t kRecalibrate = 0x10;
constexpr std::uint8_t kReadSectors = 0x20;
constexpr std::uint8_t kReadSectorsNoRetry = 0x21;
constexpr std::uint8_t kWriteSectors = 0x30;
constexpr std::uint8_t kWriteSectorsNoRetry = 0x31;
constexpr std::uint8_t kReadVerify = 0x40;
constexpr std::uint8_t kReadVerifyNoRetry = 0x41;
constexpr std::uint8_t kSeek = 0x70;
constexpr std::uint8_t kExecuteDiagnostic = 0x90;
constexpr std::uint8_t kInitializeParameters = 0x91;
constexpr std::uint8_t kFlushCache = 0xE7;
constexpr std::uint8_t kIdentifyDevice = 0xEC;
constexpr std::uint8_t kSetFeatures = 0xEF;

// Status register (ATA-1, 7.2.13).
constexpr std::uint8_t kBsy = 0x80;
constexpr std::uint8_t kDrdy = 0x40;
constexpr std::uint8_t kDsc = 0x10;
constexpr std::uint8_t kDrq = 0x08;
constexpr std::uint8_t kErr = 0x01;

// Error register (ATA-1, 7.2.9).
constexpr std::uint8_t kUnc = 0x40;
constexpr std::uint8_t kIdnf = 0x10;
constexpr std::uint8_t kAbrt = 0x04;

// Device (ATA-1: Drive/Head, 7.2.8) and Device Control (7.2.6) registers.
constexpr std::uint8_t kLbaMode = 0x40;
constexpr std::uint8_t kDevice1 = 0x10;
constexpr std::uint8_t kSrst = 0x04;
constexpr std::uint8_t kNien = 0x02;

// Subcommands of SET FEATURES.
constexpr std::uint8_t kSetTransferMode = 0x03;
constexpr std::uint8_t kKeepFeaturesOverReset = 0x66;
constexpr std::uint8_t kRevertFeaturesAtReset = 0xCC;

constexpr unsigned kSectorWords = kSectorBytes / 2;

bool is_read(std::uint8_t command) {
  return command == kReadSectors || command == kReadSectorsNoRetry;
}

bool is_write(std::uint8_t command) {
  return command == kWriteSectors || command == kWriteSectorsNoRetry;
}

bool is_verify(std::uint8_t command) {
  return command == kReadVerify || command == kReadVerifyNoRetry;
}

/// The code without the step rate ATA-1 has in bits 3:0 of RECALIBRATE and SEEK.
std::uint8_t without_step_rate(std::uint8_t command) {
  const auto base = static_cast<std::uint8_t>(command & 0xF0);
  return base == kRecalibrate || base == kSeek ? base : command;
}

/// Whether SET FEATURES has something to set: IDENTIFY DEVICE offers no cache, no look-ahead, no
/// power management and no transfer mode but the default PIO one, with IORDY or without.
bool feature_exists(std::uint8_t features, std::uint8_t count) {
  if (features == kSetTransferMode) return count <= 1;
  return features == kKeepFeaturesOverReset || features == kRevertFeaturesAtReset;
}

}  // namespace

AtaCore::AtaCore(DiskBackend& disk, Wire irq, EventLog* log)
    : disk_(disk),
      sectors_(ata_addressable_sectors(disk.sector_count())),
      irq_wire_(std::move(irq)),
      log_(log) {
  ata_identify(sectors_, identify_);
  set_signature();
}

void AtaCore::reset() {
  state_ = State::kReady;
  deadline_ = kNever;
  command_ = 0;
  features_ = 0;
  error_flag_ = false;
  medium_failed_ = false;
  interrupt_pending_ = false;
  interrupts_off_ = false;
  word_ = 0;
  set_signature();
  if (std::exchange(irq_, false) && irq_wire_) irq_wire_(false);
}

AtaState AtaCore::state(Cycle now) const {
  const bool moving = state_ == State::kDataIn || state_ == State::kDataOut;
  const bool busy = state_ == State::kBusy;
  const AtaRegisters registers{
      .phase = static_cast<std::uint8_t>(state_),
      .outcome = busy ? static_cast<std::uint8_t>(outcome_) : std::uint8_t{0},
      .busy_left = busy ? static_cast<std::uint32_t>(deadline_ - now) : 0,
      .error = task_.error,
      .count = task_.count,
      .lba_low = task_.lba_low,
      .lba_mid = task_.lba_mid,
      .lba_high = task_.lba_high,
      .device = task_.device,
      .features = features_,
      .command = command_,
      .error_flag = error_flag_,
      .medium_failed = medium_failed_,
      .interrupt_pending = interrupt_pending_,
      .interrupts_off = interrupts_off_,
      .word = moving ? static_cast<std::uint16_t>(word_) : std::uint16_t{0}};
  return {registers, buffer_};
}

void AtaCore::load_state(const AtaState& state, Cycle now) {
  const AtaRegisters& r = state.registers;
  state_ = static_cast<State>(r.phase);
  outcome_ = static_cast<Outcome>(r.outcome);
  deadline_ = state_ == State::kBusy ? now + r.busy_left : kNever;
  task_ = {r.error, r.count, r.lba_low, r.lba_mid, r.lba_high, r.device};
  features_ = r.features;
  command_ = r.command;
  error_flag_ = r.error_flag;
  medium_failed_ = r.medium_failed;
  interrupt_pending_ = r.interrupt_pending;
  interrupts_off_ = r.interrupts_off;
  word_ = r.word;
  buffer_ = state.buffer;
  irq_ = irq_level();
  if (irq_wire_) irq_wire_(irq_);
}

std::uint32_t AtaCore::read(std::uint32_t offset, unsigned bytes, Cycle now) {
  run_events_before(now);
  const std::uint32_t mask = bytes == 4 ? ~0u : (1u << (8 * bytes)) - 1;
  if (sectors_ == 0) return mask;
  if (offset == STRATA_ATA_BLOCK_COMMAND) {
    return read_data(bytes == 4 ? 2 : 1, now) & mask;
  }
  std::uint32_t value = 0;
  bool clears_interrupt = false;
  for (unsigned i = 0; i < bytes; ++i) {
    value |= static_cast<std::uint32_t>(read_register(offset + i)) << (8 * i);
    clears_interrupt |= offset + i == STRATA_ATA_BLOCK_COMMAND + 7;
  }
  // Reading the Status register is the interrupt acknowledge (ATA-1, 7.2.13); reading its contents
  // elsewhere is not.
  if (clears_interrupt && !(task_.device & kDevice1)) set_pending(false, now);
  return value;
}

void AtaCore::write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) {
  run_events_before(now);
  if (sectors_ == 0) return;
  if (offset == STRATA_ATA_BLOCK_COMMAND) {
    const auto low = bytes == 1 ? std::uint8_t(value) : std::uint16_t(value);
    write_data_word(static_cast<std::uint16_t>(low), now);
    if (bytes == 4) write_data_word(static_cast<std::uint16_t>(value >> 16), now);
    return;
  }
  for (unsigned i = 0; i < bytes; ++i) {
    write_register(offset + i, static_cast<std::uint8_t>(value >> (8 * i)), now);
  }
}

// Words of a sector but the last, which says when it is whole. Meanwhile no time has an end.

std::uint32_t AtaCore::write_block(std::uint32_t offset, unsigned bytes, const std::uint8_t* data,
                                   std::uint32_t count) {
  if (state_ != State::kDataOut || offset != STRATA_ATA_BLOCK_COMMAND || bytes != 2) return 0;
  const std::uint32_t taken = std::min(count, kSectorWords - 1 - word_);
  std::copy_n(data, 2 * taken, &buffer_[2 * word_]);
  word_ += taken;
  return taken;
}

std::uint32_t AtaCore::read_block(std::uint32_t offset, unsigned bytes, std::uint8_t* data,
                                  std::uint32_t count) {
  if (state_ != State::kDataIn || offset != STRATA_ATA_BLOCK_COMMAND || bytes != 2) return 0;
  const std::uint32_t taken = std::min(count, kSectorWords - 1 - word_);
  std::copy_n(&sector_to_read()[2 * word_], 2 * taken, data);
  word_ += taken;
  return taken;
}

void AtaCore::advance(Cycle now) {
  if (now != kNever) run_events_before(now + 1);
}

void AtaCore::run_events_before(Cycle now) {
  while (deadline_ < now) timer_expired(std::exchange(deadline_, kNever));
}

std::uint8_t AtaCore::status() const {
  if (task_.device & kDevice1) return 0;  // absent device 1 (ATA-1, 7.2.13)
  switch (state_) {
    case State::kBusy:
    case State::kSoftReset: return kBsy;
    case State::kDataIn:
    case State::kDataOut: return kDrdy | kDsc | kDrq;
    case State::kReady: break;
  }
  return static_cast<std::uint8_t>(kDrdy | kDsc | (error_flag_ ? kErr : 0));
}

std::uint8_t AtaCore::read_register(std::uint32_t offset) const {
  const bool command_block = offset < STRATA_ATA_BLOCK_COMMAND + 8;
  if (command_block && (status() & kBsy)) return status();
  switch (offset) {
    case 1: return task_.error;
    case 2: return task_.count;
    case 3: return task_.lba_low;
    case 4: return task_.lba_mid;
    case 5: return task_.lba_high;
    case 6: return task_.device;
    case 7:
    case STRATA_ATA_BLOCK_CONTROL: return status();
    default: return 0xFF;
  }
}

void AtaCore::write_register(std::uint32_t offset, std::uint8_t value, Cycle now) {
  if (offset == STRATA_ATA_BLOCK_CONTROL) return write_control(value, now);
  if (state_ != State::kReady) return;
  switch (offset) {
    case 1: features_ = value; break;
    case 2: task_.count = value; break;
    case 3: task_.lba_low = value; break;
    case 4: task_.lba_mid = value; break;
    case 5: task_.lba_high = value; break;
    case 6:
      task_.device = value;
      update_irq(now);
      break;
    case 7:
      // EXECUTE DEVICE DIAGNOSTIC is for both drives, whichever is selected (ATA-1, table 9-1).
      if (!(task_.device & kDevice1) || value == kExecuteDiagnostic) start_command(value, now);
      break;
    default: break;
  }
}

void AtaCore::write_control(std::uint8_t value, Cycle now) {
  interrupts_off_ = value & kNien;
  if (value & kSrst) {
    state_ = State::kSoftReset;
    deadline_ = kNever;
    error_flag_ = false;
    medium_failed_ = false;
    task_.device = 0;
    interrupt_pending_ = false;
  } else if (state_ == State::kSoftReset) {
    set_busy(Outcome::kResetDone, now, STRATA_ATA_RESET_CYCLES);
  }
  update_irq(now);
}

void AtaCore::start_command(std::uint8_t command, Cycle now) {
  command_ = command;
  error_flag_ = false;
  medium_failed_ = false;
  task_.error = 0;
  if (is_read(command) || is_write(command) || is_verify(command)) {
    start_transfer(now);
  } else {
    record(now, "command " + hex_byte(command));
    start_other_command(now);
  }
  set_pending(false, now);
}

void AtaCore::start_other_command(Cycle now) {
  set_busy(Outcome::kDone, now, STRATA_ATA_COMMAND_CYCLES);
  switch (without_step_rate(command_)) {
    case kIdentifyDevice: outcome_ = Outcome::kOfferIn; break;
    case kFlushCache:
      set_busy(Outcome::kDone, now, STRATA_ATA_FLUSH_CYCLES);
      medium_failed_ = !disk_.flush();
      break;
    case kRecalibrate: break;
    case kSeek:
      if (!address_in_range()) fail(kIdnf);
      break;
    case kExecuteDiagnostic:
      outcome_ = Outcome::kDiagnosed;
      task_.device = 0;
      break;
    case kSetFeatures:
      if (!feature_exists(features_, task_.count)) fail(kAbrt);
      break;
    case kInitializeParameters:
      if (task_.count != kAtaSectorsPerTrack || (task_.device & 15u) != kAtaHeads - 1) fail(kAbrt);
      break;
    default: fail(kAbrt); break;
  }
}

void AtaCore::start_transfer(Cycle now) {
  if (log_ != nullptr) {
    record(now, "command " + hex_byte(command_) + " lba " + std::to_string(linear_address()) +
                    " count " + std::to_string(task_.count == 0 ? 256 : task_.count));
  }
  if (!is_write(command_)) {
    read_sector(now, STRATA_ATA_COMMAND_CYCLES);
  } else {
    set_busy(Outcome::kOfferFirstOut, now, STRATA_ATA_COMMAND_CYCLES);
    if (!address_in_range()) fail(kIdnf);
  }
}

// For the host or to verify it.
void AtaCore::read_sector(Cycle now, Cycle busy_cycles) {
  set_busy(is_verify(command_) ? Outcome::kVerified : Outcome::kOfferIn, now, busy_cycles);
  if (!address_in_range()) return fail(kIdnf);
  std::array<std::uint8_t, kSectorBytes> sector;
  medium_failed_ = !disk_.read_sector(linear_address(), sector);
  if (!medium_failed_) buffer_ = sector;
}

void AtaCore::read_next_sector(Cycle now) {
  step_address();
  read_sector(now, STRATA_ATA_SECTOR_CYCLES);
}

void AtaCore::set_busy(Outcome outcome, Cycle now, Cycle cycles) {
  state_ = State::kBusy;
  outcome_ = outcome;
  deadline_ = now + cycles;
}

void AtaCore::fail(std::uint8_t error) {
  outcome_ = Outcome::kFailed;
  task_.error = error;
}

void AtaCore::timer_expired(Cycle now) {
  state_ = State::kReady;
  if (std::exchange(medium_failed_, false)) {
    const bool reading = outcome_ == Outcome::kOfferIn || outcome_ == Outcome::kVerified;
    return end_with_error(reading ? kUnc : kAbrt, now);
  }
  switch (outcome_) {
    case Outcome::kFailed: end_with_error(task_.error, now); break;
    case Outcome::kDone: set_pending(true, now); break;
    case Outcome::kOfferIn:
      offer(State::kDataIn, now);
      set_pending(true, now);
      break;
    case Outcome::kOfferFirstOut:
      // PIO data-out: the host polls for the first sector; no interrupt.
      offer(State::kDataOut, now);
      break;
    case Outcome::kSectorStored: sector_stored(now); break;
    case Outcome::kVerified:
      if (--task_.count != 0) {
        read_next_sector(now);
      } else {
        set_pending(true, now);
      }
      break;
    case Outcome::kDiagnosed:
      set_signature();
      set_pending(true, now);
      break;
    case Outcome::kResetDone: set_signature(); break;
  }
}

void AtaCore::end_with_error(std::uint8_t error, Cycle now) {
  task_.error = error;
  error_flag_ = true;
  set_pending(true, now);
}

void AtaCore::offer(State state, Cycle now) {
  state_ = state;
  word_ = 0;
  record(now, "data-request");
}

void AtaCore::sector_stored(Cycle now) {
  if (--task_.count != 0) {
    step_address();
    if (!address_in_range()) return end_with_error(kIdnf, now);
    offer(State::kDataOut, now);
  }
  set_pending(true, now);
}

// One or two words, the first in the lower half, all ones in the place of a second that is not
// asked for; both are of the time before the access.
std::uint32_t AtaCore::read_data(unsigned words, Cycle now) {
  if (status() & kBsy) return 0xFF00FF00u | status() * 0x00010001u;
  std::uint32_t value = read_data_word(now);
  value |= (words == 2 ? std::uint32_t{read_data_word(now)} : 0xFFFFu) << 16;
  return value;
}

const std::array<std::uint8_t, kSectorBytes>& AtaCore::sector_to_read() const {
  return command_ == kIdentifyDevice ? identify_ : buffer_;
}

std::uint16_t AtaCore::read_data_word(Cycle now) {
  if (state_ != State::kDataIn) return 0xFFFF;
  const std::uint8_t* const at = &sector_to_read()[2 * word_];
  const auto word = static_cast<std::uint16_t>(at[0] | (at[1] << 8));
  if (++word_ == kSectorWords) end_of_data_in(now);
  return word;
}

void AtaCore::end_of_data_in(Cycle now) {
  state_ = State::kReady;
  if (command_ == kIdentifyDevice || --task_.count == 0) return;
  read_next_sector(now);
}

void AtaCore::write_data_word(std::uint16_t word, Cycle now) {
  if (state_ != State::kDataOut) return;
  buffer_[2 * word_] = static_cast<std::uint8_t>(word);
  buffer_[2 * word_ + 1] = static_cast<std::uint8_t>(word >> 8);
  if (++word_ != kSectorWords) return;
  set_busy(Outcome::kSectorStored, now, STRATA_ATA_SECTOR_CYCLES);
  medium_failed_ = !disk_.write_sector(linear_address(), buffer_);
}

void AtaCore::set_signature() {
  // ATA/ATAPI-6, 9.12: diagnostic code 01 (passed), count and LBA Low 1, the rest 0: not a packet
  // device.
  task_ = TaskFile{.error = 1, .count = 1, .lba_low = 1};
}

std::uint32_t AtaCore::linear_address() const {
  const std::uint32_t cylinder = task_.lba_high << 8 | task_.lba_mid;
  const std::uint32_t head = task_.device & 15u;
  if (task_.device & kLbaMode) return head << 24 | cylinder << 8 | task_.lba_low;
  // Sector 0 does not exist; address_in_range() refuses what comes out for it.
  return ((cylinder * kAtaHeads + head) * kAtaSectorsPerTrack + task_.lba_low - 1) & 0x0FFFFFFF;
}

bool AtaCore::address_in_range() const {
  if (!(task_.device & kLbaMode) && (task_.lba_low == 0 || task_.lba_low > kAtaSectorsPerTrack)) {
    return false;
  }
  return linear_address() < sectors_;
}

void AtaCore::step_address() {
  std::uint32_t cylinder = task_.lba_high << 8 | task_.lba_mid;
  std::uint32_t head = task_.device & 15u;
  std::uint32_t sector = task_.lba_low;
  if (task_.device & kLbaMode) {
    const std::uint32_t next = linear_address() + 1;
    sector = next & 0xFF;
    cylinder = next >> 8 & 0xFFFF;
    head = next >> 24 & 15;
  } else if (sector < kAtaSectorsPerTrack) {
    ++sector;
  } else {
    sector = 1;
    head = (head + 1) % kAtaHeads;
    if (head == 0) ++cylinder;
  }
  task_.lba_low = static_cast<std::uint8_t>(sector);
  task_.lba_mid = static_cast<std::uint8_t>(cylinder);
  task_.lba_high = static_cast<std::uint8_t>(cylinder >> 8);
  task_.device = static_cast<std::uint8_t>((task_.device & 0xF0) | head);
}

void AtaCore::set_pending(bool pending, Cycle now) {
  interrupt_pending_ = pending;
  update_irq(now);
}

// INTRQ is driven only by the selected device and while nIEN is 0 (ATA-1, 7.2.6).
bool AtaCore::irq_level() const {
  return interrupt_pending_ && !interrupts_off_ && !(task_.device & kDevice1);
}

void AtaCore::update_irq(Cycle now) {
  const bool level = irq_level();
  if (level == irq_) return;
  irq_ = level;
  record(now, level ? "irq 1" : "irq 0");
  if (irq_wire_) irq_wire_(level);
}

void AtaCore::record(Cycle now, std::string what) const {
  if (log_ != nullptr) log_->record(now, "ata", std::move(what));
}

}  // namespace strata
