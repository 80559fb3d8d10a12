#include "models/slot/slot_model.h"

#include "models/base/initial_values.h"
#include "models/base/verilated_model.h"

namespace strata {

std::shared_ptr<VerilatedContext> new_verilated_context() {
  auto context = std::make_shared<VerilatedContext>();
  context->threads(kModelThreads);
  randomize_initial_values(*context, 0);
  return context;
}

}  // namespace strata
