// The one owner of what the program writes: files, standard output and standard error all are
// Outputs. A write that fails is remembered here, whoever made it, and end_program()
// (standard_streams.h) tells of each once and decides the exit status. An output that failed takes
// what comes and drops it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/base/file_descriptor.h"
#include "models/base/result.h"

namespace strata {

class Output {
 public:
  /// `label` opens the message of a failure: "--serial com.txt".
  Output(std::string label, FileDescriptor file)
      : label_(std::move(label)), file_(std::move(file)) {}
  ~Output() { close(); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  /// Makes the file or empties it. The error is one line; nothing is remembered of it.
  static Result<std::unique_ptr<Output>> create(const std::string& label, const std::string& path);

  /// The same, but what the file holds stays until empty() or until it is written over.
  static Result<std::unique_ptr<Output>> open(const std::string& label, const std::string& path);

  /// Throws away what is in the file, where it is one that holds something.
  void empty();

  /// Takes `text` in; it reaches the host when enough has come, at flush() and at close().
  void put(std::string_view text) {
    held_ += text;
    if (held_.size() >= kHoldBytes) flush();
  }
  void put(char character) { put(std::string_view(&character, 1)); }
  void flush();

  /// Passes on everything and closes. Later calls do nothing.
  void close();

  /// Writes `bytes` past what put() holds back; false when this output has failed.
  bool write(std::string_view bytes);

  /// Write around the host's page cache where the file system can: for files larger than what is
  /// worth keeping there. What is written is then best aligned to 4096 bytes, in memory and in the
  /// file; what is not switches it off.
  void set_direct(bool direct);

  /// What the host has taken.
  std::uint64_t bytes() const { return bytes_; }

  int descriptor() const { return file_.get(); }
  bool failed() const { return errno_ != 0; }
  /// Empty, or the line that says what happened.
  std::string error() const;

  /// Remembers that the host refused a write, with errno `error`.
  void fail(int error);

  /// Whether any output of the program has failed. A run then ends: what it is made for is lost.
  static bool any_failed() { return any_failed_.load(std::memory_order_relaxed); }

  /// From now on a write that the other side holds up fails. Async-signal-safe.
  static void give_up() { given_up_.store(true, std::memory_order_relaxed); }

  struct Failure {
    std::string line;          // what was lost and why
    bool reader_gone = false;  // nobody wanted it any more (EPIPE)
  };
  static void remember(Failure failure);
  /// All failures so far, oldest first; forgets them.
  static std::vector<Failure> take_failures();

 private:
  static constexpr std::size_t kHoldBytes = 64u << 10;

  static Result<std::unique_ptr<Output>> open_with(int flag, const std::string& label,
                                                   const std::string& path);

  /// One write(2) that waits for its turn; -1 with errno.
  ssize_t write_some(std::string_view bytes) const;

  static inline std::atomic<bool> any_failed_{false};
  static inline std::atomic<bool> given_up_{false};

  std::string label_;
  FileDescriptor file_;
  std::string held_;
  bool direct_ = false;
  std::uint64_t bytes_ = 0;
  int errno_ = 0;  // of the first write that failed
};

/// "--log x: cannot be written: No space left on device".
std::string write_error(const std::string& label, int error);

}  // namespace strata
