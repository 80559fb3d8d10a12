// A VerilatedContext and a VCD file for tests that see no Verilator header.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tests/rtl/bus/verilated_context.h"

class VerilatedVcdC;

namespace strata::test {

class VerilatedHost {
 public:
  VerilatedHost();
  ~VerilatedHost();

  VerilatedContext* context() { return context_.get(); }
  VerilatedVcdC* vcd() { return vcd_.get(); }

  /// After all models have been traced.
  void open_vcd(const std::string& path);
  void dump(std::uint64_t time);
  void close_vcd();

 private:
  OwnedContext context_;
  std::unique_ptr<VerilatedVcdC> vcd_;
};

}  // namespace strata::test
