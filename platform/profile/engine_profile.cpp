#include "platform/profile/engine_profile.h"

#include "models/cpu/cycle_cause.h"

namespace strata {

void EngineProfile::on_transfer(Transfer transfer, std::uint32_t from, std::uint32_t behind,
                                std::uint32_t to, Moment now) {
  tree_.settle(from);
  spend(now);
  if (to != behind) tree_.transfer(transfer, behind, to);
  follow();
}

void EngineProfile::on_event(std::uint32_t resume, std::uint32_t to, Moment now) {
  tree_.settle(resume);
  spend(now);
  tree_.interrupt(resume, to);
  follow();
}

void EngineProfile::on_sleep(std::uint32_t last_byte, Cycle cycles) {
  slept_[last_byte] += cycles;
}

void EngineProfile::spend(Moment now) {
  tree_.spend(now.cycle - spent_.cycle, now.instructions - spent_.instructions);
  spent_ = now;
}

void EngineProfile::finish(Moment now) {
  spend(now);
}

Recording EngineProfile::recording(const ReadCode& read, CpuFamily family) const {
  Recording result;
  for (const CycleCause cause : {CycleCause::kExecute, CycleCause::kHalted}) {
    result.causes.emplace_back(kCycleCauseNames[static_cast<std::size_t>(cause)]);
  }
  result.tree = &tree_;
  std::map<std::uint32_t, Cycle> slept = slept_;
  for_each_count([&](std::uint32_t linear, bool code32, const Count& count) {
    const Cycle cycles = (count.executions + count.others) * cpi_;
    RecordedInstruction one{
        linear, code32, code_at(linear, code32, family, read), count.executions, {cycles, 0}};
    if (const auto halted = slept.extract(linear)) one.cycles[1] = halted.mapped();
    result.code.push_back(std::move(one));
  });
  // An HLT with prefixes begins elsewhere.
  for (const auto& [linear, cycles] : slept) {
    result.code.push_back(
        {.address = linear, .code32 = false, .bytes = {}, .executions = 0, .cycles = {0, cycles}});
  }
  return result;
}

}  // namespace strata
