// libFuzzer target: random machines in the Verilated CPU: it must not hang.
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/fuzz_machine.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::uint64_t retired = 0;
  const strata::test::FuzzMachine machine = strata::test::fuzz_machine({data, size});
  const std::string finding = strata::test::run_fuzz_in_rtl(machine, retired);
  if (!finding.empty()) {
    std::fprintf(stderr, "finding: %s\n", finding.c_str());
    std::abort();
  }
  return 0;
}
