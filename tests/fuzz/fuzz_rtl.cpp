#include "tests/fuzz/fuzz_machine.h"
#include "tests/lockstep/system/system_program.h"
#include "tests/rtl/cpu/cpu_bench.h"

namespace strata::test {
namespace {

constexpr std::uint64_t kMostClocks = 6000;
constexpr std::uint64_t kMostSilentClocks = 3000;

class ValueDevice final : public BenchDevice {
 public:
  explicit ValueDevice(std::uint32_t seed) : values_(seed) {}
  std::uint32_t read(bool, std::uint32_t, unsigned) override { return values_.next(); }
  void write(bool, std::uint32_t, unsigned, std::uint32_t) override {}
  std::uint8_t acknowledge() override { return values_.vector(); }

 private:
  FuzzValues values_;
};

}  // namespace

std::string run_fuzz_in_rtl(const FuzzMachine& machine, std::uint64_t& retired) {
  ValueDevice device(machine.seed);
  std::vector<std::uint8_t> memory;
  fill_memory(machine, memory);
  CpuBench bench(SystemProgram::regions(memory), device, machine.family);
  bench.load(machine.state);
  std::uint64_t silent = 0;
  for (std::uint64_t clock = 1; clock <= kMostClocks && !bench.cpu().shutdown(); ++clock) {
    if (machine.interrupt_period != 0 && clock % (8 * machine.interrupt_period) == 0) {
      bench.set_interrupt(true);
    }
    if (bench.clock()) {
      ++retired;
      silent = 0;
    } else if (bench.cpu().idle()) {
      if (machine.interrupt_period == 0) {
        return {};  // halted for good
      }
      silent = 0;
    } else if (++silent > kMostSilentClocks && bench.state().halted == 0) {
      return "nothing has retired for " + std::to_string(silent) + " clocks, at " +
             std::to_string(bench.clocks());
    }
  }
  return {};
}

}  // namespace strata::test
