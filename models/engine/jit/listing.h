// Translations as a person reads them.
#pragma once

#include <span>
#include <string>

#include "models/engine/jit/code_buffer.h"
#include "models/engine/jit/translation.h"
#include "models/isa/cpu_family.h"

namespace strata::jit {

/// Each block, the most executed instructions first: the guest's instructions, the intermediate
/// form and the host's code beside each other.
std::string listing(std::span<const Translation* const> translations, const CodeBuffer& buffer,
                    CpuFamily family);

}  // namespace strata::jit
