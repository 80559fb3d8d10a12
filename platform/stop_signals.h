// Ctrl-C and its kin end a run cleanly.
#pragma once

namespace strata {

/// From now on SIGINT, SIGTERM and SIGHUP call RunControl::interrupt(): the run ends with its
/// figures written and its files closed. A later one also gives up outputs that nobody takes
/// (Output::give_up()), which could hold the end up.
void catch_stop_signals();

}  // namespace strata
