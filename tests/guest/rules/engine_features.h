// Which modes of the machine an engine has, for rules that name what they need
// (sw/tests/rules/rule_table.h).
#pragma once

#include <cstdint>
#include <string>

namespace strata::test {

/// Why a rule with `needs` (bits NEEDS_...) cannot be run on `engine` here; empty when it can.
std::string why_not(const std::string& engine, std::uint32_t needs);

}  // namespace strata::test
