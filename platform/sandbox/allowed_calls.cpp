#include "platform/sandbox/allowed_calls.h"

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <cerrno>

namespace strata {
namespace {

constexpr std::uint64_t kWhole = 0xFFFF'FFFF;

constexpr Condition is(unsigned argument, std::uint64_t value) {
  return {argument, kWhole, value};
}

/// Memory that instructions are run from cannot be had. The translator maps its buffer, once to be
/// written and once to be run (memfd_create), when its machine is built, which is before this.
constexpr Condition kNotToBeRun{2, PROT_EXEC, 0};

/// clone(): a thread of this process, which is as confined as the others; another process.
constexpr Condition kThread{0, CLONE_THREAD, CLONE_THREAD};
constexpr Condition kProcess{0, CLONE_THREAD, 0};

/// ioctl(): the type of KVM's requests, which is in their second byte (KVMIO of linux/kvm.h).
constexpr Condition kOfKvm{1, 0xFF00, 0xAE00};

constexpr AllowedCall kCalls[] = {
    // Files that are open: disk, documents, waves, streams.
    {SCMP_SYS(read), Caller::kEvery, {}},
    {SCMP_SYS(write), Caller::kEvery, {}},
    {SCMP_SYS(readv), Caller::kEvery, {}},
    {SCMP_SYS(writev), Caller::kEvery, {}},
    {SCMP_SYS(pread64), Caller::kEvery, {}},
    {SCMP_SYS(pwrite64), Caller::kEvery, {}},
    {SCMP_SYS(preadv), Caller::kEvery, {}},
    {SCMP_SYS(pwritev), Caller::kEvery, {}},
    {SCMP_SYS(lseek), Caller::kEvery, {}},
    {SCMP_SYS(ftruncate), Caller::kEvery, {}},
    {SCMP_SYS(fdatasync), Caller::kEvery, {}},
    {SCMP_SYS(fstat), Caller::kEvery, {}},
    {SCMP_SYS(newfstatat), Caller::kEvery, {}},  // fstat() of the C library; of names, too, which
    {SCMP_SYS(statx), Caller::kEvery, {}},       // a filter does not see: that opens nothing
    {SCMP_SYS(fcntl), Caller::kEvery, is(1, F_GETFL)},
    {SCMP_SYS(fcntl), Caller::kEvery, is(1, F_SETFL)},
    {SCMP_SYS(ioctl), Caller::kEvery, is(1, TCGETS)},      // isatty()
    {SCMP_SYS(ioctl), Caller::kEvery, is(1, TIOCGWINSZ)},  // the terminal's size
    {SCMP_SYS(poll), Caller::kEvery, {}},
    {SCMP_SYS(ppoll), Caller::kEvery, {}},
    {SCMP_SYS(close), Caller::kEvery, {}},

    // Memory.
    {SCMP_SYS(brk), Caller::kEvery, {}},
    {SCMP_SYS(mmap), Caller::kEvery, kNotToBeRun},
    {SCMP_SYS(mprotect), Caller::kEvery, kNotToBeRun},
    {SCMP_SYS(mremap), Caller::kEvery, {}},
    {SCMP_SYS(munmap), Caller::kEvery, {}},
    {SCMP_SYS(madvise), Caller::kEvery, {}},

    // Time, where it needs a call.
    {SCMP_SYS(clock_gettime), Caller::kEvery, {}},
    {SCMP_SYS(gettimeofday), Caller::kEvery, {}},
    {SCMP_SYS(time), Caller::kEvery, {}},
    {SCMP_SYS(nanosleep), Caller::kEvery, {}},
    {SCMP_SYS(clock_nanosleep), Caller::kEvery, {}},

    // Signals (Ctrl-C), the end, and abort().
    {SCMP_SYS(rt_sigaction), Caller::kEvery, {}},
    {SCMP_SYS(rt_sigprocmask), Caller::kEvery, {}},
    {SCMP_SYS(rt_sigreturn), Caller::kEvery, {}},
    {SCMP_SYS(restart_syscall), Caller::kEvery, {}},
    {SCMP_SYS(getpid), Caller::kEvery, {}},
    {SCMP_SYS(gettid), Caller::kEvery, {}},
    {SCMP_SYS(tgkill), Caller::kEvery, {}},  // of this process: see add_rule()
    {SCMP_SYS(exit), Caller::kEvery, {}},
    {SCMP_SYS(exit_group), Caller::kEvery, {}},

    // What the C library needs by itself.
    {SCMP_SYS(futex), Caller::kEvery, {}},
    {SCMP_SYS(getrandom), Caller::kEvery, {}},

    // Threads: who writes waves, who answers a ring's doorbell, a machine on KVM beside others.
    {SCMP_SYS(clone), Caller::kEvery, kThread},
    {SCMP_SYS(set_robust_list), Caller::kEvery, {}},
    {SCMP_SYS(rseq), Caller::kEvery, {}},
    {SCMP_SYS(sched_yield), Caller::kEvery, {}},

    // The processor, and the timer that takes it away from the guest.
    {SCMP_SYS(ioctl), Caller::kKvm, kOfKvm},
    {SCMP_SYS(timer_create), Caller::kKvm, {}},
    {SCMP_SYS(timer_settime), Caller::kKvm, {}},
    {SCMP_SYS(timer_delete), Caller::kKvm, {}},
};

constexpr FailingCall kFailing[] = {
    {SCMP_SYS(clone), EPERM, kProcess},
    {SCMP_SYS(clone3), ENOSYS, {}},  // its flags are in memory, where a filter does not see them
};

}  // namespace

std::span<const AllowedCall> allowed_calls() {
  return kCalls;
}

std::span<const FailingCall> failing_calls() {
  return kFailing;
}

}  // namespace strata
