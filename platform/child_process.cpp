#include "platform/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>
#include <thread>

#include "models/base/file_descriptor.h"
#include "models/base/system_error.h"

namespace strata {
namespace {

using namespace std::chrono_literals;

/// What the child needs to become the program.
struct Start {
  const char* program;
  char* const* arguments;
  const char* stdout_file;
  int messages;  // becomes standard error
  pid_t parent;
  int failure;  // a pipe that takes the errno of what fails
};

bool redirect(const Start& start) {
  const int opened = open(start.stdout_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  return opened >= 0 && dup2(opened, STDOUT_FILENO) >= 0 &&
         dup2(start.messages, STDERR_FILENO) >= 0;
}

/// In the child, in a process group of its own: Ctrl-C reaches it once, from its parent. Only what
/// is allowed between fork() and exec() (POSIX, fork()).
[[noreturn]] void become(const Start& start) {
  setpgid(0, 0);
  // Nobody stops the child of a parent that was killed. Of one killed before this call nothing is
  // said (prctl(2)), but then it is the parent no more.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != start.parent) _exit(1);
  if (redirect(start)) execv(start.program, start.arguments);
  const int failure = errno;
  if (write(start.failure, &failure, sizeof failure) < 0) _exit(2);
  _exit(1);
}

/// Exit status of `child` as shells report it.
Result<int> wait_for(pid_t child, const std::function<bool()>& cancelled) {
  // It ends within milliseconds unless something is wrong with it.
  constexpr auto kPatience = 10s;
  std::optional<std::chrono::steady_clock::time_point> asked;
  int status = 0;
  for (;;) {
    const pid_t ended = waitpid(child, &status, WNOHANG);
    if (ended == child) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (ended < 0 && errno != EINTR) {
      return Error{fmt::format("waiting failed: {}", std::strerror(errno))};
    }
    const auto now = std::chrono::steady_clock::now();
    if (!asked && cancelled()) {
      kill(child, SIGTERM);
      asked = now;
    }
    if (asked && now - *asked > kPatience) kill(child, SIGKILL);
    std::this_thread::sleep_for(5ms);
  }
}

Error cannot_start(const std::string& program, int failure) {
  return system_error(fmt::format("{} cannot be started: {}", program, std::strerror(failure)),
                      failure);
}

/// All of the file, from its beginning.
std::string content_of(const FileDescriptor& file) {
  std::string content;
  char piece[4096];
  for (;;) {
    const ssize_t got = pread(file.get(), piece, sizeof piece, static_cast<off_t>(content.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return content;
    content.append(piece, static_cast<std::size_t>(got));
  }
}

}  // namespace

Result<ChildResult> run_child(const std::string& program, const std::vector<std::string>& arguments,
                              const std::string& stdout_file,
                              const std::function<bool()>& cancelled) {
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);

  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return cannot_start(program, errno);
  const FileDescriptor reader(ends[0]);
  FileDescriptor writer(ends[1]);
  const FileDescriptor messages(memfd_create("messages", MFD_CLOEXEC));
  if (!messages.valid()) return cannot_start(program, errno);
  const Start start{.program = program.c_str(),
                    .arguments = argv.data(),
                    .stdout_file = stdout_file.c_str(),
                    .messages = messages.get(),
                    .parent = getpid(),
                    .failure = writer.get()};
  const pid_t child = fork();
  if (child < 0) return cannot_start(program, errno);
  if (child == 0) become(start);
  writer.reset();  // exec() closes the child's: then there is nothing to be read
  int failure = 0;
  ssize_t got = 0;
  do {
    got = read(reader.get(), &failure, sizeof failure);
  } while (got < 0 && errno == EINTR);
  const auto status = wait_for(child, cancelled);
  if (got > 0) return cannot_start(program, failure);
  if (!status) return status.failure();
  return ChildResult{status.value(), content_of(messages)};
}

}  // namespace strata
