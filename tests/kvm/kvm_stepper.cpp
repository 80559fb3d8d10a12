#include "tests/kvm/kvm_stepper.h"

#include <signal.h>
#include <sys/time.h>

#include <cerrno>
#include <cstring>

#include "models/engine/kvm/kvm_vm.h"

namespace strata::test {
namespace {

constexpr std::uint64_t kClockHz = 1'000'000;  // the guest reads no clock
constexpr int kMostTicks = 5;                  // in one instruction: it does not end
constexpr int kMostExits = 64;                 // of one instruction, for ports

/// Brings KVM_RUN back every second, should a guest run on unstepped.
void start_ticks() {
  struct sigaction action {};
  action.sa_handler = [](int) {};
  sigaction(SIGALRM, &action, nullptr);
  constexpr itimerval kSecond{{1, 0}, {1, 0}};
  setitimer(ITIMER_REAL, &kSecond, nullptr);
}

void stop_ticks() {
  constexpr itimerval kOff{};
  setitimer(ITIMER_REAL, &kOff, nullptr);
}

}  // namespace

KvmStepper::KvmStepper(std::unique_ptr<KvmVm> vm) : vm_(std::move(vm)) {
  start_ticks();
}

KvmStepper::~KvmStepper() {
  stop_ticks();
}

Result<std::unique_ptr<KvmStepper>> KvmStepper::create(const std::vector<MemoryRegion>& memory) {
  auto vm = KvmVm::create("/dev/kvm", memory, kClockHz, CpuFamily::k586);
  if (!vm) return Error{vm.error()};
  if (!(*vm)->single_step(true)) return Error{"KVM cannot single-step (KVM_SET_GUEST_DEBUG)"};
  return std::unique_ptr<KvmStepper>(new KvmStepper(std::move(*vm)));
}

bool KvmStepper::load(const CpuState& state) {
  return vm_->write_state(state);
}

CpuState KvmStepper::state() const {
  return vm_->read_state();
}

KvmStepper::Step KvmStepper::step() {
  // Anew for each step: the instruction may have taken TF, which stepping uses, away.
  if (!vm_->single_step(true)) return Step::kFailed;
  const std::uint32_t eip = state().eip;
  // After an access has been answered KVM only finishes the instruction, with or without a trap.
  bool answered = false;
  int ticks = 0;
  for (int exits = 0; exits < kMostExits; ++exits) {
    vm_->run().immediate_exit = answered;
    const int error = vm_->enter();
    vm_->run().immediate_exit = 0;
    if (error == EINTR && answered) {
      if (state().eip != eip) return Step::kDone;
      answered = false;  // the access was only a part of the instruction
      continue;
    }
    // However long the host has let this process wait, it was one tick.
    if (error == EINTR && ++ticks < kMostTicks) continue;
    if (error != 0) return Step::kFailed;
    switch (vm_->run().exit_reason) {
      case KVM_EXIT_DEBUG: return Step::kDone;
      case KVM_EXIT_HLT: return Step::kHalted;
      case KVM_EXIT_IO: answer_port(); break;
      case KVM_EXIT_MMIO: return Step::kOutside;
      case KVM_EXIT_INTERNAL_ERROR: return Step::kNotEmulated;
      default: return Step::kFailed;
    }
    answered = true;
  }
  return Step::kFailed;
}

void KvmStepper::answer_port() {
  kvm_run& run = vm_->run();
  if (run.io.direction != KVM_EXIT_IO_IN) return;
  std::memset(reinterpret_cast<std::uint8_t*>(&run) + run.io.data_offset, 0xFF,
              std::size_t{run.io.size} * run.io.count);
}

}  // namespace strata::test
