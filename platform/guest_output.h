// Where the bytes go that the guest sends: debug console and serial port.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "models/base/result.h"

namespace strata {

class GuestOutput {
 public:
  /// `serial` is "stdio", a file, or empty. `hold_back` keeps what goes to standard output until
  /// release(), because the screen is drawn there.
  GuestOutput(std::string serial, bool hold_back);

  /// Opens the serial file, emptying it. Without an open file its bytes are dropped.
  std::optional<Error> open();

  void debug_console(std::uint8_t byte) { put_standard(byte); }
  void serial(std::uint8_t byte);

  /// Writes out everything.
  void release();

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  void put_standard(std::uint8_t byte);

  std::string serial_;
  bool hold_back_;
  std::string held_;
  std::unique_ptr<std::FILE, Closer> serial_file_;
};

}  // namespace strata
