// rtl/cpu/cpu_rules.sv: each rule finds its breach, and says nothing of a CPU at rest.
#include <functional>
#include <string>
#include <vector>

#include "Vcpu_rules.h"
#include "tests/rtl/assertions/rule_names.h"

namespace strata::test {
namespace {

using Ports = Vcpu_rules;
using Rig = RuleRig<Ports>;

TEST(CpuRules, RestAndAnInstructionPass) {
  Rig rig;
  std::string found = rig.clock();
  rig.ports.x_valid_i = rig.ports.ex_done_i = rig.ports.write_back_i = 1;
  rig.ports.available_i = 32;
  rig.ports.consume_i = 15;
  found += rig.clock();
  rig.ports.x_valid_i = rig.ports.ex_done_i = rig.ports.write_back_i = 0;
  rig.ports.eip_i = 5;
  found += rig.clock();
  rig.ports.retire_valid_i = 1;
  found += rig.clock();
  EXPECT_EQ(found, "");
}

struct Breach {
  std::string rule;
  std::function<void(Ports&)> before;
  std::function<void(Ports&)> after;
};

void executes(Ports& p) {
  p.x_valid_i = p.ex_done_i = 1;
}

const std::vector<Breach>& breaches() {
  const auto nothing = [](Ports&) {};
  const auto store = [](Ports& p) { p.ex_store_i = p.d_write_i = p.x_valid_i = 1; };
  const auto load = [](Ports& p) { p.load_access_i = p.d_committed_i = 1; };
  static const std::vector<Breach> all = {
      {"one_retires", nothing, [](Ports& p) { executes(p), p.seq_done_i = 1; }},
      {"one_asks", nothing, [](Ports& p) { p.ex_store_i = p.seq_access_i = 1; }},
      {"one_asks", nothing, [](Ports& p) { p.ex_store_i = p.load_access_i = 1; }},
      {"one_granted", nothing, [](Ports& p) { p.data_taken_i = p.fetch_taken_i = 1; }},
      {"one_answered", nothing, [](Ports& p) { p.data_done_i = p.fetch_beat_i = 1; }},
      {"store_held", store, [](Ports& p) { p.ex_store_i = 0; }},
      {"store_held", store, [](Ports& p) { p.d_linear_i = 4; }},
      {"store_held", store, [](Ports& p) { p.d_wdata_i = 4; }},
      {"store_held", store, [](Ports& p) { p.d_size_i = 1; }},
      {"committed_held", load, [](Ports& p) { p.load_access_i = 0; }},
      {"committed_held", load, [](Ports& p) { p.d_linear_i = 4; }},
      {"store_is_final", nothing, [=](Ports& p) { store(p), p.d_ready_i = 1; }},
      {"faults_do_nothing", nothing, [=](Ports& p) { store(p), p.d_ready_i = p.d_fault_i = 1; }},
      {"faults_do_nothing", nothing, [](Ports& p) { executes(p), p.d_fault_i = 1; }},
      {"executed", nothing, [](Ports& p) { p.ex_done_i = 1; }},
      {"executed", nothing, [](Ports& p) { executes(p), p.seq_active_i = 1; }},
      {"executed", nothing, [](Ports& p) { executes(p), p.at_boundary_i = 1; }},
      {"executed", nothing, [](Ports& p) { executes(p), p.boot_i = 1; }},
      {"written_by_retirement", nothing, [](Ports& p) { p.write_back_i = 1; }},
      {"eip_by_retirement", nothing, [](Ports& p) { p.eip_i = 1; }},
      {"reported_two_later", nothing, [](Ports& p) { p.retire_valid_i = 1; }},
      {"stale_is_dropped", [](Ports& p) { executes(p), p.stale_i = 1; },
       [](Ports& p) { p.ex_done_i = 0; }},
      {"stale_is_dropped", [](Ports& p) { executes(p), p.store_hit_i = 1; },
       [](Ports& p) { p.redirect_i = 1; }},
      {"shutdown_is_final", [](Ports& p) { p.shutdown_i = 1; }, [](Ports& p) { p.shutdown_i = 0; }},
      {"idle_is_quiet", nothing, [](Ports& p) { p.idle_i = p.cyc_i = 1; }},
      {"idle_is_quiet", nothing, [](Ports& p) { executes(p), p.idle_i = 1; }},
      {"queue_holds", nothing, [](Ports& p) { p.available_i = 33; }},
      {"queue_has", nothing, [](Ports& p) { p.consume_i = 1; }},
  };
  return all;
}

TEST(CpuRules, EachFindsItsBreach) {
  std::set<std::string> found;
  for (const Breach& breach : breaches()) {
    Rig rig;
    breach.before(rig.ports);
    const std::string early = rig.clock();
    EXPECT_EQ(early.find(breach.rule), std::string::npos) << breach.rule << ": " << early;
    breach.after(rig.ports);
    const std::string text = rig.clock();
    EXPECT_NE(text.find(breach.rule), std::string::npos) << breach.rule << ": " << text;
    found.insert(breach.rule);
  }
  EXPECT_EQ(found, rule_names("cpu/cpu_rules.sv"));
}

}  // namespace
}  // namespace strata::test
