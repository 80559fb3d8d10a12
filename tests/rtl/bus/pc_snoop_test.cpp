// Another master's stores reach the CPU: an instruction that is overwritten while the CPU has it in
// its queue already executes as it then is. The machine's own wiring (platform/foreign_writes.h),
// on a bus with a second master.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "models/memory/wb_memory.h"
#include "platform/foreign_writes.h"
#include "tests/rtl/bus/verilated_context.h"
#include "tests/support/fresh_simulation.h"
#include "tests/support/wishbone_script.h"

namespace strata {
namespace {

constexpr unsigned kMasters = 3;
constexpr unsigned kDma = 1;  // numbers in pc_machine.txt
constexpr unsigned kMemory = 0;
constexpr std::uint32_t kCode = 0x1000;
constexpr std::uint32_t kPatched = kCode + 0x16;  // mov bl,1
constexpr Cycle kEnd = 2000;
using test::kPeriod;

/// From the reset vector to code that fits the queue: divisions keep the CPU off the bus, behind
/// them is the instruction that will be another.
struct Memory {
  Memory() {
    const std::vector<std::uint8_t> code = {
        0xBA, 0xFF, 0x7F, 0xB9, 0x00, 0x80, 0x90, 0x90,              // dx = 7FFF, cx = 8000; nops
        0xF7, 0xF1, 0xF7, 0xF1, 0xF7, 0xF1, 0xF7, 0xF1, 0xF7, 0xF1,  // div cx, seven times
        0xF7, 0xF1, 0xF7, 0xF1, 0xB3, 0x01, 0xF4};                   // mov bl,1; hlt
    std::ranges::copy(code, ram.begin() + kCode);
  }
  MemoryMap map() { return {ram.data(), ram.size(), {{0xFFFFFFF0, rom.size(), rom.data()}}}; }

  std::vector<std::uint8_t> ram = std::vector<std::uint8_t>(0x8000);
  std::array<std::uint8_t, 16> rom = {0xEA, 0x00, 0x10, 0x00, 0x00};  // jmp 0:1000h
};

/// When the instruction at each offset from kCode has retired.
class Retirements : public RetireListener {
 public:
  void on_retire(const RetireRecord& record, const CpuModel&) override {
    cycles[record.eip] = record.cycle;
  }
  void on_access(const WishboneRequest&, std::uint32_t) override {}
  void on_memory_write(std::uint32_t) override {}
  void on_acknowledge(std::uint8_t) override {}

  std::map<std::uint32_t, Cycle> cycles;
};

/// A machine of CPU, bus, memory and a master that overwrites the operand at `cycle` or soon after.
class Patched {
 public:
  explicit Patched(Cycle cycle) {
    wire();
    dma.write(kPatched + 1, 2, cycle);
    cpu.set_listener(&retired);
    watch_foreign_writes(bus, cpu,
                         [this](const WishboneRequest& request) { seen.push_back(request.adr); });
    test::run_past(kEnd);
  }

  Cycle stored() const { return dma.accesses.front().acknowledged; }

  test::FreshSimulation simulation;
  Memory memory;
  test::OwnedContext context = test::new_context();
  ClockDriver clock{"clock", kPeriod};
  CpuRtl cpu{"cpu", clock, context.get()};
  BusRtl bus{"bus", clock, context.get()};
  WbMemory wb_memory{"memory", clock, memory.map(), 0};
  test::WishboneScript dma{"dma", clock};
  Retirements retired;
  std::vector<std::uint32_t> seen;

 private:
  void wire() {
    cpu.request(master_requests[STRATA_MASTER_CPU]), cpu.response(answers[STRATA_MASTER_CPU]);
    cpu.interrupt(intr);
    dma.request(master_requests[kDma]), dma.response(answers[kDma]);
    for (unsigned i = 0; i < kMasters; ++i) {
      bus.master(i).request(master_requests[i]), bus.master(i).response(answers[i]);
    }
    for (unsigned i = 0; i < BusModel::slaves(); ++i) {
      bus.slave(i).request(requests[i]), bus.slave(i).response(responses[i]);
    }
    wb_memory.request(requests[kMemory]), wb_memory.response(responses[kMemory]);
  }

  sc_core::sc_signal<bool> intr{"intr"};
  sc_core::sc_vector<sc_core::sc_signal<WishboneRequest>> master_requests{"mq", kMasters};
  sc_core::sc_vector<sc_core::sc_signal<WishboneResponse>> answers{"mr", kMasters};
  sc_core::sc_vector<sc_core::sc_signal<WishboneRequest>> requests{"q", BusModel::slaves()};
  sc_core::sc_vector<sc_core::sc_signal<WishboneResponse>> responses{"r", BusModel::slaves()};
};

// SDM vol. 3, 8.1.3: cross-modifying code. One instruction more may be the old one, so what is
// stored before the last division but one has retired is there (rtl/README.md).
TEST(PcSnoop, AnInstructionInTheQueueIsNotExecutedAsItWas) {
  unsigned early = 0;
  unsigned late = 0;
  for (Cycle cycle = 40; cycle < 300; cycle += 2) {
    Patched machine(cycle);
    ASSERT_TRUE(machine.cpu.stuck());
    ASSERT_NE(machine.stored(), kNever);
    EXPECT_EQ(machine.seen, std::vector<std::uint32_t>{(kPatched + 1) & ~3u});
    const std::uint32_t bl = machine.cpu.state().gpr[kEbx] & 0xFF;
    if (machine.stored() <= machine.retired.cycles.at(kPatched - 4)) {
      EXPECT_EQ(bl, 2u) << "stored in cycle " << machine.stored();
      ++early;
    } else if (machine.stored() > machine.retired.cycles.at(kPatched)) {
      EXPECT_EQ(bl, 1u) << "stored in cycle " << machine.stored();
      ++late;
    }
  }
  EXPECT_GT(early, 20u);
  EXPECT_GT(late, 3u);
}

}  // namespace
}  // namespace strata
