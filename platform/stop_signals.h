// Ctrl-C and its kin end a run cleanly.
#pragma once

namespace strata {

/// From now on SIGINT, SIGTERM and SIGHUP call RunControl::interrupt(); a second one of a kind
/// kills.
void catch_stop_signals();

}  // namespace strata
