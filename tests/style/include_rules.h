// The layers of the charter as a table: which file may include what.
#pragma once

#include <string>
#include <vector>

#include "tests/style/source_tree.h"

namespace strata::style {

/// One line a C++, C or assembly file includes something its layer may not see; empty if none does.
/// Files no rule speaks of (the tests) may include anything.
std::vector<std::string> forbidden_includes(const SourceFile& file);

/// Devices may see the memory map for the layout of their block, clock rates and latencies. One
/// line for each port, base address or interrupt line a device's file names nevertheless (charter,
/// rule 1).
std::vector<std::string> known_addresses(const SourceFile& file);

/// The same for SystemVerilog: rtl/<unit> uses packages and modules of rtl/common and its own only.
/// `all` are the files names are looked up in (one module or package a file, named like it).
std::vector<std::string> forbidden_rtl_uses(const SourceFile& file,
                                            const std::vector<SourceFile>& all);

}  // namespace strata::style
