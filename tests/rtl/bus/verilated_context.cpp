#include "tests/rtl/bus/verilated_context.h"

#include "verilated.h"

namespace strata::test {

void ContextDeleter::operator()(VerilatedContext* context) const {
  delete context;
}

std::unique_ptr<VerilatedContext, ContextDeleter> new_context() {
  return std::unique_ptr<VerilatedContext, ContextDeleter>(new VerilatedContext);
}

}  // namespace strata::test
