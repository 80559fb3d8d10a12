#include "tests/rtl/bus/verilated_context.h"

#include "models/base/initial_values.h"
#include "models/base/verilated_model.h"

namespace strata::test {

void ContextDeleter::operator()(VerilatedContext* context) const {
  delete context;
}

OwnedContext new_context() {
  static std::uint32_t seed = 0;
  return new_context(++seed);
}

OwnedContext new_context(std::uint32_t seed) {
  OwnedContext context(new VerilatedContext);
  context->threads(kModelThreads);
  randomize_initial_values(*context, seed);
  return context;
}

void allow_breaches(VerilatedContext& context) {
  context.assertOn(false);
}

}  // namespace strata::test
