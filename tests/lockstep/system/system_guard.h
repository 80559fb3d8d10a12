// Watches a running system program: when it has to be started afresh, when it is stuck and needs an
// interrupt, and what it has covered. The same for every engine.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "models/isa/cpu_state.h"
#include "models/isa/retire_record.h"
#include "tests/lockstep/system/system_device.h"
#include "tests/lockstep/system/system_program.h"

namespace strata::test {

/// Why a session ended.
enum class SessionEnd { kRunning, kBudget, kLeft, kShutdown, kHalted, kStuck, kFailed };
inline constexpr unsigned kSessionEnds = 7;
const char* name_of(SessionEnd end);

/// Level 0 to 3, or kV86Level.
unsigned level_of(const CpuState& state);

/// What ran, added up over sessions.
struct Coverage {
  std::uint64_t retired = 0;
  std::uint64_t partial = 0;
  std::uint64_t clocks = 0;
  std::uint64_t sessions = 0;
  std::array<std::uint64_t, kSessionEnds> ends{};
  std::array<std::uint64_t, 256> exceptions{};
  std::array<std::uint64_t, 256> interrupts{};
  std::array<std::uint64_t, 5> levels{};                      // retirements at a level
  std::array<std::array<std::uint64_t, 5>, 5> transitions{};  // from a level to one
  std::uint64_t task_switches = 0;
  std::array<std::uint64_t, 512> opcodes{};  // done, 0F ones from 256 on

  void on_retire(const RetireRecord& record, const CpuState& before, const CpuState& after,
                 std::span<const std::uint8_t> code);
  void add(const Coverage& other);
  std::string text() const;
};

/// What is wrong with `state` by itself, in a line; empty if nothing is (SDM vol. 3, 3.4, 5, 20.2).
std::string impossible(const CpuState& state);

class SystemGuard {
 public:
  /// `tables` is a state with the program's tables and modes in force.
  SystemGuard(const CpuState& tables, SystemDevice& device) : tables_(tables), device_(device) {}

  /// After a retirement, its state: kRunning, or why the session cannot go on.
  SessionEnd on_retire(const RetireRecord& record, const CpuState& state);

  /// Whether an interrupt should come now to get the program out of a loop.
  bool stuck() const { return stuck_; }

 private:
  bool has_own_tables(const CpuState& state) const;

  CpuState tables_;
  SystemDevice& device_;
  std::uint64_t choices_ = 0;
  unsigned since_choice_ = 0;
  unsigned iterations_ = 0;
  bool stuck_ = false;
};

/// The bytes of the program's memory from `linear` to the end of its page or 15 bytes, by the page
/// tables in force; empty where there is no memory.
std::span<const std::uint8_t> bytes_at(std::span<const std::uint8_t> memory, const CpuState& state,
                                       std::uint32_t linear);

}  // namespace strata::test
