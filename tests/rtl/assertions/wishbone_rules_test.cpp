// rtl/common/wishbone_rules.sv lets legal traffic pass, and finds a breach of each rule.
#include <cstdint>
#include <string>
#include <vector>

#include "Vwishbone_rules.h"
#include "tests/rtl/assertions/rule_names.h"

namespace strata::test {
namespace {

using Ports = Vwishbone_rules;
using Rig = RuleRig<Ports>;

constexpr std::uint8_t kBurst = 2;
constexpr std::uint8_t kEndOfBurst = 7;
constexpr std::uint8_t kWrap4 = 1;

void request(Ports& p, bool write, std::uint8_t cycle_type = 0) {
  p.cyc_i = p.stb_i = 1;
  p.we_i = write;
  p.adr_i = 0x1234;
  p.sel_i = 0xF;
  p.dat_i = 0x89ABCDEF;
  p.cti_i = cycle_type;
  p.bte_i = cycle_type == kBurst ? kWrap4 : 0;
}

void release(Ports& p) {
  p.cyc_i = p.stb_i = p.ack_i = 0;
}

TEST(WishboneRules, LegalTrafficPasses) {
  Rig rig;
  std::string found;
  for (const std::uint8_t cycle_type : {std::uint8_t{0}, kBurst}) {
    request(rig.ports, false, cycle_type);
    for (int wait = 0; wait < 3; ++wait) {
      rig.ports.dat_i += 1;  // no data go with a read
      found += rig.clock();
    }
    rig.ports.ack_i = 1;
    for (int beat = 0; beat < (cycle_type == kBurst ? 4 : 1); ++beat) found += rig.clock();
    release(rig.ports);
    found += rig.clock();
  }
  request(rig.ports, true);
  found += rig.clock();
  rig.ports.ack_i = 1;
  found += rig.clock();
  rig.ports.adr_i += 1;  // the next one at once
  rig.ports.ack_i = 0;
  found += rig.clock();
  EXPECT_EQ(found, "");
}

std::vector<Breach<Ports>> breaches() {
  const auto write = [](Ports& p) { request(p, true); };
  const auto burst = [](Ports& p) { request(p, false, kBurst); };
  const std::string held = "held_until_ack";
  std::vector<Breach<Ports>> all = {
      {"strobe_within_cycle", {[](Ports& p) { request(p, false), p.cyc_i = 0; }}},
      {"ack_answers", {[](Ports& p) { p.ack_i = 1; }}},
      {"ack_answers", {[](Ports& p) { p.ack_i = p.cyc_i = 1; }}},
      {"selects_bytes", {[](Ports& p) { request(p, false), p.sel_i = 0; }}},
      {"bursts_read_lines", {[](Ports& p) { request(p, true, kBurst); }}},
      {"bursts_read_lines", {[=](Ports& p) { burst(p), p.bte_i = 0; }}},
      {"reset_ends_cycles",
       {[](Ports& p) { p.rst_ni = 0; }, [](Ports& p) { p.rst_ni = p.cyc_i = 1; }}},
      {"reset_ends_cycles",
       {[](Ports& p) { p.rst_ni = 0; }, [](Ports& p) { p.rst_ni = p.stb_i = 1; }}},
      {held, {write, [](Ports& p) { p.cyc_i = 0; }}},
      {held, {write, [](Ports& p) { p.stb_i = 0; }}},
      {held, {write, [](Ports& p) { p.we_i = 0; }}},
      {held, {write, [](Ports& p) { p.adr_i ^= 1; }}},
      {held, {write, [](Ports& p) { p.sel_i = 7; }}},
      {held, {write, [](Ports& p) { p.dat_i ^= 1; }}},
      {held, {write, [](Ports& p) { p.tga_i = 1; }}},
      {held, {write, [](Ports& p) { p.cti_i = kEndOfBurst; }}},
      {held, {burst, [](Ports& p) { p.bte_i = 2; }}},
  };
  for (const std::uint8_t cycle_type : std::vector<std::uint8_t>{1, 3, 4, 5, 6, kEndOfBurst}) {
    all.push_back({"known_cycle_type", {[=](Ports& p) { request(p, false, cycle_type); }}});
  }
  return all;
}

TEST(WishboneRules, EachFindsItsBreach) {
  expect_found(breaches(), "common/wishbone_rules.sv");
}

}  // namespace
}  // namespace strata::test
