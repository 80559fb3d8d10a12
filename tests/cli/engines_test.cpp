// What every engine has in common, run on each: how a run ends and what is left behind.
#include <nlohmann/json.hpp>

#include "tests/cli/cli_test.h"
#include "tests/support/engine_names.h"

namespace strata::test {
namespace {

class CliEngines : public CliTest, public testing::WithParamInterface<std::string> {
 protected:
  void SetUp() override {
    const std::string missing = why_no_engine(GetParam());
    if (!missing.empty()) GTEST_SKIP() << missing;
  }

  static bool is_kvm() { return std::string(GetParam()) == "kvm"; }

  /// The run of `guest` ends with `status` in exactly cycle `cycles`, whatever limit lies beyond.
  void expect_end_at(const std::string& guest, std::uint64_t cycles, int status) {
    const Finished cut = run(guest, {"--max-cycles=" + std::to_string(cycles - 1)});
    EXPECT_EQ(cut.status, 4) << cut.err;
    const Finished whole =
        run(guest, {"--max-cycles=" + std::to_string(cycles + 1), "--stats=whole.json"});
    EXPECT_EQ(whole.status, status) << whole.err;
    EXPECT_EQ(nlohmann::json::parse(read("whole.json")).at("cycles"), cycles);
  }

  std::vector<std::string> arguments(const std::string& guest,
                                     const std::vector<std::string>& options) const {
    std::vector<std::string> all = {"run", "--engine=" + GetParam()};
    all.insert(all.end(), options.begin(), options.end());
    all.push_back(guest);
    return all;
  }

  Finished run(const std::string& guest, const std::vector<std::string>& options) const {
    return strata(arguments(guest, options));
  }

