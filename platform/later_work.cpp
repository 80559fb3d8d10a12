#include "platform/later_work.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "models/base/system_error.h"

namespace strata {
namespace {

/// What an answer begins with.
constexpr char kResult = 'r';
constexpr char kFailure = 'f';
constexpr char kFailureOfHost = 'h';

struct Pipe {
  FileDescriptor reader;
  FileDescriptor writer;
};

/// Neither end valid: errno says why.
Pipe make_pipe() {
  int ends[2] = {-1, -1};
  (void)pipe2(ends, O_CLOEXEC);  // where it fails it leaves both as they are
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

Error cannot_start() {
  return system_error(fmt::format("a second process cannot be started: {}", std::strerror(errno)),
                      errno);
}

/// All but the standard streams and `a`, `b`: others wait for the end of what is in them.
void close_others(int a, int b) {
  const unsigned low = static_cast<unsigned>(std::min(a, b));
  const unsigned high = static_cast<unsigned>(std::max(a, b));
  constexpr unsigned kFirst = STDERR_FILENO + 1;
  if (low > kFirst) close_range(kFirst, low - 1, 0);
  if (high > low + 1) close_range(low + 1, high - 1, 0);
  close_range(high + 1, ~0u, 0);
}

void write_all(int descriptor, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t put = write(descriptor, text.data() + done, text.size() - done);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return;
    done += static_cast<std::size_t>(put);
  }
}

/// In the process: until it is asked, or nobody is there any more to ask.
void wait_for_request(int request) {
  char byte = 0;
  while (read(request, &byte, 1) < 0 && errno == EINTR) {
  }
}

/// In the process, in a process group of its own: Ctrl-C reaches the run, which says so.
void live(const LaterWork::Work& work, int request, int answer) {
  setpgid(0, 0);
  close_others(request, answer);
  wait_for_request(request);
  const auto cancelled = [request] {
    pollfd asking{request, POLLIN, 0};
    return poll(&asking, 1, 0) > 0;
  };
  const auto result = work(cancelled);
  if (result) {
    write_all(answer, kResult + result.value());
  } else {
    write_all(answer, (result.failure().of_host ? kFailureOfHost : kFailure) + result.error());
  }
}

Result<std::string> read_answer(const std::string& text) {
  if (text.empty()) return Error{"the process that was to do it has ended without an answer"};
  std::string content = text.substr(1);
  if (text[0] == kResult) return content;
  return Error{std::move(content), text[0] == kFailureOfHost};
}

}  // namespace

std::optional<Error> LaterWork::start(const Work& work) {
  Pipe request = make_pipe();
  Pipe answer = make_pipe();
  if (!request.reader.valid() || !answer.reader.valid()) return cannot_start();
  const pid_t child = fork();
  if (child < 0) return cannot_start();
  if (child == 0) {
    live(work, request.reader.get(), answer.writer.get());
    _exit(0);
  }
  request_ = std::move(request.writer);
  answer_ = std::move(answer.reader);
  return std::nullopt;
}

Result<std::string> LaterWork::take(const std::function<bool()>& cancelled) {
  if (!answer_.valid()) return Error{"nothing was asked for"};
  write_all(request_.get(), "g");
  std::string text;
  for (;;) {
    constexpr int kAskMs = 20;
    if (request_.valid() && cancelled()) request_.reset();
    pollfd waiting{answer_.get(), POLLIN, 0};
    if (poll(&waiting, 1, kAskMs) <= 0) continue;
    char piece[4096];
    const ssize_t got = read(answer_.get(), piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    text.append(piece, static_cast<std::size_t>(got));
  }
  answer_.reset();
  return read_answer(text);
}

void LaterWork::await_end() {
  request_.reset();
  char byte = 0;
  while (answer_.valid()) {
    const ssize_t got = read(answer_.get(), &byte, 1);
    if (got == 0 || (got < 0 && errno != EINTR)) answer_.reset();
  }
}

LaterWork::~LaterWork() {
  await_end();
}

}  // namespace strata
