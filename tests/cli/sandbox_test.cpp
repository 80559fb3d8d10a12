// A run confines itself once its files are open: code inside reaches nothing else, and all that the
// run itself has to write is written.
#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/cli/cli_test.h"
#include "tests/support/engine_names.h"

namespace strata::test {
namespace {

const std::string kHelloGuest = STRATA_BUILD_DIR "/sw/hello.elf";
const std::string kBusyGuest = STRATA_BUILD_DIR "/sw/busy.elf";

constexpr char kNoSandbox[] = "no sandbox: strata info says why";

bool has_sandbox(const Finished& info) {
  return contains(info.out, "sandbox       seccomp");
}

class CliSandbox : public CliTest, public testing::WithParamInterface<std::string> {
 protected:
  void SetUp() override {
    const std::string missing = why_no_engine(GetParam());
    if (!missing.empty()) GTEST_SKIP() << missing;
    if (!has_sandbox(strata({"info"}))) GTEST_SKIP() << kNoSandbox;
  }

  /// A run in which STRATA_TEST_INSIDE is tried.
  Finished with_inside(const std::string& what, const std::string& options) const {
    return script("LD_PRELOAD=" STRATA_INSIDE_HOOK " STRATA_TEST_INSIDE=" + what +
                  " $STRATA run --engine " + GetParam() + " " + options + " " + kHelloGuest);
  }

