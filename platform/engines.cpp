#include "platform/engines.h"

#include <array>

#include "models/engine/block/block_engine.h"
#include "models/engine/interpreter/interpreter.h"
#include "models/engine/jit/make_jit.h"
#include "models/engine/kvm/kvm_engine.h"
#include "models/engine/kvm/kvm_host.h"
#include "models/engine/monitor/paging_monitor.h"
#include "platform/kvm_facts.h"
#include "platform/rtl_machine.h"
#include "platform/software_machine.h"

namespace strata {
namespace {

/// The data port of the disk, of one word: 255 of 256 writes to it only fill a buffer.
constexpr unsigned kAtaDataBytes = 2;

EngineOnHost anywhere() {
  return {true, "available", ""};
}

EngineOnHost kvm_on_host() {
  const KvmHost& host = describe_kvm();
  const char* note = host.kind == KvmKind::kEmulating
                         ? "this host's KVM emulates instead of virtualising, so its figures say "
                           "little about KVM elsewhere; 'strata info' says more"
                         : "";
  return {host.available, host.line(), note};
}

Result<std::unique_ptr<Engine>> make_interpreter(EngineBus& bus, const MachineConfig& config,
                                                 std::span<const MemoryRegion> memory) {
  auto engine = std::make_unique<Interpreter>(bus, memory, config.cpi, config.cpu);
  if (auto monitor = make_paging_monitor(config.paging, engine->guest_memory())) {
    engine->page_through(std::move(monitor), config.paging.tlb_entries);
  }
  return std::unique_ptr<Engine>(std::move(engine));
}

Result<std::unique_ptr<Engine>> make_block(EngineBus& bus, const MachineConfig& config,
                                           std::span<const MemoryRegion> memory) {
  return std::unique_ptr<Engine>(
      std::make_unique<BlockEngine>(bus, memory, config.cpi, config.cpu));
}

Result<std::unique_ptr<Engine>> make_kvm(EngineBus& bus, const MachineConfig& config,
                                         std::span<const MemoryRegion> memory) {
  auto engine = KvmEngine::create(bus, {.memory = {memory.begin(), memory.end()},
                                        .clock_hz = config.clock_hz,
                                        .family = config.cpu,
                                        .kept_port = STRATA_ATA_COMMAND_PORT,
                                        .kept_port_bytes = kAtaDataBytes,
                                        .host_pages = kvm_pages,
                                        .host_emulates = kvm_emulates});
  if (!engine) return engine.failure();
  return std::unique_ptr<Engine>(std::move(*engine));
}

Result<std::unique_ptr<Engine>> make_translator(EngineBus& bus, const MachineConfig& config,
                                                std::span<const MemoryRegion> memory) {
  auto engine = make_jit(bus, memory, config.cpi, config.cpu,
                         {.list = config.list_translations, .perf_map = config.perf_map});
  if (engine == nullptr) return Error{jit_lacking()};
  return engine;
}

template <MakeEngine kMake>
Result<std::unique_ptr<Machine>> make_machine(const MachineConfig& config) {
  auto machine = make_software_machine(config, kMake);
  if (!machine) return machine.failure();
  return std::unique_ptr<Machine>(std::move(*machine));
}

/// Translated code has a mapping of the memory of its own.
Result<std::unique_ptr<Machine>> make_jit_machine(const MachineConfig& config) {
  MachineConfig shareable = config;
  shareable.memory_mapping = HostMemory::Mapping::kShareable;
  return make_machine<make_translator>(shareable);
}

EngineOnHost jit_on_host() {
  const std::string lacking = jit_lacking();
  return {lacking.empty(), lacking.empty() ? "available" : lacking, ""};
}

constexpr std::array<std::string_view, 13> kRtlOptions = {
    "trace-from", "trace-to", "trace-last",    "check",  "device",      "memory", "mem-latency",
    "cache",      "interval", "interval-file", "region", "region-file", "profile"};
constexpr std::array<std::string_view, 14> kInterpOptions = {
    "cpi",   "share",    "paging",        "paging-tlb", "paging-cost", "vga-memory", "sensitive",
    "patch", "interval", "interval-file", "region",     "region-file", "profile",    "trap-cycles"};
constexpr std::array<std::string_view, 9> kBlockOptions = {
    "cpi",    "share",       "vga-memory", "interval", "interval-file",
    "region", "region-file", "profile",    "sensitive"};
constexpr std::array<std::string_view, 11> kJitOptions = {
    "cpi",         "share",   "vga-memory", "interval",    "interval-file", "region",
    "region-file", "profile", "sensitive",  "dump-blocks", "perf-map"};
constexpr std::array<std::string_view, 2> kKvmOptions = {"share", "vga-memory"};

constexpr EngineEntry kEngines[] = {
    {"rtl", "Verilated RTL in SystemC, cycle by cycle", kRtlOptions, true, false, true, true,
     anywhere, make_rtl_machine},
    {"interp", "interpreter, one instruction after another", kInterpOptions, true, false, false,
     false, anywhere, make_machine<make_interpreter>},
    {"block", "basic blocks, decoded once, one after another", kBlockOptions, true, false, false,
     false, anywhere, make_machine<make_block>},
    {"jit", "blocks that run often, translated to the host's code", kJitOptions, true, false, false,
     false, jit_on_host, make_jit_machine},
    {"kvm", "the host's CPU through Linux KVM, on host time", kKvmOptions, false, true, false,
     false, kvm_on_host, make_machine<make_kvm>},
};

}  // namespace

std::span<const EngineEntry> engines() {
  return kEngines;
}

const EngineEntry* find_engine(std::string_view name) {
  for (const EngineEntry& engine : kEngines) {
    if (engine.name == name) return &engine;
  }
  return nullptr;
}

std::string engine_names() {
  std::string names;
  for (const EngineEntry& engine : kEngines) {
    if (!names.empty()) names += &engine == &kEngines[std::size(kEngines) - 1] ? " or " : ", ";
    names += engine.name;
  }
  return names;
}

}  // namespace strata
