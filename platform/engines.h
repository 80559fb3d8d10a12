// The engines of this program, one line each: what options, help, `info`, `compare`, `run` and the
// tests know of them they read here.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "models/base/result.h"

namespace strata {

class Machine;         // platform/machine.h
struct MachineConfig;  // platform/machine_config.h

/// What an engine says of this host.
struct EngineOnHost {
  bool available = false;
  std::string line;  // how it does here, or why it does not and what would help; no full stop
  std::string note;  // what a reader of its figures must know; may be empty
};

struct EngineEntry {
  std::string_view name;         // as in --engine
  std::string_view description;  // a line for people
  /// Options of `run` that mean something to this engine, but not to all; without dashes.
  std::span<const std::string_view> options;
  /// Whether Machine::instructions() is a count; KVM's hosts have none.
  bool counts_instructions;
  /// Whether time goes on by itself, with the host's clock.
  bool on_host_time;
  /// Whether there are wires, and waves are theirs; else waves are of exits.
  bool has_wires;
  /// Whether there can be one machine of it in a process at most.
  bool once_a_process;
  /// May take a few milliseconds.
  EngineOnHost (*probe)();
  /// Builds the machine around the engine; an error says what the host lacks.
  Result<std::unique_ptr<Machine>> (*make)(const MachineConfig& config);
};

std::span<const EngineEntry> engines();

/// Null if there is none of that name.
const EngineEntry* find_engine(std::string_view name);

/// "rtl, interp, block, jit or kvm".
std::string engine_names();

}  // namespace strata
