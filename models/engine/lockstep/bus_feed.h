// The accesses the checked engine made to devices, as its golden model's bus: reads are answered
// with what the engine read, writes are compared with what it wrote.
//
// Kept byte by byte, so that the two may split an access differently. Reads are known before the
// instruction that needs them retires; writes may come from either side first. Where nothing
// answers (holes of the memory map, writes to ROM) nothing is kept: reads are all ones there,
// writes are dropped.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <utility>

#include "models/engine/engine.h"

namespace strata {

/// One access of the checked engine to a port or to memory that is not plain.
struct BusAccess {
  bool write = false;
  bool port = false;  // else memory
  std::uint32_t address = 0;
  unsigned bytes = 0;      // 1 to 4
  std::uint32_t data = 0;  // in the low bytes
};

class BusFeed final : public EngineBus {
 public:
  /// Whether a device answers at a physical address that is not the model's plain memory.
  using IsDevice = std::function<bool(std::uint32_t physical)>;

  explicit BusFeed(IsDevice is_device) : is_device_(std::move(is_device)) {}

  /// Of accesses that only one side has made so far.
  void forget();

  /// Takes an access of the checked engine.
  void add(const BusAccess& access);

  /// What disagreed first, in one line; empty so far.
  const std::string& difference() const { return difference_; }

  /// At the end of a run: a write of the model that the engine has not made, in one line; else
  /// empty.
  std::string missing_write() const;

  std::uint32_t port_read(std::uint16_t port, unsigned bytes) override;
  void port_write(std::uint16_t port, unsigned bytes, std::uint32_t value) override;
  std::uint32_t mmio_read(std::uint32_t physical, unsigned bytes) override;
  void mmio_write(std::uint32_t physical, unsigned bytes, std::uint32_t value) override;
  /// Never called: interrupts come with their vector in the engine's record.
  std::uint8_t acknowledge_interrupt() override { return 0; }

 private:
  struct Byte {
    bool port = false;
    std::uint32_t address = 0;
    std::uint8_t data = 0;
    bool operator==(const Byte&) const = default;
  };

  static void append(std::deque<Byte>& queue, const BusAccess& access);
  std::uint32_t read(bool port, std::uint32_t address, unsigned bytes);
  void compare_writes();
  void differ(const std::string& what);
  static std::string place(const Byte& byte);
  static std::string text(const Byte& byte);

  IsDevice is_device_;
  std::deque<Byte> reads_;          // of the engine, not yet asked for
  std::deque<Byte> engine_writes_;  // not yet made by the model
  std::deque<Byte> model_writes_;   // not yet made by the engine
  std::string difference_;
};

}  // namespace strata
