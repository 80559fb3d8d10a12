// Work for behind a run, by a process of its own that has been started before it: the run itself
// may not open or start anything any more then (platform/sandbox/sandbox.h).
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>

#include "models/base/file_descriptor.h"
#include "models/base/result.h"

namespace strata {

class LaterWork {
 public:
  /// What it has found out. Called in any case, to leave nothing behind: `cancelled` says whether
  /// nobody wants it, or wants it any more.
  using Work = std::function<Result<std::string>(const std::function<bool()>& cancelled)>;

  LaterWork() = default;
  /// Waits until the process has ended, without having worked if nobody asked it to.
  ~LaterWork();
  LaterWork(const LaterWork&) = delete;
  LaterWork& operator=(const LaterWork&) = delete;

  /// Starts the process. It keeps nothing open but the standard streams, and waits; when this one
  /// ends first, however that ends, it ends as well. Before there are other threads.
  std::optional<Error> start(const Work& work);

  /// Has the work done, unless or until `cancelled` says so.
  Result<std::string> take(const std::function<bool()>& cancelled);

 private:
  void await_end();

  FileDescriptor request_;  // a byte: go on; closed: nobody wants it any more
  FileDescriptor answer_;
};

}  // namespace strata
