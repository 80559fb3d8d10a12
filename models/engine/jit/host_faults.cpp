#include "models/engine/jit/host_faults.h"

#include <signal.h>
#include <sys/ucontext.h>

namespace strata::jit {
namespace {

thread_local FaultHandler* handler_now = nullptr;
struct sigaction handler_before;

/// What is not ours happens once more, with the handler that was there before.
void on_fault(int, siginfo_t*, void* context) {
  auto* const machine = static_cast<ucontext_t*>(context);
  greg_t& rip = machine->uc_mcontext.gregs[REG_RIP];
  const auto* at = reinterpret_cast<const std::uint8_t*>(rip);
  const std::uint8_t* next = handler_now != nullptr ? handler_now->go_on(at) : nullptr;
  if (next != nullptr) {
    rip = reinterpret_cast<greg_t>(next);
  } else {
    sigaction(SIGSEGV, &handler_before, nullptr);
  }
}

void install() {
  struct sigaction action {};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGSEGV, &action, &handler_before);
}

}  // namespace

FaultScope::FaultScope(FaultHandler& handler) : outer_(handler_now) {
  static const bool kInstalled = (install(), true);
  static_cast<void>(kInstalled);
  handler_now = &handler;
}

FaultScope::~FaultScope() {
  handler_now = outer_;
}

}  // namespace strata::jit
