#include "tests/rtl/cpu/real_mode_rig.h"

#include <algorithm>
#include <sstream>

namespace strata::test {
RealModeRig::RealModeRig(std::initializer_list<std::uint8_t> code, CpuFamily family)
    : ram_(kRamBytes),
      regions_{{{.base = 0, .size = kRamBytes, .host = ram_.data()}}},
      bench_(regions_, *this, family),
      initial_(CpuState::reset()) {
  std::copy(code.begin(), code.end(), ram_.begin() + kCode);
  for (std::uint32_t vector = 0; vector < 256; ++vector) {
    set_word(vector * 4, vector == kVector ? kHandler : kHandler + 2);
  }
  constexpr std::uint8_t kIncCx = 0x41;
  ram_[kHandler] = ram_[kHandler + 2] = kIncCx;
  ram_[kHandler + 1] = 0xCF;  // IRET
  ram_[kHandler + 3] = 0xF4;  // HLT
  initial_.seg[kCs].selector = 0;
  initial_.seg[kCs].base = 0;
  initial_.eip = kCode;
  initial_.gpr[kEsp] = 0x8000;
  bench_.load(initial_);
}

void RealModeRig::set_word(std::uint32_t address, std::uint16_t value) {
  ram_[address] = static_cast<std::uint8_t>(value);
  ram_[address + 1] = static_cast<std::uint8_t>(value >> 8);
}

std::uint16_t RealModeRig::word(std::uint32_t address) const {
  return static_cast<std::uint16_t>(ram_[address] | ram_[address + 1] << 8);
}

void RealModeRig::run() {
  run_with_interrupt(kMostClocks);
}

void RealModeRig::run_with_interrupt(unsigned clocks) {
  // The first fetch may be under way; its answer is dropped by the load.
  bench_.load(initial_);
  for (unsigned n = 0; n < kMostClocks && !bench_.cpu().idle(); ++n) {
    if (n == clocks) {
      bench_.set_interrupt(true);
    }
    if (bench_.clock()) {
      if (bench_.record().kind == RetireKind::kException) {
        exceptions_.push_back(bench_.record().vector);
      }
      if (bench_.state().halted != 0) {
        bench_.set_interrupt(false);
      }
    }
  }
}

std::uint32_t RealModeRig::read(bool port, std::uint32_t address, unsigned bytes) {
  std::ostringstream line;
  line << "r " << (port ? "port " : "mem ") << std::hex << address << '/' << bytes << ';';
  log_ += line.str();
  return ~0u;
}

void RealModeRig::write(bool port, std::uint32_t address, unsigned bytes, std::uint32_t value) {
  std::ostringstream line;
  line << "w " << (port ? "port " : "mem ") << std::hex << address << '/' << bytes << '=' << value
       << ';';
  log_ += line.str();
}

}  // namespace strata::test
