// Kernels and modules on every engine, as guests of a few instructions see them.
#include "tests/cli/cli_test.h"
#include "tests/support/engine_names.h"
#include "tests/support/kernel_builder.h"
#include "tests/unit/loader/elf_builder.h"

namespace strata::test {
namespace {

/// Exits with the sum of the command line's first byte and the initrd's, or with FF where the
/// 32-bit boot protocol is not kept.
Bytes kernel() {
  KernelBuilder builder;
  builder.code = {
      0x8C, 0xC8, 0x66, 0x3D, 0x10, 0x00, 0x75, 0x2C,  // CS = 10
      0x8C, 0xD8, 0x66, 0x3D, 0x18, 0x00, 0x75, 0x24,  // DS = 18
      0x81, 0xBE, 0x02, 0x02, 0x00, 0x00,              // cmp dword [esi+202h],"HdrS"
      0x48, 0x64, 0x72, 0x53, 0x75, 0x18,              //
      0x85, 0xDB, 0x75, 0x14,                          // EBX = 0
      0x8B, 0x86, 0x28, 0x02, 0x00, 0x00, 0x8A, 0x00,  // mov eax,[esi+228h]; al,[eax]
      0x8B, 0x8E, 0x18, 0x02, 0x00, 0x00, 0x02, 0x01,  // mov ecx,[esi+218h]; add al,[ecx]
      0xE6, 0xF4, 0xFA, 0xF4,                          // out F4h,al; cli; hlt
      0xB0, 0xFF, 0xE6, 0xF4, 0xFA, 0xF4};
  return builder.build();
}

/// Exits with the first byte of its first module.
Bytes guest_of_modules() {
  ElfBuilder elf;
  elf.code.resize(12);
  // mov eax,[ebx+24]; mov eax,[eax]; mov al,[eax]; out F4h,al; cli; hlt
  elf.code.insert(elf.code.end(),
                  {0x8B, 0x43, 0x18, 0x8B, 0x00, 0x8A, 0x00, 0xE6, 0xF4, 0xFA, 0xF4});
  elf.segment.p_filesz = static_cast<std::uint32_t>(elf.code.size());
  elf.segment.p_memsz = elf.segment.p_filesz;
  return elf.build();
}

class CliKernel : public CliTest, public testing::WithParamInterface<std::string> {
 protected:
  void SetUp() override {
    const std::string missing = why_no_engine(GetParam());
    if (!missing.empty()) GTEST_SKIP() << missing;
  }
};

TEST_P(CliKernel, IsEnteredWithItsParameters) {
  write("bzImage", kernel());
  write("initrd", {0x22, 0x33});
  const Finished run = strata({"run", "--engine=" + GetParam(), "--kernel", "bzImage", "--initrd",
                               "initrd", "--append", "\x11 quiet", "--mem=4M"});
  EXPECT_EQ(run.status, 0x33) << run.err;
}

TEST_P(CliKernel, AGuestFindsItsModule) {
  write("guest", guest_of_modules());
  write("module", {0x44});
  write("other", {0x45});
  const Finished run = strata({"run", "--engine=" + GetParam(), "--module", "module=its text",
                               "--module", "other", "guest"});
  EXPECT_EQ(run.status, 0x44) << run.err;
}

INSTANTIATE_TEST_SUITE_P(Engines, CliKernel, testing::ValuesIn(all_engine_names()),
                         [](const auto& tested) { return tested.param; });

class CliKernelFiles : public CliTest {};

TEST_F(CliKernelFiles, AreRefusedInOneLine) {
  write("bzImage", kernel());
  write("guest", exit_guest(0));
  write("initrd", {1});
  expect_refused({"run", "--kernel", "guest"}, {"--kernel guest", "neither a bzImage"});
  expect_refused({"run", "--kernel", "bzImage", "guest"}, {"--kernel bzImage and guest guest"});
  expect_refused({"run", "--kernel", "bzImage", "--bios", "guest"}, {"--kernel", "--bios"});
  expect_refused({"run", "--kernel", "bzImage", "--module", "guest"}, {"--kernel", "--module"});
  expect_refused({"run", "--initrd", "initrd", "guest"}, {"--initrd needs --kernel"});
  expect_refused({"run", "--kernel", "bzImage", "--initrd", "none"}, {"--initrd none"});
  expect_refused({"run", "--module", "=x", "guest"}, {"'=x'"});
  expect_refused({"run", "--module", "initrd", "guest"}, {"--module", "boot sector"});
  expect_refused({"run", "--kernel", "bzImage", "--stats", "initrd", "--initrd", "initrd"},
                 {"--stats", "overwrite"});
}

TEST_F(CliKernelFiles, ADescriptionAndAComparisonHaveThem) {
  write("bzImage", kernel());
  write("initrd", {0x22});
  write("module", {7});
  write("guest", guest_of_modules());
  const Finished described =
      strata({"config", "--kernel=bzImage", "--initrd=initrd", "--append=\x11"});
  ASSERT_EQ(described.status, 0) << described.err;
  EXPECT_TRUE(contains(described.out, "kernel = \"" + folder_ + "/bzImage\"")) << described.out;
  write("machine.toml", Bytes(described.out.begin(), described.out.end()));
  EXPECT_EQ(strata({"run", "machine.toml"}).status, 0x33);
  const Finished compared = strata({"compare", "--engines=interp,block", "--kernel=bzImage",
                                    "--initrd=initrd", "--append=\x11"});
  EXPECT_EQ(compared.status, 0x33) << compared.err << compared.out;
  EXPECT_EQ(strata({"compare", "--engines=interp,block", "--module=module", "guest"}).status, 7);
  const Finished piped = script("cat initrd | $STRATA compare --kernel bzImage --initrd -");
  EXPECT_EQ(piped.status, 2);
  EXPECT_TRUE(contains(piped.err, "give files")) << piped.err;
}

}  // namespace
}  // namespace strata::test
