#include "models/cpu/cycle_counter.h"

#include <utility>

namespace strata {

unsigned CycleCounter::on_answer(std::uint32_t happened) {
  const unsigned told = std::exchange(trail_, 0);
  if ((happened & kUncachedRead) == 0) return 0;
  cycles_[static_cast<std::size_t>(CycleCause::kDataMiss)] -= told;
  cycles_[static_cast<std::size_t>(CycleCause::kUncached)] += told;
  return told;
}

}  // namespace strata