  nlohmann::json stats() const { return nlohmann::json::parse(read("s.json")); }
};

TEST_P(CliEngines, GuestChoosesTheStatus) {
  write("guest", exit_guest(42));
  EXPECT_EQ(run("guest", {"--stats=s.json"}).status, 42);
  EXPECT_EQ(stats().at("engine"), GetParam());
  EXPECT_EQ(stats().at("outcome"), "exited");
}

// The instruction that ends the run counts, an iteration of one that would go on does not.
TEST_P(CliEngines, CountsTheInstructionThatEndsTheRun) {
  if (is_kvm()) GTEST_SKIP() << "KVM counts no instructions";
  const auto count = [&](const Bytes& code) -> std::uint64_t {
    write("guest", boot_sector(code));
    EXPECT_EQ(run("guest", {"--stats=s.json"}).status, 0xFC);
    return stats().at("instructions");
  };
  // cld; xor si,si; mov cx,times; mov dx,0F4h; outs of FC, the first byte
  const auto outs = [&](std::uint8_t times, const Bytes& instruction) {
    Bytes code = {0xFC, 0x31, 0xC0,  0x8E, 0xD8, 0xBE, 0x00,
                  0x7C, 0xB9, times, 0x00, 0xBA, 0xF4, 0x00};
    code.insert(code.end(), instruction.begin(), instruction.end());
    return count(code);
  };
  const std::uint64_t out = count({0xB0, 0xFC, 0xE6, 0xF4});  // mov al,FCh; out F4h,al
  EXPECT_EQ(out, 34u);                                        // 32 of the boot ROM
  EXPECT_EQ(count({0xB8, 0x00, 0xFC, 0xE7, 0xF3}), out);      // mov ax,FC00h; out F3h,ax
  EXPECT_EQ(outs(3, {0x6E}), out + 5);
  EXPECT_EQ(outs(1, {0xF3, 0x6E}), out + 5);
  EXPECT_EQ(outs(3, {0xF3, 0x6E}), out + 4);
}

TEST_P(CliEngines, CpuidTellsTheChosenProcessor) {
  write("guest", cpuid_guest());
  EXPECT_EQ(run("guest", {}).status, 5);
  EXPECT_EQ(run("guest", {"--cpu", "486"}).status, 4);
}

TEST_P(CliEngines, TestRomReportsOnThePostPort) {
  for (const std::size_t kib : {64, 128, 256}) {
    write("rom", post_rom(kib));
    const Finished end = strata({"run", "--engine=" + GetParam(), "--bios", "rom", "--post-port",
                                 "0x190", "--log", "rom.log", "--stats", "s.json"});
    EXPECT_EQ(end.status, 0) << end.err;
    EXPECT_NE(end.err.find("last POST code 03"), std::string::npos) << end.err;
    const std::string log = read("rom.log");
    std::string codes;
    for (std::size_t at = log.find("post "); at != std::string::npos;
         at = log.find("post ", at + 1)) {
      codes += log.substr(at + 5, 2) + ' ';
    }
    EXPECT_EQ(codes, "01 02 5a 03 ") << kib << " KiB\n" << log;
    EXPECT_EQ(stats().at("counters").at("post.codes"), 4);
    EXPECT_EQ(stats().at("counters").at("post.last"), 3);
  }
}

// Halted cycles too: the guest works for a while and then halts.
TEST_P(CliEngines, CycleCausesAddUpToTheCycles) {
  if (GetParam() != "rtl") GTEST_SKIP() << "only the RTL CPU has a pipeline";
  write("guest", halting_guest());
  ASSERT_EQ(run("guest", {"--max-cycles=5000", "--stats=s.json"}).status, 0);
  const nlohmann::json counters = stats().at("counters");
  std::uint64_t sum = 0;
  for (const auto& [name, count] : counters.items()) {
    if (name.starts_with("cpu.cycles.")) {
      sum += count.get<std::uint64_t>();
    }
  }
  EXPECT_EQ(sum, stats().at("cycles").get<std::uint64_t>());
  EXPECT_GT(counters.at("cpu.cycles.execute"), 0);
  EXPECT_GT(counters.at("cpu.cycles.fetch"), 0);
}

TEST_P(CliEngines, HaltForEverEnds) {
  write("guest", halting_guest());
  const Finished finished = run("guest", {"--stats=s.json"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_EQ(stats().at("outcome"), "halted");
}

TEST_P(CliEngines, EndsInTheCycleOfTheHaltOrShutdown) {
  if (is_kvm()) GTEST_SKIP() << "KVM runs on host time";
  const std::pair<Bytes, int> guests[] = {{halting_guest(), 0}, {triple_fault_guest(), 3}};
  for (const auto& [code, status] : guests) {
    write("guest", code);
    EXPECT_EQ(run("guest", {"--stats=s.json"}).status, status);
    expect_end_at("guest", stats().at("cycles"), status);
  }
}

TEST_P(CliEngines, HaltWithAMaskedInterruptEnds) {
  write("guest", halt_with_interrupt_guest());
  const Finished finished = run("guest", {"--stats=s.json"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_EQ(stats().at("outcome"), "halted");
}

// Data sheet of the 8254, mode 0: OUT stays high when the count has gone through zero, while the
// counter goes on. No interrupt can come any more (SDM vol. 2, HLT).
TEST_P(CliEngines, HaltWithAnExpiredTimerEnds) {
  write("guest", halt_with_expired_timer_guest());
  const Finished finished = run("guest", {"--stats=s.json", "--max-cycles=1000000"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_EQ(stats().at("outcome"), "halted");
}

// The timer is past its end when the CPU falls asleep, and stores are under way: they end in
// memory, which the check compares at the end.
TEST_P(CliEngines, HaltBehindStoresWithAnExpiredTimerEnds) {
  write("guest", halt_with_expired_timer_guest(16));
  std::vector<std::string> options{"--stats=s.json", "--max-cycles=1000000"};
  if (GetParam() == "rtl") options.insert(options.end(), {"--check", "--memory=sdram"});
  const Finished finished = run("guest", options);
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_EQ(stats().at("outcome"), "halted");
}

// In the same cycle with any twin, and watched.
TEST_P(CliEngines, HaltWithAnExpiredTimerEndsInOneCycle) {
  if (GetParam() != "rtl") GTEST_SKIP() << "only the RTL has twins and waves";
  write("guest", halt_with_expired_timer_guest());
  ASSERT_EQ(run("guest", {"--stats=s.json", "--max-cycles=1000000"}).status, 0);
  const auto cycles = stats().at("cycles").get<std::uint64_t>();
  // 50 ticks of 20 or 21 clocks, and one for the load.
  EXPECT_GT(cycles, 51u * 20);
  const std::vector<std::string> others[] = {{"--vcd=w.vcd"},
                                             {"--fst=w.fst", "--trace-last=100"},
                                             {"--device", "pit=tlm"},
                                             {"--device", "ata=tlm", "--device", "vga=tlm"}};
  for (std::vector<std::string> options : others) {
    options.insert(options.end(), {"--stats=s.json", "--max-cycles=1000000"});
    EXPECT_EQ(run("guest", options).status, 0) << options.front();
    EXPECT_EQ(stats().at("cycles"), cycles) << options.front();
  }
  expect_end_at("guest", cycles, 0);
}

TEST_P(CliEngines, TripleFaultEndsWith3AndTheState) {
  write("guest", triple_fault_guest());
  const Finished finished = run("guest", {});
  EXPECT_EQ(finished.status, 3) << finished.err;
  EXPECT_NE(finished.err.find("IDTR"), std::string::npos) << finished.err;
}

TEST_P(CliEngines, CycleLimitEndsWith4) {
  write("guest", endless_guest());
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(run("guest", {"--max-cycles=200000", "--stats=s.json"}).status, 4);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  const auto cycles = stats().at("cycles").get<std::uint64_t>();
  EXPECT_GE(cycles, 200'000u);
  if (is_kvm()) {
    // It runs on host time and is stopped later, but within the program's own time.
    EXPECT_LE(static_cast<double>(cycles), taken.count() * 25e6);
  } else {
    EXPECT_EQ(cycles, 200'000u);
  }
}

TEST_P(CliEngines, CtrlCEndsCleanlyAndKeepsTheWrite) {
  write("guest", disk_writing_guest());
  write("disk.img", Bytes(16 * 512));
  Program program(folder_, arguments("guest", {"--disk=disk.img", "--stats=s.json"}));
  ASSERT_TRUE(program.wait_for_output("W\n"));
  program.signal(SIGINT);
  const Finished finished = program.wait();
  EXPECT_EQ(finished.status, 130) << finished.err;
  EXPECT_EQ(read("disk.img").substr(5 * 512, 4), "\x5A\xA5\x5A\xA5");
  EXPECT_EQ(stats().at("outcome"), "interrupted");
}

TEST_P(CliEngines, CtrlCReachesAGuestAsleep) {
  // sti; hlt; jmp back: with the timer at its power-on state nothing comes, but it might.
  write("guest", boot_sector({0xB0, 'S',  0xE6, 0xE9, 0xB0, '\n', 0xE6, 0xE9,  // say S
                              0xB0, 0x34, 0xE6, 0x43, 0x30, 0xC0, 0xE6, 0x40, 0xE6,
                              0x40, 0xB0, 0xFF, 0xE6, 0x21, 0xFB, 0xF4, 0xEB, 0xFD}));
  Program program(folder_, arguments("guest", {}));
  ASSERT_TRUE(program.wait_for_output("S\n"));
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().status, 130);
}

TEST_P(CliEngines, TalksOnDebugConsoleSerialAndScreen) {
  write("guest", talking_guest());
  const Finished finished = run("guest", {"--serial=com.txt", "--screen-text=screen.txt"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_EQ(finished.out, "hi\n");
  EXPECT_EQ(read("screen.txt").substr(0, 1), "Z");
  // On host time the bytes' 350 us may not have passed when the loop before the exit has.
  if (GetParam() != "kvm") {
    EXPECT_EQ(read("com.txt"), "com\n");
  }
}

/// How often a run of `guest` has accessed ports, and memory space where no memory answers.
struct Accesses {
  unsigned port = 0;
  unsigned mmio = 0;
  bool operator==(const Accesses&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Accesses& accesses) {
  return out << accesses.port << " of ports, " << accesses.mmio << " of memory space";
}

/// platform/stats/README.md: the same name for the same event on every engine.
class CliAccesses : public CliEngines {
 protected:
  /// Beyond those of the boot ROM and of the one that ends the guest.
  Accesses of_guest(const Bytes& guest, int status, std::vector<std::string> options) {
    options.push_back("--stats=s.json");
    const Accesses least = of_run(exit_guest(0), 0, options);
    const Accesses all = of_run(guest, status, options);
    return {all.port - least.port, all.mmio - least.mmio};
  }

 private:
  Accesses of_run(const Bytes& guest, int status, const std::vector<std::string>& options) {
    write("guest", guest);
    const Finished finished = run("guest", options);
    EXPECT_EQ(finished.status, status) << finished.err;
    const auto exits = nlohmann::json::parse(read("s.json")).at("exits");
    return {exits.value("port", 0u), exits.value("mmio", 0u)};
  }
};

// By dword: one store to ROM, three bytes to it and one behind it, one to the hole, a read and a
// write there, and a read of three bytes and one.
TEST_P(CliAccesses, OfRomAndOfNothing) {
  EXPECT_EQ(of_guest(unclaimed_guest(), 0xFF, {"--mem=1M"}), (Accesses{0, 8}));
}

// mov ax,B800h; mov ds,ax; xor eax,eax; mov [101h],eax; mov dx,1F1h; in eax,dx; mov al,0;
// out F4h,al: three bytes and one of the screen, the same of ports.
TEST_P(CliAccesses, OfDevices) {
  const Bytes guest =
      boot_sector({0xB8, 0x00, 0xB8, 0x8E, 0xD8, 0x66, 0x31, 0xC0, 0x66, 0xA3, 0x01, 0x01,
                   0xBA, 0xF1, 0x01, 0x66, 0xED, 0xB0, 0x00, 0xE6, 0xF4, 0xFA, 0xF4});
  std::vector<std::string> options;
  if (GetParam() != "rtl") options.push_back("--vga-memory=trap");
  EXPECT_EQ(of_guest(guest, 0, options), (Accesses{2, 2}));
}

INSTANTIATE_TEST_SUITE_P(All, CliAccesses, testing::ValuesIn(all_engine_names()),
                         [](const auto& engine) { return engine.param; });

INSTANTIATE_TEST_SUITE_P(All, CliEngines, testing::ValuesIn(all_engine_names()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace strata::test
