// The guests as the loader will find them: right headers, nothing but 386 integer instructions, a
// boot ROM of the right size with its reset vector.
#include "tests/style/guest_image.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <optional>

#include "models/machine/memory_map.h"
#include "sw/include/boot_parameters.h"
#include "sw/start/bootrom_data.h"
#include "tests/style/source_tree.h"

namespace strata::style {
namespace {

constexpr const char* kGuests[] = {"hello", "disk", "clock", "primes", "integer", "kit"};
constexpr std::uint32_t kLoadAddress = 0x100000;

std::string guest_path(const std::string& file) {
  return STRATA_GUEST_DIR "/" + file;
}

std::uint32_t word(std::span<const std::uint8_t> bytes, std::size_t offset) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + offset, sizeof(value));
  return value;
}

/// Offset of a valid multiboot header (Multiboot 0.6.96, 3.1.1): in the first 8 KiB, 4-aligned,
/// magic, flags and checksum add up to 0.
std::optional<std::size_t> multiboot_header(const Bytes& file) {
  for (std::size_t offset = 0; offset + 12 <= std::min<std::size_t>(file.size(), 8192); offset += 4)
    if (word(file, offset) == 0x1BADB002 &&
        word(file, offset) + word(file, offset + 4) + word(file, offset + 8) == 0)
      return offset;
  return std::nullopt;
}

class GuestImage : public testing::TestWithParam<const char*> {
 protected:
  const Bytes file_ = read_bytes(guest_path(std::string(GetParam()) + ".elf"));
};

TEST_P(GuestImage, IsAMultibootElfForThe386) {
  const Elf32_Ehdr header = elf_header(file_);
  EXPECT_EQ(std::memcmp(header.e_ident, ELFMAG, SELFMAG), 0);
  EXPECT_EQ(header.e_ident[EI_CLASS], ELFCLASS32);
  EXPECT_EQ(header.e_ident[EI_DATA], ELFDATA2LSB);
  EXPECT_EQ(header.e_type, ET_EXEC);
  EXPECT_EQ(header.e_machine, EM_386);
  EXPECT_TRUE(multiboot_header(file_).has_value());
}

TEST_P(GuestImage, IsLoadedFromOneMebibyteUp) {
  const auto segments = program_headers(file_);
  bool entry_in_code = false;
  ASSERT_FALSE(segments.empty());
  for (const Elf32_Phdr& segment : segments) {
    if (segment.p_type != PT_LOAD) continue;
    EXPECT_GE(segment.p_paddr, kLoadAddress);
    EXPECT_EQ(segment.p_paddr, segment.p_vaddr);
    const std::uint32_t entry = elf_header(file_).e_entry;
    if ((segment.p_flags & PF_X) != 0 && entry - segment.p_vaddr < segment.p_filesz)
      entry_in_code = true;
  }
  EXPECT_TRUE(entry_in_code);
}

TEST_P(GuestImage, HasOnly386IntegerInstructions) {
  const auto sections = code_sections(file_);
  ASSERT_FALSE(sections.empty());
  for (const CodeSection& section : sections) {
    EXPECT_FALSE(section.code.empty());
    const auto findings = instructions_beyond_386(section.code, section.address);
    EXPECT_TRUE(findings.empty()) << section.name << ":\n" << lines(findings);
  }
}

INSTANTIATE_TEST_SUITE_P(All, GuestImage, testing::ValuesIn(kGuests),
                         [](const auto& guest) { return std::string(guest.param); });

TEST(GuestCode, InstructionsBeyondThe386AreFound) {
  const Bytes fine = {0x89, 0xC8, 0x0F, 0xB6,
                      0xC0, 0xF3, 0xAB, 0xC3};  // mov, movzx, rep stosd, ret
  EXPECT_TRUE(instructions_beyond_386(fine, 0).empty());
  const std::vector<Bytes> bad = {
      {0x0F, 0x44, 0xC1},        // cmove eax, ecx (P6)
      {0x0F, 0xC8},              // bswap eax (486)
      {0x0F, 0xB1, 0x0A},        // cmpxchg [edx], ecx (486)
      {0xD9, 0xE8},              // fld1 (x87)
      {0x0F, 0x58, 0xC1},        // addps xmm0, xmm1 (SSE)
      {0x0F, 0x1F, 0x40, 0x00},  // nop dword [eax] (P6)
      {0xF3, 0x0F, 0x1E, 0xFB},  // endbr32
      {0x0F, 0xA2},              // cpuid
      {0x0F, 0x31},              // rdtsc
  };
  for (const Bytes& code : bad) EXPECT_EQ(instructions_beyond_386(code, 0).size(), 1u);
}

TEST(GuestCode, MultibootHeaderWithWrongChecksumIsNone) {
  Bytes file(64, 0);
  const std::uint32_t header[] = {0x1BADB002, 3, 0u - (0x1BADB002 + 3)};
  std::memcpy(file.data() + 16, header, sizeof(header));
  EXPECT_EQ(multiboot_header(file), 16u);
  file[24] ^= 1;
  EXPECT_EQ(multiboot_header(file), std::nullopt);
}

TEST(BootSector, IsOneSectorWithItsSignature) {
  const Bytes image = read_bytes(guest_path("hello16.img"));
  ASSERT_EQ(image.size(), 512u);
  EXPECT_EQ(image[510], 0x55);
  EXPECT_EQ(image[511], 0xAA);
}

class BootRom : public testing::Test {
 protected:
  const Bytes rom_ = read_bytes(guest_path("bootrom.bin"));
};

// FFFF:FFF0 is 16 bytes below the end; a far jump is EA, offset, segment.
TEST_F(BootRom, JumpsFromTheResetVectorToItsLowCopy) {
  ASSERT_EQ(rom_.size(), std::size_t{STRATA_ROM_SIZE});
  const std::size_t vector = STRATA_RESET_VECTOR & (STRATA_ROM_SIZE - 1);
  EXPECT_EQ(vector, 0xFFF0u);
  EXPECT_EQ(rom_[vector], 0xEA);
  const unsigned offset = rom_[vector + 1] | rom_[vector + 2] << 8;
  EXPECT_EQ(rom_[vector + 3] | rom_[vector + 4] << 8, 0xF000);
  EXPECT_EQ(rom_[offset], 0xFA) << "the first instruction is CLI";
}

TEST_F(BootRom, HasAParameterBlockThatNamesNoGuest) {
  ASSERT_EQ(rom_.size(), std::size_t{STRATA_ROM_SIZE});
  static_assert(sizeof(boot_parameters) == BOOT_PARAMETERS_SIZE);
  boot_parameters block;
  std::memcpy(&block, rom_.data() + BOOT_PARAMETERS_OFFSET, sizeof(block));
  EXPECT_EQ(block.magic, std::uint32_t{BOOT_PARAMETERS_MAGIC});
  EXPECT_EQ(block.mode, std::uint32_t{BOOT_MODE_NONE});
  EXPECT_EQ(offsetof(boot_parameters, mode), std::size_t{BOOT_PARAMETERS_FIELD_MODE});
  EXPECT_EQ(offsetof(boot_parameters, entry), std::size_t{BOOT_PARAMETERS_FIELD_ENTRY});
  EXPECT_EQ(offsetof(boot_parameters, information), std::size_t{BOOT_PARAMETERS_FIELD_INFORMATION});
}

TEST_F(BootRom, IsWhatTheProgramCarries) {
  const auto image = bootrom_image();
  ASSERT_EQ(rom_.size(), image.size());
  EXPECT_TRUE(std::equal(rom_.begin(), rom_.end(), image.begin()));
}

}  // namespace
}  // namespace strata::style
