// What the loader makes of Linux kernels and of files that only look like one.
#include "platform/loader/linux_kernel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

#include "models/machine/memory_map.h"
#include "platform/loader/guest_loader.h"
#include "sw/include/boot_parameters.h"
#include "tests/support/kernel_builder.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/loader/elf_builder.h"
#include "tests/unit/loader/sizes.h"

namespace strata {
namespace {

using namespace linux_boot;
using test::KernelBuilder;
using test::kMiB;

class LinuxKernel : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::vector<std::uint8_t>& bytes) {
    const auto path = std::filesystem::path(folder_.path()) / name;
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    return path.string();
  }

  Result<GuestImage> load(const std::vector<std::uint8_t>& kernel, std::uint64_t initrd_bytes = 0,
                          std::uint64_t memory = 16 * kMiB, const std::string& append = "") {
    GuestRequest request;
    request.memory_bytes = memory;
    request.append = append;
    request.kernel = write("kernel", kernel);
    if (initrd_bytes != 0) {
      request.initrd = write("initrd", std::vector<std::uint8_t>(initrd_bytes, 0x5A));
    }
    return load_guest(request);
  }

  void expect_error(const Result<GuestImage>& result, const std::string& part) {
    ASSERT_FALSE(result.ok()) << part;
    EXPECT_EQ(result.error().find('\n'), std::string::npos) << result.error();
    EXPECT_NE(result.error().find(part), std::string::npos)
        << "\"" << part << "\" is missing in: " << result.error();
  }

  const test::TempFolder folder_;
};

template <typename T>
T get(const std::vector<std::uint8_t>& bytes, std::size_t at) {
  T value;
  std::memcpy(&value, &bytes.at(at), sizeof value);
  return value;
}

std::uint32_t rom_field(const GuestImage& guest, std::size_t field) {
  return get<std::uint32_t>(guest.rom, BOOT_PARAMETERS_OFFSET + field);
}

const MemoryBlock& block_at(const GuestImage& guest, std::uint32_t address) {
  const auto found = std::ranges::find(guest.memory, address, &MemoryBlock::address);
  EXPECT_NE(found, guest.memory.end()) << std::hex << address;
  return found == guest.memory.end() ? guest.memory.front() : *found;
}

/// The boot parameters, to which the ROM was told to point ESI.
const std::vector<std::uint8_t>& parameters_of(const GuestImage& guest) {
  return block_at(guest, rom_field(guest, BOOT_PARAMETERS_FIELD_INFORMATION)).bytes;
}

TEST_F(LinuxKernel, LiesAtOneMiBAndIsEnteredThere) {
  KernelBuilder kernel;
  kernel.code = {0x11, 0x22, 0x33};
  const auto guest = load(kernel.build());
  ASSERT_TRUE(guest.ok()) << guest.error();
  EXPECT_EQ(rom_field(guest.value(), BOOT_PARAMETERS_FIELD_MODE), std::uint32_t{BOOT_MODE_LINUX});
  EXPECT_EQ(rom_field(guest.value(), BOOT_PARAMETERS_FIELD_ENTRY), 0x100000u);
  EXPECT_EQ(guest.value().entry, 0x100000u);
  const auto& code = block_at(guest.value(), 0x100000).bytes;
  EXPECT_EQ(std::vector<std::uint8_t>(code.begin(), code.begin() + 4),
            (std::vector<std::uint8_t>{0x11, 0x22, 0x33, 0}));
}

TEST_F(LinuxKernel, ParametersHaveHeaderCommandLineAndScreen) {
  KernelBuilder kernel;
  kernel.put<std::uint64_t>(kSetupData, 0x1234);
  const auto guest = load(kernel.build(), 0, 16 * kMiB, "console=ttyS0 quiet");
  ASSERT_TRUE(guest.ok()) << guest.error();
  const auto& parameters = parameters_of(guest.value());
  ASSERT_EQ(parameters.size(), 4096u);
  EXPECT_EQ(get<std::uint32_t>(parameters, kMagic), kMagicValue);
  EXPECT_EQ(parameters[kLoader], kUnknownLoader);
  EXPECT_EQ(get<std::uint64_t>(parameters, kSetupData), 0u) << "a stranger's pointer";
  EXPECT_EQ(parameters[0x26C], 0) << "behind the header";
  EXPECT_EQ(parameters[0x1EF], 0) << "in front of the header";
  EXPECT_EQ(get<std::uint32_t>(parameters, kInitrdBytes), 0u) << "no initrd";
  EXPECT_EQ(parameters[kVideoIsVga], 1);
  EXPECT_EQ(parameters[kVideoLines], 25);
  const auto& line = block_at(guest.value(), get<std::uint32_t>(parameters, kCommandLine)).bytes;
  EXPECT_STREQ(reinterpret_cast<const char*>(line.data()), "console=ttyS0 quiet");
}

