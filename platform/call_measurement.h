// What calls of port ABBA cost on an engine: a guest of the program's own makes them
// (sw/measure/calls.S), in a child process, as a cycle-accurate machine is built once a process,
// and behind the run, as it depends on the run whether anybody asks.
#pragma once

#include <string>
#include <vector>

#include "models/base/result.h"
#include "platform/explain/explain.h"
#include "platform/later_work.h"

namespace strata {

/// `arguments` are those of the `strata run` whose engine and machine are measured: engine, clock,
/// memory timing, caches.
LaterWork::Work measurement_of_calls(std::vector<std::string> arguments);

/// From what that has found. An error says why there are no figures.
Result<CallCosts> read_measurement(const std::string& figures);

}  // namespace strata
