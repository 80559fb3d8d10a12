// A value or the one line that says what was wrong and what would be right. For users' mistakes
// (options, files, images); a guest's fault is an architectural exception, a bug is an assertion.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace strata {

struct Error {
  std::string message;
  /// What was asked for was right, and the host could not do it now (system_error.h).
  bool of_host = false;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::move(value)) {}
  Result(Error error) : content_(std::move(error)) {}

  bool ok() const { return std::holds_alternative<T>(content_); }
  explicit operator bool() const { return ok(); }

  T& value() { return std::get<T>(content_); }
  const T& value() const { return std::get<T>(content_); }
  T& operator*() { return value(); }
  T* operator->() { return &value(); }

  const std::string& error() const { return failure().message; }
  const Error& failure() const { return std::get<Error>(content_); }

 private:
  std::variant<T, Error> content_;
};

}  // namespace strata
