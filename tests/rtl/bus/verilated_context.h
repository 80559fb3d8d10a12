// A VerilatedContext for tests that see no Verilator header.
#pragma once

#include <memory>

class VerilatedContext;

namespace strata::test {

struct ContextDeleter {
  void operator()(VerilatedContext* context) const;
};

std::unique_ptr<VerilatedContext, ContextDeleter> new_context();

}  // namespace strata::test
