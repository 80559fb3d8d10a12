// Where the bytes go that the guest sends: debug console and serial port.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "models/base/result.h"
#include "platform/output/output.h"

namespace strata {

struct GuestOutputPaths {
  /// Of the machine beside others: each line on the standard stream begins with it. Empty: it is
  /// alone, and its bytes pass as they come.
  std::string name;
  /// Of the debug console: a file; "stdio" or "-", as if empty, for the standard stream.
  std::string console;
  /// Of the serial port: a file; "stdio" or "-" for the standard stream; empty: its bytes are
  /// dropped.
  std::string serial;
  /// The standard stream is standard error, because a document of ours has standard output.
  bool standard_output_taken = false;
  /// Keep what goes to the standard stream until release(), because the screen is drawn there.
  bool hold_back = false;
};

/// Whether `path`, of --console or --serial, means the standard stream and no file.
bool names_standard_stream(const std::string& path);

class GuestOutput {
 public:
  explicit GuestOutput(GuestOutputPaths paths) : paths_(std::move(paths)) {}

  /// Opens the files, emptying them; before it bytes are dropped.
  std::optional<Error> open();

  void debug_console(std::uint8_t byte) { put(console_, byte); }
  void serial(std::uint8_t byte) { put(serial_, byte); }

  /// Writes out everything.
  void release();

 private:
  std::optional<Error> open_file(const char* option, const std::string& path, Output*& out);
  void put(Output* out, std::uint8_t byte);
  void put_named(char character);
  void put_line();

  GuestOutputPaths paths_;
  std::string line_;  // with the machine's name, as far as it has come
  std::string held_;
  std::vector<std::unique_ptr<Output>> files_;
  Output* standard_ = nullptr;
  Output* console_ = nullptr;  // null: dropped
  Output* serial_ = nullptr;
};

}  // namespace strata
