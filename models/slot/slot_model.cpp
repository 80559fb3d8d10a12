#include "models/slot/slot_model.h"

#include "verilated.h"

namespace strata {

std::shared_ptr<VerilatedContext> new_verilated_context() {
  return std::make_shared<VerilatedContext>();
}

}  // namespace strata
