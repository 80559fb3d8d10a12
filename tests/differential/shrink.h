// Makes a failing sequence small: drops instructions, prefixes and register values as long as it
// goes on failing.
#pragma once

#include <functional>

#include "tests/differential/outcome.h"

namespace strata::test {

/// `fails` tells whether a candidate still shows the failure; it must be true for `sequence`.
/// Instructions keep their places; what is dropped becomes NOPs, and NOPs go if the rest can do
/// without them.
Sequence shrink(const Sequence& sequence, const std::function<bool(const Sequence&)>& fails);

}  // namespace strata::test