TEST_F(LinuxKernel, MemoryMapLeavesOutPageAndRom) {
  const auto guest = load(KernelBuilder().build(), 0, 8 * kMiB);
  ASSERT_TRUE(guest.ok()) << guest.error();
  const auto& parameters = parameters_of(guest.value());
  std::vector<std::array<std::uint64_t, 3>> map;
  for (std::size_t i = 0; i < parameters[kMapEntries]; ++i) {
    const std::size_t at = kMap + i * kMapEntryBytes;
    map.push_back({get<std::uint64_t>(parameters, at), get<std::uint64_t>(parameters, at + 8),
                   get<std::uint32_t>(parameters, at + 16)});
  }
  const std::vector<std::array<std::uint64_t, 3>> expected = {{STRATA_PV_PAGE, 0x1000, 2},
                                                              {0xF0000, 0x10000, 2},
                                                              {0, STRATA_PV_PAGE, 1},
                                                              {0x100000, 7 * kMiB, 1}};
  EXPECT_EQ(map, expected);
}

TEST_F(LinuxKernel, InitrdLiesAsHighAsTheKernelLets) {
  KernelBuilder kernel;
  const auto place = [&](std::uint64_t memory) -> std::uint32_t {
    const auto guest = load(kernel.build(), 5000, memory);
    EXPECT_TRUE(guest.ok()) << guest.error();
    if (!guest.ok()) return 0;
    const auto& parameters = parameters_of(guest.value());
    EXPECT_EQ(get<std::uint32_t>(parameters, kInitrdBytes), 5000u);
    const auto at = get<std::uint32_t>(parameters, kInitrd);
    EXPECT_EQ(block_at(guest.value(), at).bytes.size(), 5000u);
    return at;
  };
  EXPECT_EQ(place(16 * kMiB), 16 * kMiB - 8192);
  EXPECT_EQ(place(1024 * kMiB), 896 * kMiB - 8192);
  kernel.put<std::uint32_t>(kInitrdMost, 0x3FFFFF);
  EXPECT_EQ(place(16 * kMiB), 4 * kMiB - 8192);
}

TEST_F(LinuxKernel, InitrdMayNotMeetWhatTheKernelNeeds) {
  KernelBuilder kernel;
  kernel.put<std::uint32_t>(kInitBytes, 3 * kMiB - 4096);
  EXPECT_TRUE(load(kernel.build(), 4096, 4 * kMiB).ok());
  expect_error(load(kernel.build(), 4097, 4 * kMiB), "--initrd");
  expect_error(load(kernel.build(), 17 * kMiB), "--initrd");
  GuestRequest request;
  request.memory_bytes = 16 * kMiB;
  request.kernel = write("kernel", kernel.build());
  request.initrd = write("initrd", {});
  expect_error(load_guest(request), "is empty");
}

TEST_F(LinuxKernel, RefusesWhatItNeedsMoreMemoryFor) {
  KernelBuilder kernel;
  kernel.put<std::uint32_t>(kInitBytes, 16 * kMiB);
  expect_error(load(kernel.build()), "give --mem 17M or more");
  kernel.put<std::uint64_t>(kPreferred, 0xFFFFFFFFFFFFFFFF);
  expect_error(load(kernel.build()), "no machine has more than 2048M");
  expect_error(load(KernelBuilder().build(), 0, kMiB), "--mem");
}

