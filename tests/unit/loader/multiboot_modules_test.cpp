// Modules of multiboot guests (Multiboot specification 0.6.96, section 3.3).
#include "platform/loader/multiboot_modules.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "platform/loader/guest_loader.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/loader/elf_builder.h"
#include "tests/unit/loader/sizes.h"

namespace strata {
namespace {

using test::kMiB;

class MultibootModules : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::vector<std::uint8_t>& bytes) {
    const auto path = std::filesystem::path(folder_.path()) / name;
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    return path.string();
  }

  Result<GuestImage> load(std::vector<std::string> modules, std::uint64_t memory = 16 * kMiB) {
    GuestRequest request;
    request.guest = write("guest", test::ElfBuilder().build());
    request.memory_bytes = memory;
    request.modules = std::move(modules);
    return load_guest(request);
  }

  const test::TempFolder folder_;
};

/// Memory as the machine will have it.
class Memory {
 public:
  explicit Memory(const GuestImage& guest) : bytes_(16 * kMiB) {
    for (const MemoryBlock& block : guest.memory) {
      std::ranges::copy(block.bytes, bytes_.begin() + block.address);
    }
  }
  std::uint32_t word(std::uint32_t at) const {
    std::uint32_t value;
    std::memcpy(&value, &bytes_.at(at), sizeof value);
    return value;
  }
  std::string text(std::uint32_t at) const { return reinterpret_cast<const char*>(&bytes_.at(at)); }
  std::uint8_t byte(std::uint32_t at) const { return bytes_.at(at); }

 private:
  std::vector<std::uint8_t> bytes_;
};

TEST_F(MultibootModules, LieBehindTheGuestWithTheirTexts) {
  const std::string first = write("first", std::vector<std::uint8_t>(5000, 1));
  const std::string second = write("second", {2, 3});
  const auto guest = load({first + "=root=/dev/sda quiet", second});
  ASSERT_TRUE(guest.ok()) << guest.error();
  const Memory memory(guest.value());
  const std::uint32_t info = guest.value().memory.back().address;
  EXPECT_TRUE(memory.word(info) & 8);
  ASSERT_EQ(memory.word(info + 20), 2u);
  const std::uint32_t list = memory.word(info + 24);
  // The guest has a page from 1 MiB on.
  EXPECT_EQ(memory.word(list), 0x101000u);
  EXPECT_EQ(memory.word(list + 4), 0x101000u + 5000);
  EXPECT_EQ(memory.byte(0x101000 + 4999), 1);
  EXPECT_EQ(memory.text(memory.word(list + 8)), "root=/dev/sda quiet");
  EXPECT_EQ(memory.word(list + 12), 0u);
  EXPECT_EQ(memory.word(list + 16), 0x103000u);
  EXPECT_EQ(memory.word(list + 20), 0x103002u);
  EXPECT_EQ(memory.byte(0x103001), 3);
  EXPECT_EQ(memory.text(memory.word(list + 24)), second);
}

TEST_F(MultibootModules, WithoutThemThereIsNoList) {
  const auto guest = load({});
  ASSERT_TRUE(guest.ok()) << guest.error();
  const Memory memory(guest.value());
  const std::uint32_t info = guest.value().memory.back().address;
  EXPECT_FALSE(memory.word(info) & 8);
  EXPECT_EQ(memory.word(info + 20), 0u);
}

TEST_F(MultibootModules, RefusesWhatDoesNotFitOrIsNotThere) {
  const auto refused = [&](std::vector<std::string> modules, std::uint64_t memory,
                           const std::string& part) {
    const auto guest = load(std::move(modules), memory);
    ASSERT_FALSE(guest.ok());
    EXPECT_NE(guest.error().find(part), std::string::npos) << guest.error();
    EXPECT_EQ(guest.error().find('\n'), std::string::npos) << guest.error();
  };
  const std::string large = write("large", std::vector<std::uint8_t>(kMiB));
  refused({large}, 2 * kMiB, "give more --mem");
  refused({large + "=text"}, 2 * kMiB + 4096, "list: ");
  EXPECT_TRUE(load({large}, 2 * kMiB + 8192).ok());
  refused({folder_.path() + "/none"}, 16 * kMiB, "--module");
}

TEST_F(MultibootModules, ABootSectorTakesNone) {
  std::vector<std::uint8_t> sector(512);
  sector[510] = 0x55;
  sector[511] = 0xAA;
  GuestRequest request;
  request.guest = write("sector", sector);
  request.memory_bytes = 16 * kMiB;
  request.modules = {request.guest};
  const auto guest = load_guest(request);
  ASSERT_FALSE(guest.ok());
  EXPECT_NE(guest.error().find("--module"), std::string::npos) << guest.error();
}

}  // namespace
}  // namespace strata
