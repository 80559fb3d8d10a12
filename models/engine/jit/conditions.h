// What a translation takes for granted beside the guest's bytes and where they are: it is entered
// only where all of this holds, and left where that ends.
#pragma once

#include <cstdint>

#include "models/isa/processor.h"

namespace strata::jit {

struct Conditions {
  std::uint32_t code_base = 0;  // of CS
  std::uint32_t code_limit = 0;
  SegmentShapes shapes;
  bool stack16 = false;    // SP is the stack pointer, not ESP
  bool downwards = false;  // EFLAGS.DF
  bool looks_up = false;   // operands in memory are found by their page, not in the window

  bool operator==(const Conditions&) const = default;

  static Conditions of(const Processor& p, bool looks_up) {
    return {.code_base = p.system.seg[kCs].base,
            .code_limit = p.system.seg[kCs].limit,
            .shapes = p.segment_shapes(),
            .stack16 = p.stack_mask() == 0xFFFF,
            .downwards = p.flag(eflags::kDf),
            .looks_up = looks_up};
  }

  /// Those that code asks for which has operands in `segments`, bit n for number n: what FS and GS
  /// are is nobody's else, and changes between the programs of a system.
  Conditions for_code(std::uint8_t segments) const {
    Conditions asked = *this;
    for (const unsigned segment : {kFs, kGs}) {
      if ((segments >> segment & 1) == 0) asked.shapes.set(segment, SegmentShape::kOther);
    }
    return asked;
  }

  /// Whether those hold that an instruction in the middle of a block may change.
  bool still_hold(const Processor& p) const {
    return shapes == p.segment_shapes() && downwards == p.flag(eflags::kDf) &&
           stack16 == (p.stack_mask() == 0xFFFF);
  }
};

}  // namespace strata::jit
