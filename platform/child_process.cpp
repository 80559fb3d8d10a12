#include "platform/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>
#include <thread>

namespace strata {
namespace {

using namespace std::chrono_literals;

/// A process group of the child's own: Ctrl-C reaches it once, from its parent.
class Attributes {
 public:
  Attributes() {
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes_, 0);
  }
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;

  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

class FileActions {
 public:
  FileActions() { posix_spawn_file_actions_init(&actions_); }
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;

  void redirect(int descriptor, const std::string& file) {
    posix_spawn_file_actions_addopen(&actions_, descriptor, file.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
  }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

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

}  // namespace

Result<ChildResult> run_child(const std::string& program, const std::vector<std::string>& arguments,
                              const std::string& stdout_file, const std::string& stderr_file,
                              const std::function<bool()>& cancelled) {
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const Attributes attributes;
  FileActions files;
  files.redirect(STDOUT_FILENO, stdout_file);
  files.redirect(STDERR_FILENO, stderr_file);

  pid_t child = 0;
  const int failure =
      posix_spawn(&child, program.c_str(), files.get(), attributes.get(), argv.data(), environ);
  if (failure != 0) {
    return Error{fmt::format("{} cannot be started: {}", program, std::strerror(failure))};
  }
  const auto status = wait_for(child, cancelled);
  if (!status) return Error{status.error()};
  return ChildResult{status.value()};
}

}  // namespace strata
