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

}  // namespace

Program::Program(const std::string& folder, const std::vector<std::string>& arguments,
                 bool terminal, const char* executable)
    : out_file_(folder + "/program.out"), err_file_(folder + "/program.err") {
  std::vector<char*> argv = {const_cast<char*>("strata")};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addchdir_np(&files, folder.c_str());
  int slave = -1;
  if (terminal) {
    if (openpty(&terminal_, &slave, nullptr, nullptr, nullptr) != 0) {
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
  const int failure = posix_spawn(&child_, executable, &files, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (slave >= 0) close(slave);
  if (failure != 0) throw std::runtime_error(std::string("cannot start ") + executable);
}

Program::~Program() {
  if (!ended()) {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  if (terminal_ >= 0) close(terminal_);
}

void Program::signal(int number) const {
  kill(child_, number);
}

bool Program::ended() {
  if (!reaped_ && waitpid(child_, &wait_status_, WNOHANG) == child_) reaped_ = true;
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
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (std::chrono::steady_clock::now() < deadline) {
    const bool last_look = ended();
    read_terminal();
    const std::string all = terminal_ >= 0 ? terminal_text_ : read_text(out_file_);
    if (all.find(text) != std::string::npos) return true;
    if (last_look) return false;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

Finished Program::wait() {
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (!ended()) {
    read_terminal();
    if (std::chrono::steady_clock::now() > deadline) kill(child_, SIGKILL);
    std::this_thread::sleep_for(5ms);
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
  return Program(folder, {"-c", "STRATA='" STRATA_PROGRAM "'; " + script}, false, "/bin/bash")
      .wait();
}

Finished run_program(const std::string& folder, const std::vector<std::string>& arguments) {
  return Program(folder, arguments).wait();
}

}  // namespace strata::test
