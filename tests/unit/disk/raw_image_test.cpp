// Raw images: what a user is told about a bad one, and that sectors go where they belong.
#include "platform/disk/raw_image.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace strata {
namespace {

class RawImageTest : public testing::Test {
 protected:
  RawImageTest() {
    std::string folder = testing::TempDir() + "strata_disk_XXXXXX";
    folder_ = ::mkdtemp(folder.data());
  }
  ~RawImageTest() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ + "/" + name; }

  std::string make_file(const std::string& name, const std::string& content) const {
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
  }

  static std::string content_of(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }

  static void expect_error(const std::string& file, const std::string& what) {
    const auto image = RawImage::open(file);
    ASSERT_FALSE(image.ok());
    EXPECT_EQ(image.error(), "disk image '" + file + "' " + what);
  }

 private:
  std::string folder_;
};

TEST_F(RawImageTest, SectorNIsBytes512NOnwards) {
  std::string content(4 * 512, 'a');
  content[512] = 'X';
  content[1023] = 'Y';
  const std::string file = make_file("disk.img", content);
  auto image = RawImage::open(file);
  ASSERT_TRUE(image.ok()) << image.error();
  EXPECT_EQ((*image)->sector_count(), 4u);
  std::array<std::uint8_t, kSectorBytes> data;
  ASSERT_TRUE((*image)->read_sector(1, data));
  EXPECT_EQ(data[0], 'X');
  EXPECT_EQ(data[1], 'a');
  EXPECT_EQ(data[511], 'Y');

  data.fill('z');
  ASSERT_TRUE((*image)->write_sector(3, data));
  // In the file at once, before any flush.
  EXPECT_EQ(content_of(file), content.substr(0, 3 * 512) + std::string(512, 'z'));
  EXPECT_TRUE((*image)->flush());
}

TEST_F(RawImageTest, RefusesSectorsPastTheEndAndDoesNotGrowTheFile) {
  const std::string file = make_file("disk.img", std::string(1024, 'a'));
  auto image = RawImage::open(file);
  ASSERT_TRUE(image.ok());
  std::array<std::uint8_t, kSectorBytes> data{};
  EXPECT_FALSE((*image)->read_sector(2, data));
  EXPECT_FALSE((*image)->write_sector(2, data));
  EXPECT_FALSE((*image)->write_sector(~std::uint64_t{0}, data));
  EXPECT_EQ(content_of(file), std::string(1024, 'a'));
}

TEST_F(RawImageTest, ReportsAFileThatShrankUnderTheRun) {
  const std::string file = make_file("disk.img", std::string(1024, 'a'));
  auto image = RawImage::open(file);
  ASSERT_TRUE(image.ok());
  std::filesystem::resize_file(file, 700);
  std::array<std::uint8_t, kSectorBytes> data{};
  EXPECT_FALSE((*image)->read_sector(1, data));
}

TEST_F(RawImageTest, SaysWhatIsWrongWithAMissingFile) {
  expect_error(path("none.img"), "does not exist; 'strata disk create' makes one");
  EXPECT_FALSE(std::filesystem::exists(path("none.img")));
}

TEST_F(RawImageTest, SaysThatAFolderIsNoImage) {
  std::filesystem::create_directory(path("folder"));
  expect_error(path("folder"), "is not a file; a raw image file or a block device is needed");
}

TEST_F(RawImageTest, SaysThatAPipeIsNoImage) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  expect_error(path("pipe"), "is not a file; a raw image file or a block device is needed");
}

TEST_F(RawImageTest, SaysThatAnEmptyFileIsNoImage) {
  expect_error(make_file("empty.img", ""), "is empty; at least one sector of 512 bytes is needed");
}

TEST_F(RawImageTest, SaysThatAPartOfASectorIsTooMuch) {
  const std::string file = make_file("odd.img", std::string(1000, 'a'));
  expect_error(file, "has 1000 bytes; a whole number of 512-byte sectors is needed");
  EXPECT_EQ(content_of(file), std::string(1000, 'a'));
}

TEST_F(RawImageTest, SaysThatAReadOnlyFileIsNotWritable) {
  const std::string file = make_file("locked.img", std::string(512, 'a'));
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  expect_error(file, "is not readable and writable; the guest's drive needs both");
}

TEST_F(RawImageTest, CreateMakesZeroesThatOpen) {
  const auto sectors = create_image(path("new.img"), 3 * 512);
  ASSERT_TRUE(sectors.ok()) << sectors.error();
  EXPECT_EQ(sectors.value(), 3u);
  EXPECT_EQ(content_of(path("new.img")), std::string(3 * 512, '\0'));
  EXPECT_TRUE(RawImage::open(path("new.img")).ok());
}

TEST_F(RawImageTest, CreateRefusesToOverwrite) {
  const std::string file = make_file("disk.img", "precious");
  const auto sectors = create_image(file, 512);
  ASSERT_FALSE(sectors.ok());
  EXPECT_EQ(sectors.error(), "disk image '" + file + "' already exists; choose another name");
  EXPECT_EQ(content_of(file), "precious");
}

TEST_F(RawImageTest, CreateRefusesPartsOfSectorsAndNothing) {
  for (const std::uint64_t bytes : {0u, 1u, 513u}) {
    const auto sectors = create_image(path("odd.img"), bytes);
    ASSERT_FALSE(sectors.ok());
    EXPECT_EQ(sectors.error(), "disk image '" + path("odd.img") + "' cannot have " +
                                   std::to_string(bytes) +
                                   " bytes; a multiple of 512 above 0 is needed");
  }
  EXPECT_FALSE(std::filesystem::exists(path("odd.img")));
}

TEST_F(RawImageTest, CreateLeavesNothingWhereTheHostRefuses) {
  EXPECT_FALSE(create_image(path("no/such/folder.img"), 512).ok());
  // More than any file system holds.
  EXPECT_FALSE(create_image(path("huge.img"), std::uint64_t{1} << 63).ok());
  EXPECT_FALSE(std::filesystem::exists(path("huge.img")));
}

}  // namespace
}  // namespace strata
