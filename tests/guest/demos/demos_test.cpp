// Every demo passes on every engine, shows what it should, and in RTL agrees with the interpreter
// instruction by instruction from reset to exit.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ostream>

#include "models/engine/kvm/kvm_host.h"
#include "platform/machine_config.h"
#include "tests/guest/demos/guest_run.h"
#include "tests/support/engine_names.h"

namespace strata::test {
namespace {

/// A guest and words that its screen must show at the end.
struct Demo {
  const char* name;
  const char* file;
  std::vector<const char*> shows;
  bool paged = false;
};

const Demo kDemos[] = {
    {"hello", "hello.elf", {"Hello from strata86", "light magenta", "░ ▒ ▓ │ ┤", "α ß Γ π Σ"}},
    // 2262 primes are below 20000, the largest of them 19997.
    {"primes", "primes.elf", {"2262", "19997", "primes: ok"}},
    {"disk", "disk.elf", {"disk: ok"}},
    {"disk_pv", "disk_pv.elf", {"by pv", "one sector a call: ok", "ring: ok", "disk_pv: ok"}},
    {"vga_pv", "vga_pv.elf", {"vga_pv: ok", "ABCDEFGHIJKLMNOPQRSTUVWXYZAB"}},
    {"address_spaces", "address_spaces.elf", {"544 page faults", "address_spaces: ok"}, true},
    {"clock", "clock.elf", {"clock: ok"}},
    {"integer", "integer.elf", {"integer: ok"}},
    {"dhrystone", "dhrystone.elf", {"dhrystone: ok"}},
    {"dhrystone_characters", "dhrystone_characters.elf", {"dhrystone: ok"}},
    {"kit", "kit.elf", {"0 failures"}},
    {"locks", "locks.elf", {"account 15: 1000", "locks: 10000 rounds, ok"}},
    {"hello16", "hello16.img", {"Hello from 16 bits"}},
    {"int10", "int10.img", {"INT 10h, a character at a time."}},
};

struct Case {
  const Demo* demo;
  const char* engine;
  std::vector<std::string> options;
  std::string label;
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.label;
}

std::string twin(const std::string& device) {
  return "--device=" + device + "=tlm";
}

std::vector<std::string> all_twins() {
  std::vector<std::string> options;
  for (const char* device : kTwinDevices) options.push_back(twin(device));
  return options;
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const Demo& demo : kDemos) {
    const std::string name = demo.name;
    cases.push_back({&demo, "rtl", {"--check"}, name + "_rtl_checked"});
    cases.push_back({&demo, "interp", {}, name + "_interp"});
    cases.push_back({&demo, "block", {}, name + "_block"});
    cases.push_back({&demo, "kvm", {}, name + "_kvm"});
    cases.push_back({&demo, "kvm", {"--vga-memory=trap"}, name + "_kvm_trapping_vga"});
    cases.push_back({&demo, "rtl", all_twins(), name + "_tlm_twins"});
  }
  return cases;
}

class GuestDemos : public GuestTest, public testing::WithParamInterface<Case> {};

TEST_P(GuestDemos, RunsToItsEnd) {
  const Case& c = GetParam();
  const std::string missing = why_no_engine(c.engine);
  if (!missing.empty()) GTEST_SKIP() << missing;
  if (c.demo->paged && find_engine(c.engine)->on_host_time && !describe_kvm().paging) {
    GTEST_SKIP() << "this host's KVM runs no paged guests";
  }
  const Finished finished = run(c.engine, c.demo->file, c.options);
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_EQ(stats().at("outcome"), "exited");
  const std::string screen = read("screen.txt");
  for (const char* text : c.demo->shows) {
    EXPECT_NE(screen.find(text), std::string::npos) << text << " is not on the screen:\n" << screen;
  }
}

INSTANTIATE_TEST_SUITE_P(All, GuestDemos, testing::ValuesIn(all_cases()),
                         [](const auto& c) { return c.param.label; });

// The twins of a device are equal to the cycle: which one is plugged in cannot be told from the
// run.
class GuestTwins : public GuestTest, public testing::WithParamInterface<Demo> {
 protected:
  /// What a run shows: its statistics but those of the host, its screen, its outputs, its disk.
  std::string shown(const std::vector<std::string>& options) {
    const Finished finished = run("rtl", GetParam().file, options);
    EXPECT_EQ(finished.status, 0) << finished.err;
    nlohmann::json all = stats();
    for (const char* of_the_host : {"seconds", "cycles_per_second", "mips"}) all.erase(of_the_host);
    return all.dump(1) + finished.out + read("screen.txt") + read("disk.img");
  }
};

void PrintTo(const Demo& demo, std::ostream* out) {
  *out << demo.name;
}

TEST_P(GuestTwins, ShowTheSameAsTheRtl) {
  const std::string rtl = shown({});
  EXPECT_EQ(shown(all_twins()), rtl);
  if (GetParam().name != std::string("clock") && GetParam().name != std::string("disk")) return;
  for (const char* device : kTwinDevices) EXPECT_EQ(shown({twin(device)}), rtl) << device;
}

INSTANTIATE_TEST_SUITE_P(All, GuestTwins, testing::ValuesIn(kDemos),
                         [](const auto& demo) { return demo.param.name; });

class GuestDhrystone : public GuestTest, public testing::WithParamInterface<std::string> {};

/// DMIPS are iterations a second over 1757; at 1 MHz a second has 1,000,000 cycles.
TEST_P(GuestDhrystone, PrintsItsFigure) {
  const std::string missing = why_no_engine(GetParam());
  if (!missing.empty()) GTEST_SKIP() << missing;
  const Finished finished = run(GetParam(), "dhrystone.elf", {"--append=iterations=200"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  unsigned iterations = 0;
  unsigned cycles = 0;
  double dmips = 0;
  const std::size_t line = finished.out.find("dhrystone: 200 iterations, ");
  ASSERT_NE(line, std::string::npos) << finished.out;
  ASSERT_EQ(std::sscanf(&finished.out[line], "dhrystone: %u iterations, %u cycles, %lf DMIPS/MHz\n",
                        &iterations, &cycles, &dmips),
            3)
      << finished.out;
  EXPECT_EQ(iterations, 200u);
  EXPECT_NEAR(dmips, 200.0 * 1'000'000 / cycles / 1757, 0.001);
  EXPECT_LT(cycles, stats().at("cycles").get<std::uint64_t>());
}

INSTANTIATE_TEST_SUITE_P(All, GuestDhrystone, testing::ValuesIn(all_engine_names()),
                         [](const auto& engine) { return engine.param; });

class GuestTsc : public GuestTest, public testing::WithParamInterface<const char*> {};

TEST_P(GuestTsc, RisesWithTheTimersClock) {
  const Finished finished = run(GetParam(), "tsc.elf");
  EXPECT_EQ(finished.status, 0) << finished.out << finished.err;
  EXPECT_TRUE(contains(read("screen.txt"), "tsc: 0 failures"));
}

/// SDM vol. 2, RDTSC: an invalid opcode where CPUID does not say TSC; the kit's status is 64 + 6.
TEST_P(GuestTsc, IsNotOnA486) {
  EXPECT_EQ(run(GetParam(), "tsc.elf", {"--cpu=486"}).status, 64 + 6);
}

INSTANTIATE_TEST_SUITE_P(VirtualTime, GuestTsc, testing::Values("interp", "block", "rtl"),
                         [](const auto& engine) { return std::string(engine.param); });

/// What the disk demo writes: 16 sectors from LBA 8, word w of sector s being
/// (s << 16 | w) * 2654435761 modulo 2^32 (Knuth's multiplicative hash).
std::string expected_image() {
  std::string image(kImageSectors * 512, '\0');
  for (std::uint32_t sector = 8; sector < 24; ++sector) {
    for (std::uint32_t word = 0; word < 128; ++word) {
      const std::uint32_t value = (sector << 16 | word) * 2654435761u;
      std::memcpy(&image[sector * 512 + word * 4], &value, 4);
    }
  }
  return image;
}

class GuestDisk : public GuestTest, public testing::WithParamInterface<std::string> {};

TEST_P(GuestDisk, WritesItsPatternIntoTheImage) {
  const std::string missing = why_no_engine(GetParam());
  if (!missing.empty()) GTEST_SKIP() << missing;
  const Finished finished = run(GetParam(), "disk.elf");
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_EQ(read("disk.img"), expected_image());
}

INSTANTIATE_TEST_SUITE_P(All, GuestDisk, testing::ValuesIn(all_engine_names()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace strata::test
