// Raw images: what a user is told about a bad one, and that sectors go where they belong.
#include "platform/disk/raw_image.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <vector>

#include "tests/support/temp_folder.h"

namespace strata {
namespace {

class RawImageTest : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_.file(name); }

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
  test::TempFolder folder_;
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

TEST_F(RawImageTest, MovesPiecesOneAfterTheOther) {
  constexpr std::size_t kPieces = 1030;  // more than one system call takes
  const std::string file = make_file("disk.img", std::string((kPieces + 3) * 512, 'a'));
  auto image = RawImage::open(file);
  ASSERT_TRUE(image.ok());
  std::string bytes(kPieces * 512, ' ');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i / 512 * 7 + i);
  auto* data = reinterpret_cast<std::uint8_t*>(bytes.data());
  std::vector<std::span<const std::uint8_t>> sources = {{data, 1024}};
  for (std::size_t i = 2; i < kPieces; ++i) sources.push_back({data + 512 * i, 512});
  EXPECT_EQ((*image)->write_sectors(2, sources), kPieces);
  EXPECT_EQ(content_of(file), std::string(1024, 'a') + bytes + std::string(512, 'a'));

  std::string back(kPieces * 512, ' ');
  auto* to = reinterpret_cast<std::uint8_t*>(back.data());
  std::vector<std::span<std::uint8_t>> targets;
  for (std::size_t i = kPieces; i-- > 0;) targets.push_back({to + 512 * i, 512});
  EXPECT_EQ((*image)->read_sectors(2, targets), kPieces);
  for (std::size_t i = 0; i < kPieces; ++i) {
    ASSERT_EQ(back.substr((kPieces - 1 - i) * 512, 512), bytes.substr(i * 512, 512)) << i;
  }
  EXPECT_EQ((*image)->write_sectors(4, sources), 0u) << "the last one is not on the disk";
  EXPECT_EQ((*image)->read_sectors(4, targets), 0u);
  EXPECT_EQ((*image)->failure(), "");
}

TEST_F(RawImageTest, SaysHowManySectorsAFullHostTook) {
  const std::string file = make_file("disk.img", std::string(8 * 512, 'a'));
  auto image = RawImage::open(file);
  ASSERT_TRUE(image.ok());
  // A file size limit ends a write in its middle, as a full disk does.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit limit{.rlim_cur = 3 * 512 + 100, .rlim_max = before.rlim_max};
  const auto old = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  const std::vector<std::uint8_t> data(6 * 512, 'z');
  const std::span<const std::uint8_t> piece = data;
  const std::uint64_t moved = (*image)->write_sectors(1, {&piece, 1});
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old);
  EXPECT_EQ(moved, 2u);
  EXPECT_NE((*image)->failure().find("could not be written: File too large"), std::string::npos)
      << (*image)->failure();
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

TEST_F(RawImageTest, ReportsAFileThatShrankUnderTheRunAndDoesNotGrowItAgain) {
  const std::string file = make_file("disk.img", std::string(1024, 'a'));
  auto image = RawImage::open(file);
  ASSERT_TRUE(image.ok());
  EXPECT_EQ((*image)->failure(), "");
  std::filesystem::resize_file(file, 700);
  std::array<std::uint8_t, kSectorBytes> data{};
  EXPECT_FALSE((*image)->read_sector(1, data));
  EXPECT_FALSE((*image)->write_sector(1, data));
  EXPECT_EQ(std::filesystem::file_size(file), 700u);
  EXPECT_EQ((*image)->failure(),
            "disk image '" + file + "' was cut off while the guest ran; sectors are lost");
}

TEST_F(RawImageTest, ReportsAFileThatWasDeletedUnderTheRun) {
  const std::string file = make_file("disk.img", std::string(1024, 'a'));
  auto image = RawImage::open(file);
  ASSERT_TRUE(image.ok());
  std::filesystem::remove(file);
  std::array<std::uint8_t, kSectorBytes> data{};
  EXPECT_FALSE((*image)->read_sector(1, data));
  EXPECT_FALSE((*image)->write_sector(1, data));
  EXPECT_FALSE((*image)->flush());
  EXPECT_EQ((*image)->failure(), "disk image '" + file +
                                     "' was deleted while the guest ran; what the guest wrote is "
                                     "lost");
}

