// The translator, for those who build machines: there is none on other architectures than x86-64.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "models/engine/engine.h"

namespace strata {

/// What this program or its host lacks for translated code, in one line without a full stop;
/// empty: nothing.
std::string jit_lacking();

/// What a person may ask of it, as JitEngine::Settings.
struct JitChoice {
  bool list = false;
  bool perf_map = false;
};

/// A JitEngine over `regions` of memory, which outlives it as the bus does; null where something
/// is lacking.
std::unique_ptr<Engine> make_jit(EngineBus& bus, std::span<const MemoryRegion> regions, Cycle cpi,
                                 CpuFamily family, const JitChoice& choice);

}  // namespace strata
