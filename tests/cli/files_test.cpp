// Guests that come through a pipe, and files made by somebody who means no good.
#include "tests/cli/cli_test.h"
#include "tests/unit/loader/elf_builder.h"

namespace strata::test {
namespace {

// What makes a shell give its programs a few seconds of the processor's, which others have no part
// in, and a gigabyte. The address sanitizer reserves terabytes of addresses for itself.
const std::string kQuick = "ulimit -t 10; ";
#ifdef __SANITIZE_ADDRESS__
const std::string kCheap = kQuick + "export ASAN_OPTIONS=$ASAN_OPTIONS:hard_rss_limit_mb=1000; ";
#else
const std::string kCheap = kQuick + "ulimit -v 1000000; ";
#endif

class CliFiles : public CliTest {
 protected:
  void SetUp() override {
    write("guest", exit_guest(42));
    write("guest.elf", ElfBuilder().build());
  }

  /// Refused within a few seconds of the processor's and a gigabyte, with one line that contains
  /// `part`.
  void expect_cheap_refusal(const std::string& arguments, const std::string& part) {
    const Finished run = script(kCheap + "$STRATA run " + arguments);
    EXPECT_EQ(run.status, 2) << arguments << run.err;
    EXPECT_EQ(lines(run.err), 1) << run.err;
    EXPECT_NE(run.err.find(part), std::string::npos) << part << " is missing in " << run.err;
  }
};

TEST_F(CliFiles, GuestsComeThroughPipes) {
  for (const char* text :
       {"cat guest | $STRATA run -", "$STRATA run <(cat guest)", "$STRATA run - <guest",
        "cat guest | $STRATA run /dev/stdin", "$STRATA run /dev/stdin <guest",
        "mkfifo pipe; (sleep 0.3; cat guest >pipe) & $STRATA run pipe",
        "cat guest | $STRATA compare --engines interp,rtl -",
        "(head -c 100 guest; sleep 0.3; tail -c +101 guest) | $STRATA run -"}) {
    const Finished run = script(text);
    EXPECT_EQ(run.status, 42) << text << "\n" << run.err;
  }
  // The last 16 bytes below 4 GiB: mov al,7; out F4h,al; cli; hlt
  Bytes bios_file = {0xB0, 0x07, 0xE6, 0xF4, 0xFA, 0xF4};
  bios_file.resize(16);
  write("bios", bios_file);
  const std::string bios = "$STRATA compare --engines interp,rtl --bios ";
  EXPECT_EQ(script("cat bios | " + bios + "-").status, 7);
  EXPECT_EQ(script(bios + "<(cat bios)").status, 7);
  // cli; hlt and no interrupts: halted for good.
  EXPECT_EQ(script("cat guest.elf | $STRATA run -").status, 0);
  EXPECT_EQ(script("$STRATA compare --engines interp,rtl <(cat guest.elf)").status, 0);
}

TEST_F(CliFiles, WhatCannotComeThroughAPipe) {
  Bytes image = exit_guest(0);
  image.resize(4 * 512);
  write("disk.img", image);
  expect_cheap_refusal("- <disk.img", "needs a name");
  expect_cheap_refusal("<(cat disk.img)", "needs a name");
  expect_cheap_refusal("- </dev/null", "not a regular file or a pipe");
  expect_cheap_refusal("- <&-", "guest -");
  expect_cheap_refusal("<(true)", "0 bytes");
  expect_cheap_refusal("--mem 1M <(cat /dev/zero)", "more than 1048576 bytes");
  expect_cheap_refusal("--bios <(cat /dev/zero)", "more than 262144 bytes");
}

TEST_F(CliFiles, HeadersWithEntriesOfNoSize) {
  ElfBuilder programs;
  programs.header.e_phentsize = 0;
  programs.header.e_phnum = 0xFFFE;
  programs.segment.p_memsz = 8 << 20;
  write("programs.elf", programs.build());
  expect_cheap_refusal("programs.elf", "program headers have 0 bytes, not 32");
  ElfBuilder sections;
  sections.header.e_shentsize = 0;
  write("sections.elf", sections.build_with_symbol("name", 0x100000));
  expect_cheap_refusal("sections.elf", "section headers have 0 bytes, not 40");
}

TEST_F(CliFiles, SparseImagesAreNotComparedWhole) {
  Bytes image = exit_guest(0);
  image.resize(4 * 512);
  write("disk.img", image);
  std::filesystem::resize_file(folder_ + "/disk.img", std::uint64_t{64} << 30);
  const Finished run =
      script(kQuick +
             "$STRATA compare --engines interp,rtl --json c.json disk.img >table; echo $?; grep "
             "same_disk c.json");
  EXPECT_EQ(run.out, "0\n  \"same_disk\": true,\n") << run.err;
}

TEST_F(CliFiles, SparseFilesAreNotReadWhole) {
  std::filesystem::resize_file(folder_ + "/guest.elf", std::uint64_t{64} << 30);
  const Finished run = script(kCheap + "$STRATA run guest.elf");
  EXPECT_EQ(run.status, 0) << run.err;
}

}  // namespace
}  // namespace strata::test
