// The profile of a software engine, whose every instruction takes the same time: executions, and as
// cycles those and what was slept in HLT. What belongs to which instruction is as in
// RetirementProfile.
#pragma once

#include <cstdint>
#include <map>

#include "models/engine/execution_watch.h"
#include "models/isa/cpu_family.h"
#include "platform/profile/call_tree.h"
#include "platform/profile/recording.h"

namespace strata {

class EngineProfile final : public ExecutionWatch {
 public:
  /// `functions` outlives the profile; `cpi` is the engine's.
  EngineProfile(const FunctionMap& functions, Cycle cpi) : tree_(functions), cpi_(cpi) {}

  void on_transfer(Transfer transfer, std::uint32_t from, std::uint32_t behind, std::uint32_t to,
                   Moment now) override;
  void on_event(std::uint32_t resume, std::uint32_t to, Moment now) override;
  void on_sleep(std::uint32_t last_byte, Cycle cycles) override;

  /// The run has ended.
  void finish(Moment now);

  Recording recording(const ReadCode& read, CpuFamily family) const;

 private:
  void spend(Moment now);
  void follow() { set_inside(tree_.inside_begin(), tree_.inside_size()); }

  CallTree tree_;
  const Cycle cpi_;
  Moment spent_;  // up to here
  std::map<std::uint32_t, Cycle> slept_;
};

}  // namespace strata
