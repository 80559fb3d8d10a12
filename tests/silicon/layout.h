// The linear addresses both sides use: below 2 GiB, so that 32-bit code reaches them and 64-bit
// code can name them in 32 bits. Everything else below 4 GiB is a hole, on the host as in the
// guest.
#pragma once

#include <cstdint>

#include "models/isa/cpu_state.h"
#include "tests/differential/code_generator.h"

namespace strata::test::layout {

inline constexpr std::uint32_t kPage = 4096;

/// Where the sequences run. User code can read and execute it, not write it.
inline constexpr Range kCode{0x10000000, 16 * kPage};
/// Read-only, directly below the data.
inline constexpr Range kReadOnly{0x11000000, kPage};
inline constexpr Range kData{kReadOnly.base + kReadOnly.size, 2 * kPage};
inline constexpr Range kStack{0x12000000, kPage};
/// In reach of 16-bit addresses; only where the host lets a program map it.
inline constexpr Range kLow{0x8000, 2 * kPage};

/// Linux's selectors (arch/x86/include/asm/segment.h): 32-bit user code, user data, 64-bit user
/// code; and what the interpreter's GDT has in the same places.
inline constexpr std::uint16_t kCodeSelector = 0x23;
inline constexpr std::uint16_t kDataSelector = 0x2B;
inline constexpr std::uint16_t kCode64Selector = 0x33;

/// Length of the far jump a sequence ends with.
inline constexpr std::uint32_t kLeaveBytes = 7;

/// The user's memory that sequences change, in this order in an image of it.
inline constexpr Range kWritable[] = {kData, kStack, kLow};
inline constexpr std::uint32_t kImageBytes = kData.size + kStack.size + kLow.size;

}  // namespace strata::test::layout
