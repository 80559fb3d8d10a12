#include "tests/isa/guest_cpu.h"

#include <array>
#include <sstream>

namespace strata::test {
namespace {

constexpr std::size_t kRamBytes = 1 << 20;
constexpr std::uint32_t kVgaBase = 0xB8000;
constexpr std::uint32_t kVgaEnd = 0xC0000;

std::array<MemoryRegion, 3> regions_of(std::uint8_t* ram) {
  return {{{.base = 0, .size = kVgaBase, .host = ram, .writable = true},
           {.base = kVgaEnd,
            .size = GuestCpu::kRomBase - kVgaEnd,
            .host = ram + kVgaEnd,
            .writable = true},
           {.base = GuestCpu::kRomBase,
            .size = kRamBytes - GuestCpu::kRomBase,
            .host = ram + GuestCpu::kRomBase,
            .writable = false}}};
}

std::string line(const char* what, std::uint32_t address, unsigned bytes) {
  std::ostringstream out;
  out << what << ' ' << std::hex << address << '/' << bytes;
  return out.str();
}

std::string line(const char* what, std::uint32_t address, unsigned bytes, std::uint32_t value) {
  std::ostringstream out;
  out << line(what, address, bytes) << '=' << std::hex << value;
  return out.str();
}

}  // namespace

std::uint32_t RecordingBus::port_read(std::uint16_t port, unsigned bytes) {
  log.push_back(line("in", port, bytes));
  return read_value;
}

void RecordingBus::port_write(std::uint16_t port, unsigned bytes, std::uint32_t value) {
  log.push_back(line("out", port, bytes, value));
}

std::uint32_t RecordingBus::mmio_read(std::uint32_t physical, unsigned bytes) {
  log.push_back(line("read", physical, bytes));
  return read_value;
}

void RecordingBus::mmio_write(std::uint32_t physical, unsigned bytes, std::uint32_t value) {
  log.push_back(line("write", physical, bytes, value));
}

std::uint8_t RecordingBus::acknowledge_interrupt() {
  log.push_back("inta");
  if (lower_line_on_acknowledge && cpu != nullptr) {
    cpu->set_interrupt_line(false);
  }
  return vector;
}

GuestCpu::GuestCpu(CpuFamily family)
    : ram_(kRamBytes), cpu(bus, regions_of(ram_.data()), 1, family) {
  bus.cpu = &cpu;
  state = CpuState::reset(family);
  state.seg[kCs].selector = 0;
  state.seg[kCs].base = 0;
  state.eip = kCode;
  state.gpr[kEsp] = kStack;
}

void GuestCpu::set_descriptor(std::uint16_t selector, std::uint32_t base, std::uint32_t limit,
                              std::uint32_t attributes) {
  const std::uint32_t at = kGdt + (selector & ~7u);
  set_memory<std::uint32_t>(at, (base << 16) | (limit & 0xFFFF));
  set_memory<std::uint32_t>(
      at + 4, (base & 0xFF000000) | ((base >> 16) & 0xFF) | (limit & 0xF0000) | (attributes << 8));
}

void GuestCpu::set_gate(unsigned vector, std::uint16_t selector, std::uint32_t offset,
                        unsigned type) {
  const std::uint32_t at = kIdt + vector * 8;
  set_memory<std::uint32_t>(at, std::uint32_t{selector} << 16 | (offset & 0xFFFF));
  set_memory<std::uint32_t>(at + 4, (offset & 0xFFFF0000) | 0x8000 | type << 8);
}

void GuestCpu::enter_protected_mode() {
  constexpr std::uint32_t kFlat = attr::kGranularity | attr::kBig | attr::kPresent | attr::kS |
                                  attr::kWritable | attr::kAccessed;
  set_descriptor(kCode32, 0, 0xFFFFF, kFlat | attr::kCode);
  set_descriptor(kData32, 0, 0xFFFFF, kFlat);
  for (unsigned vector = 0; vector < 32; ++vector) {
    set_gate(vector, kCode32, handler_of(vector), 0xE);
  }
  state.cr0 |= cr0::kPe;
  state.gdtr = {.base = kGdt, .limit = 0xFF};
  state.idtr = {.base = kIdt, .limit = 32 * 8 - 1};
  for (SegmentState& segment : state.seg) {
    segment = {.selector = kData32, .base = 0, .limit = 0xFFFFFFFF, .attributes = kFlat};
  }
  state.seg[kCs].selector = kCode32;
  state.seg[kCs].attributes = kFlat | attr::kCode;
}

void GuestCpu::code(std::initializer_list<std::uint8_t> bytes, std::uint32_t at) {
  std::copy(bytes.begin(), bytes.end(), ram_.begin() + at);
}

RetireRecord GuestCpu::step() {
  cpu.load_state(state);
  const RetireRecord record = cpu.step();
  state = cpu.state();
  return record;
}

}  // namespace strata::test
