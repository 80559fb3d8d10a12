// A run that is stopped, or is short of what the host gives, ends cleanly.
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "models/base/file_descriptor.h"
#include "tests/cli/cli_test.h"
#include "tests/support/engine_names.h"

namespace strata::test {
namespace {

/// Shell functions (proc(5)). `heeds PID` waits until the process catches SIGTERM (SigCgt), which a
/// program does that has got as far as its run; `pester PID` asks it to end until it has;
/// `child_of PID` says its only child; `ended PID` whether it runs no more.
const std::string kFunctions =
    "heeds() { until mask=$(sed -n 's/^SigCgt:[^0-9a-f]*//p' /proc/$1/status) && "
    "[ $((0x$mask >> 14 & 1)) = 1 ]; do sleep 0.01; done; }; "
    "pester() { while kill -TERM $1 2>/dev/null; do sleep 0.01; done; }; "
    "child_of() { grep -ls \"^PPid:[[:space:]]*$1\\$\" /proc/[0-9]*/status | cut -d/ -f3; }; "
    "ended() { ! state=$(grep -s ^State: /proc/$1/status) || [[ $state == *Z* ]]; }; ";

class CliStop : public CliTest {
 protected:
  void SetUp() override {
    write("guest", exit_guest(42));
    write("endless", endless_guest());
    write("chat", chatting_guest());
    write("disk.img", Bytes(16 * 512, 0x11));
  }

  std::string outcome() const { return nlohmann::json::parse(read("s.json")).at("outcome"); }

