// What the loader makes of good guests and says of bad ones.
#include "platform/loader/guest_loader.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "models/machine/memory_map.h"
#include "platform/loader/multiboot.h"
#include "sw/include/boot_parameters.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/loader/elf_builder.h"
#include "tests/unit/loader/sizes.h"

namespace strata {
namespace {

using test::ElfBuilder;
namespace fs = std::filesystem;

using test::kMiB;

class GuestLoader : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::vector<std::uint8_t>& bytes) {
    const fs::path path = folder_ / name;
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    return path.string();
  }

  Result<GuestImage> load(const std::vector<std::uint8_t>& bytes, std::uint64_t memory = 16 * kMiB,
                          const std::string& append = "") {
    return load_guest({write("guest", bytes), "", append, memory});
  }

  /// Expects one line of error that contains each of `parts`.
  void expect_error(const Result<GuestImage>& result, const std::vector<std::string>& parts) {
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().find('\n'), std::string::npos) << result.error();
    for (const std::string& part : parts) {
      EXPECT_NE(result.error().find(part), std::string::npos)
          << "\"" << part << "\" is missing in: " << result.error();
    }
  }

  const test::TempFolder own_;
  const fs::path folder_ = own_.path();
};

std::uint32_t load32(const std::vector<std::uint8_t>& bytes, std::size_t at) {
  std::uint32_t value;
  std::memcpy(&value, &bytes.at(at), sizeof value);
  return value;
}

std::vector<std::uint8_t> boot_sector(std::size_t sectors = 1) {
  std::vector<std::uint8_t> bytes(512 * sectors, 0x90);
  bytes[510] = 0x55;
  bytes[511] = 0xAA;
  return bytes;
}

TEST_F(GuestLoader, PlacesSegmentWithItsZeroedTail) {
  const ElfBuilder elf;
  const auto guest = load(elf.build());
  ASSERT_TRUE(guest.ok()) << guest.error();
  const MemoryBlock& block = guest.value().memory.at(0);
  EXPECT_EQ(block.address, 0x100000u);
  ASSERT_EQ(block.bytes.size(), elf.code.size() + 0x100);
  EXPECT_TRUE(std::equal(elf.code.begin(), elf.code.end(), block.bytes.begin()));
  EXPECT_EQ(block.bytes.back(), 0);
}

TEST_F(GuestLoader, TellsBootRomEntryAndInformation) {
  const auto guest = load(ElfBuilder().build());
  ASSERT_TRUE(guest.ok()) << guest.error();
  const auto& rom = guest.value().rom;
  ASSERT_EQ(rom.size(), std::size_t{STRATA_ROM_SIZE});
  EXPECT_EQ(load32(rom, BOOT_PARAMETERS_OFFSET), std::uint32_t{BOOT_PARAMETERS_MAGIC});
  EXPECT_EQ(load32(rom, BOOT_PARAMETERS_OFFSET + BOOT_PARAMETERS_FIELD_MODE),
            std::uint32_t{BOOT_MODE_MULTIBOOT});
  EXPECT_EQ(load32(rom, BOOT_PARAMETERS_OFFSET + BOOT_PARAMETERS_FIELD_ENTRY), 0x10000Cu);
  EXPECT_EQ(load32(rom, BOOT_PARAMETERS_OFFSET + BOOT_PARAMETERS_FIELD_INFORMATION),
            guest.value().memory.at(1).address);
}

// Multiboot specification 0.6.96, 3.3: offsets of mem_lower, mem_upper, cmdline, mmap_*.
TEST_F(GuestLoader, MultibootInformationHasMemoryAndCommandLine) {
  const auto guest = load(ElfBuilder().build(), 8 * kMiB, "speed=fast");
  ASSERT_TRUE(guest.ok()) << guest.error();
  const MemoryBlock& info = guest.value().memory.at(1);
  EXPECT_EQ(load32(info.bytes, 0) & 0x45, 0x45u);
  EXPECT_EQ(load32(info.bytes, 4), info.address / 1024);
  EXPECT_EQ(load32(info.bytes, 8), 7u * 1024);
  const std::size_t text = load32(info.bytes, 16) - info.address;
  EXPECT_STREQ(reinterpret_cast<const char*>(&info.bytes.at(text)), "speed=fast");
  const std::size_t map = load32(info.bytes, 48) - info.address;
  EXPECT_EQ(load32(info.bytes, 44), 48u);
  EXPECT_EQ(load32(info.bytes, map), 20u);
  EXPECT_EQ(load32(info.bytes, map + 12), info.address);
  EXPECT_EQ(load32(info.bytes, map + 24 + 4), 0x100000u);
  EXPECT_EQ(load32(info.bytes, map + 24 + 12), 7u << 20);
  EXPECT_EQ(load32(info.bytes, map + 24 + 20), 1u);
}

