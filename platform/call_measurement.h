// What calls of port ABBA cost on an engine: a guest of the program's own makes them
// (sw/measure/calls.S), in a child process, as a cycle-accurate machine is built once a process.
#pragma once

#include <string>
#include <vector>

#include "models/base/result.h"
#include "platform/explain/explain.h"

namespace strata {

/// `arguments` are those of the `strata run` whose engine and machine are measured: engine, clock,
/// memory timing, caches. An error says why there are no figures.
Result<CallCosts> measure_calls(const std::vector<std::string>& arguments);

}  // namespace strata
