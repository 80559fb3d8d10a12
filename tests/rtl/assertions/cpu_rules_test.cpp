// rtl/cpu/cpu_rules.sv: each rule finds its breach, and says nothing of a CPU at rest.
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

TEST(CpuRules, AStoreThatWaitedMayGoBesideALoad) {
  Rig rig;
  rig.ports.ex_store_i = rig.ports.d_write_i = rig.ports.x_valid_i = 1;
  std::string found = rig.clock();
  rig.ports.beside_i = rig.ports.load_access_i = rig.ports.ex_done_i = 1;
  rig.ports.d_write_i = 0;
  rig.ports.d_linear_i = 0x40;
  found += rig.clock();
  EXPECT_EQ(found, "");
}

void executes(Ports& p) {
  p.x_valid_i = p.ex_done_i = 1;
}

std::vector<Breach<Ports>> breaches() {
  const auto store = [](Ports& p) { p.ex_store_i = p.d_write_i = p.x_valid_i = 1; };
  const auto load = [](Ports& p) { p.load_access_i = p.d_committed_i = 1; };
  return {
      {"one_retires", {[](Ports& p) { executes(p), p.seq_done_i = 1; }}},
      {"one_asks", {[](Ports& p) { p.ex_store_i = p.seq_access_i = 1; }}},
      {"one_asks", {[](Ports& p) { p.ex_store_i = p.load_access_i = 1; }}},
      {"one_granted", {[](Ports& p) { p.read_taken_i = p.fetch_taken_i = 1; }}},
      {"one_answered", {[](Ports& p) { p.data_beat_i = p.fetch_beat_i = 1; }}},
      {"store_held", {store, [](Ports& p) { p.ex_store_i = 0; }}},
      {"store_held", {store, [](Ports& p) { p.d_linear_i = 4; }}},
      {"store_held", {store, [](Ports& p) { p.d_wdata_i = 4; }}},
      {"store_held", {store, [](Ports& p) { p.d_size_i = 1; }}},
      {"committed_held", {load, [](Ports& p) { p.load_access_i = 0; }}},
      {"committed_held", {load, [](Ports& p) { p.d_linear_i = 4; }}},
      {"store_is_final", {[=](Ports& p) { store(p), p.d_ready_i = 1; }}},
      {"faults_do_nothing", {[=](Ports& p) { store(p), p.d_ready_i = p.d_fault_i = 1; }}},
      {"faults_do_nothing", {[](Ports& p) { executes(p), p.d_fault_i = 1; }}},
      {"executed", {[](Ports& p) { p.ex_done_i = 1; }}},
      {"executed", {[](Ports& p) { executes(p), p.seq_active_i = 1; }}},
      {"executed", {[](Ports& p) { executes(p), p.at_boundary_i = 1; }}},
      {"executed", {[](Ports& p) { executes(p), p.boot_i = 1; }}},
      {"written_by_retirement", {[](Ports& p) { p.write_back_i = 1; }}},
      {"eip_by_retirement", {[](Ports& p) { p.eip_i = 1; }}},
      {"reported_two_later", {[](Ports& p) { p.retire_valid_i = 1; }}},
      {"stale_is_dropped",
       {[](Ports& p) { executes(p), p.stale_i = 1; }, [](Ports& p) { p.ex_done_i = 0; }}},
      {"stale_is_dropped",
       {[](Ports& p) { executes(p), p.store_hit_i = 1; }, [](Ports& p) { p.redirect_i = 1; }}},
      {"shutdown_is_final",
       {[](Ports& p) { p.shutdown_i = 1; }, [](Ports& p) { p.shutdown_i = 0; }}},
      {"idle_is_quiet", {[](Ports& p) { p.idle_i = p.cyc_i = 1; }}},
      {"idle_is_quiet", {[](Ports& p) { executes(p), p.idle_i = 1; }}},
      {"queue_holds", {[](Ports& p) { p.available_i = 33; }}},
      {"queue_has", {[](Ports& p) { p.consume_i = 1; }}},
  };
}

TEST(CpuRules, EachFindsItsBreach) {
  expect_found(breaches(), "cpu/cpu_rules.sv");
}

}  // namespace
}  // namespace strata::test
