// What a confined process can do, and that it can do nothing else: each call that would open,
// connect, start or look into something is tried from inside, in a child process.
#include "platform/sandbox/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/temp_folder.h"

namespace strata {
namespace {

constexpr int kDone = 77;  // the status of a child whose call was let through

/// A call and the name it is refused by.
struct Attempt {
  const char* name;
  std::function<long(int socket)> make;
};

/// `socket` has been opened before.
const std::vector<Attempt>& attempts() {
  static sockaddr_un nowhere{AF_UNIX, "/nowhere"};
  static char* const none[] = {nullptr};
  static const std::vector<Attempt> all = {
      {"open", [](int) { return syscall(SYS_open, "/dev/null", O_RDONLY); }},
      {"openat", [](int) { return syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY); }},
      {"openat2", [](int) { return syscall(SYS_openat2, AT_FDCWD, "/dev/null", nullptr, 0); }},
      {"creat", [](int) { return syscall(SYS_creat, "/must/not/be", 0600); }},
      {"open_by_handle_at", [](int) { return syscall(SYS_open_by_handle_at, 0, nullptr, 0); }},
      {"memfd_create", [](int) { return syscall(SYS_memfd_create, "code", 0); }},
      {"unlink", [](int) { return syscall(SYS_unlink, "/must/not/be"); }},
      {"rename", [](int) { return syscall(SYS_rename, "/must/not/be", "/a"); }},
      {"mkdir", [](int) { return syscall(SYS_mkdir, "/must/not/be", 0700); }},
      {"symlink", [](int) { return syscall(SYS_symlink, "/a", "/must/not/be"); }},
      {"chmod", [](int) { return syscall(SYS_chmod, "/must/not/be", 0700); }},
      {"mount", [](int) { return syscall(SYS_mount, "a", "b", "c", 0, nullptr); }},
      {"socket", [](int) { return syscall(SYS_socket, AF_INET, SOCK_STREAM, 0); }},
      {"connect", [](int s) { return syscall(SYS_connect, s, &nowhere, sizeof nowhere); }},
      {"bind", [](int s) { return syscall(SYS_bind, s, &nowhere, sizeof nowhere); }},
      {"sendto", [](int s) { return syscall(SYS_sendto, s, "a", 1, 0, &nowhere, sizeof nowhere); }},
      {"sendmsg", [](int s) { return syscall(SYS_sendmsg, s, nullptr, 0); }},
      {"execve", [](int) { return syscall(SYS_execve, "/bin/true", none, none); }},
      {"execveat", [](int) { return syscall(SYS_execveat, 0, "/bin/true", none, none, 0); }},
      {"fork", [](int) { return syscall(SYS_fork); }},
      {"vfork", [](int) { return syscall(SYS_vfork); }},
      {"ptrace", [](int) { return syscall(SYS_ptrace, PTRACE_TRACEME, 0, nullptr, nullptr); }},
      {"ptrace", [](int) { return syscall(SYS_ptrace, PTRACE_ATTACH, 1, 0L, 0L); }},
      {"process_vm_readv", [](int) { return syscall(SYS_process_vm_readv, 1, 0L, 0, 0L, 0, 0); }},
      {"kill", [](int) { return syscall(SYS_kill, getpid(), 0); }},
      {"tgkill", [](int) { return syscall(SYS_tgkill, 1, 1, 0); }},
      {"pidfd_open", [](int) { return syscall(SYS_pidfd_open, 1, 0); }},
      {"io_uring_setup", [](int) { return syscall(SYS_io_uring_setup, 1, nullptr); }},
      {"bpf", [](int) { return syscall(SYS_bpf, 0, nullptr, 0); }},
      {"userfaultfd", [](int) { return syscall(SYS_userfaultfd, 0); }},
      {"setuid", [](int) { return syscall(SYS_setuid, 0); }},
      {"prctl", [](int) { return syscall(SYS_prctl, 22, 0, 0, 0, 0); }},
      {"seccomp", [](int) { return syscall(SYS_seccomp, 0, 0, nullptr); }},
      {"dup2", [](int) { return syscall(SYS_dup2, 0, 5); }},
      {"fcntl", [](int) { return syscall(SYS_fcntl, 0, F_DUPFD, 5); }},
      {"ioctl", [](int) { return syscall(SYS_ioctl, 0, TIOCSTI, "a"); }},
      {"mmap",
       [](int) {
         return syscall(SYS_mmap, nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
                        -1, 0);
       }},
      {"mprotect",
       [](int) {
         return syscall(SYS_mprotect, reinterpret_cast<long>(&kDone) & -4096L, 4096,
                        PROT_READ | PROT_EXEC);
       }},
      {"pkey_mprotect", [](int) { return syscall(SYS_pkey_mprotect, nullptr, 0, PROT_EXEC, 0); }},
      {"an unknown one", [](int) { return syscall(1000, 0); }},
  };
  return all;
}

/// Ends the child with kDone if the call comes back.
[[noreturn]] void try_inside(bool kvm, const Attempt& attempt) {
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  if (confine(kvm)) _exit(2);
  attempt.make(socket);
  _exit(kDone);
}

struct Run {
  const char* name;
  bool kvm;
};

void PrintTo(const Run& run, std::ostream* out) {
  *out << run.name;
}

class Sandbox : public testing::TestWithParam<Run> {
 protected:
  void SetUp() override {
    if (const char* why = why_no_sandbox()) GTEST_SKIP() << why;
    if (const auto error = probe_sandbox()) GTEST_SKIP() << error->message;
  }

