// Loaded into the real program by a test (LD_PRELOAD): code that runs inside it while a guest does.
// At the program's first write to standard output it tries what STRATA_TEST_INSIDE names, and says
// on standard error what came of it.
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>

namespace {

/// Whether the host did it.
bool attempt(const char* what) {
  const auto named = [what](const char* name) { return std::strcmp(what, name) == 0; };
  if (named("open")) return syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY) >= 0;
  if (named("create")) return syscall(SYS_openat, AT_FDCWD, "made", O_WRONLY | O_CREAT, 0600) >= 0;
  if (named("connect")) {
    const long made = syscall(SYS_socket, AF_INET, SOCK_DGRAM, 0);
    sockaddr_in there{};
    there.sin_family = AF_INET;
    there.sin_port = htons(9);
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return syscall(SYS_connect, made, &there, sizeof there) == 0;
  }
  if (named("fork")) {
    const long child = syscall(SYS_clone, SIGCHLD, 0L, 0L, 0L, 0L);
    if (child == 0) _exit(0);
    return child > 0;
  }
  if (named("ptrace")) return syscall(SYS_ptrace, PTRACE_TRACEME, 0L, 0L, 0L) == 0;
  if (named("execute")) {
    char* const arguments[] = {const_cast<char*>("echo"), const_cast<char*>("executed"), nullptr};
    syscall(SYS_execve, "/bin/echo", arguments, arguments + 2);
  }
  return false;
}

}  // namespace

extern "C" ssize_t write(int descriptor, const void* data, std::size_t bytes) {
  static const char* what = std::getenv("STRATA_TEST_INSIDE");
  if (descriptor == STDOUT_FILENO && what != nullptr) {
    const char* const now = what;
    what = nullptr;
    const char* const result = attempt(now) ? "inside: done\n" : "inside: not done\n";
    syscall(SYS_write, STDERR_FILENO, result, std::strlen(result));
  }
  return syscall(SYS_write, descriptor, data, bytes);
}
