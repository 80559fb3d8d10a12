// `strata run` with real guests: how it ends, what it prints, what it writes.
#include <nlohmann/json.hpp>

#include "tests/cli/cli_test.h"

namespace strata::test {
namespace {

class CliRun : public CliTest {};

TEST_F(CliRun, GuestChoosesTheStatus) {
  for (const int status : {0, 1, 42, 255}) {
    write("guest", exit_guest(static_cast<std::uint8_t>(status)));
    EXPECT_EQ(strata({"run", "guest"}).status, status);
  }
}

TEST_F(CliRun, HaltForEverEndsWellAndSaysSo) {
  write("guest", halting_guest());
  const Finished run = strata({"run", "guest"});
  EXPECT_EQ(run.status, 0);
  EXPECT_TRUE(contains(run.err, "halted")) << run.err;
}

TEST_F(CliRun, TripleFaultEndsWith3AndTheState) {
  write("guest", triple_fault_guest());
  const Finished run = strata({"run", "guest"});
  EXPECT_EQ(run.status, 3);
  EXPECT_TRUE(contains(run.err, "triple fault")) << run.err;
  EXPECT_TRUE(contains(run.err, "EIP 00007c0e")) << run.err;
}

TEST_F(CliRun, CycleLimitEndsWith4AtThatCycle) {
  write("guest", endless_guest());
  EXPECT_EQ(strata({"run", "--max-cycles", "123456", "--stats", "s.json", "guest"}).status, 4);
  const auto stats = nlohmann::json::parse(read("s.json"));
  EXPECT_EQ(stats.at("cycles"), 123456);
  EXPECT_EQ(stats.at("outcome"), "max-cycles");
}

TEST_F(CliRun, TimeoutEndsWith4) {
  write("guest", endless_guest());
  const auto begin = std::chrono::steady_clock::now();
  const Finished run = strata({"run", "--timeout", "0.3", "guest"});
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(run.status, 4);
  EXPECT_GE(took.count(), 0.3);
}

TEST_F(CliRun, DebugConsoleSerialAndScreenGoWhereAsked) {
  write("guest", talking_guest());
  const Finished run = strata({"run", "--serial", "com.txt", "--screen-text", "screen.txt",
                               "--screen-png", "screen.png", "--log", "log.txt", "guest"});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(run.out, "hi\n");
  EXPECT_EQ(read("com.txt"), "com\n");
  EXPECT_EQ(read("screen.txt").substr(0, 1), "Z");
  EXPECT_EQ(read("screen.png").substr(0, 8), "\x89PNG\r\n\x1A\n");
  EXPECT_TRUE(contains(read("log.txt"), "debug exit 0")) << read("log.txt");
}

TEST_F(CliRun, ConsoleAndSerialOnStandardOutput) {
  write("guest", talking_guest());
  for (const char* stream : {"-", "stdio"}) {
    EXPECT_EQ(strata({"run", "--serial", stream, "guest"}).out, "hi\ncom\n");
    EXPECT_EQ(strata({"run", "--console", stream, "guest"}).out, "hi\n");
    EXPECT_FALSE(exists(stream));
  }
}

TEST_F(CliRun, StatsHaveThePromisedFields) {
  write("guest", exit_guest(7));
  EXPECT_EQ(strata({"run", "--stats", "s.json", "--quiet", "guest"}).err, "");
  const auto stats = nlohmann::json::parse(read("s.json"));
  for (const char* field : {"engine", "guest", "status", "cycles", "instructions", "cpi", "seconds",
                            "cycles_per_second", "mips", "exits"}) {
    EXPECT_TRUE(stats.contains(field)) << field;
  }
  EXPECT_EQ(stats.at("engine"), "interp");
  EXPECT_EQ(stats.at("guest"), "guest");
  EXPECT_EQ(stats.at("status"), 7);
  EXPECT_GT(stats.at("cycles"), 0);
}

TEST_F(CliRun, StatsOnStandardOutput) {
  write("guest", exit_guest(7));
  const Finished run = strata({"run", "--stats", "-", "--quiet", "guest"});
  EXPECT_EQ(nlohmann::json::parse(run.out).at("status"), 7);
  EXPECT_FALSE(exists("-"));
}

TEST_F(CliRun, InterpreterRepeatsCycleByCycle) {
  write("guest", talking_guest());
  for (const char* name : {"a.json", "b.json"}) strata({"run", "--stats", name, "guest"});
  const auto a = nlohmann::json::parse(read("a.json"));
  const auto b = nlohmann::json::parse(read("b.json"));
  EXPECT_EQ(a.at("cycles"), b.at("cycles"));
  EXPECT_EQ(a.at("instructions"), b.at("instructions"));
  EXPECT_EQ(a.at("exits"), b.at("exits"));
  EXPECT_EQ(a.at("screen_hash"), b.at("screen_hash"));
}

TEST_F(CliRun, CpiScalesTheCycles) {
  write("guest", exit_guest(0));
  strata({"run", "--stats", "one.json", "guest"});
  strata({"run", "--stats", "three.json", "--cpi", "3", "guest"});
  const auto one = nlohmann::json::parse(read("one.json"));
  const auto three = nlohmann::json::parse(read("three.json"));
  EXPECT_EQ(three.at("instructions"), one.at("instructions"));
  EXPECT_EQ(three.at("cycles"), 3 * one.at("cycles").get<std::uint64_t>());
}

TEST_F(CliRun, OlderProcessorHasOlderInstructions) {
  write("guest", bswap_guest());
  EXPECT_EQ(strata({"run", "guest"}).status, 1);
  EXPECT_EQ(strata({"run", "--cpu", "486", "guest"}).status, 1);
  EXPECT_EQ(strata({"run", "--cpu", "386", "guest"}).status, 6);
}

TEST_F(CliRun, Port80AsPostPortIsReportedOnce) {
  // The boot ROM's own codes; the guest adds 42h.
  write("guest", boot_sector({0xB0, 0x42, 0xE6, 0x80, 0xFA, 0xF4}));
  strata({"run", "--stats", "a.json", "guest"});
  strata({"run", "--stats", "b.json", "--post-port", "0x80", "guest"});
  const auto a = nlohmann::json::parse(read("a.json")).at("counters");
  EXPECT_EQ(a.at("post.last"), 0x42);
  EXPECT_EQ(nlohmann::json::parse(read("b.json")).at("counters"), a);
}

TEST_F(CliRun, BiosRunsFromTheResetVector) {
  // The reset vector is 16 bytes from the end: mov al,9; out F4h,al.
  Bytes bios(0x1000, 0xF4);
  const Bytes code = {0xB0, 9, 0xE6, 0xF4};
  std::copy(code.begin(), code.end(), bios.end() - 16);
  write("bios", bios);
  EXPECT_EQ(strata({"run", "--bios", "bios"}).status, 9);
}

TEST_F(CliRun, DiskImageBootsAndIsTheDisk) {
  Bytes image = disk_writing_guest();
  image.resize(16 * 512);
  write("disk.img", image);
  EXPECT_EQ(strata({"run", "--max-cycles", "1000000", "disk.img"}).status, 4);
  EXPECT_EQ(read("disk.img").substr(5 * 512, 4), "\x5A\xA5\x5A\xA5");
  EXPECT_EQ(read("disk.img").size(), 16u * 512);
}

TEST_F(CliRun, WriteSurvivesCtrlCAndTermAndKill) {
  for (const int signal : {SIGINT, SIGTERM, SIGKILL}) {
    write("guest", disk_writing_guest());
    write("disk.img", Bytes(16 * 512));
    Program program(folder_, {"run", "--disk", "disk.img", "--stats", "s.json", "guest"});
    ASSERT_TRUE(program.wait_for_output("W\n"));
    program.signal(signal);
    const Finished run = program.wait();
    EXPECT_EQ(run.status, signal == SIGKILL ? 128 + SIGKILL : 130) << run.err;
    const std::string sector = read("disk.img").substr(5 * 512, 512);
    for (std::size_t i = 0; i < 512; i += 2) {
      ASSERT_EQ(sector.substr(i, 2), "\x5A\xA5") << "byte " << i << " after signal " << signal;
    }
    if (signal == SIGKILL) continue;
    const auto stats = nlohmann::json::parse(read("s.json"));
    EXPECT_EQ(stats.at("outcome"), "interrupted");
    EXPECT_EQ(stats.at("counters").at("disk.sectors_written"), 1);
  }
}

TEST_F(CliRun, StatusLineOnATerminal) {
  if (!has_terminals()) GTEST_SKIP() << "this host gives out no pseudo-terminals";
  write("guest", endless_guest());
  Program program(folder_, {"run", "--max-cycles", "1000000000000", "guest"}, TerminalShape{});
  EXPECT_TRUE(program.wait_for_output("left at most"));
  program.signal(SIGINT);
  const Finished run = program.wait();
  EXPECT_EQ(run.status, 130);
  for (const char* part : {" cycles", " MHz", " MIPS", " elapsed", "interrupted"}) {
    EXPECT_TRUE(contains(run.out, part)) << part << " is missing in " << run.out;
  }
}

TEST_F(CliRun, NoStatusLineInAFile) {
  write("guest", endless_guest());
  const Finished run = strata({"run", "--timeout", "0.7", "guest"});
  EXPECT_FALSE(contains(run.err, "elapsed")) << run.err;
  EXPECT_FALSE(contains(run.err, "\r")) << run.err;
}

TEST_F(CliRun, DisplayTextDrawsTheScreenInATerminal) {
  if (!has_terminals()) GTEST_SKIP() << "this host gives out no pseudo-terminals";
  write("guest", talking_guest());
  const Finished run =
      Program(folder_, {"run", "--display", "text", "guest"}, TerminalShape{}).wait();
  EXPECT_EQ(run.status, 0);
  EXPECT_TRUE(contains(run.out, "Z")) << run.out;
  // The debug console comes after the screen has been given back.
  EXPECT_GT(run.out.rfind("hi\r\n"), run.out.rfind("\033[?1049l")) << run.out;
}

TEST_F(CliRun, SeedFillsMemory) {
  // mov al,[8000h]; or al,[8001h]; or al,[8002h]; out F4h,al
  write("guest", boot_sector({0xA0, 0x00, 0x80, 0x0A, 0x06, 0x01, 0x80, 0x0A, 0x06, 0x02, 0x80,
                              0xE6, 0xF4}));
  EXPECT_EQ(strata({"run", "guest"}).status, 0);
  const int seeded = strata({"run", "--seed", "1", "guest"}).status;
  EXPECT_NE(seeded, 0);
  EXPECT_EQ(strata({"run", "--seed", "1", "guest"}).status, seeded);
}

TEST_F(CliRun, NarrowTerminalsGetTheirPartOfTheFinalScreen) {
  if (!has_terminals()) GTEST_SKIP() << "this host gives out no pseudo-terminals";
  write("guest", boot_sector({0xB8, 0x00, 0xB8, 0x8E, 0xC0, 0x31, 0xFF,     // es:di = B800:0000
                              0xB9, 0x50, 0x00, 0xB8, 0x41, 0x07,           // 80 times 'A'
                              0xFC, 0xF3, 0xAB, 0xB0, 0x00, 0xE6, 0xF4}));  // cld; rep stosw; exit
  const Finished run =
      Program(folder_, {"run", "--display", "text", "guest"}, TerminalShape{12, 20}).wait();
  const std::size_t left = run.out.rfind("\x1b[?1049l");
  ASSERT_NE(left, std::string::npos) << run.out;
  const std::string after = run.out.substr(left);
  EXPECT_NE(after.find(std::string(20, 'A') + "\r\n"), std::string::npos) << after;
  EXPECT_EQ(after.find(std::string(21, 'A')), std::string::npos) << after;
  EXPECT_LT(after.find("AAA"), after.find("exited with")) << "the closing line is the last";
}

// What every BIOS does is no difference: memory that nobody has reads all ones, stores to it and to
// ROM are dropped.
TEST_F(CliRun, CheckFollowsStoresToRomAndToNowhere) {
  write("guest", unclaimed_guest());
  const Finished finished = strata({"run", "--engine=rtl", "--check", "--mem=1M", "guest"});
  EXPECT_EQ(finished.status, 0xFF) << finished.err;
}

TEST_F(CliRun, WindowBehindTheEndIsAnError) {
  write("guest", exit_guest(0));
  const Finished late =
      strata({"run", "--engine", "rtl", "--vcd", "w.vcd", "--trace-from", "1M", "guest"});
  EXPECT_EQ(late.status, 1);
  EXPECT_NE(late.err.find("no waves: the run did not reach --trace-from 1M"), std::string::npos)
      << late.err;
  EXPECT_EQ(
      strata({"run", "--engine", "rtl", "--vcd", "w.vcd", "--trace-from", "10", "guest"}).status,
      0);
}

}  // namespace
}  // namespace strata::test
