// Builds small files in the form of a Linux bzImage (boot.rst of the kernel), field by field.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "platform/loader/linux_parameters.h"

namespace strata::test {

/// One sector of setup beside the boot sector, then `code` in whole paragraphs, for 100000h.
struct KernelBuilder {
  std::vector<std::uint8_t> setup = std::vector<std::uint8_t>(1024, 0xCC);
  std::vector<std::uint8_t> code{0xF4};

  KernelBuilder() {
    using namespace linux_boot;
    put<std::uint8_t>(kSetupSectors, 1);
    put<std::uint16_t>(kBootFlag, kBootFlagValue);
    put<std::uint8_t>(kHeaderLength, 0x6A);  // to 26C, as in Linux 6.1
    put<std::uint32_t>(kMagic, kMagicValue);
    put<std::uint16_t>(kVersion, 0x020F);
    put<std::uint8_t>(kLoadFlags, kLoadedHigh);
    put<std::uint32_t>(kInitrd, 0);
    put<std::uint32_t>(kInitrdBytes, 0);
    put<std::uint32_t>(kInitrdMost, 0x7FFFFFFF);
    put<std::uint32_t>(kAlignment, 0x100000);
    put<std::uint8_t>(kRelocatable, 0);
    put<std::uint16_t>(kXLoadFlags, 0);
    put<std::uint32_t>(kCommandMost, 2047);
    put<std::uint64_t>(kPreferred, 0x100000);
    put<std::uint32_t>(kInitBytes, 0x20000);
  }

  template <typename T>
  void put(std::size_t at, T value) {
    std::memcpy(&setup.at(at), &value, sizeof value);
  }

  std::vector<std::uint8_t> build() {
    code.resize((code.size() + 15) / 16 * 16);
    put(linux_boot::kSysSize, static_cast<std::uint32_t>(code.size() / 16));
    std::vector<std::uint8_t> file = setup;
    file.insert(file.end(), code.begin(), code.end());
    return file;
  }
};

}  // namespace strata::test
