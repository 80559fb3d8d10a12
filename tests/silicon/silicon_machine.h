// Random sequences of user instructions, run by the interpreter while they are made, then at once
// by another engine if one is named, and by the host's CPU; compared, and made small where they
// differ.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/differential/code_generator.h"
#include "tests/differential/outcome.h"
#include "tests/silicon/flat_cpu.h"
#include "tests/silicon/host_differences.h"
#include "tests/silicon/native_cpu.h"

namespace strata::test {

class SiliconMachine {
 public:
  /// Null, with the reason, where the host cannot run user code natively.
  static std::unique_ptr<SiliconMachine> create(
      std::string& reason, const SoftwareEngineEntry& engine = software_engines()[0]);

  struct Counts {
    std::uint64_t sequences = 0;
    std::uint64_t instructions = 0;  // iterations of REP string instructions count
    std::uint64_t abandoned = 0;     // sequences that became unfit while they were made
    std::uint64_t unrepeated = 0;    // differences that a second native run did not have
    std::uint64_t events[33] = {};   // by vector, 32 for none
  };
  const Counts& counts() const { return counts_; }

  /// Of the engine beside the interpreter, if there is one.
  std::map<std::string, std::uint64_t> engine_counters() const {
    return engine_ ? engine_->counters() : std::map<std::string, std::uint64_t>();
  }

  /// Makes, runs and compares the sequence that follows from `seed`. Empty, or the whole story.
  std::string run_seed(std::uint64_t seed);

  /// What run_code() says of a program whose end the host need not share.
  static constexpr const char* kUnfit = "the program's end depends on something undefined";

  /// Runs a given program; empty, or what differs.
  std::string run_code(const Registers& start, const std::vector<CodeBytes>& code);

  /// How many operands lay at the end of a local segment; 0 where the host has none.
  std::uint64_t wrapped_operands() const { return generator_.wrapped_count(); }
  bool has_local_segments() const { return native_->has_local_segments(); }

  /// Mnemonics with encodings that the user part of the opcode table has and no sequence had.
  std::vector<std::string> rows_never_planned() const;

 private:
  SiliconMachine(std::unique_ptr<NativeCpu> native, const SoftwareEngineEntry& engine);

  /// What the interpreter made of a sequence.
  struct Expected {
    Outcome outcome;
    std::uint32_t undefined = 0;  // flags
    bool usable = false;          // depends on nothing undefined, came to its end
    LastInstruction last;
    std::uint64_t steps = 0;
    Cycle cycles = 0;
  };

  static std::uint8_t* slot(const Sequence& sequence, std::uint8_t* code);
  static std::uint32_t slot_end(const Sequence& sequence);
  Registers random_start();
  void clear_code(std::uint32_t offset, std::uint32_t bytes);
  void begin(const Sequence& sequence);
  void place(Sequence& sequence, const CodeBytes& code);
  bool step(Expected& expected);
  Expected make(Sequence& sequence);
  bool catch_up(Sequence& sequence, const std::vector<std::uint32_t>& starts, Expected& expected);
  static bool may_execute(std::uint32_t eip, const std::vector<std::uint32_t>& starts);
  Expected& finish(const Sequence& sequence, Expected& expected) const;
  Expected replay(const Sequence& sequence);
  std::string compare(const Sequence& sequence, Expected& expected);
  std::string compare_engine(const Sequence& sequence, const Expected& expected);
  std::string try_sequence(const Sequence& sequence);
  std::string report(const Sequence& original);

  std::unique_ptr<NativeCpu> native_;
  FlatCpu interpreter_;
  std::string_view engine_name_;
  std::unique_ptr<FlatCpu> engine_;  // null: the interpreter alone
  Terrain terrain_;
  RandomSource random_;
  CodeGenerator generator_;
  std::vector<std::vector<std::uint8_t>> images_;
  std::uint32_t used_ = 0;  // offset of the slot the last sequence had
  Counts counts_;
};

}  // namespace strata::test