TEST_F(RawImageTest, ImageReplacedUnderTheRunIsDeleted) {
  const std::string file = make_file("disk.img", std::string(1024, 'a'));
  auto image = RawImage::open(file);
  ASSERT_TRUE(image.ok());
  std::filesystem::rename(make_file("other.img", std::string(1024, 'b')), file);
  EXPECT_FALSE((*image)->flush());
  EXPECT_NE((*image)->failure(), "");
}

TEST_F(RawImageTest, IsLockedForItsOwner) {
  const std::string file = make_file("disk.img", std::string(1024, 'a'));
  const std::string who = " (process " + std::to_string(::getpid()) + ")";
  {
    auto image = RawImage::open(file);
    ASSERT_TRUE(image.ok());
    for (const ImageUse use : {ImageUse::kOwn, ImageUse::kShare}) {
      const auto second = RawImage::open(file, use);
      ASSERT_FALSE(second.ok());
      EXPECT_NE(second.error().find("' is in use by "), std::string::npos) << second.error();
      EXPECT_NE(second.error().find(who), std::string::npos) << second.error();
    }
  }
  EXPECT_TRUE(RawImage::open(file).ok());
}

TEST_F(RawImageTest, ReadersShareWhatNobodyWrites) {
  const std::string file = make_file("disk.img", std::string(1024, 'a'));
  auto first = RawImage::open(file, ImageUse::kShare);
  auto second = RawImage::open(file, ImageUse::kShare);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_FALSE(RawImage::open(file).ok());
  std::array<std::uint8_t, kSectorBytes> data{};
  EXPECT_TRUE((*second)->read_sector(1, data));
  EXPECT_EQ(data[0], 'a');
  EXPECT_FALSE((*second)->write_sector(1, data));
  EXPECT_EQ((*second)->failure(), "") << "a guest may try";
  EXPECT_EQ(content_of(file), std::string(1024, 'a'));
}

TEST_F(RawImageTest, ReadersNeedNoWritableFile) {
  const std::string file = make_file("locked.img", std::string(512, 'a'));
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  EXPECT_TRUE(RawImage::open(file, ImageUse::kShare).ok());
}

/// 268,435,455 sectors are what words 60 and 61 of IDENTIFY DEVICE can say (ATA/ATAPI-6, 8.15.35).
TEST_F(RawImageTest, RefusesMoreSectorsThanADriveCanHave) {
  const std::string file = make_file("big.img", "");
  std::filesystem::resize_file(file, std::uint64_t{0x0FFFFFFF} * 512);
  EXPECT_TRUE(RawImage::open(file).ok());
  std::filesystem::resize_file(file, std::uint64_t{0x10000000} * 512);
  expect_error(file,
               "has 137438953472 bytes; the drive can address 137438952960 (128 GiB less a sector) "
               "at most");
  EXPECT_FALSE(create_image(path("new.img"), std::uint64_t{0x10000000} * 512).ok());
  EXPECT_FALSE(std::filesystem::exists(path("new.img")));
}

TEST_F(RawImageTest, CopyHasTheSameBytesAndHoles) {
  const std::string file = make_file("disk.img", std::string(4096, 'a'));
  std::filesystem::resize_file(file, std::uint64_t{8} << 30);
  auto image = RawImage::open(file, ImageUse::kShare);
  ASSERT_TRUE(image.ok());
  ASSERT_TRUE((*image)->copy_to(path("copy.img")).ok());
  EXPECT_EQ(std::filesystem::file_size(path("copy.img")), std::uint64_t{8} << 30);
  struct stat status {};
  ASSERT_EQ(::stat(path("copy.img").c_str(), &status), 0);
  EXPECT_LT(status.st_blocks * 512, 1 << 20) << "a hole became zeroes";
  std::ifstream copy(path("copy.img"), std::ios::binary);
  std::string begin(4097, ' ');
  copy.read(begin.data(), 4097);
  EXPECT_EQ(begin, std::string(4096, 'a') + '\0');
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
