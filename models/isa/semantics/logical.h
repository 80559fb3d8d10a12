// Logical instructions (SDM vol. 1, 7.3.5): AND OR XOR TEST NOT. CF and OF are cleared; AF is
// undefined and cleared here.
#pragma once

#include "models/isa/semantics/operands.h"

namespace strata::semantics {

struct And {
  static constexpr bool kStores = true;
  template <typename T>
  static T apply(LazyFlags& flags, T a, T b) {
    const T result = static_cast<T>(a & b);
    flags.set_logic(result);
    return result;
  }
};

struct Test : And {
  static constexpr bool kStores = false;
};

struct Or {
  static constexpr bool kStores = true;
  template <typename T>
  static T apply(LazyFlags& flags, T a, T b) {
    const T result = static_cast<T>(a | b);
    flags.set_logic(result);
    return result;
  }
};

struct Xor {
  static constexpr bool kStores = true;
  template <typename T>
  static T apply(LazyFlags& flags, T a, T b) {
    const T result = static_cast<T>(a ^ b);
    flags.set_logic(result);
    return result;
  }
};

/// Changes no flags.
struct Not {
  template <typename T>
  static T apply(LazyFlags&, T a) {
    return static_cast<T>(~a);
  }
};

}  // namespace strata::semantics
