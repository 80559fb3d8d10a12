// Random sequences of instructions, run one at a time in the interpreter and single-stepped in KVM,
// with the state compared after each and memory at the end.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/engine/interpreter/interpreter.h"
#include "tests/differential/code_generator.h"
#include "tests/differential/outcome.h"
#include "tests/kvm/kvm_stepper.h"

namespace strata::test {

enum class StepMode { kReal, kProtected };

class KvmStepMachine {
 public:
  /// Null, with the reason, where KVM cannot single-step.
  static std::unique_ptr<KvmStepMachine> create(StepMode mode, std::string& reason);
  ~KvmStepMachine();

  struct Counts {
    std::uint64_t sequences = 0;
    std::uint64_t steps = 0;                            // compared
    std::uint64_t abandoned = 0;                        // sequences that became unfit
    std::map<std::string, std::uint64_t> not_emulated;  // by mnemonic
  };
  const Counts& counts() const { return counts_; }

  /// Makes and compares the sequence that follows from `seed`. Empty, or the whole story.
  std::string run_seed(std::uint64_t seed);

 private:
  class Bus;
  struct Pages;

  /// How far a run has come.
  struct Progress {
    std::uint32_t undefined = 0;  // flags
    bool over = false;            // at its end for another reason than the last instruction
    bool usable = true;
    std::uint64_t steps = 0;
    std::string difference;
  };

  explicit KvmStepMachine(StepMode mode);
  bool make_cpus(std::string& reason);
  void write_tables();
  void begin(const Sequence& sequence);
  void place(Sequence& sequence, const CodeBytes& code);
  void put_code(std::uint32_t eip, const CodeBytes& code);
  Registers random_start();
  CpuState initial_state(const Registers& start) const;
  void make(Sequence& sequence, Progress& progress);
  bool catch_up(Sequence& sequence, const std::vector<std::uint32_t>& starts, Progress& progress);
  void replay(const Sequence& sequence, Progress& progress);
  bool step(Progress& progress);
  bool draw_level(std::uint32_t before, const CpuState& kvm);
  void compare(const CpuState& kvm, Progress& progress);
  void compare_memory(Progress& progress);
  void forgive_word(std::uint32_t offset, std::uint32_t mask);
  void forgive_pushes(const Instruction& instruction, bool handled, std::uint32_t undefined);
  std::uint32_t frame_address() const;
  KvmStepper::Step step_both(const Instruction& instruction, CpuState& kvm);
  bool in_handler(const CpuState& state) const;
  bool at_code(std::uint32_t eip) const;
  std::string report(const Sequence& original);

  StepMode mode_;
  Terrain terrain_;
  RandomSource random_;
  CodeGenerator generator_;
  std::vector<std::uint8_t> image_;
  std::vector<std::uint8_t> guest_;  // the interpreter's memory
  std::unique_ptr<Pages> pages_;     // KVM's
  std::unique_ptr<Bus> bus_;
  std::unique_ptr<Interpreter> interpreter_;
  std::unique_ptr<KvmStepper> kvm_;
  bool emulating_ = false;
  CpuState state_;  // the interpreter's
  Counts counts_;
};

}  // namespace strata::test
