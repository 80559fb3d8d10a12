#include "platform/output/standard_streams.h"

#include <fcntl.h>

#include <csignal>

#include "platform/exit_codes.h"

namespace strata {

Output& standard_output() {
  static Output output("standard output", FileDescriptor(STDOUT_FILENO));
  return output;
}

Output& standard_error() {
  static Output output("standard error", FileDescriptor(STDERR_FILENO));
  return output;
}

std::mutex& standard_streams_mutex() {
  static std::mutex mutex;
  return mutex;
}

void guard_standard_streams() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) >= 0) continue;
    // The lowest free number is this one. The wrong direction, so that every use of it fails.
    (void)::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

void complain(const std::string& message) {
  std::string line;
  for (const char character : message) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte < 0x20 || byte == 0x7F) {
      line += fmt::format("\\x{:02x}", byte);
    } else {
      line += character;
    }
  }
  say("strata: {}\n", line);
}

int end_program(int status) {
  standard_output().close();
  standard_error().flush();
  for (const Output::Failure& failure : Output::take_failures()) {
    if (!failure.reader_gone) {
      complain(failure.line);
      status = kExitFailed;
    } else if (status != kExitFailed) {
      status = kExitReaderGone;
    }
  }
  standard_error().close();
  // Nobody can be told of these.
  for (const Output::Failure& failure : Output::take_failures()) {
    if (!failure.reader_gone) status = kExitFailed;
  }
  return status;
}

}  // namespace strata
