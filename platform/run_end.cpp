#include "platform/run_end.h"

#include "platform/exit_codes.h"

namespace strata {

int status_of(const RunOutcome& outcome) {
  switch (outcome.end) {
    case RunEnd::kExited:
    case RunEnd::kQuit: return outcome.status;
    case RunEnd::kHalted: return kExitOk;
    case RunEnd::kShutdown: return kExitTripleFault;
    case RunEnd::kCycleLimit:
    case RunEnd::kTimeout: return kExitLimit;
    case RunEnd::kInterrupted: return kExitInterrupted;
    case RunEnd::kOutputFailed: return kExitOk;  // end_program() knows better
    case RunEnd::kCheckFailed:
    case RunEnd::kInputFailed:
    case RunEnd::kTurnOver:
    case RunEnd::kHostFailed: return kExitFailed;
  }
  return kExitFailed;
}

const char* outcome_name(RunEnd end) {
  switch (end) {
    case RunEnd::kExited: return "exited";
    case RunEnd::kHalted: return "halted";
    case RunEnd::kShutdown: return "triple-fault";
    case RunEnd::kCycleLimit: return "max-cycles";
    case RunEnd::kTimeout: return "timeout";
    case RunEnd::kInterrupted: return "interrupted";
    case RunEnd::kOutputFailed: return "output-failed";
    case RunEnd::kCheckFailed: return "check-failed";
    case RunEnd::kQuit: return "quit";
    case RunEnd::kInputFailed: return "input-failed";
    case RunEnd::kTurnOver: break;
    case RunEnd::kHostFailed: return "host-failed";
  }
  return "?";
}

}  // namespace strata
