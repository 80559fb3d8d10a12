// A device that remembers what reached it, answers reads with 10h, 11h, ... in successive bytes and
// acts at the cycles it is told.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "models/base/device.h"

namespace strata::test {

class RecordingDevice final : public Device {
 public:
  struct Access {
    std::uint32_t offset;
    unsigned bytes;
    bool write;
    std::uint32_t value;
    Cycle now;
    bool operator==(const Access&) const = default;
  };

  explicit RecordingDevice(std::string device_name = "device") : name(std::move(device_name)) {}

  // No state that a machine could go on from.
  StateBytes save(Cycle) const override { return {}; }
  bool load(std::span<const std::uint8_t> bytes, Cycle) override { return bytes.empty(); }
  void reset() override {}
  std::uint32_t read(std::uint32_t offset, unsigned bytes, Cycle now) override {
    accesses.push_back({offset, bytes, false, 0, now});
    std::uint32_t value = 0;
    for (unsigned i = 0; i < bytes; ++i) value |= std::uint32_t{next_byte++} << (8 * i);
    if (on_access) on_access();
    return value;
  }
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) override {
    accesses.push_back({offset, bytes, true, value, now});
    if (on_access) on_access();
  }
  void advance(Cycle now) override {
    while (!events.empty() && events.front() <= now) events.pop_front();
    advanced.push_back(now);
    if (on_event) on_event(now);
  }
  Cycle next_event() const override { return events.empty() ? kNever : events.front(); }

  std::string name;
  std::vector<Access> accesses;
  std::vector<Cycle> advanced;
  std::deque<Cycle> events;  // when it acts, in order
  std::function<void()> on_access;
  std::function<void(Cycle)> on_event;
  std::uint8_t next_byte = 0x10;
};

}  // namespace strata::test
