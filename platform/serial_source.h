// What the terminal on the serial port sends, out of a file of the host.
#pragma once

#include <string>

#include "models/base/result.h"
#include "models/base/serial_input.h"

namespace strata {

/// The bytes of --serial-in FILE, read here, so that a run is repeated exactly; `name` empty: none.
/// What comes through a pipe, or with - on standard input, is read to its end.
Result<SerialInput> read_serial_input(const std::string& name);

/// Whether it can be read again by somebody else; an error where it cannot be read at all.
Result<bool> can_read_serial_again(const std::string& name);

}  // namespace strata
