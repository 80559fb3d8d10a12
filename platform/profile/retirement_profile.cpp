#include "platform/profile/retirement_profile.h"

#include <numeric>

#include "models/isa/decoder.h"

namespace strata {

RetirementProfile::RetirementProfile(const FunctionMap& functions, CpuFamily family,
                                     unsigned report_delay)
    : tree_(functions), family_(family), report_delay_(report_delay) {}

void RetirementProfile::on_cycle(Cycle cycle, CycleCause cause) {
  if (cycle > last_cycle_ + 1) halt(cycle - last_cycle_ - 1);
  last_cycle_ = cycle;
  unreported_.push_back(cause);
  if (unreported_.size() <= report_delay_) return;
  arrive(unreported_.front());
  unreported_.pop_front();
}

void RetirementProfile::arrive(CycleCause cause) {
  if (cause == CycleCause::kHalted) return halt(1);
  ++pending_[static_cast<std::size_t>(cause)];
}

// They are of an instruction that waits for its read, so none of them is anybody's yet.
void RetirementProfile::on_uncached(unsigned cycles) {
  for (auto cause = unreported_.rbegin(); cause != unreported_.rend() && cycles != 0; ++cause) {
    *cause = CycleCause::kUncached;
    --cycles;
  }
  pending_[static_cast<std::size_t>(CycleCause::kDataMiss)] -= cycles;
  pending_[static_cast<std::size_t>(CycleCause::kUncached)] += cycles;
}

void RetirementProfile::halt(Cycle cycles) {
  constexpr auto kHalted = static_cast<std::size_t>(CycleCause::kHalted);
  if (last_ == nullptr) {
    pending_[kHalted] += cycles;
    return;
  }
  last_->cycles[kHalted] += cycles;
  tree_.spend(cycles, 0);
}

void RetirementProfile::charge(Entry& entry, bool executed) {
  Cycle sum = 0;
  for (std::size_t cause = 0; cause < pending_.size(); ++cause) {
    entry.cycles[cause] += pending_[cause];
    sum += pending_[cause];
  }
  pending_ = {};
  entry.executions += executed;
  tree_.settle(entry.address);
  tree_.spend(sum, executed);
}

void RetirementProfile::on_retire(const RetireRecord& record, std::uint32_t next, bool code32,
                                  const ReadCode& read) {
  const std::uint32_t linear = record.linear_eip;
  if (record.kind == RetireKind::kInterrupt) {
    tree_.settle(linear);
    tree_.interrupt(linear, next);
  } else {
    Entry& entry = entry_at(linear, read);
    last_ = &entry;
    const bool executed = record.kind == RetireKind::kInstruction && !record.partial;
    charge(entry, executed);
    if (record.kind == RetireKind::kException) {
      tree_.interrupt(linear, next);
    } else if (executed && next != linear + record.length) {
      tree_.transfer(entry.transfer, linear + record.length, next);
    }
  }
  next_ = next;
  code32_ = code32;
}

void RetirementProfile::finish(Cycle cycles, bool executed, const ReadCode& read) {
  for (const CycleCause cause : unreported_) arrive(cause);
  unreported_.clear();
  if (cycles > last_cycle_) halt(cycles - last_cycle_);
  last_cycle_ = cycles;
  const bool spent = std::accumulate(pending_.begin(), pending_.end(), Cycle{0}) != 0;
  if (spent || executed) charge(entry_at(next_, read), executed);
}

inline RetirementProfile::Entry& RetirementProfile::entry_at(std::uint32_t linear,
                                                             const ReadCode& read) {
  const std::uint32_t page = linear >> kPageBits;
  if (last_page_entries_ == nullptr || page != last_page_) {
    std::unique_ptr<Page>& entries = pages_[page];
    if (!entries) entries = std::make_unique<Page>();
    last_page_ = page;
    last_page_entries_ = entries.get();
  }
  Entry*& entry = (*last_page_entries_)[linear % (1u << kPageBits)];
  if (entry == nullptr) entry = &new_entry(linear, read);
  return *entry;
}

RetirementProfile::Entry& RetirementProfile::new_entry(std::uint32_t linear, const ReadCode& read) {
  Entry& entry = entries_.emplace_back();
  entry.address = linear;
  entry.code32 = code32_;
  entry.bytes = code_at(linear, code32_, family_, read);
  Instruction instruction;
  if (decode(entry.bytes, code32_, family_, instruction)) {
    entry.transfer = transfer_of(instruction.row);
  }
  return entry;
}

Recording RetirementProfile::recording() const {
  Recording result;
  result.causes.assign(kCycleCauseNames.begin(), kCycleCauseNames.end());
  for (const Entry& entry : entries_) {
    result.code.push_back({entry.address,
                           entry.code32,
                           entry.bytes,
                           entry.executions,
                           {entry.cycles.begin(), entry.cycles.end()}});
  }
  result.tree = &tree_;
  return result;
}

}  // namespace strata
