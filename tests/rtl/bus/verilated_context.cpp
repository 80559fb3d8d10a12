#include "tests/rtl/bus/verilated_context.h"

#include "verilated.h"

namespace strata::test {

void ContextDeleter::operator()(VerilatedContext* context) const {
  delete context;
}

std::unique_ptr<VerilatedContext, ContextDeleter> new_context() {
  constexpr int kRandom = 2;
  static int seed = 0;
  std::unique_ptr<VerilatedContext, ContextDeleter> context(new VerilatedContext);
  context->randReset(kRandom);
  context->randSeed(++seed);
  return context;
}

}  // namespace strata::test
