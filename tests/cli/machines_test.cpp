// `strata run` of several machines: each is the same as when it runs alone, whatever the others do.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tests/cli/cli_test.h"
#include "tests/support/engine_names.h"

namespace strata::test {
namespace {

const std::string kDiskGuest = STRATA_BUILD_DIR "/sw/disk.elf";
const std::string kDiskPvGuest = STRATA_BUILD_DIR "/sw/disk_pv.elf";

/// What a machine leaves: names and contents of its files.
using Traces = std::map<std::string, std::string>;

class CliMachines : public CliTest {
 protected:
  /// NAME.toml: a machine that leaves all it can, and `more` lines.
  void describe(const std::string& name, const std::string& guest, const std::string& more) {
    if (!exists(name + ".img")) write(name + ".img", Bytes(std::size_t{1} << 16, 0x22));
    std::string text = "guest = '" + guest + "'\n" + more;
    for (const char* option : {"console", "serial", "log", "stats", "screen-text", "screen-png"}) {
      text += fmt::format("{0} = '{1}.{0}'\n", option, name);
    }
    text += "disk = '" + name + ".img'\n";
    write(name + ".toml", Bytes(text.begin(), text.end()));
  }

  /// Of waves the date is the host's.
  static std::string without_date(std::string fst) {
    constexpr std::size_t kDate = 202;
    constexpr std::size_t kDateBytes = 119;
    return fst.erase(kDate, kDateBytes);
  }

  /// What is left of `name`, which is then as it was before, without what the host has a part in.
  Traces take(const std::string& name) {
    Traces traces;
    for (const auto& [file, content] : files()) {
      if (!file.starts_with(name + ".") || file.ends_with(".toml")) continue;
      traces[file] = file.ends_with(".fst") ? without_date(content) : content;
      std::filesystem::remove(folder_ + "/" + file);
    }
    auto stats = nlohmann::json::parse(traces.at(name + ".stats"));
    for (const char* field : {"seconds", "cycles_per_second", "mips"}) stats.erase(field);
    traces[name + ".stats"] = stats.dump();
    write(name + ".img", Bytes(std::size_t{1} << 16, 0x22));
    return traces;
  }

  struct Alone {
    Traces traces;
    int status = 0;
  };
  Alone run_alone(const std::string& name) {
    const int status = strata({"run", "--quiet", name + ".toml"}).status;
    return {take(name), status};
  }

