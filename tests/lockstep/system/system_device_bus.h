// The device of random system programs as the bus of an engine.
#pragma once

#include "models/base/engine_bus.h"
#include "tests/lockstep/system/system_device.h"

namespace strata::test {

class SystemDeviceBus final : public EngineBus {
 public:
  /// `device` outlives this.
  explicit SystemDeviceBus(SystemDevice& device) : device_(device) {}

  std::uint32_t port_read(std::uint16_t port, unsigned) override {
    return device_.read(true, port);
  }
  void port_write(std::uint16_t port, unsigned, std::uint32_t value) override {
    device_.write(true, port, value);
  }
  std::uint32_t mmio_read(std::uint32_t physical, unsigned) override {
    return device_.read(false, physical);
  }
  void mmio_write(std::uint32_t physical, unsigned, std::uint32_t value) override {
    device_.write(false, physical, value);
  }
  std::uint8_t acknowledge_interrupt() override { return device_.vector(); }

 private:
  SystemDevice& device_;
};

}  // namespace strata::test
