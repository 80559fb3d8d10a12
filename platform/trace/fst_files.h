// The files fstapi works with (fst_redirect.h): the one it writes is an Output, which remembers a
// failure; its scratch files are memory.
#pragma once

#include <string>

#include "platform/output/output.h"

namespace strata {

/// fstWriterCreate() with compressed hierarchy, writing to `file`, which must be seekable and
/// outlives the writer. Null when fstapi cannot begin.
void* create_fst_writer(Output& file, const std::string& path);

}  // namespace strata
