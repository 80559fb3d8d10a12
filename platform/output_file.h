// Files a run writes: checked before it starts, so that a mistake costs no run and changes nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/base/result.h"

namespace strata {

struct OutputFile {
  const char* option;  // "--stats"
  std::string path;    // empty: not asked for; "-": standard output, where `text`
  bool text = false;
};

/// Whether every output can be written, and is neither one of `inputs` nor another output.
std::optional<Error> check_outputs(const std::vector<OutputFile>& outputs,
                                   const std::vector<std::string>& inputs);

/// Replaces the file's content, or prints it on standard output.
std::optional<Error> write_file(const OutputFile& output, const std::string& content);

}  // namespace strata