// 3.3: upper memory ends at its first hole; a window at 1 MiB leaves none of it. A machine may have
// more holes than the page has room for.
TEST(MultibootInformation, TellsOfHolesWhatFits) {
  std::vector<AddressRange> ram = {{0, 0x20000}};
  for (std::uint64_t run = 1; run <= 100; ++run) {
    ram.push_back({kMiB + run * 0x2000, kMiB + run * 0x2000 + 0x1000});
  }
  const std::string command_line(kMaxCommandLine, 'x');
  const MemoryBlock info = build_multiboot_info(0x9F000, ram, command_line);
  ASSERT_EQ(info.bytes.size(), 4096u);
  EXPECT_EQ(load32(info.bytes, 4), 128u);
  EXPECT_EQ(load32(info.bytes, 8), 0u);
  const std::size_t text = load32(info.bytes, 16) - info.address;
  EXPECT_EQ(reinterpret_cast<const char*>(&info.bytes.at(text)), command_line);
  const std::size_t map = load32(info.bytes, 48) - info.address;
  const std::size_t entries = load32(info.bytes, 44) / 24;
  EXPECT_GE(entries, 50u);
  ASSERT_LE(map + entries * 24, info.bytes.size());
  EXPECT_EQ(load32(info.bytes, map + 24 + 4), 0x102000u);
  EXPECT_EQ(load32(info.bytes, map + 24 * (entries - 1) + 4),
            0x100000u + 0x2000u * static_cast<std::uint32_t>(entries - 1));
}

TEST_F(GuestLoader, EntryIsTranslatedToPhysical) {
  ElfBuilder elf;
  elf.segment.p_vaddr = 0xC0100000;
  elf.header.e_entry = 0xC010000C;
  const auto guest = load(elf.build());
  ASSERT_TRUE(guest.ok()) << guest.error();
  EXPECT_EQ(load32(guest.value().rom, BOOT_PARAMETERS_OFFSET + BOOT_PARAMETERS_FIELD_ENTRY),
            0x10000Cu);
}

TEST_F(GuestLoader, ReadsSymbols) {
  const auto guest = load(ElfBuilder().build_with_symbol("kernel_main", 0x10000C));
  ASSERT_TRUE(guest.ok()) << guest.error();
  EXPECT_EQ(guest.value().symbols.by_name.at("kernel_main"), 0x10000Cu);
  EXPECT_EQ(guest.value().symbols.by_address.at(0x10000C), "kernel_main");
}

// The segment is 100000h to 10010Ch.
TEST_F(GuestLoader, NamesNoAddressOutsideTheSegmentOfItsSymbol) {
  const auto guest = load(ElfBuilder().build_with_symbol("kernel_main", 0x100004));
  ASSERT_TRUE(guest.ok()) << guest.error();
  const SymbolTable& symbols = guest.value().symbols;
  EXPECT_EQ(symbols.at(0x100003), "");
  EXPECT_EQ(symbols.at(0x100004), "kernel_main");
  EXPECT_EQ(symbols.at(0x10010C), "kernel_main");
  EXPECT_EQ(symbols.at(0x10010D), "");
  EXPECT_EQ(symbols.at(0x9F000), "");
  EXPECT_EQ(symbols.at(0xFFFFFFF0), "") << "the boot ROM";
}

TEST(SymbolTable, ASymbolEndsWithItsSegment) {
  SymbolTable symbols;
  symbols.by_address = {{0x1000, "text"}, {0x5000, "data"}};
  symbols.segments = {{0x1000, 0x1800}, {0x4000, 0x6000}};
  EXPECT_EQ(symbols.at(0x17FF), "text");
  EXPECT_EQ(symbols.at(0x1800), "");
  EXPECT_EQ(symbols.at(0x4800), "") << "below the first symbol of its segment";
  EXPECT_EQ(symbols.at(0x5FFF), "data");
}

TEST_F(GuestLoader, RefusesMissingFile) {
  expect_error(load_guest({(folder_ / "none.elf").string(), "", "", 16 * kMiB}),
               {"none.elf", "No such file", "exists"});
}

TEST_F(GuestLoader, RefusesFolderAndDevice) {
  expect_error(load_guest({folder_.string(), "", "", 16 * kMiB}), {"not a regular file"});
  expect_error(load_guest({"/dev/zero", "", "", 16 * kMiB}), {"not a regular file"});
}

