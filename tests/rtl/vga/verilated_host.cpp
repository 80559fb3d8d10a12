#include "tests/rtl/vga/verilated_host.h"

#include "verilated.h"
#include "verilated_vcd_c.h"

namespace strata::test {

VerilatedHost::VerilatedHost() : context_(new_context(1)), vcd_(std::make_unique<VerilatedVcdC>()) {
  context_->traceEverOn(true);
}

VerilatedHost::~VerilatedHost() = default;

void VerilatedHost::open_vcd(const std::string& path) {
  vcd_->open(path.c_str());
}

void VerilatedHost::dump(std::uint64_t time) {
  vcd_->dump(time);
}

void VerilatedHost::close_vcd() {
  vcd_->close();
}

}  // namespace strata::test
