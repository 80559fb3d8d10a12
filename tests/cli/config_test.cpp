// `strata config` and `strata run FILE.toml`.
#include <nlohmann/json.hpp>

#include "tests/cli/cli_test.h"

namespace strata::test {
namespace {

class CliConfig : public CliTest {
 protected:
  nlohmann::json stats(const std::string& name) const { return nlohmann::json::parse(read(name)); }
};

TEST_F(CliConfig, RunsTheSameMachineFromAnywhere) {
  write("guest", disk_writing_guest());
  write("disk.img", Bytes(16 * 512, 0x22));
  const std::string options =
      " --engine interp --disk disk.img --cpi 3 --seed 7 --max-cycles 500k --stats ";
  const Finished run =
      script("$STRATA run" + options + "direct.json guest; echo $?; $STRATA config" + options +
             "file.json guest > m.toml && mkdir other && cd other && " +
             "mv ../m.toml . && $STRATA run m.toml; echo $?");
  EXPECT_EQ(run.out, "W\n4\nW\n4\n") << run.err;
  EXPECT_EQ(read("disk.img").substr(5 * 512, 2), "\x5A\xA5");
  auto direct = stats("direct.json");
  auto file = stats("file.json");
  for (const char* field : {"cycles", "instructions", "exits", "screen_hash", "outcome"}) {
    EXPECT_EQ(direct.at(field), file.at(field)) << field;
  }
  EXPECT_EQ(file.at("cycles"), 500'001);
}

TEST_F(CliConfig, OptionsBesideAFileWin) {
  write("guest", endless_guest());
  const std::string text = "guest = 'guest'\nmax-cycles = 1000\nstats = 's.json'\n";
  write("m.toml", Bytes(text.begin(), text.end()));
  EXPECT_EQ(strata({"run", "m.toml"}).status, 4);
  EXPECT_EQ(stats("s.json").at("cycles"), 1000);
  EXPECT_EQ(strata({"run", "--max-cycles=77", "--engine", "rtl", "m.toml"}).status, 4);
  EXPECT_EQ(stats("s.json").at("cycles"), 77);
  EXPECT_EQ(stats("s.json").at("engine"), "rtl");
}

TEST_F(CliConfig, MistakesAreRefusedWithTheirPlace) {
  write("guest", exit_guest(0));
  const std::vector<std::pair<std::string, std::string>> mistakes = {
      {"guest = 'guest'\nfly = 1\n", "strata: m.toml:2:1: 'fly' is not an option of a machine"},
      {"guest = 'guest'\nmem = \n", "strata: m.toml:2:7: "},
      {"guest = 'guest'\nmem = 3000\n", "strata: m.toml:2:1: --mem: "},
      {"\nguest = 'nobody'\n", "strata: m.toml:2:1: guest nobody: "},
      {"guest = 'guest'\n  disk = 'no.img'\n", "strata: m.toml:2:3: disk image 'no.img' "},
      {"guest = 'guest'\nstats = 'guest'\n", "strata: m.toml:2:1: --stats guest: would overwrite"},
      {"guest = 'guest'\ntrace-from = 3\n", "strata: m.toml:2:1: --trace-from "}};
  for (const auto& [text, message] : mistakes) {
    write("m.toml", Bytes(text.begin(), text.end()));
    expect_refused({"run", "m.toml"}, {message});
  }
  expect_refused({"run", "m.toml", "guest"}, {"guest: ", "FILE.toml"});
  expect_refused({"run", "no.toml"}, {"no.toml", "No such file"});
  expect_refused({"config"}, {"no guest given"});
}

}  // namespace
}  // namespace strata::test
