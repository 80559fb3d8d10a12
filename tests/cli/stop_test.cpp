// A run that is stopped, or is short of what the host gives, ends cleanly.
#include <nlohmann/json.hpp>

#include "tests/cli/cli_test.h"

namespace strata::test {
namespace {

/// Shell function `heeds PID`: waits until the process catches SIGTERM (proc(5), SigCgt), which a
/// program does that has got as far as its run, however slow the host is.
const std::string kHeeds =
    "heeds() { until mask=$(sed -n 's/^SigCgt:[^0-9a-f]*//p' /proc/$1/status) && "
    "[ $((0x$mask >> 14 & 1)) = 1 ]; do sleep 0.01; done; }; ";

class CliStop : public CliTest {
 protected:
  void SetUp() override {
    write("guest", exit_guest(42));
    write("endless", endless_guest());
    write("chat", chatting_guest());
    write("disk.img", Bytes(16 * 512, 0x11));
    has_kvm_ = strata({"run", "--engine", "kvm", "guest"}).status == 42;
  }

  std::string outcome() const { return nlohmann::json::parse(read("s.json")).at("outcome"); }

  std::vector<std::string> engines() const {
    if (has_kvm_) return {"interp", "rtl", "kvm"};
    return {"interp", "rtl"};
  }

  bool has_kvm_ = false;
};

TEST_F(CliStop, InterruptedByTimeout) {
  if (!has_kvm_) GTEST_LOG_(INFO) << "no KVM here: interp and rtl only";
  for (const std::string& engine : engines()) {
    // timeout(1) signals the program and then its group, the program among it.
    const Finished run =
        script("timeout --preserve-status -s INT 1 $STRATA run --stats s.json --engine " + engine +
               " endless");
    EXPECT_EQ(run.status, 130) << engine << run.err;
    EXPECT_EQ(lines(run.err), 1) << run.err;
    EXPECT_EQ(outcome(), "interrupted");
  }
}

TEST_F(CliStop, SecondSignalDoesNotKill) {
  for (const std::string& engine : engines()) {
    const Finished run = script(kHeeds + "$STRATA run --stats s.json --engine " + engine +
                                " --log log endless & heeds $!; kill -TERM $!; kill -TERM $!; "
                                "sleep 0.6; kill -TERM $! 2>/dev/null; wait $!");
    EXPECT_EQ(run.status, 130) << engine << run.err;
    EXPECT_EQ(outcome(), "interrupted");
  }
}

TEST_F(CliStop, SecondSignalGivesUpAnOutputNobodyTakes) {
  const Finished run = script(
      "mkfifo pipe; sleep 50 <pipe & $STRATA run --quiet --stats s.json chat >pipe & "
      "pid=$!; sleep 4; kill -TERM $pid; sleep 1; kill -TERM $pid; wait $pid; echo $?; "
      "kill %1");
  EXPECT_EQ(run.out, "1\n") << run.err;
  EXPECT_NE(run.err.find("standard output: cannot be written"), std::string::npos) << run.err;
  EXPECT_EQ(outcome(), "interrupted");
}

TEST_F(CliStop, HangupIsNotForWhoIgnoresIt) {
  const Finished run =
      script("trap '' HUP; $STRATA run --timeout 1.5 endless & sleep 0.5; kill -HUP $!; wait $!");
  EXPECT_EQ(run.status, 4) << run.err;
}

TEST_F(CliStop, CompareLeavesNothingBehind) {
  for (const char* how : {"", "sleep 0.5; kill -TERM $!;"}) {
    const Finished run =
        script(kHeeds +
               "mkdir -p tmp; TMPDIR=$PWD/tmp $STRATA compare --engines interp,rtl --disk disk.img "
               "endless >table & heeds $!; sleep 1; kill -TERM $!; " +
               std::string(how) + " wait $!; echo $?; ls tmp");
    EXPECT_EQ(run.out, "130\n") << run.err;
  }
}

TEST_F(CliStop, FewDescriptors) {
  const std::string options =
      " --quiet --disk disk.img --log log --serial com --stats s.json --screen-png s.png ";
  for (const std::string& engine : engines()) {
    const std::string waves = engine == "rtl" ? " --fst w.fst --vcd w.vcd " : "";
    for (int limit = 4; limit < 16; ++limit) {
      // Descriptors that the test itself was started with are not the program's.
      const Finished run =
          script("exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; ulimit -n " + std::to_string(limit) +
                 "; exec $STRATA run" + options + waves + "--engine " + engine + " guest");
      if (run.status == 42) break;
      EXPECT_TRUE(run.status == 1 || run.status == 2)
          << engine << " with " << limit << " ends with " << run.status << ": " << run.err;
      EXPECT_EQ(lines(run.err), 1) << engine << " with " << limit << ": " << run.err;
      EXPECT_NE(run.err.find("Too many open files"), std::string::npos) << run.err;
    }
  }
  const Finished run = script("ulimit -n 6; exec $STRATA compare --engines interp,rtl guest");
  EXPECT_TRUE(run.status == 42 || run.status == 1 || run.status == 2) << run.status << run.err;
}

TEST_F(CliStop, NoQueuedSignals) {
  for (const std::string& engine : engines()) {
    const Finished run =
        script("ulimit -i 0; exec $STRATA run --quiet --engine " + engine + " guest");
    if (run.status == 42) continue;
    EXPECT_TRUE(run.status == 1 || run.status == 2) << engine << ": " << run.status;
    EXPECT_EQ(lines(run.err), 1) << run.err;
  }
}

}  // namespace
}  // namespace strata::test
