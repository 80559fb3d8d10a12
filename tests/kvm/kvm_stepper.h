// KVM as an executor of single instructions, through the engine's own KvmVm. Ports read
// all ones.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/base/result.h"
#include "models/engine/engine.h"
#include "models/isa/cpu_state.h"

namespace strata {
class KvmVm;
}

namespace strata::test {

class KvmStepper {
 public:
  enum class Step {
    kDone,         // one instruction, or more where the CPU lets no trap between
    kHalted,       // HLT
    kOutside,      // it accesses what is no memory; KVM is in the middle of it
    kNotEmulated,  // KVM cannot carry the instruction out
    kFailed        // anything else: shutdown, an error, no end
  };

  static Result<std::unique_ptr<KvmStepper>> create(const std::vector<MemoryRegion>& memory);
  ~KvmStepper();

  bool load(const CpuState& state);
  Step step();
  CpuState state() const;

 private:
  explicit KvmStepper(std::unique_ptr<KvmVm> vm);
  void answer_port();

  std::unique_ptr<KvmVm> vm_;
};

}  // namespace strata::test
