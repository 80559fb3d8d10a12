// Where translated code could not run.
#include "models/engine/jit/make_jit.h"

namespace strata {

std::string jit_lacking() {
  return "translated code is for x86-64 hosts, and this program was built without it";
}

std::unique_ptr<Engine> make_jit(EngineBus&, std::span<const MemoryRegion>, Cycle, CpuFamily,
                                 const JitChoice&) {
  return nullptr;
}

}  // namespace strata
