#include "models/engine/jit/make_jit.h"

#include <xbyak/xbyak_util.h>

#include "models/engine/jit/jit_engine.h"

namespace strata {

std::string jit_lacking() {
  const Xbyak::util::Cpu host;
  return host.has(Xbyak::util::Cpu::tBMI2)
             ? ""
             : "translated code needs BMI2, which this host's processor lacks";
}

std::unique_ptr<Engine> make_jit(EngineBus& bus, std::span<const MemoryRegion> regions, Cycle cpi,
                                 CpuFamily family, const JitChoice& choice) {
  if (!jit_lacking().empty()) return nullptr;
  const JitEngine::Settings settings{.list = choice.list, .perf_map = choice.perf_map};
  return std::make_unique<JitEngine>(bus, regions, cpi, family, settings);
}

}  // namespace strata
