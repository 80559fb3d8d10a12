// What the host is said to be, and what a host without KVM is told. Needs no /dev/kvm but where
// said.
#include "models/engine/kvm/kvm_host.h"

#include <unistd.h>

#include <fstream>

#include "tests/support/temp_folder.h"
#include "tests/unit/kvm/kvm_guest.h"

namespace strata::test {
namespace {

TEST(KvmHost, MissingDeviceIsNamedWithWhatWouldHelp) {
  const KvmHost host = probe_kvm("/dev/no-such-kvm");
  EXPECT_FALSE(host.available);
  EXPECT_EQ(host.kind, KvmKind::kNone);
  EXPECT_NE(host.reason.find("/dev/no-such-kvm is missing"), std::string::npos) << host.reason;
  EXPECT_NE(host.reason.find("load kvm_intel or kvm_amd"), std::string::npos);
  EXPECT_EQ(host.reason.find('\n'), std::string::npos);
  EXPECT_EQ(host.line(), host.reason);
}

TEST(KvmHost, ADeviceThatIsNotKvmIsRefused) {
  const KvmHost host = probe_kvm("/dev/null");
  EXPECT_FALSE(host.available);
  EXPECT_NE(host.reason.find("/dev/null"), std::string::npos) << host.reason;
  EXPECT_NE(host.reason.find("must be the host's KVM device"), std::string::npos) << host.reason;
}

TEST(KvmHost, NoPermissionSaysWhoMayOpenIt) {
  if (geteuid() == 0) GTEST_SKIP() << "root opens everything";
  const test::TempFolder folder;
  const std::string path = folder.file("kvm");
  std::ofstream{path}.put('x');
  chmod(path.c_str(), 0);
  const KvmHost host = probe_kvm(path);
  EXPECT_NE(host.reason.find("no permission to open"), std::string::npos) << host.reason;
}

TEST(KvmHost, CalibrationTellsAKind) {
  const KvmHost& host = describe_kvm();
  if (!host.available) GTEST_SKIP() << host.reason;
  EXPECT_EQ(host.api_version, 12);
  EXPECT_NE(host.kind, KvmKind::kNone);
  EXPECT_GT(host.real_mode_mips, 0);
  EXPECT_GT(host.protected_mode_mips, 0);
  EXPECT_EQ(host.line().find('\n'), std::string::npos);
  EXPECT_EQ(&describe_kvm(), &host) << "asked once";
}

}  // namespace
}  // namespace strata::test