  /// All that run on this host; says why another does not.
  static std::vector<std::string> engines_here() {
    for (const std::string& name : all_engine_names()) {
      const std::string missing = why_no_engine(name);
      if (!missing.empty()) GTEST_LOG_(INFO) << missing;
    }
    return usable_engine_names();
  }
};

// timeout(1) signals the program and then its group, the program among it. It does when its time is
// up, which SIGALRM tells it.
TEST_F(CliStop, InterruptedByTimeout) {
  for (const std::string& engine : engines_here()) {
    const Finished run = script(
        kFunctions +
        "rm -f id; timeout --preserve-status -s INT 1000 sh -c 'echo $$ >id; exec \"$@\"' sh "
        "$STRATA run --stats s.json --engine " +
        engine +
        " endless & until [ -s id ]; do sleep 0.01; done; heeds $(cat id); kill -ALRM $!; "
        "wait $!");
    EXPECT_EQ(run.status, 130) << engine << run.err;
    EXPECT_EQ(lines(run.err), 1) << run.err;
    EXPECT_EQ(outcome(), "interrupted");
  }
}

TEST_F(CliStop, MoreSignalsDoNotKill) {
  for (const std::string& engine : engines_here()) {
    const Finished run = script(kFunctions + "$STRATA run --stats s.json --engine " + engine +
                                " --log log endless & heeds $!; pester $!; wait $!");
    EXPECT_EQ(run.status, 130) << engine << run.err;
    EXPECT_EQ(outcome(), "interrupted");
  }
}

TEST_F(CliStop, SecondSignalGivesUpAnOutputNobodyTakes) {
  const std::string pipe = folder_ + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const FileDescriptor reader(::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  ASSERT_TRUE(reader.valid());
  Program program(folder_,
                  {"-c", "exec '" STRATA_PROGRAM "' run --quiet --stats s.json chat >pipe"}, {},
                  "/bin/bash");
  const int room = ::fcntl(reader.get(), F_GETPIPE_SZ);
  ASSERT_TRUE(wait_until([&] {
    int waiting = 0;
    return ::ioctl(reader.get(), FIONREAD, &waiting) == 0 && waiting == room;
  }));
  const auto sleeps = [&] { return status_field(program.id(), "State").starts_with('S'); };
  ASSERT_TRUE(wait_until(sleeps)) << "it writes what has no room";
  program.signal(SIGTERM);
  const auto delivered = [&] {
    return status_field(program.id(), "ShdPnd").find_first_not_of('0') == std::string::npos;
  };
  ASSERT_TRUE(wait_until(delivered));
  ASSERT_TRUE(wait_until(sleeps)) << "it tries again";
  // What comes within 300 ms is the same wish (stop_signals.cpp).
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  program.signal(SIGTERM);
  const Finished run = program.wait();
  EXPECT_EQ(run.status, 1) << run.err;
  EXPECT_NE(run.err.find("standard output: cannot be written"), std::string::npos) << run.err;
  EXPECT_EQ(outcome(), "interrupted");
}

// After the hangup comes more than the pipe had room for and the guest writes until the next look
// at signals.
TEST_F(CliStop, HangupIsNotForWhoIgnoresIt) {
  const std::string run_to_pipe =
      "$STRATA run --quiet chat >pipe & exec 3<pipe; head -c 2 <&3; kill -HUP $!; ";
  const Finished ignoring = script("trap '' HUP; mkfifo pipe; " + run_to_pipe +
                                   "head -c 1000000 <&3 | wc -c; kill -TERM $!; "
                                   "cat <&3 >/dev/null; wait $!");
  EXPECT_EQ(ignoring.out, "x\n1000000\n") << ignoring.err;
  EXPECT_EQ(ignoring.status, 130) << ignoring.err;
  const Finished heeding = script(run_to_pipe + "cat <&3 >/dev/null; wait $!");
  EXPECT_EQ(heeding.status, 130) << heeding.err;
}

TEST_F(CliStop, CompareLeavesNothingBehind) {
  for (const char* how : {"kill -TERM", "pester"}) {
    const Finished run =
        script(kFunctions +
               "mkdir -p tmp; TMPDIR=$PWD/tmp $STRATA compare --engines interp,rtl --disk disk.img "
               "endless >table & until ls tmp/*/0-interp.out >list 2>&1; do sleep 0.01; done; " +
               how + " $!; wait $!; echo $?; ls tmp");
    EXPECT_EQ(run.out, "130\n") << run.err;
  }
}

// SIGKILL, which compare itself cannot see.
TEST_F(CliStop, RunOfAKilledCompareEnds) {
  const Finished run = script(
      kFunctions +
      "mkdir tmp; TMPDIR=$PWD/tmp $STRATA compare --engines interp endless >table & compare=$!; "
      "until run=$(child_of $compare) && [ -n \"$run\" ]; do sleep 0.01; done; heeds $run; "
      "kill -KILL $compare; SECONDS=0; until ended $run || [ $SECONDS -ge 300 ]; do sleep 0.01; "
      "done; "
      "ended $run && echo gone || kill -KILL $run");
  EXPECT_EQ(run.out, "gone\n") << run.err;
}

TEST_F(CliStop, FewDescriptors) {
  const std::string options =
      " --quiet --disk disk.img --log log --serial com --stats s.json --screen-png s.png ";
  for (const std::string& engine : engines_here()) {
    const std::string waves = " --fst w.fst --vcd w.vcd ";
    for (int limit = 4; limit < 16; ++limit) {
      // Descriptors that the test itself was started with are not the program's.
      const Finished run =
          script("exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; ulimit -n " + std::to_string(limit) +
                 "; exec $STRATA run" + options + waves + "--engine " + engine + " guest");
      if (run.status == 42) break;
      // README, exit codes: the host's want is no bad input.
      EXPECT_EQ(run.status, 1) << engine << " with " << limit << ": " << run.err;
      EXPECT_EQ(lines(run.err), 1) << engine << " with " << limit << ": " << run.err;
      EXPECT_NE(run.err.find("Too many open files"), std::string::npos) << run.err;
    }
  }
  const Finished run = script("ulimit -n 6; exec $STRATA compare --engines interp,rtl guest");
  EXPECT_TRUE(run.status == 42 || run.status == 1) << run.status << run.err;
}

TEST_F(CliStop, NoQueuedSignals) {
  for (const std::string& engine : engines_here()) {
    const Finished run =
        script("ulimit -i 0; exec $STRATA run --quiet --engine " + engine + " guest");
    if (run.status == 42) continue;
    EXPECT_EQ(run.status, 1) << engine;
    EXPECT_EQ(lines(run.err), 1) << run.err;
  }
}

}  // namespace
}  // namespace strata::test
