#include "tests/unit/trace/probe_model.h"

#include "Vwave_probe.h"
#include "platform/trace/wave_recorder.h"
#include "verilated_vcd_c.h"

namespace strata::test {
namespace {

std::string digits(std::uint64_t value, unsigned bits) {
  std::string text;
  for (unsigned bit = bits; bit-- > 0;) text += (value >> bit) & 1 ? '1' : '0';
  return text;
}

void tick(Vwave_probe& probe, bool reset, bool enable) {
  probe.rst_ni = !reset;
  probe.enable_i = enable;
  probe.clk_i = 1;
  probe.eval();
  probe.clk_i = 0;
  probe.eval();
}

void add_values(const Vwave_probe& probe, const std::string& scope, ProbeValues& values) {
  values[scope + ".bit_o"] = digits(probe.bit_o, 1);
  values[scope + ".narrow_o"] = digits(probe.narrow_o, 5);
  values[scope + ".half_o"] = digits(probe.half_o, 16);
  values[scope + ".word_o"] = digits(probe.word_o, 32);
  values[scope + ".long_o"] = digits(probe.long_o, 48);
  values[scope + ".quad_o"] = digits(probe.quad_o, 64);
  values[scope + ".u_counter.count_o"] = digits(probe.quad_o, 64);
  values[scope + ".wide_o"] = digits(probe.wide_o[3], 4) + digits(probe.wide_o[2], 32) +
                              digits(probe.wide_o[1], 32) + digits(probe.wide_o[0], 32);
  values[scope + ".entry_q.tag"] = digits(probe.struct_tag_o, 12);
  values[scope + ".entry_q.valid"] = digits(probe.struct_valid_o, 1);
  for (int i = 0; i < 8; ++i) {
    values[scope + ".bytes_q[" + std::to_string(i) + "]"] = digits(probe.array_o[i], 8);
  }
}

}  // namespace

ProbePair::ProbePair() : context_(std::make_unique<VerilatedContext>()) {
  context_->traceEverOn(true);
  alpha_ = std::make_unique<Vwave_probe>(context_.get(), "alpha");
  beta_ = std::make_unique<Vwave_probe>(context_.get(), "beta");
  alpha_->seed_i = 0x0000'0007;
  beta_->seed_i = 0x1234'5679;
  reset();
}

ProbePair::~ProbePair() = default;

void ProbePair::add_to(WaveRecorder& recorder) {
  recorder.add_model([this](VerilatedVcdC* file, int levels) { alpha_->trace(file, levels); });
  recorder.add_model([this](VerilatedVcdC* file, int levels) { beta_->trace(file, levels); });
}

void ProbePair::reset() {
  for (Vwave_probe* probe : {alpha_.get(), beta_.get()}) {
    for (int i = 0; i < 2; ++i) tick(*probe, true, false);
  }
}

void ProbePair::clock(Cycle cycle, bool enable) {
  tick(*alpha_, false, enable);
  if (cycle % 3 == 0) tick(*beta_, false, enable);
}

ProbeValues ProbePair::values() const {
  ProbeValues values;
  add_values(*alpha_, "strata.alpha", values);
  add_values(*beta_, "strata.beta", values);
  return values;
}

}  // namespace strata::test
