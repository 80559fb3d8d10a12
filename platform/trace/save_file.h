// A GTKWave save file beside a wave file, which opens it with the story laid out: `gtkwave
// FILE.gtkw` from any folder.
#pragma once

#include <optional>
#include <string>

#include "models/base/result.h"
#include "platform/output/output_file.h"
#include "platform/trace/time_base.h"

namespace strata {

/// Where the save file of `wave_path` is: the same name with .gtkw behind it. Empty for a pipe or a
/// device, which cannot be opened again.
std::string save_file_of(const std::string& wave_path);

/// One that is written behind the run, in which nothing can be opened any more.
class SaveFile {
 public:
  /// Makes the file beside `wave_path`, which is there; of none where there is no place for one. An
  /// error is one line.
  static Result<SaveFile> open(const std::string& wave_path);

  /// Writes it; the window begins shortly before `begin`, with the marker there, and has room for
  /// some 36 cycles. A failure is the program's (Output).
  void write(const TimeBase& time, Cycle begin);

  /// The same beside waves of exits (exit_waves.h); the window has room for `span` cycles, or if
  /// that is 0 for a few exits.
  void write_of_exits(const TimeBase& time, Cycle begin, Cycle span);

 private:
  std::string names_;  // of the two files
  std::optional<Document> file_;
};

}  // namespace strata
