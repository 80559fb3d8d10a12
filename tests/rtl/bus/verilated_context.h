// A VerilatedContext for tests that see no Verilator header.
#pragma once

#include <cstdint>
#include <memory>

class VerilatedContext;

namespace strata::test {

struct ContextDeleter {
  void operator()(VerilatedContext* context) const;
};

using OwnedContext = std::unique_ptr<VerilatedContext, ContextDeleter>;

/// In a build with RTL assertions, models of each have other values in registers that have not been
/// reset; all have others again with another number in the environment variable STRATA_RTL_SEED.
OwnedContext new_context();

/// The same for who has a number of his own. The same seed gives the same values.
OwnedContext new_context(std::uint32_t seed);

/// For what a model does with traffic that the rules forbid: its rules say nothing from here on.
void allow_breaches(VerilatedContext& context);

}  // namespace strata::test
