// Either twin of the paravirtual interface with RAM, text memory and disk to look at.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/pv/pv_page.h"
#include "tests/rtl/pv/pv_twins.h"
#include "tests/support/event_recorder.h"

namespace strata::test {

/// A disk that keeps every access that no twin may make, and fails where it is told to.
class StrictDisk final : public DiskBackend {
 public:
  explicit StrictDisk(std::uint64_t sectors) : bytes(sectors * kSectorBytes) {}

  std::uint64_t sector_count() const override { return bytes.size() / kSectorBytes; }
  bool read_sector(std::uint64_t lba, std::span<std::uint8_t, kSectorBytes> data) override {
    if (!allowed(lba)) return false;
    std::copy_n(bytes.begin() + static_cast<long>(lba * kSectorBytes), kSectorBytes, data.begin());
    return true;
  }
  bool write_sector(std::uint64_t lba, std::span<const std::uint8_t, kSectorBytes> data) override {
    if (!allowed(lba)) return false;
    std::ranges::copy(data, bytes.begin() + static_cast<long>(lba * kSectorBytes));
    return true;
  }
  bool flush() override {
    ++flushes;
    return !bad;
  }

  std::vector<std::uint8_t> bytes;
  std::uint64_t bad_lba = ~std::uint64_t{0};
  bool bad = false;
  unsigned flushes = 0;
  unsigned out_of_range = 0;

 private:
  bool allowed(std::uint64_t lba) {
    const bool there = lba < sector_count();
    if (!there) ++out_of_range;
    return there && !bad && lba != bad_lba;
  }
};

struct PvRig : PvSurroundings {
  static constexpr std::uint32_t kSectors = 64;
  static constexpr std::uint64_t kInstructions = 0x1'0000'0007;

  /// Right behind RAM nothing may be touched, nor behind text memory.
  static constexpr std::size_t kBehind = 4096;

  explicit PvRig(PvKind kind) {
    std::memset(page().list, 0xEE, sizeof page().list);
    twin = make_pv(kind, *this);
  }

  pv_page& page() { return *reinterpret_cast<pv_page*>(&ram[STRATA_PV_PAGE]); }

  /// Makes the call with one 32-bit OUT, as it comes over the bus; gives the status.
  std::uint32_t call(std::uint32_t number, Cycle now = 1) {
    page().status = STRATA_PV_PENDING;
    twin->write(STRATA_PV_BLOCK_CALL, 2, number & 0xFFFF, now);
    twin->write(STRATA_PV_BLOCK_CALL + 2, 2, number >> 16, now);
    return page().status;
  }

  std::uint32_t call_with(std::uint32_t number, std::array<std::uint32_t, 4> arguments) {
    std::ranges::copy(arguments, page().argument);
    return call(number);
  }

  bool nothing_behind() const {
    const auto zero = [](std::uint8_t byte) { return byte == 0; };
    return std::all_of(ram.end() - kBehind, ram.end(), zero) &&
           std::all_of(text.end() - kBehind, text.end(), zero);
  }

  std::vector<std::uint8_t> ram = std::vector<std::uint8_t>(kRamBytes + kBehind);
  std::vector<std::uint8_t> text = std::vector<std::uint8_t>(kTextBytes + kBehind);
  StrictDisk disk{kSectors};
  std::vector<bool> irq;
  std::string heard;
  EventRecorder log;
  std::unique_ptr<PvTwin> twin;

 private:
  std::span<std::uint8_t> ram_of_twin() override { return {ram.data(), kRamBytes}; }
  std::span<std::uint8_t> text_of_twin() override { return {text.data(), kTextBytes}; }
  DiskBackend& disk_of_twin() override { return disk; }
  EventLog* log_of_twin() override { return &log; }
  void set_irq(bool level) override { irq.push_back(level); }
  PvSinks sinks() override {
    return {.console = [this](std::uint8_t byte) { heard += static_cast<char>(byte); },
            .exit = [this](std::uint8_t status) { say("exit " + std::to_string(status)); },
            .region = [this](bool begin) { say(begin ? "begin" : "end"); },
            .waves = [this](bool on) { say(on ? "on" : "off"); },
            .label = [this](const std::string& label) { say("label " + label); },
            .instructions = [] { return kInstructions; }};
  }
  void say(const std::string& what) { heard += what + '\n'; }
};

}  // namespace strata::test
