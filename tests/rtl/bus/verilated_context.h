// A VerilatedContext for tests that see no Verilator header.
#pragma once

#include <memory>

class VerilatedContext;

namespace strata::test {

struct ContextDeleter {
  void operator()(VerilatedContext* context) const;
};

/// In a build with RTL assertions, models of each have other values in registers that have not been
/// reset.
std::unique_ptr<VerilatedContext, ContextDeleter> new_context();

}  // namespace strata::test
