// The profile of a retirement stream with the cause of every cycle.
//
// A cycle belongs to the instruction that retires at its end or next after it, an exception's to
// the instruction that raised it. The cycles up to an external interrupt or NMI, its delivery among
// them, belong to the first instruction of the handler; cycles in HLT to the HLT, those behind the
// last retirement to the instruction that would have come next. So each cycle is counted once.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "models/cpu/cycle_cause.h"
#include "models/isa/cpu_family.h"
#include "models/isa/retire_record.h"
#include "platform/profile/call_tree.h"
#include "platform/profile/recording.h"

namespace strata {

class RetirementProfile {
 public:
  /// `report_delay`: cycles between a retirement and its report by on_retire(). `functions`
  /// outlives the profile.
  RetirementProfile(const FunctionMap& functions, CpuFamily family, unsigned report_delay);

  /// What `cycle` went to; those left out since the one before went to HLT.
  void on_cycle(Cycle cycle, CycleCause cause);

  /// After on_cycle(): the latest `cycles` cycles, told as kDataMiss, went to kUncached.
  void on_uncached(unsigned cycles);

  /// After on_cycle() of the cycle the report is made in. `next` is the linear address execution
  /// goes on at, and `code32` CS.D there. `read` is asked when an instruction is seen first.
  void on_retire(const RetireRecord& record, std::uint32_t next, bool code32, const ReadCode& read);

  /// The run has ended after `cycles` cycles, in the instruction to come; `executed` if that
  /// counts.
  void finish(Cycle cycles, bool executed, const ReadCode& read);

  Recording recording() const;

 private:
  struct Entry {
    std::uint32_t address = 0;
    bool code32 = false;
    Transfer transfer = Transfer::kJump;
    std::vector<std::uint8_t> bytes;
    std::uint64_t executions = 0;
    CycleCounts cycles{};
  };
  static constexpr unsigned kPageBits = 12;
  using Page = std::array<Entry*, 1 << kPageBits>;

  Entry& entry_at(std::uint32_t linear, const ReadCode& read);
  Entry& new_entry(std::uint32_t linear, const ReadCode& read);
  void arrive(CycleCause cause);
  void halt(Cycle cycles);
  void charge(Entry& entry, bool executed);

  CallTree tree_;
  const CpuFamily family_;
  std::deque<Entry> entries_;
  std::unordered_map<std::uint32_t, std::unique_ptr<Page>> pages_;
  std::uint32_t last_page_ = 0;
  Page* last_page_entries_ = nullptr;

  std::deque<CycleCause> unreported_;  // causes of the latest report_delay cycles
  const std::size_t report_delay_;
  CycleCounts pending_{};            // of nobody yet
  Cycle last_cycle_ = 0;             // of on_cycle(); the first one is cycle 1
  Entry* last_ = nullptr;            // retired last
  std::uint32_t next_ = 0xFFFFFFF0;  // the instruction to come: first that at the reset vector
  bool code32_ = false;              // there
};

}  // namespace strata
