// The sixteen conditions of Jcc and SETcc (SDM vol. 1, table B-1), by their number in the encoding.
#pragma once

#include "models/isa/lazy_flags.h"

namespace strata::semantics {

template <unsigned kCondition>
bool holds(const LazyFlags& flags) {
  constexpr unsigned kPair = kCondition >> 1;
  bool value = false;
  if constexpr (kPair == 0) {
    value = flags.of();
  } else if constexpr (kPair == 1) {
    value = flags.cf();
  } else if constexpr (kPair == 2) {
    value = flags.zf();
  } else if constexpr (kPair == 3) {
    value = flags.cf() || flags.zf();
  } else if constexpr (kPair == 4) {
    value = flags.sf();
  } else if constexpr (kPair == 5) {
    value = flags.pf();
  } else if constexpr (kPair == 6) {
    value = flags.sf() != flags.of();
  } else {
    value = flags.zf() || flags.sf() != flags.of();
  }
  return value != ((kCondition & 1) != 0);
}

}  // namespace strata::semantics
