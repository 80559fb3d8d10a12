// A GTKWave save file beside a wave file, which opens it with the story laid out: `gtkwave
// FILE.gtkw` from any folder.
#pragma once

#include <string>

#include "platform/trace/time_base.h"

namespace strata {

/// Where the save file of `wave_path` is: the same name with .gtkw behind it. Empty for a pipe or a
/// device, which cannot be opened again.
std::string save_file_of(const std::string& wave_path);

/// Writes it; the window begins shortly before `begin`, with the marker there, and has room for
/// some 36 cycles. Nothing where there is no place for one. A failure is the program's (Output).
void write_save_file(const std::string& wave_path, const TimeBase& time, Cycle begin);

/// The same beside waves of exits (exit_waves.h); the window has room for `span` cycles, or if that
/// is 0 for a few exits.
void write_exit_save_file(const std::string& wave_path, const TimeBase& time, Cycle begin,
                          Cycle span);

}  // namespace strata