TEST_F(GuestLoader, ReadsAPipeToItsEnd) {
  const std::string pipe = (folder_ / "pipe").string();
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const auto elf = ElfBuilder().build();
  std::thread writer([&] { write("pipe", elf); });
  const auto guest = load_guest({pipe, "", "", 16 * kMiB});
  writer.join();
  ASSERT_TRUE(guest.ok()) << guest.error();
  EXPECT_EQ(guest.value().piped, elf);
  EXPECT_EQ(guest.value().memory.at(0).address, 0x100000u);
}

TEST_F(GuestLoader, RefusesHeaderEntriesOfAnotherSize) {
  ElfBuilder programs;
  programs.header.e_phentsize = 0;
  expect_error(load(programs.build()), {"program headers have 0 bytes, not 32"});
  ElfBuilder sections;
  sections.header.e_shentsize = 41;
  expect_error(load(sections.build_with_symbol("here", 0x100000)),
               {"section headers have 41 bytes, not 40"});
}

TEST_F(GuestLoader, RefusesSegmentsThatNeedMoreThanTheMemoryTogether) {
  // The same 8 MiB three times over in a machine of 16 MiB.
  ElfBuilder elf;
  elf.segment.p_memsz = 8 << 20;
  auto file = elf.build();
  elf.header.e_phoff = static_cast<std::uint32_t>(file.size());
  elf.header.e_phnum = 3;
  file = elf.build();
  for (int i = 0; i < 3; ++i) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&elf.segment);
    file.insert(file.end(), bytes, bytes + sizeof elf.segment);
  }
  expect_error(load(file), {"25165824 bytes together", "--mem gives 16 MiB"});
}

