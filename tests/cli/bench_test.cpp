// `strata bench`: the table, its documents and pictures, and what a person may do meanwhile.
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tests/cli/cli_test.h"
#include "tests/support/engine_names.h"

namespace strata::test {
namespace {

class CliBench : public CliTest {
 protected:
  nlohmann::json json(const std::string& name) const { return nlohmann::json::parse(read(name)); }
};

TEST_F(CliBench, EveryWayToTheDiskOnEveryEngine) {
  const Finished bench =
      strata({"bench", "disk", "--sectors=20,2", "--json=t.json", "--csv=t.csv", "--limit=1800"});
  ASSERT_EQ(bench.status, 0) << bench.err;
  const auto table = json("t.json");
  EXPECT_EQ(table["schema"], 1);
  EXPECT_EQ(table["device"], "disk");
  EXPECT_EQ(table["references"].size(), 8u) << "two counts, two directions, two sizes of block";
  unsigned finished = 0;
  for (const auto& cell : table["cells"]) {
    const std::string name = cell.dump();
    if (why_no_engine(cell["engine"]).empty()) {
      ++finished;
      EXPECT_EQ(cell["verified"], true) << name;
      EXPECT_GT(cell["seconds"], 0) << name;
      EXPECT_GT(cell["exits"], 0) << name;
      EXPECT_TRUE(cell["missing"].is_null()) << name;
    } else {
      EXPECT_EQ(cell["verified"], false) << name;
      EXPECT_TRUE(cell["seconds"].is_null()) << name;
      EXPECT_NE(cell["missing"], "") << name;
    }
  }
  EXPECT_EQ(table["cells"].size(), engines().size() * 5 * 2 * 2);
  EXPECT_EQ(lines(read("t.csv")), 1 + finished);
  for (const char* part : {"sectors written", "sectors read", "dd 65,024 B", "interp list"}) {
    EXPECT_TRUE(contains(bench.out, part)) << part << " is missing in\n" << bench.out;
  }
}

TEST_F(CliBench, WhatIsNamedAndNoMore) {
  const Finished bench = strata({"bench", "disk", "--engines=interp", "--ways=call,ring",
                                 "--sectors=200", "--write", "--json=-"});
  ASSERT_EQ(bench.status, 0) << bench.err;
  const auto table = nlohmann::json::parse(bench.out);
  ASSERT_EQ(table["cells"].size(), 2u);
  EXPECT_EQ(table["cells"][0]["way"], "call");
  EXPECT_EQ(table["cells"][1]["way"], "ring");
  EXPECT_EQ(table["cells"][0]["sectors"], 200);
  EXPECT_EQ(table["cells"][0]["direction"], "write");
  EXPECT_EQ(table["cells"][0]["exits"], 402) << "each OUT is two accesses of the bus, the mark too";
  EXPECT_TRUE(contains(bench.err, "sectors written")) << "the table gives way to the document";
}

TEST_F(CliBench, TheScreen) {
  const Finished bench = strata(
      {"bench", "vga", "--engines=interp,rtl", "--frames=1,2", "--json=t.json", "--limit=1800"});
  ASSERT_EQ(bench.status, 0) << bench.err;
  const auto table = json("t.json");
  EXPECT_EQ(table["device"], "vga");
  ASSERT_EQ(table["cells"].size(), 16u);
  for (const auto& cell : table["cells"]) {
    if (cell["engine"] == "rtl" && cell["way"] == "trap") {
      EXPECT_TRUE(cell["seconds"].is_null());
    } else {
      EXPECT_EQ(cell["verified"], true) << cell.dump();
      EXPECT_GT(cell["characters_per_second"], 0) << cell.dump();
    }
  }
}

TEST_F(CliBench, Plots) {
  if (::access("/usr/bin/gnuplot", X_OK) != 0) GTEST_SKIP() << "no gnuplot";
  const Finished bench = strata({"bench", "disk", "--engines=interp", "--ways=list,call",
                                 "--sectors=100,1000", "--plot=it's"});
  ASSERT_EQ(bench.status, 0) << bench.err;
  EXPECT_TRUE(read("it's.png").starts_with("\x89PNG"));
  EXPECT_TRUE(contains(read("it's.svg"), "interp call, write"));
}

TEST_F(CliBench, ACellThatWouldTakeTooLongIsLeftOut) {
  const Finished bench = strata({"bench", "disk", "--engines=rtl", "--ways=pio",
                                 "--sectors=1000,2000", "--write", "--limit=1", "--json=t.json"});
  EXPECT_EQ(bench.status, 2) << "none has been finished\n" << bench.err;
  const auto table = json("t.json");
  ASSERT_EQ(table.at("cells").size(), 2u);
  for (const auto& cell : table.at("cells")) {
    EXPECT_EQ(cell["missing"], "took longer than 1.00 s") << cell.dump();
  }
}

TEST_F(CliBench, RefusesWhatItCannotDo) {
  expect_refused({"bench"}, {"bench disk", "bench vga"});
  expect_refused({"bench", "keyboard"}, {"bench disk", "bench vga"});
  expect_refused({"bench", "disk", "--ways=dma"}, {"'dma'", "pio, rep, call, list, ring"});
  expect_refused({"bench", "vga", "--ways=pio"}, {"'pio'", "memory, trap, call, frame"});
  expect_refused({"bench", "disk", "--sectors=0"}, {"--sectors", "'0'"});
  expect_refused({"bench", "disk", "--frames=1"}, {"--frames"});
  expect_refused({"bench", "vga", "--read"}, {"--read"});
  expect_refused({"bench", "disk", "--engines=interp,interp"}, {"twice"});
  expect_refused({"bench", "disk", "--json=none/t.json"}, {"none/t.json"});
}

// What has been finished when Ctrl-C comes is in the table and its documents; the image is gone.
TEST_F(CliBench, EndsWithWhatItHas) {
  const Finished bench = script(
      "mkdir tmp; TMPDIR=$PWD/tmp $STRATA bench disk --engines interp --ways pio,list --sectors "
      "10,1000000 --write --json t.json >table 2>progress & "
      "until grep -q 'pio 1,000,000' progress; do sleep 0.01; done; kill -INT $!; wait $!; "
      "echo $?; ls tmp");
  EXPECT_EQ(bench.out, "130\n") << bench.err << read("progress");
  const auto table = json("t.json");
  EXPECT_EQ(table["interrupted"], true);
  ASSERT_EQ(table["cells"].size(), 2u);
  EXPECT_EQ(table["cells"][1]["way"], "list");
  EXPECT_EQ(table["cells"][1]["verified"], true);
  EXPECT_TRUE(contains(read("table"), "interp list"));
}

TEST_F(CliBench, NoRoomIsSaidBeforeAnythingRuns) {
  const Finished bench =
      script("TMPDIR=/proc/self $STRATA bench disk --engines interp --sectors 10 --write");
  EXPECT_EQ(bench.status, 2) << bench.err;
  EXPECT_EQ(lines(bench.err), 1) << bench.err;
  EXPECT_TRUE(contains(bench.err, "TMPDIR")) << bench.err;
}

}  // namespace
}  // namespace strata::test
