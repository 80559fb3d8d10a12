#include "tests/rtl/bus/verilated_context.h"

#include <cstdlib>

#include "verilated.h"

namespace strata::test {
namespace {

/// STRATA_RTL_SEED, 0 if it is not set.
std::uint32_t seed_of_run() {
  const char* text = std::getenv("STRATA_RTL_SEED");
  return text != nullptr ? static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10)) : 0;
}

}  // namespace

void ContextDeleter::operator()(VerilatedContext* context) const {
  delete context;
}

OwnedContext new_context() {
  static std::uint32_t seed = 0;
  return new_context(++seed);
}

OwnedContext new_context(std::uint32_t seed) {
  constexpr int kRandom = 2;
  constexpr std::uint32_t kApart = 1'000'003;  // so that the seeds of two runs do not meet
  OwnedContext context(new VerilatedContext);
  context->randReset(kRandom);
  // From 1 on: 0 would be the time.
  context->randSeed(static_cast<int>((seed + kApart * seed_of_run()) % 0x7FFF'FFFF + 1));
  return context;
}

void allow_breaches(VerilatedContext& context) {
  context.assertOn(false);
}

}  // namespace strata::test
