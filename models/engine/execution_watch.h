// Counts what a software engine executes, for profiles: by linear address in place, so that an
// instruction costs an addition, and by calls for what changes the stack of calls.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "models/base/types.h"
#include "models/isa/transfer.h"

namespace strata {

class ExecutionWatch {
 public:
  struct Count {
    std::uint64_t executions = 0;  // instructions carried out to their end
    /// What else took an instruction's time there: further iterations of a string instruction,
    /// faults, and the delivery of the event whose handler begins here.
    std::uint64_t others = 0;
  };

  /// The engine's counts behind what is reported.
  struct Moment {
    Cycle cycle = 0;
    std::uint64_t instructions = 0;
  };

  ExecutionWatch();
  virtual ~ExecutionWatch();

  /// Of code at `linear` in a segment with CS.D `code32`. Valid as long as the watch.
  Count& at(std::uint32_t linear, bool code32) {
    std::unique_ptr<Page>& page = pages_[code32 ? 1 : 0][linear >> kPageBits];
    if (!page) [[unlikely]]
      page = std::make_unique<Page>();
    return (*page)[linear % kPageAddresses];
  }

  /// Whether a jump to `linear` stays in the function that is running, and nobody needs to know.
  bool inside(std::uint32_t linear) const { return linear - inside_begin_ < inside_size_; }

  /// The instruction of kind `transfer` from `from` to before `behind` has gone on at `to`.
  virtual void on_transfer(Transfer transfer, std::uint32_t from, std::uint32_t behind,
                           std::uint32_t to, Moment now) = 0;

  /// The handler at `to` of an interrupt or exception was entered before, or by, the instruction at
  /// `resume`.
  virtual void on_event(std::uint32_t resume, std::uint32_t to, Moment now) = 0;

  /// The CPU has slept for `cycles` in the HLT that ends at `last_byte`.
  virtual void on_sleep(std::uint32_t last_byte, Cycle cycles) = 0;

 protected:
  /// What inside() means from now on.
  void set_inside(std::uint64_t begin, std::uint64_t size) {
    inside_begin_ = begin;
    inside_size_ = size;
  }

  /// Calls `visit(linear, code32, count)` for all that are not zero.
  template <typename Visitor>
  void for_each_count(Visitor&& visit) const {
    for (const bool code32 : {false, true}) {
      for (std::uint32_t page = 0; page < kPages; ++page) {
        const auto& counts = pages_[code32 ? 1 : 0][page];
        for (std::uint32_t n = 0; counts && n < kPageAddresses; ++n) {
          const Count& count = (*counts)[n];
          if (count.executions + count.others == 0) continue;
          visit(page << kPageBits | n, code32, count);
        }
      }
    }
  }

 private:
  static constexpr unsigned kPageBits = 12;
  static constexpr std::uint32_t kPageAddresses = 1u << kPageBits;
  static constexpr std::uint32_t kPages = 1u << (32 - kPageBits);
  using Page = std::array<Count, kPageAddresses>;

  std::unique_ptr<std::unique_ptr<Page>[]> pages_[2];
  std::uint64_t inside_begin_ = 0;
  std::uint64_t inside_size_ = 0;
};

}  // namespace strata
