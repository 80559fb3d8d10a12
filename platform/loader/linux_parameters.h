// The fields of Linux's boot parameters (Documentation/arch/x86/zero-page.rst) and of the setup
// header in them and in a bzImage (boot.rst), by their offsets, which are the same in both.
#pragma once

#include <cstddef>
#include <cstdint>

namespace strata::linux_boot {

// screen_info, where it begins; the mode the machine's screen has.
inline constexpr std::size_t kVideoMode = 0x06;
inline constexpr std::size_t kVideoColumns = 0x07;
inline constexpr std::size_t kVideoLines = 0x0E;
inline constexpr std::size_t kVideoIsVga = 0x0F;
inline constexpr std::size_t kVideoPoints = 0x10;  // lines of a character

inline constexpr std::size_t kMapEntries = 0x1E8;  // of the memory map ("e820")
inline constexpr std::size_t kMap = 0x2D0;
inline constexpr std::size_t kMapEntryBytes = 20;
inline constexpr std::size_t kMostMapEntries = 128;
inline constexpr std::uint32_t kMapRam = 1;
inline constexpr std::uint32_t kMapReserved = 2;

// The setup header.
inline constexpr std::size_t kHeader = 0x1F1;
inline constexpr std::size_t kSetupSectors = 0x1F1;
inline constexpr std::size_t kSysSize = 0x1F4;
inline constexpr std::size_t kBootFlag = 0x1FE;
inline constexpr std::size_t kHeaderLength = 0x201;  // from kMagic on
inline constexpr std::size_t kMagic = 0x202;
inline constexpr std::size_t kVersion = 0x206;
inline constexpr std::size_t kLoader = 0x210;
inline constexpr std::size_t kLoadFlags = 0x211;
inline constexpr std::size_t kInitrd = 0x218;
inline constexpr std::size_t kInitrdBytes = 0x21C;
inline constexpr std::size_t kCommandLine = 0x228;
inline constexpr std::size_t kInitrdMost = 0x22C;   // 2.03: address of its last byte at most
inline constexpr std::size_t kAlignment = 0x230;    // 2.05
inline constexpr std::size_t kRelocatable = 0x234;  // 2.05
inline constexpr std::size_t kXLoadFlags = 0x236;   // 2.12
inline constexpr std::size_t kCommandMost = 0x238;  // 2.06
inline constexpr std::size_t kSetupData = 0x250;    // 2.09
inline constexpr std::size_t kPreferred = 0x258;    // 2.10
inline constexpr std::size_t kInitBytes = 0x260;    // 2.10
inline constexpr std::size_t kHeaderEnd = 0x290;    // at most

inline constexpr std::uint16_t kBootFlagValue = 0xAA55;
inline constexpr std::uint32_t kMagicValue = 0x53726448;  // "HdrS"
inline constexpr std::uint8_t kLoadedHigh = 1;            // of the load flags
inline constexpr std::uint16_t kOf64Bits = 1;             // of xloadflags
inline constexpr std::uint8_t kUnknownLoader = 0xFF;

}  // namespace strata::linux_boot