TEST_F(LinuxKernel, SaysWhatIsWrongWithOthers) {
  const auto changed = [&](auto&& change) {
    KernelBuilder kernel;
    change(kernel);
    return load(kernel.build());
  };
  using K = KernelBuilder;
  expect_error(changed([](K& k) { k.put<std::uint32_t>(kMagic, 0); }), "neither a bzImage");
  expect_error(changed([](K& k) { k.put<std::uint16_t>(kVersion, 0x0201); }), "2.01, is older");
  expect_error(changed([](K& k) { k.put<std::uint8_t>(kLoadFlags, 0); }), "zImage");
  expect_error(changed([](K& k) { k.put<std::uint16_t>(kXLoadFlags, 3); }), "64-bit");
  expect_error(changed([](K& k) { k.put<std::uint8_t>(kSetupSectors, 200); }), "cut off");
  KernelBuilder kernel;
  expect_error(load(kernel.build(), 0, 16 * kMiB, std::string(2048, 'x')), "--append: 2048 bytes");
  kernel.put<std::uint16_t>(kVersion, 0x0205);
  expect_error(load(kernel.build(), 0, 16 * kMiB, std::string(256, 'x')), "at most 255");
}

TEST_F(LinuxKernel, RefusesEveryTruncation) {
  KernelBuilder kernel;
  kernel.code.resize(64);
  const auto whole = kernel.build();
  for (std::size_t size = 0; size + 16 <= whole.size(); ++size) {
    const auto guest = load({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
    EXPECT_FALSE(guest.ok()) << size;
  }
}

TEST_F(LinuxKernel, StartsAVmlinux) {
  test::ElfBuilder elf;
  elf.segment.p_vaddr = 0xC0100000;
  elf.header.e_entry = 0x10000C;  // physical, as Linux has it
  const auto guest = load(elf.build_with_symbol("startup", 0xC010000C), 100);
  ASSERT_TRUE(guest.ok()) << guest.error();
  EXPECT_EQ(rom_field(guest.value(), BOOT_PARAMETERS_FIELD_MODE), std::uint32_t{BOOT_MODE_LINUX});
  EXPECT_EQ(guest.value().entry, 0x10000Cu);
  EXPECT_EQ(guest.value().symbols.by_name.at("startup"), 0xC010000Cu);
  EXPECT_EQ(get<std::uint32_t>(parameters_of(guest.value()), kMagic), kMagicValue);
  elf = {};
  elf.segment.p_vaddr = 0xC0100000;
  elf.header.e_entry = 0xC010000C;
  EXPECT_EQ(load(elf.build()).value().entry, 0x10000Cu);
  elf.header.e_entry = 0x500000;
  expect_error(load(elf.build()), "entry point 0x500000");
}

/// A file of anybody's is refused in one line, or all it asks for lies in memory.
TEST_F(LinuxKernel, RandomFieldsNeitherCrashNorLeaveMemory) {
  std::mt19937 random(86);
  const auto pick = [&](std::uint32_t below) {
    return static_cast<std::uint32_t>(random()) % below;
  };
  constexpr std::uint64_t kMemory = 4 * kMiB;
  const std::string initrds[] = {"", write("small", std::vector<std::uint8_t>(5000)),
                                 write("large", std::vector<std::uint8_t>(5 * kMiB))};
  unsigned loaded = 0;
  for (int round = 0; round < 1000; ++round) {
    KernelBuilder kernel;
    kernel.code.resize(1 + pick(3000));
    auto file = kernel.build();
    for (unsigned change = 1 + pick(4); change != 0; --change) {
      const std::size_t at =
          pick(4) == 0 ? pick(static_cast<std::uint32_t>(file.size())) : kHeader + pick(0x80);
      static constexpr std::uint8_t kValues[] = {0, 1, 0x7F, 0x80, 0xFF};
      file[at] = pick(2) == 0 ? kValues[pick(5)] : static_cast<std::uint8_t>(random());
    }
    if (pick(8) == 0) file.resize(pick(static_cast<std::uint32_t>(file.size()) + 1));
    GuestRequest request;
    request.memory_bytes = kMemory;
    request.kernel = write("kernel", file);
    request.initrd = initrds[pick(3)];
    const auto guest = load_guest(request);
    if (!guest.ok()) {
      EXPECT_EQ(guest.error().find('\n'), std::string::npos);
      continue;
    }
    ++loaded;
    for (const MemoryBlock& block : guest.value().memory) {
      EXPECT_LE(block.address + std::uint64_t{block.bytes.size()}, kMemory);
    }
  }
  EXPECT_GT(loaded, 100u) << "most are broken beyond use";
}

}  // namespace
}  // namespace strata
