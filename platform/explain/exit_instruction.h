// Which instruction an exit of KVM was: the CPU stands before it or behind it, as the kernel has
// it. An instruction that reads always waits for its value. One that writes a port is before it
// where the kernel takes a short way, behind it where it emulates; one that writes memory is
// behind it, but for all iterations of a repeated one save the last.
#pragma once

#include <cstdint>

#include "models/isa/cpu_family.h"
#include "platform/explain/exit_record.h"
#include "platform/loader/guest_image.h"
#include "platform/profile/recording.h"

namespace strata {

/// Linear address of the instruction whose exit is `exit` with the CPU at `stands`. What wrote
/// memory is found from the beginning of its function; without a symbol it is `stands`.
std::uint32_t find_exit_instruction(const ExitRecord& exit, std::uint32_t stands, bool code32,
                                    CpuFamily family, const SymbolTable& symbols,
                                    const ReadCode& read);

}  // namespace strata
