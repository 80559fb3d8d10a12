// Runs a program and waits for it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "models/base/result.h"

namespace strata {

struct ChildResult {
  int status = 0;        // exit status; 128 + number when a signal ended it, as shells report it
  std::string messages;  // what it wrote to standard error
};

/// Starts `program` with `arguments`, standard output going to a file, and waits. What it has to
/// say of a full disk needs no room there: standard error is kept in memory. Once `cancelled` says
/// so, the child is asked to end (SIGTERM), and made to when it does not. It is killed when the
/// calling thread ends first, however that ends.
Result<ChildResult> run_child(const std::string& program, const std::vector<std::string>& arguments,
                              const std::string& stdout_file,
                              const std::function<bool()>& cancelled);

}  // namespace strata
