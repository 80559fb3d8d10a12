// Runs on virtual time repeat exactly, and `strata compare` sees that the engines agree.
#include <ostream>

#include "tests/guest/demos/guest_run.h"

namespace strata::test {
namespace {

struct Repeated {
  const char* engine;
  const char* file;
};

void PrintTo(const Repeated& r, std::ostream* out) {
  *out << r.file << " on " << r.engine;
}

class GuestRepeat : public GuestTest, public testing::WithParamInterface<Repeated> {};

TEST_P(GuestRepeat, SameCyclesScreenAndImageTwice) {
  struct Result {
    std::uint64_t cycles, instructions;
    std::string screen, image;
    bool operator==(const Result&) const = default;
  };
  const auto once = [&] {
    const Finished finished = run(GetParam().engine, GetParam().file);
    EXPECT_EQ(finished.status, 0) << finished.err;
    const auto json = stats();
    return Result{json.at("cycles"), json.at("instructions"), read("screen.txt"), read("disk.img")};
  };
  const Result first = once();
  const Result second = once();
  EXPECT_GT(first.cycles, 0u);
  EXPECT_EQ(first.cycles, second.cycles);
  EXPECT_TRUE(first == second);
}

INSTANTIATE_TEST_SUITE_P(
    All, GuestRepeat,
    testing::Values(Repeated{"rtl", "disk.elf"}, Repeated{"rtl", "primes.elf"},
                    Repeated{"interp", "disk.elf"}, Repeated{"interp", "primes.elf"},
                    Repeated{"block", "disk.elf"}, Repeated{"block", "primes.elf"}),
    [](const auto& r) {
      const std::string file = r.param.file;
      return std::string(r.param.engine) + "_" + file.substr(0, file.find('.'));
    });

class GuestCompare : public GuestTest, public testing::WithParamInterface<const char*> {};

TEST_P(GuestCompare, EnginesEndWithTheSameScreenAndImage) {
  write("disk.img", Bytes(kImageSectors * 512));
  const Finished finished =
      strata({"compare", "--disk=disk.img", "--json=c.json", guest(GetParam())});
  EXPECT_EQ(finished.status, 0) << finished.out << finished.err;
  const auto json = nlohmann::json::parse(read("c.json"));
  EXPECT_TRUE(json.at("identical").get<bool>());
  EXPECT_GE(json.at("runs").size(), 2u);
  EXPECT_EQ(read("disk.img"), std::string(kImageSectors * 512, '\0')) << "compare wrote the image";
}

INSTANTIATE_TEST_SUITE_P(All, GuestCompare,
                         testing::Values("hello.elf", "disk.elf", "primes.elf", "clock.elf"),
                         [](const auto& g) {
                           const std::string file = g.param;
                           return file.substr(0, file.find('.'));
                         });

}  // namespace
}  // namespace strata::test