  static void expect_same(const Traces& alone, const Traces& beside, const std::string& what) {
    ASSERT_EQ(alone.size(), beside.size()) << what;
    for (const auto& [file, content] : alone) {
      EXPECT_TRUE(beside.at(file) == content) << what << ": " << file << " differs";
    }
  }
};

// Turns end in the middle of everything: of a sleep, of a REP, of an access, of a transfer.
TEST_F(CliMachines, TurnsMakeNoDifference) {
  describe(
      "rtl", kDiskGuest,
      "engine = 'rtl'\ncheck = true\nmax-cycles = '50k'\nfst = 'rtl.fst'\nprofile = 'rtl.profile'\n"
      "interval = 5000\ninterval-file = 'rtl.interval'\nexplain = true\n"
      "region = 'ata_init'\nregion-file = 'rtl.region'\n");
  describe("soft", kDiskGuest,
           "cpi = 3\nfst = 'soft.fst'\nprofile = 'soft.profile'\nexplain = true\n"
           "interval = 5000\ninterval-file = 'soft.interval'\nvga-memory = 'trap'\n");
  describe("pv", kDiskPvGuest,
           "max-cycles = 100001\nregion = 'format'\nregion-file = 'pv.region'\nexplain = true\n");
  const std::vector<std::string> names = {"rtl", "soft", "pv"};
  std::map<std::string, Alone> alone;
  for (const std::string& name : names) alone[name] = run_alone(name);
  EXPECT_EQ(alone["pv"].status, 4);
  for (const std::string quantum : {"100k", "777"}) {
    const Finished run = strata({"run", "--quantum", quantum, "rtl.toml", "soft.toml", "pv.toml"});
    EXPECT_EQ(run.status, 4) << run.err;
    for (const std::string& name : names) {
      expect_same(alone[name].traces, take(name), name + " in turns of " + quantum);
    }
  }
}

struct Neighbour {
  const char* name;
  Bytes guest;
  const char* more;
  int status;
};

void PrintTo(const Neighbour& neighbour, std::ostream* out) {
  *out << neighbour.name;
}

class CliNeighbours : public CliMachines, public testing::WithParamInterface<Neighbour> {};

// A guest that loops, faults, floods its devices, or ends, beside one in RTL and one in software.
TEST_P(CliNeighbours, LeavesTheOthersAlone) {
  const Neighbour& neighbour = GetParam();
  write("guest", neighbour.guest);
  describe("rtl", kDiskGuest, "engine = 'rtl'\n");
  describe("soft", kDiskGuest, "");
  describe("bad", "guest", neighbour.more);
  const Alone rtl = run_alone("rtl");
  const Alone soft = run_alone("soft");
  const Alone bad = run_alone("bad");
  EXPECT_EQ(rtl.status, 0);
  EXPECT_EQ(soft.status, 0);
  EXPECT_EQ(bad.status, neighbour.status);
  const Finished run = strata({"run", "--quantum=3001", "rtl.toml", "bad.toml", "soft.toml"});
  EXPECT_EQ(run.status, neighbour.status) << run.err;
  expect_same(rtl.traces, take("rtl"), "rtl");
  expect_same(soft.traces, take("soft"), "soft");
  expect_same(bad.traces, take("bad"), "bad");
}

INSTANTIATE_TEST_SUITE_P(
    All, CliNeighbours,
    testing::Values(Neighbour{"Loops", endless_guest(), "max-cycles = 400_000\n", 4},
                    Neighbour{"Faults", triple_fault_guest(), "", 3},
                    Neighbour{"FloodsTheConsole", chatting_guest(), "max-cycles = 400_000\n", 4},
                    Neighbour{"FloodsTheDisk", disk_beating_guest(), "max-cycles = 400_000\n", 4},
                    Neighbour{"Exits", exit_guest(42), "", 42},
                    Neighbour{"Halts", halting_guest(), "", 0},
                    Neighbour{"SleepsAndWakes", halt_with_interrupt_guest(), "", 0}),
    [](const auto& one) { return one.param.name; });

TEST_F(CliMachines, OneOnHostTimeRunsBesideTheOthers) {
  if (const std::string why = why_no_engine("kvm"); !why.empty()) GTEST_SKIP() << why;
  write("endless", endless_guest());
  write("talk", talking_guest());
  describe("soft", kDiskGuest, "");
  describe("kvm", "talk", "engine = 'kvm'\n");
  describe("busy", "endless", "engine = 'kvm'\ntimeout = 0.3\n");
  const Alone soft = run_alone("soft");
  const Finished run = strata({"run", "kvm.toml", "busy.toml", "soft.toml"});
  EXPECT_EQ(run.status, 4) << run.err;
  expect_same(soft.traces, take("soft"), "soft");
  EXPECT_EQ(read("kvm.console"), "hi\n");
  EXPECT_EQ(read("kvm.screen-text").substr(0, 1), "Z");
  EXPECT_EQ(nlohmann::json::parse(read("busy.stats")).at("outcome"), "timeout");
}

TEST_F(CliMachines, LinesBeginWithTheMachinesName) {
  write("talk", talking_guest());
  write("short", boot_sector({0xB0, 'x', 0xE6, 0xE9, 0xB0, 4, 0xE6, 0xF4}));  // no end of line
  const std::string talk = "guest = 'talk'\nserial = 'stdio'\nverbose = true\n";
  write("a.toml", Bytes(talk.begin(), talk.end()));
  const std::string small = "guest = 'short'\n";
  write("b.toml", Bytes(small.begin(), small.end()));
  const Finished run = strata({"run", "--quantum", "1e3", "a.toml", "b.toml"});
  EXPECT_EQ(run.out, "a: hi\nb: x\na: com\n");
  EXPECT_TRUE(contains(run.err, "a: cycle ")) << run.err;
  EXPECT_TRUE(contains(run.err, "strata: a: interp: exited with status 0")) << run.err;
  EXPECT_TRUE(contains(run.err, "strata: b: interp: exited with status 4")) << run.err;
  EXPECT_EQ(run.status, 4);
  // A document of one of them on standard output has it for itself.
  const std::string text = talk + "stats = '-'\n";
  write("a.toml", Bytes(text.begin(), text.end()));
  const Finished with = strata({"run", "a.toml", "b.toml"});
  EXPECT_EQ(nlohmann::json::parse(with.out).at("status"), 0);
  EXPECT_TRUE(contains(with.err, "a: com\n")) << with.err;
}

/// In protected mode with flat segments, EBX = C0000000h: `code`.
Bytes sharing_guest(const Bytes& code) {
  Bytes sector = {0xFA, 0x31, 0xC0, 0x8E, 0xD8,                    // cli; xor ax,ax; mov ds,ax
                  0x66, 0x0F, 0x01, 0x16, 0x80, 0x7C,              // lgdt [7C80h]
                  0x0F, 0x20, 0xC0, 0x0C, 0x01, 0x0F, 0x22, 0xC0,  // CR0.PE = 1
                  0x66, 0xEA, 0x20, 0x7C, 0x00, 0x00, 0x08, 0x00};
  sector.resize(0x20);
  const Bytes begin = {0x66, 0xB8, 0x10, 0x00, 0x8E, 0xD8, 0xBB, 0x00, 0x00, 0x00, 0xC0};
  sector.insert(sector.end(), begin.begin(), begin.end());
  sector.insert(sector.end(), code.begin(), code.end());
  sector.resize(0x80);
  const Bytes table = {23,   0,    0x88, 0x7C, 0, 0,    0,    0,   // limit, base
                       0,    0,    0,    0,    0, 0,    0,    0,   // null
                       0xFF, 0xFF, 0,    0,    0, 0x9A, 0xCF, 0,   // code
                       0xFF, 0xFF, 0,    0,    0, 0x92, 0xCF, 0};  // data
  sector.insert(sector.end(), table.begin(), table.end());
  return boot_sector(sector);
}

/// Writes 41 to word 0, waits for word 1, exits with it.
const Bytes kAsker = sharing_guest({0xC7, 0x03, 41, 0, 0, 0,                   // mov [ebx],41
                                    0x8B, 0x43, 0x04, 0x85, 0xC0, 0x74, 0xF9,  // until [ebx+4]
                                    0xE6, 0xF4, 0xF4});
/// Waits for word 0, adds one, writes it to word 1, exits with 0.
const Bytes kAnswerer = sharing_guest({0x8B, 0x03, 0x85, 0xC0, 0x74, 0xFA,  // until [ebx]
                                       0x40, 0x89, 0x43, 0x04,              // inc eax; mov [ebx+4]
                                       0x31, 0xC0, 0xE6, 0xF4, 0xF4});

TEST_F(CliMachines, TwoShareAPageIfBothSaySo) {
  write("ask", kAsker);
  write("answer", kAnswerer);
  const std::string page = "share = 'ring@0xC0000000'\nmax-cycles = '10M'\n";
  std::vector<std::string> engines = usable_engine_names();
  std::erase(engines, "rtl");
  for (const std::string& engine : engines) {
    describe("asker", "ask", page);
    describe("answerer", "answer", page + "engine = '" + engine + "'\n");
    const Finished run = strata({"run", "asker.toml", "answerer.toml"});
    EXPECT_EQ(run.status, 42) << engine << run.err;
    take("asker");
    take("answerer");
  }
  // In turns it is the same again.
  std::string cycles;
  for (int round = 0; round < 2; ++round) {
    describe("answerer", "answer", page);
    EXPECT_EQ(strata({"run", "--quantum=1000", "asker.toml", "answerer.toml"}).status, 42);
    take("answerer");
    const std::string now = take("asker").at("asker.stats");
    EXPECT_TRUE(round == 0 || now == cycles) << now;
    cycles = now;
  }
  // Without the other's consent there is no page.
  describe("answerer", "answer", "share = 'other@0xC0000000'\n");
  describe("third", "answer", "share = 'other@0xC0001000'\n");
  expect_refused({"run", "asker.toml", "answerer.toml", "third.toml"},
                 {"asker.toml:2:1: --share: no other machine", "'ring'"});
  expect_refused({"run", "asker.toml"}, {"asker.toml:2:1: --share: no other machine"});
  for (const std::string bad : {"ring", "@0xC0000000", "ring@0xC0000800", "ring@0xB8000",
                                "ring@0x10000", "ring@0xFFFFF000", "ring@x"}) {
    expect_refused({"run", "--share", bad, "ask"}, {"--share: '" + bad + "' is not NAME@ADDRESS"});
  }
  describe("answerer", "answer", page + "engine = 'rtl'\n");
  expect_refused({"run", "asker.toml", "answerer.toml"},
                 {"answerer.toml:2:1: --share works with --engine interp"});
}

TEST_F(CliMachines, PingPongOverASharedPage) {
  const std::string guest = STRATA_BUILD_DIR "/sw/ping_pong.elf";
  const auto description = [&](const std::string& side, const std::string& engine) {
    return strata({"config", "--engine=" + engine, "--share=court@0xC0000000",
                   "--append=side=" + side + " rounds=200", guest})
        .out;
  };
  std::vector<std::string> engines = usable_engine_names();
  std::erase(engines, "rtl");
  for (const std::string& engine : engines) {
    for (const std::string side : {"ping", "pong"}) {
      const std::string text = description(side, side == "ping" ? "interp" : engine);
      write(side + ".toml", Bytes(text.begin(), text.end()));
    }
    const Finished run = strata({"run", "--quantum=100", "ping.toml", "pong.toml"});
    EXPECT_EQ(run.status, 0) << engine << run.err;
    EXPECT_TRUE(contains(run.out, "ping: ping: 200 rounds, ok\n")) << engine << run.out;
    EXPECT_TRUE(contains(run.out, "pong: pong: 200 balls returned\n")) << engine << run.out;
  }
  const Finished alone = strata({"run", guest});
  EXPECT_EQ(alone.status, 1);
  EXPECT_TRUE(contains(alone.out, "no page at c0000000")) << alone.out;
}

TEST_F(CliMachines, CtrlCEndsAll) {
  write("endless", endless_guest());
  write("short", exit_guest(7));
  describe("a", "short", "");
  describe("b", "endless", "engine = 'rtl'\n");
  describe("c", "endless", "");
  Program program(folder_, {"run", "a.toml", "b.toml", "c.toml"});
  ASSERT_TRUE(wait_until([&] { return exists("a.stats"); })) << "it is done while others run";
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().status, 130);
  for (const char* name : {"b", "c"}) {
    const auto stats = nlohmann::json::parse(read(std::string(name) + ".stats"));
    EXPECT_EQ(stats.at("outcome"), "interrupted");
    EXPECT_GT(stats.at("cycles"), 0);
  }
  EXPECT_EQ(nlohmann::json::parse(read("a.stats")).at("status"), 7);
}

TEST_F(CliMachines, WhatDoesNotGoTogetherIsRefused) {
  write("guest", exit_guest(0));
  std::filesystem::create_directory(folder_ + "/sub");
  const auto file = [&](const std::string& name, const std::string& more) {
    const std::string text = "guest = '" + folder_ + "/guest'\n" + more;
    write(name, Bytes(text.begin(), text.end()));
  };
  write("a.img", Bytes(512, 0));
  file("a.toml", "engine = 'rtl'\ndisk = 'a.img'\nstats = 'a.json'\n");
  file("b.toml", "engine = 'rtl'\n");
  expect_refused({"run", "a.toml", "b.toml"},
                 {"b.toml:2:1: --engine rtl: one machine of it fits in a process, and 'a' is one"});
  file("b.toml", "stats = 'a.json'\n");
  expect_refused({"run", "a.toml", "b.toml"},
                 {"b.toml:2:1: --stats a.json: is also --stats of a;"});
  file("b.toml", "log = 'a.img'\n");
  expect_refused({"run", "a.toml", "b.toml"}, {"b.toml:2:1: --log a.img: would overwrite"});
  expect_refused({"run", "b.toml", "a.toml"}, {"b.toml:2:1: --log a.img: would overwrite"});
  file("b.toml", "disk = 'a.img'\n");
  expect_refused({"run", "a.toml", "b.toml"}, {"b.toml:2:1: disk image 'a.img'"});
  file("b.toml", "\n disk = 'no.img'\n");
  expect_refused({"run", "a.toml", "b.toml"}, {"b.toml:3:2: disk image 'no.img'"});
  file("sub/a.toml", "");
  expect_refused({"run", "a.toml", "sub/a.toml"}, {"sub/a.toml:1:1: ", "'a'", "rename"});
  expect_refused({"run", "a.toml", "guest"}, {"guest: ", "FILE.toml"});
  expect_refused({"run", "--quantum", "0", "a.toml", "b.toml"}, {"--quantum: '0'"});
  expect_refused({"run", "--quantum", "5", "a.toml"}, {"--quantum: there is one machine only"});
  expect_refused({"run", "--stats", "s.json", "a.toml", "b.toml"}, {"--stats s.json", "of a"});
}

}  // namespace
}  // namespace strata::test