  /// The state of seccomp of each of the process's threads; 2 is a filter.
  static std::set<std::string> states(pid_t process) {
    std::set<std::string> all;
    const std::string tasks = "/proc/" + std::to_string(process) + "/task";
    for (const auto& task : std::filesystem::directory_iterator(tasks)) {
      all.insert(status_field(std::stoi(task.path().filename().string()), "Seccomp"));
    }
    return all;
  }
};

TEST_P(CliSandbox, CodeInsideReachesNothing) {
  const std::map<std::string, std::string> calls = {{"open", "openat"},
                                                    {"create", "openat"},
                                                    {"connect", "socket"},
                                                    {"ptrace", "ptrace"},
                                                    {"execute", "execve"}};
  for (const auto& [what, call] : calls) {
    const Finished run = with_inside(what, "");
    EXPECT_EQ(run.status, 1) << what << run.err;
    EXPECT_TRUE(contains(run.err, "strata: the sandbox refused system call " + call + " ("))
        << run.err;
    EXPECT_FALSE(contains(run.err, "inside:")) << run.err;
    EXPECT_FALSE(contains(run.out, "executed")) << what;
    EXPECT_FALSE(exists("made")) << what;
  }
}

// A process that is refused is an error like others, and the run goes on.
TEST_P(CliSandbox, CodeInsideStartsNothing) {
  const Finished run = with_inside("fork", "");
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_TRUE(contains(run.err, "inside: not done")) << run.err;
}

// What refuses is the sandbox.
TEST_P(CliSandbox, WithoutItCodeInsideDoesAsItLikes) {
  for (const std::string what : {"open", "create", "connect", "fork", "ptrace", "execute"}) {
    // Of a process that is traced each signal is the tracer's: KVM's timer, the translator's
    // faults.
    if (what == "ptrace" && (GetParam() == "kvm" || GetParam() == "jit")) continue;
    const Finished run = with_inside(what, "--no-sandbox");
    EXPECT_EQ(run.status, 0) << run.err;
    EXPECT_TRUE(contains(run.err + run.out, what == "execute" ? "executed" : "inside: done"))
        << what << run.err;
  }
  EXPECT_TRUE(exists("made"));
}

TEST_P(CliSandbox, HoldsForEachThread) {
  const std::vector<std::string> options = {
      "run", "--engine=" + GetParam(), "--fst=f.fst", "--quiet", "--console=c", "--timeout=1000"};
  for (const bool confined : {true, false}) {
    std::vector<std::string> all = options;
    if (!confined) all.emplace_back("--no-sandbox");
    all.push_back(kBusyGuest);
    const Program program(folder_, all);
    const std::set<std::string> wanted = {confined ? "2" : "0"};
    EXPECT_TRUE(wait_until([&] { return states(program.id()) == wanted; }));
    program.signal(SIGKILL);
  }
}

TEST_P(CliSandbox, WritesAllThatIsAskedFor) {
  const EngineEntry* engine = find_engine(GetParam());
  std::vector<std::string> outputs = {"console",     "log",        "stats", "serial",
                                      "screen-text", "screen-png", "vcd",   "fst"};
  std::vector<std::string> more = {"--explain", "--verbose"};
  const auto has = [&](std::string_view option) {
    return std::ranges::find(engine->options, option) != engine->options.end();
  };
  if (has("profile")) {
    outputs.insert(outputs.end(), {"profile", "interval-file", "region-file"});
    more.insert(more.end(), {"--interval=5k", "--region=ata_init"});
  }
  if (has("check")) more.insert(more.end(), {"--check", "--max-cycles=25k"});
  if (has("sensitive")) more.emplace_back("--sensitive");
  // Of waves and figures the time of day and the speed are the host's.
  const std::set<std::string> of_host = {"vcd", "fst", "stats"};
  std::map<std::string, std::string> found[2];
  for (const bool confined : {true, false}) {
    write("disk.img", Bytes(std::size_t{1} << 16, 0));
    std::vector<std::string> all = {"run", "--engine=" + GetParam(), "--disk=disk.img"};
    for (const std::string& output : outputs) all.push_back("--" + output + "=f." + output);
    all.insert(all.end(), more.begin(), more.end());
    if (!confined) all.emplace_back("--no-sandbox");
    all.push_back(STRATA_BUILD_DIR "/sw/disk.elf");
    const Finished run = strata(all);
    EXPECT_EQ(run.status, has("check") ? 4 : 0) << run.err;
    EXPECT_FALSE(contains(run.err, "sandbox")) << run.err;
    EXPECT_FALSE(contains(run.err, "no costs")) << run.err;
    EXPECT_TRUE(read("f.vcd.gtkw") != "" && read("f.fst.gtkw") != "");
    for (const std::string& output : outputs) {
      const std::string file = folder_ + "/f." + output;
      EXPECT_TRUE(output == "serial" || std::filesystem::file_size(file) > 0) << output;
      if (!of_host.contains(output)) found[confined ? 1 : 0][output] = read("f." + output);
    }
  }
  if (engine->on_host_time) return;
  EXPECT_EQ(found[0], found[1]);
}

// A document that was there stays as it is until it is written, and is then replaced whole.
TEST_P(CliSandbox, ReplacesLongerDocuments) {
  write("stats", Bytes(100'000, 'x'));
  EXPECT_EQ(strata({"run", "--engine=" + GetParam(), "--stats=stats", kHelloGuest}).status, 0);
  EXPECT_TRUE(nlohmann::json::accept(read("stats")));
}

INSTANTIATE_TEST_SUITE_P(Engines, CliSandbox, testing::ValuesIn(all_engine_names()),
                         [](const auto& engine) { return engine.param; });

using CliSandboxed = CliTest;

// What a run does behind itself is done by another process, which leaves nothing.
TEST_F(CliSandboxed, OtherProcessesClearAwayWhatTheyMade) {
  const std::string locks = STRATA_BUILD_DIR "/sw/locks.elf";
  ASSERT_TRUE(std::filesystem::create_directory(folder_ + "/temporary"));
  for (const std::string option : {"--explain", "--patch", "--patch --disk disk.img"}) {
    write("disk.img", Bytes(std::size_t{1} << 16, 0));
    const Finished run =
        script("TMPDIR=$PWD/temporary $STRATA run --engine interp " + option + " " + locks);
    EXPECT_EQ(run.status, 0) << option << run.err;
    EXPECT_TRUE(std::filesystem::is_empty(folder_ + "/temporary")) << option;
    EXPECT_FALSE(contains(run.err, "not compared")) << run.err;
  }
}

TEST_F(CliSandboxed, OtherProcessesEndWithOneThatIsKilled) {
  ASSERT_TRUE(std::filesystem::create_directory(folder_ + "/temporary"));
  const Finished run = script(
      "TMPDIR=$PWD/temporary $STRATA run --engine interp --patch --quiet " + kBusyGuest +
      " >/dev/null & sleep 0.3; kill -9 $!; wait $! 2>/dev/null; "
      "for i in $(seq 100); do [ -n \"$(ls temporary)\" ] || break; sleep 0.1; done; ls temporary");
  EXPECT_EQ(run.out, "");
}

TEST_F(CliSandboxed, SeveralMachinesAreConfinedAsOne) {
  if (!has_sandbox(strata({"info"}))) GTEST_SKIP() << kNoSandbox;
  const std::string soft = "engine = 'interp'\nguest = '" + kBusyGuest + "'\nmax-cycles = '100M'\n";
  write("a.toml", Bytes(soft.begin(), soft.end()));
  const std::string open = soft + "no-sandbox = true\n";
  write("b.toml", Bytes(soft.begin(), soft.end()));
  write("c.toml", Bytes(open.begin(), open.end()));
  const auto state = [&](const std::string& other, const std::string& wanted) {
    const Program program(folder_, {"run", "--quiet", "a.toml", other});
    return wait_until([&] { return status_field(program.id(), "Seccomp") == wanted; });
  };
  EXPECT_TRUE(state("b.toml", "2"));
  EXPECT_TRUE(state("c.toml", "0"));
}

}  // namespace
}  // namespace strata::test
