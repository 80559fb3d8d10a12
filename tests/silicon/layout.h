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
/// Where 64 KiB segments begin that end in the middle of the data.
inline constexpr Range kWrapped{kData.base + kPage - 0x10000, kPage};
/// In reach of 16-bit addresses; only where the host lets a program map it.
inline constexpr Range kLow{0x8000, 2 * kPage};

/// Linux's selectors (arch/x86/include/asm/segment.h): 32-bit user code, user data, 64-bit user
/// code; and what the interpreter's GDT has in the same places.
inline constexpr std::uint16_t kCodeSelector = 0x23;
inline constexpr std::uint16_t kDataSelector = 0x2B;
inline constexpr std::uint16_t kCode64Selector = 0x33;

/// A data segment of the local descriptor table, which is there only where the host's kernel has
/// modify_ldt.
struct LocalSegment {
  std::uint16_t selector;
  std::uint32_t base;
  std::uint32_t limit;  // in bytes, in pages where `pages`
  bool pages;
  bool expand_down;
  bool big;  // B
};

/// 64 KiB, also as a 16-bit stack: offset FFFF is the last byte of the data's first page.
inline constexpr LocalSegment kLocal64K{0x0F, kWrapped.base, 0xFFFF, false, false, false};
/// The same, but what lies behind offset FFFF belongs to it.
inline constexpr LocalSegment kLocal128K{0x17, kWrapped.base, 0x1F, true, false, true};
/// 4 GiB: offset FFFFFFFF is the last byte of the data's first page, offset 0 the next.
inline constexpr LocalSegment kLocal4G{0x1F, kData.base + kPage, 0xFFFFF, true, false, true};
/// Offsets 1000 to FFFF: offset 0 is outside.
inline constexpr LocalSegment kLocalDown{0x27, kWrapped.base, kPage - 1, false, true, false};

inline constexpr LocalSegment kLocal[] = {kLocal64K, kLocal128K, kLocal4G, kLocalDown};

/// Length of the far jump a sequence ends with.
inline constexpr std::uint32_t kLeaveBytes = 7;

/// The user's memory that sequences change, in this order in an image of it.
inline constexpr Range kWritable[] = {kData, kStack, kWrapped, kLow};
inline constexpr std::uint32_t kImageBytes = kData.size + kStack.size + kWrapped.size + kLow.size;

}  // namespace strata::test::layout
