// Linux by --kernel to user space, with an ext2 file system that the host's
// e2fsck finds clean afterwards, and a shell on the serial line.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/cli/cli_test.h"

namespace strata::test {
namespace {

const std::string kKernel = STRATA_LINUX "/bzImage";
const std::string kInitrd = STRATA_LINUX "/initrd.gz";

class LinuxGuest : public CliTest, public testing::WithParamInterface<std::string> {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kKernel) || !std::filesystem::exists(kInitrd)) {
      GTEST_SKIP() << "no Linux in build/guests: scripts/bootstrap --guests, "
                      "scripts/guests/linux";
    }
    if (script("command -v mke2fs e2fsck debugfs").status != 0) {
      GTEST_SKIP() << "no e2fsprogs: scripts/bootstrap --guests";
    }
    const Finished made = script(
        "mkdir files && echo 'from the host' >files/given && mke2fs -q "
        "-t ext2 -d files disk.img 4M");
    ASSERT_EQ(made.status, 0) << made.err;
  }

  /// Its console is in the file serial.
  Finished run(const std::string& command_line, std::vector<std::string> options) {
    options.insert(options.begin(),
                   {"run", "--engine=" + GetParam(), "--kernel=" + kKernel, "--initrd=" + kInitrd,
                    "--append=console=ttyS0,115200 pata_legacy.probe_mask=1" + command_line,
                    "--disk=disk.img", "--serial=serial", "--stats=stats", "--quiet"});
    return strata(options);
  }

  void expect_clean() {
    const Finished checked = script("e2fsck -fn disk.img");
    EXPECT_EQ(checked.status, 0) << checked.out << checked.err;
  }

  std::string file_on_disk(const std::string& name) {
    return script("debugfs -R 'cat " + name + "' disk.img").out;
  }
};

TEST_P(LinuxGuest, ReadsAndWritesExt2AndExits) {
  const Finished ended = run(" run=disk_check", {});
  const std::string said = read("serial");
  EXPECT_EQ(ended.status, 0) << ended.err << said;
  EXPECT_TRUE(contains(said, "disk: from the host")) << said;
  EXPECT_TRUE(contains(said, "disk: line 19")) << said;
  EXPECT_EQ(nlohmann::json::parse(read("stats")).at("outcome"), "exited");
  expect_clean();
  EXPECT_EQ(file_on_disk("/taken"), "from the host\n");
  EXPECT_TRUE(contains(file_on_disk("/deep/lines"), "line 0\nline 1\n"));
}

// The first line is empty, because Linux throws away what comes while it opens
// the port.
TEST_P(LinuxGuest, AShellOnTheSerialLineListsWritesAndPowersOff) {
  const std::string typed =
      "\nmount -t ext2 /dev/sda /disk\nls /disk\ncat "
      "/disk/given > /disk/copied\n"
      "echo by hand >> /disk/copied\nsync\ncat "
      "/disk/copied\numount /disk\ndate\npoweroff\n";
  write("typed", {typed.begin(), typed.end()});
  const Finished ended = run("", {"--serial-in=typed", "--rtc=2027-12-31T23:59:57"});
  const std::string said = read("serial");
  EXPECT_EQ(ended.status, 0) << ended.err << said;
  EXPECT_TRUE(contains(said, "lost+found")) << said;
  EXPECT_TRUE(contains(said, "by hand\r\n")) << said;
  // Three seconds of them to unpack itself: a machine of 25 MHz and an
  // instruction a cycle.
  EXPECT_TRUE(contains(said, "2028-01-01 00:00:0")) << said;
  EXPECT_TRUE(contains(said, "reboot: System halted")) << said;
  EXPECT_EQ(nlohmann::json::parse(read("stats")).at("outcome"), "halted");
  expect_clean();
  EXPECT_EQ(file_on_disk("/copied"), "from the host\nby hand\n");
}

INSTANTIATE_TEST_SUITE_P(Engines, LinuxGuest, testing::Values("interp", "block", "jit"),
                         [](const auto& tested) { return std::string(tested.param); });

}  // namespace
}  // namespace strata::test
