// Options and machine files: a file's settings are options of `run` like those of the command line.
#pragma once

#include <string>

#include "platform/option_values.h"
#include "platform/options.h"

namespace strata {

/// Makes sense of a machine's options; throws BadOption.
using ReadRun = RunOptions (*)(const Values& values);

/// The machine of the file at `path`; what the command line gave, in `given`, wins. Throws
/// BadOption, whose message says where in the file the mistake is, if it is there.
RunOptions run_of_file(const Values& given, const std::string& path, ReadRun read);

/// Throws BadOption where of all machines only so few are to share the page of `run`.
void check_partner(const RunOptions& run, std::size_t sharing);

/// The machines of all files that the command line names, refused where they do not go together.
MachinesOptions machines_of_files(const Values& given, ReadRun read);

/// The machine that `run` has with these options, as a machine file; throws BadOption.
std::string machine_file_of(const Values& given, ReadRun read);

}  // namespace strata