  static void expect_fine(const std::function<bool()>& work) {
    EXPECT_EXIT(
        {
          if (confine(GetParam().kvm)) _exit(2);
          _exit(work() ? 0 : kDone);
        },
        testing::ExitedWithCode(0), "");
  }
};

TEST_P(Sandbox, RefusesWhatWouldReachTheHost) {
  for (const Attempt& attempt : attempts()) {
    const bool known = std::string(attempt.name) != "an unknown one";
    EXPECT_EXIT(try_inside(GetParam().kvm, attempt), testing::ExitedWithCode(1),
                known ? "strata: the sandbox refused system call " + std::string(attempt.name) +
                            " \\([0-9]+\\); .*--no-sandbox\n"
                      : "strata: the sandbox refused system call 1000.*\n");
  }
}

#ifdef __x86_64__
// The kernel has other doors: int 80h, and the numbers of the x32 ABI.
TEST_P(Sandbox, RefusesOtherArchitectures) {
  const auto by_interrupt = [](int) {
    long result = 20;  // getpid of i386
    asm volatile("int $0x80" : "+a"(result) : : "memory");
    return result;
  };
  const auto by_x32 = [](int) { return syscall(0x4000'0000 | SYS_getpid); };
  EXPECT_EXIT(try_inside(GetParam().kvm, {"int 80h", by_interrupt}), testing::ExitedWithCode(1),
              "refused system call 20 of another architecture");
  EXPECT_EXIT(try_inside(GetParam().kvm, {"x32", by_x32}), testing::ExitedWithCode(1),
              "refused system call [0-9]+");
}
#endif

TEST_P(Sandbox, LeavesOpenFilesAndMemory) {
  const test::TempFolder folder;
  const std::string name = folder.path() + "/file";
  const int file = open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_GE(file, 0);
  expect_fine([&] {
    std::vector<char> memory(64 << 20, 'a');
    const bool wrote = pwrite(file, memory.data(), 1 << 20, 0) == 1 << 20;
    struct stat status {};
    return wrote && fstat(file, &status) == 0 && status.st_size == 1 << 20 &&
           fdatasync(file) == 0 && ftruncate(file, 0) == 0 && close(file) == 0;
  });
}

TEST_P(Sandbox, LeavesTimeAndSignals) {
  expect_fine([] {
    std::signal(SIGUSR1, [](int) {});
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return std::raise(SIGUSR1) == 0 && localtime_r(&now, &local) != nullptr;
  });
}

void throw_it() {
  throw std::runtime_error("this is why");
}

void throw_where_nobody_catches() noexcept {
  throw_it();
}

TEST_P(Sandbox, LetsAbortSayWhy) {
  EXPECT_EXIT(
      {
        if (confine(GetParam().kvm)) _exit(2);
        throw_where_nobody_catches();
      },
      testing::KilledBySignal(SIGABRT), "this is why");
}

/// Threads that have taken much memory and given it back.
bool run_threads() {
  std::vector<std::thread> threads;
  for (int i = 0; i < 12; ++i) {
    threads.emplace_back([] {
      std::vector<std::string> pieces;
      for (int piece = 0; piece < 200; ++piece) pieces.emplace_back(60'000, 'b');
    });
  }
  for (std::thread& thread : threads) thread.join();
  return true;
}

TEST_P(Sandbox, LeavesThreads) {
  expect_fine(run_threads);
}

// The C library blocks all signals when it starts a process: an error says that there is none.
TEST_P(Sandbox, RefusesProcesses) {
  expect_fine([] { return fork() < 0 && errno == EPERM; });
  expect_fine([] { return std::system("true") != 0; });
}

TEST_P(Sandbox, GivesKvmToKvmOnly) {
  constexpr unsigned long kGetApiVersion = 0xAE00;  // linux/kvm.h
  const auto ask = [](int) { return syscall(SYS_ioctl, 0, kGetApiVersion, 0); };
  if (GetParam().kvm) return expect_fine([&] { return ask(0) < 0; });
  EXPECT_EXIT(try_inside(GetParam().kvm, {"", ask}), testing::ExitedWithCode(1),
              "refused system call ioctl ");
}

// Who was there before is confined, too, whatever signals it has blocked but SIGSYS.
TEST_P(Sandbox, HoldsForThreadsThatRunAlready) {
  EXPECT_EXIT(
      {
        std::atomic<bool> confined{false};
        std::thread other([&] {
          while (!confined) {
          }
          syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY);
          _exit(kDone);
        });
        if (confine(GetParam().kvm)) _exit(2);
        confined = true;
        other.join();
        _exit(kDone);
      },
      testing::ExitedWithCode(1), "refused system call openat ");
}

INSTANTIATE_TEST_SUITE_P(Runs, Sandbox, testing::Values(Run{"plain", false}, Run{"kvm", true}),
                         [](const auto& run) { return std::string(run.param.name); });

}  // namespace
}  // namespace strata
