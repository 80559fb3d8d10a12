// rtl/bus/wb_interconnect_rules.sv: lets legal traffic pass, each rule finds its breach, and the
// rules of Wishbone B4 are asked of every port.
#include <string>
#include <vector>

#include "Vwb_interconnect_rules.h"
#include "tests/rtl/assertions/rule_names.h"

namespace strata::test {
namespace {

using Ports = Vwb_interconnect_rules;
using Rig = RuleRig<Ports>;

// As the module's defaults.
constexpr unsigned kMasters = 3;
constexpr unsigned kSlaves = 4;

constexpr std::uint32_t kAllOnes = 0xFFFFFFFF;
constexpr std::uint8_t kInterruptTag = 2;
constexpr std::uint8_t kBurst = 2;    // CTI: incrementing
constexpr std::uint8_t kWrap4 = 1;    // BTE
constexpr unsigned kMemorySlave = 0;  // the rules' default

std::uint8_t bit(unsigned number) {
  return static_cast<std::uint8_t>(1u << number);
}

/// A master's request is there: a write of a whole word.
void ask(Ports& p, unsigned master) {
  p.m_cyc_i |= bit(master);
  p.m_stb_i |= bit(master);
  p.m_we_i |= bit(master);
  p.m_sel_i[master] = 0xF;
  p.m_dat_i[master] = master + 1;
}

void drop(Ports& p, unsigned master) {
  p.m_cyc_i &= static_cast<std::uint8_t>(~bit(master));
  p.m_stb_i &= static_cast<std::uint8_t>(~bit(master));
}

/// It has the bus, and its request is on the wires of `slave`.
void grant(Ports& p, unsigned master, unsigned slave) {
  p.busy_i = 1;
  p.owner_i = master;
  p.s_cyc_i = p.s_stb_i = bit(slave);
  p.s_we_i = p.m_we_i >> master & 1;
  p.s_sel_i = p.m_sel_i[master];
  p.s_dat_i = p.m_dat_i[master];
}

void answer(Ports& p, unsigned slave) {
  p.s_ack_i = bit(slave);
}

/// The slave's answer goes on to the master.
void relay(Ports& p, unsigned master) {
  p.s_cyc_i = p.s_stb_i = p.s_ack_i = 0;
  p.m_ack_i = bit(master);
}

void rest(Ports& p) {
  p.m_ack_i = p.busy_i = 0;
}

/// A write to memory that has its ack with the grant.
void post(Ports& p, unsigned master) {
  grant(p, master, kMemorySlave);
  p.busy_i = p.s_ack_i = 0;
  p.posted_i = 1;
  p.m_ack_i = bit(master);
}

/// A whole transfer, every step of it a clock. What was found.
std::string transfer(Rig& rig, unsigned master, unsigned slave) {
  Ports& p = rig.ports;
  grant(p, master, slave);
  std::string found = rig.clock();
  answer(p, slave);
  found += rig.clock();
  relay(p, master);
  found += rig.clock();
  rest(p);
  return found;
}

TEST(InterconnectRules, LegalTrafficPasses) {
  Rig rig;
  Ports& p = rig.ports;
  std::string found;
  for (unsigned master = 0; master < kMasters; ++master) ask(p, master);
  found += rig.clock();
  for (unsigned master = 0; master < kMasters; ++master) {
    found += transfer(rig, master, master + 1);
    drop(p, master);
    found += rig.clock();
  }
  EXPECT_EQ(found, "");
}

TEST(InterconnectRules, AWordNobodyOwnsIsAcknowledgedAtOnce) {
  Rig rig;
  ask(rig.ports, 1);
  std::string found = rig.clock();
  rig.ports.busy_i = 1;
  rig.ports.owner_i = 1;
  rig.ports.m_ack_i = bit(1);
  rig.ports.m_rdat_i = kAllOnes;
  found += rig.clock();
  EXPECT_EQ(found, "");
}

// A lock may keep the others waiting for as many transfers as it likes.
TEST(InterconnectRules, ALockIsNoUnfairness) {
  Rig rig;
  ask(rig.ports, 0);
  ask(rig.ports, 2);
  rig.ports.m_lock_i = bit(0);
  std::string found = rig.clock();
  for (unsigned i = 0; i < 2 * kMasters; ++i) {
    found += transfer(rig, 0, 1);
    found += rig.clock();
  }
  EXPECT_EQ(found, "");
}

// The master goes on while memory takes the word; the next one is posted with memory's ack.
TEST(InterconnectRules, APostedWriteOutlivesItsRequest) {
  Rig rig;
  Ports& p = rig.ports;
  ask(p, 0);
  std::string found = rig.clock();
  post(p, 0);
  found += rig.clock();
  p.m_ack_i = 0;
  drop(p, 0);
  found += rig.clock();
  ask(p, 1);
  answer(p, kMemorySlave);
  found += rig.clock();
  post(p, 1);
  found += rig.clock();
  p.m_ack_i = 0;
  drop(p, 1);
  answer(p, kMemorySlave);
  found += rig.clock();
  p.posted_i = p.s_cyc_i = p.s_stb_i = p.s_ack_i = 0;
  found += rig.clock();
  EXPECT_EQ(found, "");
}

/// The first master reads a line of which it needs one byte.
void burst(Ports& p) {
  ask(p, 0);
  p.m_we_i = 0;
  p.m_sel_i[0] = 1;
  p.m_cti_i[0] = kBurst;
  p.m_bte_i[0] = kWrap4;
  grant(p, 0, kMemorySlave);
  p.s_cti_i = kBurst;
  p.s_bte_i = kWrap4;
  p.s_sel_i = 0xF;
}

void grant_first(Ports& p) {
  ask(p, 0), grant(p, 0, 1);
}

std::vector<Breach<Ports>> grant_breaches() {
  const auto all_ask = [](Ports& p) { ask(p, 0), ask(p, 1), ask(p, 2); };
  const auto locks = [](Ports& p) { ask(p, 0), ask(p, 1), p.m_lock_i = bit(0); };
  const auto first = [](Ports& p) { grant(p, 0, 1); };
  const auto ends = [](Ports& p) { p.busy_i = p.s_cyc_i = p.s_stb_i = 0; };
  const auto other = [](Ports& p) { p.owner_i = 1; };
  return {
      {"one_strobed", {grant_first, [](Ports& p) { p.s_cyc_i = p.s_stb_i = 3; }}},
      {"one_acknowledged", {grant_first, [](Ports& p) { p.m_ack_i = 3; }}},
      {"granted_asks", {[](Ports& p) { p.busy_i = 1; }}},
      {"granted_asks", {[](Ports& p) { ask(p, 0), p.busy_i = 1, p.owner_i = 2; }}},
      {"grant_held", {grant_first, [=](Ports& p) { ask(p, 1), other(p); }}},
      {"lock_held", {locks, first, ends, other}},
      {"lock_held", {locks, first, ends, [](Ports&) {}, other}},
      {"lock_held", {locks, first, ends, first, ends, other}},
      // The second master asks all the time, the first and the third have the bus in turn.
      {"in_turn", {all_ask, first, ends, [](Ports& p) { grant(p, 2, 1); }, ends, first, ends}},
      {"idle_is_quiet", {[](Ports& p) { p.s_cyc_i = p.s_stb_i = 1; }}},
      {"idle_is_quiet", {[](Ports& p) { ask(p, 0), p.m_ack_i = 1; }}},
  };
}

std::vector<Breach<Ports>> transfer_breaches() {
  const auto answered = [](Ports& p) { answer(p, 1); };
  const auto part = [](Ports& p) { ask(p, 0), p.m_sel_i[0] = 3, grant(p, 0, 1); };
  return {
      {"ack_is_owners", {grant_first, answered, [](Ports& p) { relay(p, 1); }}},
      {"ack_is_slaves", {grant_first, [](Ports& p) { relay(p, 0); }}},
      {"ack_is_slaves",
       {grant_first, [](Ports& p) { p.s_ack_i = 8; }, [](Ports& p) { relay(p, 0); }}},
      {"nobodys_reads_ones",
       {[](Ports& p) { ask(p, 0); }, [](Ports& p) { p.busy_i = p.m_ack_i = 1, p.m_rdat_i = 7; }}},
      {"ack_is_relayed", {grant_first, answered, [](Ports& p) { relay(p, 0), p.m_ack_i = 0; }}},
      {"request_is_owners", {[](Ports& p) { grant_first(p), p.s_we_i = 0; }}},
      {"request_is_owners", {[](Ports& p) { grant_first(p), p.s_dat_i ^= 1; }}},
      {"request_is_owners", {[](Ports& p) { grant_first(p), p.s_tga_i = 1; }}},
      {"request_is_owners", {[=](Ports& p) { part(p), p.s_sel_i = 4; }}},
      {"request_is_owners", {[](Ports& p) { burst(p), p.s_sel_i = 1; }}},
      {"request_is_owners", {[](Ports& p) { burst(p), p.m_cti_i[0] = p.m_bte_i[0] = 0; }}},
      {"request_is_owners", {[](Ports& p) { burst(p), p.s_cti_i = p.s_bte_i = 0; }}},
      {"lanes_go_once", {[](Ports& p) { grant_first(p), p.rest_i = 4; }}},
  };
}

std::vector<Breach<Ports>> posted_breaches() {
  const auto posts = [](Ports& p) { ask(p, 0), post(p, 0); };
  return {
      {"granted_asks", {[](Ports& p) { post(p, 0); }}},
      {"grant_held", {posts, [](Ports& p) { p.m_ack_i = 0, p.owner_i = 1; }}},
      {"lock_held",
       {[](Ports& p) { ask(p, 0), ask(p, 1), p.m_lock_i = bit(0); },
        [](Ports& p) { post(p, 0), answer(p, kMemorySlave); }, [](Ports& p) { post(p, 1); }}},
      {"idle_is_quiet", {posts, [](Ports& p) { p.posted_i = 0; }}},
      {"ack_is_slaves", {posts, [](Ports&) {}}},
      {"posted_is_for_memory",
       {[=](Ports& p) { posts(p), p.s_cyc_i = p.s_stb_i = bit(kMemorySlave + 1); }}},
      {"posted_is_for_memory", {[](Ports& p) { ask(p, 0), p.m_we_i = 0, post(p, 0); }}},
      {"request_is_owners", {[=](Ports& p) { posts(p), p.s_dat_i ^= 1; }}},
  };
}

TEST(InterconnectRules, EachFindsItsBreach) {
  std::vector<Breach<Ports>> all = grant_breaches();
  for (const Breach<Ports>& breach : transfer_breaches()) all.push_back(breach);
  for (const Breach<Ports>& breach : posted_breaches()) all.push_back(breach);
  expect_found(all, "bus/wb_interconnect_rules.sv");
}

// The lanes of an interrupt acknowledge are the controllers', whatever is selected.
TEST(InterconnectRules, AnInterruptAcknowledgeHasAllLanes) {
  Rig rig;
  ask(rig.ports, 0);
  rig.ports.m_we_i = 0;
  rig.ports.m_sel_i[0] = 1;
  rig.ports.m_tga_i[0] = rig.ports.s_tga_i = kInterruptTag;
  grant(rig.ports, 0, 3);
  rig.ports.s_sel_i = 0xF;
  EXPECT_EQ(rig.clock() + rig.clock(), "");
}

TEST(InterconnectRules, ABurstHasWholeWordsWhateverIsSelected) {
  Rig rig;
  burst(rig.ports);
  EXPECT_EQ(rig.clock() + rig.clock(), "");
}

TEST(InterconnectRules, EveryPortHasTheRulesOfWishbone) {
  for (unsigned master = 0; master < kMasters; ++master) {
    Rig rig;
    ask(rig.ports, master);
    EXPECT_EQ(rig.clock(), "");
    drop(rig.ports, master);
    EXPECT_EQ(rig.clock(), "");  // which is found a clock later
    const std::string name = "gen_master[" + std::to_string(master) + "].u_port.held_until_ack";
    const std::string text = rig.clock();
    EXPECT_NE(text.find(name), std::string::npos) << name << ": " << text;
  }
  for (unsigned slave = 0; slave < kSlaves; ++slave) {
    Rig rig;
    rig.ports.s_ack_i = bit(slave);
    const std::string name = "gen_slave[" + std::to_string(slave) + "].u_port.ack_answers";
    const std::string text = rig.clock();
    EXPECT_NE(text.find(name), std::string::npos) << name << ": " << text;
  }
}

}  // namespace
}  // namespace strata::test
