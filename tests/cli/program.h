// Runs the real program as a user's shell does and gathers what it says.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace strata::test {

struct Finished {
  int status = -1;  // exit status; 128 + number if a signal ended it
  std::string out;
  std::string err;
};

/// Only what hangs takes so long, on however busy a host.
constexpr std::chrono::seconds kHang{1800};

/// Asks until `happened` says yes; false if it hangs.
bool wait_until(const std::function<bool()>& happened);

/// The value of `field` in /proc/PROCESS/status (proc(5)); empty when there is none.
std::string status_field(pid_t process, const std::string& field);

/// Rows and columns of a terminal.
struct TerminalShape {
  unsigned short rows = 25;
  unsigned short columns = 100;
};

/// A program in the background, with its outputs in files of a folder the test owns. It is started
/// alike wherever the test is: nothing on standard input, no signal ignored or blocked. Its
/// children, and whatever it has left behind, end with it.
class Program {
 public:
  /// Starts build/.../strata, or `executable`, with `arguments` in `folder`. With `terminal`,
  /// standard error is a new pseudo-terminal and so is standard output.
  Program(const std::string& folder, const std::vector<std::string>& arguments,
          std::optional<TerminalShape> terminal = {}, const char* executable = STRATA_PROGRAM);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void signal(int number) const;
  pid_t id() const { return child_; }

  /// Waits until standard output (of a terminal: anything) contains `text`; false if it hangs or
  /// has ended without.
  bool wait_for_output(const std::string& text);

  /// Waits for the end; kills it and reports 128 + SIGKILL if it hangs.
  Finished wait();

 private:
  bool ended();
  void read_terminal();

  std::string out_file_;
  std::string err_file_;
  pid_t child_ = -1;
  int terminal_ = -1;
  std::string terminal_text_;
  bool reaped_ = false;
  int wait_status_ = 0;
};

/// Whether the host gives out pseudo-terminals (a container without /dev/pts does not).
bool has_terminals();

/// Runs `script` with bash in `folder`, $STRATA being the program, and waits; what stands in its
/// way (a limit, a pipe, a closed stream) is the script's to arrange.
Finished run_script(const std::string& folder, const std::string& script);

/// Starts the program and waits.
Finished run_program(const std::string& folder, const std::vector<std::string>& arguments);

}  // namespace strata::test
