#include "platform/sandbox/sandbox.h"

#include <malloc.h>
#include <seccomp.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>

#include "platform/exit_codes.h"
#include "platform/sandbox/allowed_calls.h"

#if defined(__SANITIZE_ADDRESS__)
#define STRATA_WITH_SANITIZERS
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STRATA_WITH_SANITIZERS
#endif
#endif

namespace strata {
namespace {

struct Release {
  void operator()(void* filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, Release>;

constexpr std::size_t kMostCalls = 512;  // numbers of x86-64 end below

/// By number; null where there is none. Filled before there is a filter: the library's search for a
/// name takes memory, which a signal handler must not.
std::array<char*, kMostCalls> call_names;

void read_call_names() {
  if (call_names[0] != nullptr) return;
  for (std::size_t i = 0; i < kMostCalls; ++i) {
    call_names[i] = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, static_cast<int>(i));
  }
}

/// What a signal handler can put together.
class Line {
 public:
  void add(const char* text) {
    while (*text != 0 && size_ < sizeof text_) text_[size_++] = *text++;
  }
  void add(int number) {
    const auto end = std::to_chars(text_ + size_, text_ + sizeof text_, number);
    if (end.ec == std::errc()) size_ = static_cast<std::size_t>(end.ptr - text_);
  }
  void write() const { [[maybe_unused]] const ssize_t put = ::write(STDERR_FILENO, text_, size_); }

 private:
  char text_[256] = {};
  std::size_t size_ = 0;
};

void on_refused_call(int, siginfo_t* info, void*) {
  const int number = info->si_syscall;
  const bool named = info->si_arch == seccomp_arch_native() && number >= 0 &&
                     static_cast<std::size_t>(number) < kMostCalls &&
                     call_names[static_cast<std::size_t>(number)] != nullptr;
  Line line;
  line.add("strata: the sandbox refused system call ");
  if (named) {
    line.add(call_names[static_cast<std::size_t>(number)]);
    line.add(" (");
  }
  line.add(number);
  line.add(named ? ")" : " of another architecture");
  line.add("; if the run is to make it, give --no-sandbox\n");
  line.write();
  _exit(kExitFailed);
}

void catch_refused_calls() {
  struct sigaction action {};
  action.sa_sigaction = on_refused_call;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGSYS, &action, nullptr);
  sigset_t refused;
  sigemptyset(&refused);
  sigaddset(&refused, SIGSYS);
  pthread_sigmask(SIG_UNBLOCK, &refused, nullptr);
}

/// 0, or what is wrong as a negative errno, as the library's functions have it.
int add_rule(void* filter, std::uint32_t action, int number, const Condition& condition) {
  if (number == SCMP_SYS(tgkill)) {
    return seccomp_rule_add(filter, action, number, 1,
                            SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(getpid())));
  }
  if (condition.mask == 0) return seccomp_rule_add(filter, action, number, 0);
  return seccomp_rule_add(
      filter, action, number, 1,
      SCMP_CMP64(condition.argument, SCMP_CMP_MASKED_EQ, condition.mask, condition.value));
}

int fill(void* filter, bool kvm) {
  int failed = 0;
  for (const AllowedCall& call : allowed_calls()) {
    if (call.caller == Caller::kKvm && !kvm) continue;
    if (failed == 0) failed = add_rule(filter, SCMP_ACT_ALLOW, call.number, call.condition);
  }
  for (const FailingCall& call : failing_calls()) {
    const auto error = static_cast<std::uint16_t>(call.error);
    if (failed == 0) failed = add_rule(filter, SCMP_ACT_ERRNO(error), call.number, call.condition);
  }
  return failed;
}

/// Of all threads; without the CPU's protection against what other processes might read of this
/// one by speculation, which costs time and which kernels before 5.16 switch on with a filter; by a
/// tree, as calls of a run are many.
int set_attributes(void* filter) {
  const std::pair<scmp_filter_attr, std::uint32_t> attributes[] = {
      {SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_TRAP},
      {SCMP_FLTATR_CTL_TSYNC, 1},
      {SCMP_FLTATR_CTL_SSB, 1},
      {SCMP_FLTATR_CTL_OPTIMIZE, 2}};
  for (const auto& [attribute, value] : attributes) {
    if (const int failed = seccomp_attr_set(filter, attribute, value); failed != 0) return failed;
  }
  return 0;
}

/// What the C library asks files for when it needs it, so that it does not later: the time zone;
/// how many processors there are, which says how many pools of memory threads are worth; and
/// whether what a thread has freed may be given back (mallopt(3): it is kept, but for the largest
/// blocks).
void settle_library() {
  constexpr int kPools = 16;  // more threads share them
  constexpr int kLargestThreshold = 32 << 20;
  ::tzset();
  ::mallopt(M_ARENA_MAX, kPools);
  ::mallopt(M_TRIM_THRESHOLD, -1);
  ::mallopt(M_MMAP_THRESHOLD, kLargestThreshold);
}

Error not_confined(int failed) {
  return Error{std::string("this kernel takes no seccomp filter: ") + std::strerror(-failed)};
}

}  // namespace

const char* why_no_sandbox() {
#ifdef STRATA_WITH_SANITIZERS
  return "built with sanitizers, which open files at the program's end";
#else
  return nullptr;
#endif
}

std::optional<Error> probe_sandbox() {
  if (seccomp_api_get() >= 2) return std::nullopt;  // filters of all threads
  return not_confined(-ENOSYS);
}

std::optional<Error> confine(bool kvm) {
  if (why_no_sandbox() != nullptr) return std::nullopt;
  settle_library();
  read_call_names();
  const Filter filter(seccomp_init(SCMP_ACT_TRAP));
  if (!filter) return not_confined(-ENOMEM);
  int failed = set_attributes(filter.get());
  if (failed == 0) failed = fill(filter.get(), kvm);
  if (failed == 0) catch_refused_calls();
  if (failed == 0) failed = seccomp_load(filter.get());
  if (failed != 0) return not_confined(failed);
  return std::nullopt;
}

}  // namespace strata
