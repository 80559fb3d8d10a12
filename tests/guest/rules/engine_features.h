// Which modes of the machine an engine lacks, for rules that name what they need
// (sw/tests/rules/rule_table.h). KVM's hosts lack some; the other engines have all.
#pragma once

#include <cstdint>
#include <string>

namespace strata::test {

/// Why a rule with `needs` (bits NEEDS_...) cannot be run on `engine` here; empty when it can.
std::string why_not(const std::string& engine, std::uint32_t needs);

}  // namespace strata::test
