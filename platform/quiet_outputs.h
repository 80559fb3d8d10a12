// What a machine writes outside itself, with a switch that drops it: while the cycle-accurate
// machine comes to rest to be given another state, what the old one still does never happened.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "models/base/event_log.h"
#include "platform/machine_config.h"

namespace strata {

class QuietOutputs final : private EventLog, private DiskBackend {
 public:
  explicit QuietOutputs(const MachineConfig& config) : outer_(config) {}
  QuietOutputs(const QuietOutputs&) = delete;
  QuietOutputs& operator=(const QuietOutputs&) = delete;

  /// The same with outputs that go through this object, which outlives the machine.
  MachineConfig config() {
    MachineConfig config = outer_;
    for (ByteSink* sink : {&config.debug_console, &config.post_code, &config.serial}) {
      if (*sink) *sink = guarded(std::move(*sink));
    }
    if (config.log != nullptr) config.log = this;
    if (config.disk != nullptr) config.disk = this;
    return config;
  }

  void set_quiet(bool quiet) { quiet_ = quiet; }
  bool quiet() const { return quiet_; }

 private:
  ByteSink guarded(ByteSink sink) {
    return [this, sink = std::move(sink)](std::uint8_t byte) {
      if (!quiet_) sink(byte);
    };
  }

  void record(Cycle cycle, std::string_view unit, std::string what) override {
    if (!quiet_) outer_.log->record(cycle, unit, std::move(what));
  }

  std::uint64_t sector_count() const override { return outer_.disk->sector_count(); }
  bool read_sector(std::uint64_t lba, std::span<std::uint8_t, kSectorBytes> data) override {
    return outer_.disk->read_sector(lba, data);
  }
  bool write_sector(std::uint64_t lba, std::span<const std::uint8_t, kSectorBytes> data) override {
    return quiet_ || outer_.disk->write_sector(lba, data);
  }
  std::uint64_t read_sectors(std::uint64_t lba, ReadPieces pieces) override {
    return outer_.disk->read_sectors(lba, pieces);
  }
  std::uint64_t write_sectors(std::uint64_t lba, WritePieces pieces) override {
    return quiet_ ? DiskBackend::write_sectors(lba, pieces)
                  : outer_.disk->write_sectors(lba, pieces);
  }
  bool flush() override { return quiet_ || outer_.disk->flush(); }

  const MachineConfig outer_;
  bool quiet_ = false;
};

}  // namespace strata
