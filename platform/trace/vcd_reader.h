// Reads a value change dump as a stream (IEEE 1364-2005, clause 18): the header becomes a list of
// variables, then every change is handed over in the file's order. Knows what strata and Verilator
// write: scalar, vector, real and string changes; attributes of other tools are skipped.
#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "models/base/result.h"

namespace strata {

struct VcdVariable {
  std::string name;  // full, scopes separated by dots, without the range: "strata.bus.wb_adr_o"
  std::string type;  // "wire", "real", ...
  std::uint32_t bits = 1;
  int msb = 0;  // of the range; 0:0 when there is none
  int lsb = 0;
  std::size_t signal = 0;  // variables that share an identifier share the signal
};

struct VcdHeader {
  std::string timescale;  // "10ns"
  std::vector<VcdVariable> variables;
  std::size_t signals = 0;

  /// The variable of that full name, or null.
  const VcdVariable* find(std::string_view name) const;
};

/// `value` has all digits of the variable: 0, 1, x, z, highest first; of a real and a string, its
/// text.
struct VcdChange {
  std::uint64_t time = 0;
  std::size_t signal = 0;
  std::string_view value;
};

class VcdReader {
 public:
  /// The stream must outlive the reader.
  explicit VcdReader(std::istream& input) : input_(input) {}

  /// Reads up to $enddefinitions. An error names the line's number.
  Result<VcdHeader> read_header();

  /// Reads all changes that follow; returns the last time stamp.
  Result<std::uint64_t> read_changes(const std::function<void(const VcdChange&)>& visit);

 private:
  bool next_token();
  bool skip_to_end();
  Error error(const std::string& what) const;
  std::string read_variable();

  std::istream& input_;
  std::string line_;
  std::string_view rest_;  // of line_
  std::string_view token_;
  std::size_t line_number_ = 0;
  VcdHeader header_;
  std::vector<std::string> scopes_;
  std::map<std::string, std::size_t, std::less<>> signal_of_identifier_;
  std::vector<std::uint32_t> bits_of_signal_;
};

/// A whole dump in memory: for each signal its changes in time. For tests and small files.
class VcdHistory {
 public:
  static Result<VcdHistory> read(std::istream& input);

  const VcdHeader& header() const { return header_; }
  std::uint64_t end_time() const { return end_time_; }

  struct Change {
    std::uint64_t time;
    std::string value;
  };
  /// Changes of the variable of that full name; empty when there is none.
  const std::vector<Change>& changes(std::string_view name) const;

  /// Digits at `time` (after that time stamp's changes); empty before the first change.
  std::string value_at(std::string_view name, std::uint64_t time) const;

 private:
  VcdHeader header_;
  std::vector<std::vector<Change>> changes_;
  std::uint64_t end_time_ = 0;
};

/// The number binary digits stand for, at most 64; x and z count as 0.
std::uint64_t number_of_digits(std::string_view digits);

/// The characters of a string's value in the file, where \nnn (octal) stands for what is not
/// printed.
std::string unescaped(std::string_view value);

}  // namespace strata
