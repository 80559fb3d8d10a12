#include "tests/cli/program.h"

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

namespace strata::test {
namespace {

using namespace std::chrono_literals;

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

constexpr auto kPause = 5ms;  // between two questions

void set_attributes(posix_spawnattr_t& attributes) {
  posix_spawnattr_init(&attributes);
  sigset_t signals;
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
}

}  // namespace

bool wait_until(const std::function<bool()>& happened) {
  const auto deadline = std::chrono::steady_clock::now() + kHang;
  while (!happened()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(kPause);
  }
  return true;
}

std::string status_field(pid_t process, const std::string& field) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field + ":\t")) return line.substr(field.size() + 2);
  }
  return "";
}

Program::Program(const std::string& folder, const std::vector<std::string>& arguments,
                 std::optional<TerminalShape> terminal, const char* executable)
    : out_file_(folder + "/program.out"), err_file_(folder + "/program.err") {
  std::vector<char*> argv = {const_cast<char*>("strata")};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);

  // Whoever ignores it has no children to wait for.
  ::signal(SIGCHLD, SIG_DFL);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addchdir_np(&files, folder.c_str());
  int slave = -1;
  if (terminal) {
    const winsize shape{terminal->rows, terminal->columns, 0, 0};
    if (openpty(&terminal_, &slave, nullptr, nullptr, &shape) != 0) {
      throw std::runtime_error("no pseudo-terminal");
    }
    fcntl(terminal_, F_SETFL, O_NONBLOCK);
    fcntl(terminal_, F_SETFD, FD_CLOEXEC);
    posix_spawn_file_actions_adddup2(&files, slave, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, slave, STDERR_FILENO);
  } else {
    const int flags = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, out_file_.c_str(), flags, 0600);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, err_file_.c_str(), flags, 0600);
  }
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawnattr_t attributes;
  set_attributes(attributes);
  const int failure = posix_spawn(&child_, executable, &files, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (slave >= 0) close(slave);
  if (failure != 0) throw std::runtime_error(std::string("cannot start ") + executable);
}

Program::~Program() {
  if (!reaped_) {
    kill(-child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  if (terminal_ >= 0) close(terminal_);
}

void Program::signal(int number) const {
  kill(child_, number);
}

bool Program::ended() {
  if (reaped_) return true;
  siginfo_t end{};
  if (waitid(P_PID, static_cast<id_t>(child_), &end, WEXITED | WNOHANG | WNOWAIT) != 0 ||
      end.si_pid != child_) {
    return false;
  }
  // While it is there its number is no other group's.
  kill(-child_, SIGKILL);
  reaped_ = waitpid(child_, &wait_status_, 0) == child_;
  return reaped_;
}

void Program::read_terminal() {
  char buffer[4096];
  ssize_t count = 0;
  while (terminal_ >= 0 && (count = read(terminal_, buffer, sizeof buffer)) > 0) {
    terminal_text_.append(buffer, static_cast<std::size_t>(count));
  }
}

bool Program::wait_for_output(const std::string& text) {
  bool found = false;
  wait_until([&] {
    const bool last_look = ended();
    read_terminal();
    const std::string all = terminal_ >= 0 ? terminal_text_ : read_text(out_file_);
    found = all.find(text) != std::string::npos;
    return found || last_look;
  });
  return found;
}

Finished Program::wait() {
  const auto has_ended = [this] {
    read_terminal();
    return ended();
  };
  if (!wait_until(has_ended)) {
    kill(-child_, SIGKILL);
    while (!has_ended()) std::this_thread::sleep_for(kPause);
  }
  read_terminal();
  Finished finished;
  finished.status =
      WIFEXITED(wait_status_) ? WEXITSTATUS(wait_status_) : 128 + WTERMSIG(wait_status_);
  finished.out = terminal_ >= 0 ? terminal_text_ : read_text(out_file_);
  if (terminal_ < 0) finished.err = read_text(err_file_);
  return finished;
}

bool has_terminals() {
  int master = -1;
  int slave = -1;
  if (openpty(&master, &slave, nullptr, nullptr, nullptr) != 0) return false;
  close(master);
  close(slave);
  return true;
}

Finished run_script(const std::string& folder, const std::string& script) {
  return Program(folder, {"-c", "STRATA='" STRATA_PROGRAM "'; " + script}, {}, "/bin/bash").wait();
}

Finished run_program(const std::string& folder, const std::vector<std::string>& arguments) {
  return Program(folder, arguments).wait();
}

}  // namespace strata::test
