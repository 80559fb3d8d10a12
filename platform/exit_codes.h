// How the program ends; README lists them. A guest that ends itself through port F4 chooses its
// own.
#pragma once

namespace strata {

enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,    // --check found a difference, engines differ in compare, something could not
                      // be written, the disk image was lost, the host has no room, descriptors or
                      // memory left (models/base/system_error.h), the sandbox refused a system
                      // call, or a bug of ours
  kExitBadInput = 2,  // bad option or file, or a host without what the engine needs: nothing was
                      // run, no file was changed
  kExitTripleFault = 3,
  kExitLimit = 4,          // --max-cycles or --timeout reached
  kExitInterrupted = 130,  // Ctrl-C, after a clean end
  kExitReaderGone = 141,   // who read an output went away; what shells report of SIGPIPE
};

}  // namespace strata
