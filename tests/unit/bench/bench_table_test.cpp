// The table of `strata bench` as text.
#include "platform/bench/bench_table.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "platform/engines.h"

namespace strata {
namespace {

BenchTable some_table() {
  BenchTable table;
  table.references = {{false, 1000, 1, 0.001}, {false, 1000, 127, 0.0002}};
  BenchCell call{.engine = "kvm", .way = "call", .count = 1000, .seconds = 0.02};
  call.exits_by_kind = {{"port", 2000}, {"vm-exit", 1010}};
  call.verified = true;
  BenchCell list{.engine = "interp", .way = "list", .count = 1000, .seconds = 0.0004};
  list.exits_by_kind = {{"port", 16}, {"mmio", 1}, {"hlt", 3}, {"interrupt", 5}};
  BenchCell missing{.engine = "rtl", .way = "pio", .count = 1000};
  missing.missing = "would take 3:00 min";
  table.cells = {call, list, missing};
  return table;
}

bool contains(const std::string& all, const std::string& part) {
  return all.find(part) != std::string::npos;
}

TEST(BenchTable, ExitsAreWhatLeftTheGuest) {
  const BenchTable table = some_table();
  EXPECT_EQ(table.cells[0].exits(), 1010u);
  EXPECT_EQ(table.cells[1].exits(), 20u);
}

TEST(BenchTable, TableHasEachOfThemAndSharesOfTheReference) {
  BenchTable table = some_table();
  table.kvm_exit = {.bare = 10, .machine = 11};
  const std::string text = to_table(table);
  EXPECT_TRUE(contains(text, "kvm    call")) << text;
  EXPECT_TRUE(contains(text, "20.0       1.01        5 %")) << text;
  EXPECT_TRUE(contains(text, "0.0004 WRONG")) << text;
  EXPECT_TRUE(contains(text, "50 %")) << text;
  EXPECT_TRUE(contains(text, "rtl pio write 1,000: would take 3:00 min")) << text;
  EXPECT_TRUE(contains(text, "1.10 times")) << text;
}

TEST(BenchTable, DocumentsHaveWhatIsKnown) {
  const auto json = nlohmann::json::parse(to_json(some_table()));
  EXPECT_EQ(json["cells"][0]["exits"], 1010);
  EXPECT_EQ(json["cells"][1]["verified"], false);
  EXPECT_TRUE(json["cells"][2]["seconds"].is_null());
  EXPECT_EQ(json["cells"][2]["missing"], "would take 3:00 min");
  EXPECT_EQ(to_csv(some_table()),
            "engine,way,direction,sectors,seconds,cycles,exits,verified\n"
            "kvm,call,write,1000,0.020000000,0,1010,true\n"
            "interp,list,write,1000,0.000400000,0,20,false\n");
}

TEST(BenchTable, ScreensHaveRates) {
  BenchTable table;
  table.device = BenchDevice::kScreen;
  table.cells = {{.engine = "interp", .way = "frame", .count = 100, .seconds = 0.5}};
  const auto json = nlohmann::json::parse(to_json(table));
  EXPECT_EQ(json["cells"][0]["frames_per_second"], 200.0);
  EXPECT_EQ(json["cells"][0]["characters_per_second"], 400000.0);
  EXPECT_TRUE(contains(to_table(table), "400,000"));
}

TEST(BenchTable, EachEngineHasAColourOfItsOwnInThePicture) {
  BenchTable table = some_table();  // "dd", too
  table.cells.clear();
  for (const EngineEntry& engine : engines()) {
    table.cells.push_back(
        {.engine = std::string(engine.name), .way = "pio", .count = 1000, .seconds = 1});
  }
  const std::string script = to_gnuplot(table, "picture");
  std::set<std::string> colours;
  const std::string rgb = "lc rgb '";
  for (std::size_t at = script.find(rgb); at != std::string::npos; at = script.find(rgb, at + 1)) {
    colours.insert(script.substr(at + rgb.size(), 7));
  }
  EXPECT_EQ(colours.size(), engines().size() + 1) << script;
}

}  // namespace
}  // namespace strata
