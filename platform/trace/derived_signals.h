// Signals nobody records, made from recorded ones while the file is written: byte addresses, names
// of states, and which instruction is in which stage of the pipeline. The simulation pays nothing
// for them.
#pragma once

#include "platform/trace/signal_table.h"
#include "platform/trace/wave_recorder.h"

namespace strata {

/// Adds to `table` those whose sources are there.
void add_derived_signals(SignalTable& table, const WaveOptions& options);

}  // namespace strata
