// Records the waves of every Verilated model of a machine in one file: VCD, FST, both, or, as a
// flight recorder, only the last cycles before the end. Changes go into a binary stream in memory
// (change_stream.h); text and FST are made from it by a second thread, or at the end.
//
// Time: cycle N's rising clock edge is at N clock periods. The file's time unit is the largest
// power of ten of a picosecond that divides half a period (25 MHz: 10 ns, so cycle N is at time 4N
// and its falling edge at 4N+2); the signal strata.cycle carries the cycle number itself. Values
// shown from an edge on are those after it. Cycles nobody sampled (everything idle) are a jump in
// time with the clock low.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "models/base/result.h"
#include "models/base/types.h"
#include "models/isa/retire_record.h"

class VerilatedVcdC;

namespace strata {

/// What the disassembly text in the waves is made from, later and in another thread.
struct RetiredCode {
  std::uint32_t eip = 0;         // offset in CS
  std::uint32_t linear_eip = 0;  // CS base + eip
  RetireKind kind = RetireKind::kInstruction;
  std::uint8_t vector = 0;  // exceptions and interrupts
  std::uint8_t length = 0;  // valid bytes
  bool code32 = false;      // CS.D: default operand and address size 32 bits
  std::uint8_t bytes[16] = {};
};

struct WaveOptions {
  std::string vcd_path;  // empty: no VCD
  std::string fst_path;  // empty: no FST
  /// Flight recorder: 0 writes everything; else only the last so many cycles, at close().
  Cycle last_cycles = 0;
  std::uint64_t clock_period_ps = 40'000;
  /// Depth of the hierarchy handed to the models' trace().
  int levels = 99;
  /// Text of a retired instruction (not of an interrupt), and the symbol at a linear address; at
  /// most 96 characters are shown. Called from the writer's thread, once per different
  /// instruction: they may read only what does not change during the run. Null: the text stays
  /// empty.
  std::function<std::string(const RetiredCode&)> describe;
  std::function<std::string(std::uint32_t linear_eip)> symbol_at;
};

/// What close() has to tell.
struct WaveSummary {
  Cycle first_cycle = 0;  // the first and last cycle in the files
  Cycle last_cycle = 0;
  std::uint64_t sampled_cycles = 0;
  std::uint64_t vcd_bytes = 0;
  std::uint64_t fst_bytes = 0;
};

class WaveRecorder {
 public:
  /// Opens the files; an error names the path and why it cannot be written, or the wrong option.
  static Result<std::unique_ptr<WaveRecorder>> create(WaveOptions options);
  ~WaveRecorder();
  WaveRecorder(const WaveRecorder&) = delete;
  WaveRecorder& operator=(const WaveRecorder&) = delete;

  /// Registers a Verilated model; `trace` forwards to its trace(vcd, levels). Before the first
  /// start(). All models share one VerilatedContext on which traceEverOn(true) was called before
  /// they were built; the model's instance name becomes the scope strata.<name>.
  void add_model(std::function<void(VerilatedVcdC*, int levels)> trace);

  /// Records from the next sample() on. After a stop() a later start() opens another window; the
  /// time between is shown as unknown.
  void start();

  /// Ends the window after the latest sampled cycle.
  void stop();

  bool recording() const { return recording_; }

  /// Once a clock cycle, after the rising edge's evaluation; `cycle` grows. Costs one test when
  /// off.
  void sample(Cycle cycle) {
    if (recording_) record(cycle);
  }

  /// The story beside the models' signals: shown from the next sample() on. `bytes` are the
  /// instruction's, empty when unknown. Call only while recording().
  void retire(const RetireRecord& record, std::span<const std::uint8_t> bytes, bool code32);

  /// The 16 interrupt request lines as the 8259 pair sees them.
  void set_irq_lines(std::uint16_t lines);

  /// What the guest calls what follows.
  void set_label(const std::string& label);

  /// Where the window of the save file begins, if that cycle is recorded: the guest's first
  /// instruction. Not called: at the first cycle.
  void begin_story_at(Cycle cycle);

  /// Finishes the files, and writes a GTKWave save file beside each (save_file.h). An error (disk
  /// full) is one line; the files then end early.
  Result<WaveSummary> close();

 private:
  struct Impl;

  explicit WaveRecorder(std::unique_ptr<Impl> impl);
  void record(Cycle cycle);

  std::unique_ptr<Impl> impl_;
  bool recording_ = false;
};

}  // namespace strata
