// The disk image in the hands of two runs, and of somebody who takes it away.
#include <atomic>
#include <thread>

#include "tests/cli/cli_test.h"

namespace strata::test {
namespace {

class CliDisk : public CliTest {
 protected:
  void SetUp() override {
    write("guest", exit_guest(0));
    write("endless", disk_writing_guest());
    write("beating", disk_beating_guest());
    write("disk.img", Bytes(16 * 512, 0x11));
  }

  /// The guest writes on while `take_away` happens, sees an error, says so and ends; then the run
  /// says `part`.
  template <typename TakeAway>
  void expect_loss(TakeAway take_away, const std::string& part) {
    for (const char* engine : {"interp", "rtl"}) {
      write("disk.img", Bytes(16 * 512, 0x11));
      Program program(folder_, {"run", "--engine", engine, "--quiet", "--stats", "s.json", "--disk",
                                "disk.img", "beating"});
      ASSERT_TRUE(program.wait_for_output("W\n"));
      take_away();
      const Finished run = program.wait();
      EXPECT_EQ(run.status, 1) << engine;
      EXPECT_TRUE(run.out.ends_with("W\nE\n")) << engine << ": the guest saw no error";
      EXPECT_EQ(lines(run.err), 1) << run.err;
      EXPECT_NE(run.err.find("disk image 'disk.img' was " + part), std::string::npos) << run.err;
      EXPECT_NE(read("s.json").find("\"status\": 1"), std::string::npos) << read("s.json");
    }
  }
};

TEST_F(CliDisk, SecondRunIsToldWhoHasIt) {
  Program program(folder_, {"run", "--disk", "disk.img", "endless"});
  ASSERT_TRUE(program.wait_for_output("W\n"));
  const std::string who = "in use by strata (process " + std::to_string(program.id()) + ")";
  expect_refused({"run", "--disk", "disk.img", "guest"}, {"disk.img", who, "share"});
  expect_refused({"run", "--disk", "disk.img,share", "guest"}, {"disk.img", who});
  expect_refused({"compare", "--engines", "interp", "--disk", "disk.img", "guest"}, {who});
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().status, 130);
  EXPECT_EQ(strata({"run", "--disk", "disk.img", "guest"}).status, 0);
}

TEST_F(CliDisk, ReadersShare) {
  const std::string before = read("disk.img");
  Program program(folder_, {"run", "--disk", "disk.img,share", "endless"});
  ASSERT_TRUE(program.wait_for_output("W\n"));
  EXPECT_EQ(strata({"run", "--disk", "disk.img", "guest"}).status, 2) << "somebody reads it";
  EXPECT_EQ(strata({"run", "--disk", "disk.img,share", "guest"}).status, 0);
  // Writing is refused with an ATA error, which is the guest's affair.
  const Finished writer = strata({"run", "--disk", "disk.img,share", "beating"});
  EXPECT_EQ(writer.status, 41) << writer.err;
  EXPECT_EQ(writer.out, "E\n");
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().status, 130);
  EXPECT_EQ(read("disk.img"), before);
}

TEST_F(CliDisk, DeletedUnderTheRun) {
  expect_loss([this] { std::filesystem::remove(folder_ + "/disk.img"); }, "deleted");
}

TEST_F(CliDisk, CutOffUnderTheRun) {
  expect_loss([this] { std::filesystem::resize_file(folder_ + "/disk.img", 1000); },
              "cut off");
  // The guest writes sector 5; its write under way when that happened may have come to its end.
  EXPECT_TRUE(read("disk.img").size() == 1000 || read("disk.img").size() == 6 * 512);
}

TEST_F(CliDisk, DeletedAndNotMissedByTheGuest) {
  Program program(folder_, {"run", "--quiet", "--disk", "disk.img", "endless"});
  ASSERT_TRUE(program.wait_for_output("W\n"));
  std::filesystem::remove(folder_ + "/disk.img");
  program.signal(SIGINT);
  const Finished run = program.wait();
  EXPECT_EQ(run.status, 1);
  EXPECT_NE(run.err.find("was deleted"), std::string::npos) << run.err;
}

TEST_F(CliDisk, FullHostDiskIsAnErrorOfTheDrive) {
  // A limit stands for the full file system: the image's second page is a hole beyond it.
  std::filesystem::resize_file(folder_ + "/disk.img", 0);
  std::filesystem::resize_file(folder_ + "/disk.img", 16 * 512);
  const Finished run = script("ulimit -f 2; $STRATA run --quiet --disk disk.img beating; echo $?");
  EXPECT_EQ(run.out, "E\n1\n");
  EXPECT_NE(run.err.find("disk image 'disk.img' could not be written: File too large"),
            std::string::npos)
      << run.err;
}

TEST_F(CliDisk, LargerThanADriveIsRefused) {
  std::filesystem::resize_file(folder_ + "/disk.img", std::uint64_t{128} << 30);
  const Finished run = strata({"run", "--disk", "disk.img", "guest"});
  EXPECT_EQ(run.status, 2);
  EXPECT_NE(run.err.find("the drive can address 137438952960"), std::string::npos) << run.err;
  // Not expect_refused(), which would read what should not be there.
  const Finished create = strata({"disk", "create", "new.img", "200G"});
  EXPECT_EQ(create.status, 2);
  EXPECT_NE(create.err.find("disk image 'new.img' cannot have"), std::string::npos) << create.err;
  EXPECT_FALSE(exists("new.img"));
}

TEST_F(CliDisk, CompareDoesNotFillTheHostsDiskWithHoles) {
  std::filesystem::resize_file(folder_ + "/disk.img", std::uint64_t{60} << 30);
  const Finished run = script(
      "ulimit -f 100000000; timeout 30 $STRATA compare --engines interp --disk disk.img guest");
  EXPECT_EQ(run.status, 0) << run.err;
}

// Its boot sector and its disk are one file's, or the run says so.
TEST_F(CliDisk, AGuestThatIsReplacedWhileItIsReadDoesNotRun) {
  namespace fs = std::filesystem;
  for (const std::uint8_t status : Bytes{41, 42}) {
    Bytes image = exit_guest(status);
    image.resize(4 * 512);
    write("disk" + std::to_string(status), image);
  }
  fs::copy_file(folder_ + "/disk41", folder_ + "/disk.img", fs::copy_options::overwrite_existing);
  std::atomic<bool> enough = false;
  std::thread other([&] {
    for (unsigned n = 0; !enough; ++n) {
      fs::copy_file(folder_ + (n % 2 == 0 ? "/disk42" : "/disk41"), folder_ + "/next");
      fs::rename(folder_ + "/next", folder_ + "/disk.img");
    }
  });
  bool refused = false;
  for (int run = 0; run < 300 && !refused; ++run) {
    refused = strata({"run", "--quiet", "disk.img"}).err.find("was replaced") != std::string::npos;
  }
  enough = true;
  other.join();
  EXPECT_TRUE(refused);
}

}  // namespace
}  // namespace strata::test