TEST_F(GuestLoader, ReadsOneSymbolTableOfASizeThatFits) {
  // Section headers that all name one table: it is read once.
  ElfBuilder elf;
  auto file = elf.build_with_symbol("here", 0x100008);
  const std::vector<std::uint8_t> sections(file.end() - 2 * sizeof(Elf32_Shdr),
                                           file.end() - sizeof(Elf32_Shdr));
  for (int i = 0; i < 60'000; ++i) file.insert(file.end(), sections.begin(), sections.end());
  const std::uint16_t count = 60'003;
  std::memcpy(&file[offsetof(Elf32_Ehdr, e_shnum)], &count, sizeof count);
  const auto guest = load(file);
  ASSERT_TRUE(guest.ok()) << guest.error();
  EXPECT_EQ(guest.value().symbols.by_name.at("here"), 0x100008u);

  Elf32_Shdr large{};
  std::memcpy(&large, sections.data(), sizeof large);
  large.sh_size = 4 * kMiB;
  auto wide = ElfBuilder().build_with_symbol("here", 0x100008);
  std::memcpy(&wide[wide.size() - 2 * sizeof large], &large, sizeof large);
  fs::resize_file(write("wide", wide), 8 * kMiB);
  expect_error(load_guest({(folder_ / "wide").string(), "", "", 16 * kMiB}),
               {"symbol table", "4194304 bytes", "--mem"});
}

TEST_F(GuestLoader, ReadsOfASparseFileWhatItNeeds) {
  const std::string path = write("sparse", ElfBuilder().build());
  fs::resize_file(path, std::uint64_t{64} << 30);
  EXPECT_TRUE(load_guest({path, "", "", 16 * kMiB}).ok());
}

TEST_F(GuestLoader, RefusesEveryTruncation) {
  const auto whole = ElfBuilder().build_with_symbol("main", 0x10000C);
  for (std::size_t size = 4; size < whole.size(); ++size) {
    const auto result = load({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
    ASSERT_FALSE(result.ok()) << size << " of " << whole.size() << " bytes";
    EXPECT_NE(result.error().find("truncated"), std::string::npos) << result.error();
  }
  EXPECT_TRUE(load(whole).ok());
}

TEST_F(GuestLoader, RefusesOtherMachines) {
  ElfBuilder wide;
  wide.header.e_ident[EI_CLASS] = ELFCLASS64;
  expect_error(load(wide.build()), {"64-bit", "-m32"});
  ElfBuilder big;
  big.header.e_ident[EI_DATA] = ELFDATA2MSB;
  expect_error(load(big.build()), {"big-endian", "little-endian"});
  ElfBuilder arm;
  arm.header.e_machine = EM_ARM;
  expect_error(load(arm.build()), {"ARM", "i386"});
  ElfBuilder object;
  object.header.e_type = ET_REL;
  expect_error(load(object.build()), {"not a linked executable"});
  ElfBuilder shared;
  shared.segment.p_type = PT_INTERP;
  expect_error(load(shared.build()), {"dynamically linked", "-static"});
}

TEST_F(GuestLoader, RefusesBrokenSegments) {
  ElfBuilder none;
  none.segment.p_type = PT_NOTE;
  expect_error(load(none.build()), {"no PT_LOAD"});
  ElfBuilder shrinking;
  shrinking.segment.p_memsz = 4;
  expect_error(load(shrinking.build()), {"more bytes in the file"});
  ElfBuilder outside;
  outside.header.e_entry = 0x200000;
  expect_error(load(outside.build()), {"entry point 0x200000"});
}

TEST_F(GuestLoader, RefusesWhatDoesNotFitMemory) {
  ElfBuilder large;
  large.segment.p_memsz = 20 * kMiB;
  expect_error(load(large.build()), {"--mem gives 16 MiB", "--mem 21M"});
  ElfBuilder wrapping;
  wrapping.segment.p_paddr = wrapping.segment.p_vaddr = 0xFFFFF000;
  wrapping.segment.p_memsz = 0x2000;
  expect_error(load(wrapping.build()), {"--mem gives 16 MiB", "no machine has more than 2048M"});
  ElfBuilder screen;
  screen.segment.p_paddr = 0xB7F80;
  expect_error(load(screen.build()), {"the memory of device vga at 0xb8000", "1 MiB or above"});
  ElfBuilder rom;
  rom.segment.p_paddr = 0xF0000;
  expect_error(load(rom.build()), {"boot ROM"});
}

TEST_F(GuestLoader, RefusesMissingOrDemandingMultibootHeader) {
  ElfBuilder none;
  none.code[8] ^= 1;  // the checksum
  expect_error(load(none.build()), {"no multiboot header", "multiboot (version 1)"});
  ElfBuilder demanding;
  demanding.code[4] = 0x10;
  demanding.code[8] -= 0x10;
  expect_error(load(demanding.build()), {"flags 0x10"});
}

TEST_F(GuestLoader, LoadsBootSectorAt7C00) {
  const auto guest = load(boot_sector());
  ASSERT_TRUE(guest.ok()) << guest.error();
  EXPECT_EQ(guest.value().memory.at(0).address, 0x7C00u);
  EXPECT_EQ(guest.value().memory.at(0).bytes, boot_sector());
  EXPECT_FALSE(guest.value().is_disk_image);
  EXPECT_EQ(load32(guest.value().rom, BOOT_PARAMETERS_OFFSET + BOOT_PARAMETERS_FIELD_MODE),
            std::uint32_t{BOOT_MODE_BOOT_SECTOR});
}

TEST_F(GuestLoader, LongerImageIsAlsoTheDisk) {
  const auto guest = load(boot_sector(3));
  ASSERT_TRUE(guest.ok()) << guest.error();
  EXPECT_TRUE(guest.value().is_disk_image);
  EXPECT_EQ(guest.value().memory.at(0).bytes.size(), 512u);
}

TEST_F(GuestLoader, RefusesWhatIsNoBootSector) {
  expect_error(load({}), {"0 bytes", "55 AA"});
  expect_error(load(std::vector<std::uint8_t>(511, 0x55)), {"511 bytes"});
  expect_error(load(std::vector<std::uint8_t>(512, 0)), {"55 AA"});
  auto odd = boot_sector(2);
  odd.resize(1000);
  expect_error(load(odd), {"1000 bytes", "whole number", "1024"});
  expect_error(load(boot_sector(), 16 * kMiB, "x"), {"--append", "boot sector"});
}

TEST_F(GuestLoader, PadsBiosInFront) {
  std::vector<std::uint8_t> bios(0x1010, 0xF4);
  const auto guest = load_guest({"", write("bios", bios), "", 16 * kMiB});
  ASSERT_TRUE(guest.ok()) << guest.error();
  const auto& rom = guest.value().rom;
  ASSERT_EQ(rom.size(), 0x2000u);
  EXPECT_EQ(rom.at(0x2000 - 0x1010 - 1), 0xFF);
  EXPECT_TRUE(std::equal(bios.rbegin(), bios.rend(), rom.rbegin()));
}

TEST_F(GuestLoader, RefusesBadBios) {
  const auto with_size = [&](std::size_t size) {
    return load_guest({"", write("bios", std::vector<std::uint8_t>(size)), "", 16 * kMiB});
  };
  expect_error(with_size(0), {"--bios", "multiple of 16"});
  expect_error(with_size(100), {"100 bytes", "multiple of 16"});
  expect_error(with_size((256 << 10) + 16), {"256 KiB"});
  EXPECT_TRUE(with_size(256 << 10).ok());
}

TEST_F(GuestLoader, RefusesNothingAtAllAndLongCommandLine) {
  expect_error(load_guest({"", "", "", 16 * kMiB}), {"no guest", "--bios"});
  expect_error(load(ElfBuilder().build(), 16 * kMiB, std::string(2049, 'x')), {"--append", "2048"});
}

}  // namespace
}  // namespace strata
