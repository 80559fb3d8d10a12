#include "tests/support/software_engines.h"

#include "models/engine/block/block_engine.h"
#include "models/engine/interpreter/interpreter.h"
#include "models/engine/jit/make_jit.h"
#if STRATA_JIT
#include "models/engine/jit/jit_engine.h"
#endif

namespace strata::test {
namespace {

std::string nothing() {
  return "";
}

template <class SomeEngine>
std::unique_ptr<Engine> make(EngineBus& bus, std::span<const MemoryRegion> memory,
                             CpuFamily family) {
  return std::make_unique<SomeEngine>(bus, memory, 1, family);
}

std::unique_ptr<Engine> make_translator([[maybe_unused]] EngineBus& bus,
                                        [[maybe_unused]] std::span<const MemoryRegion> memory,
                                        [[maybe_unused]] CpuFamily family) {
#if STRATA_JIT
  if (jit_lacking().empty()) {
    return std::make_unique<JitEngine>(bus, memory, 1, family,
                                       JitEngine::Settings{.runs = 0, .every_block = true});
  }
#endif
  return nullptr;
}

// The names are read by tests/silicon/CMakeLists.txt, too.
constexpr SoftwareEngineEntry kEngines[] = {
    {"interp", make<Interpreter>, nothing},
    {"block", make<BlockEngine>, nothing},
    {"jit", make_translator, jit_lacking},
};

}  // namespace

std::span<const SoftwareEngineEntry> software_engines() {
  return kEngines;
}

const SoftwareEngineEntry* find_software_engine(std::string_view name) {
  for (const SoftwareEngineEntry& engine : kEngines) {
    if (engine.name == name) return &engine;
  }
  return nullptr;
}

}  // namespace strata::test
