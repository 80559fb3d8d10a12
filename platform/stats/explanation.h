// What --explain says of a run: the instructions that left the guest, how often and how long, and
// what the same work costs by calls of port ABBA. A value: part of RunReport, JSON and tables.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace strata {

/// All exits of one kind at one port, page, call or vector by one instruction.
struct ExplainedExit {
  std::string kind;    // as in RunReport::exits, and "call"
  std::string access;  // "read", "write" or empty
  std::string place;   // hexadecimal: port, page, vector; decimal: number of the call
  std::string device;  // empty: nobody's
  std::string function;
  std::uint32_t address = 0;  // linear
  std::string instruction;
  std::uint64_t exits = 0;
  std::uint64_t accesses = 0;
  std::uint64_t bytes = 0;
  std::uint64_t time = 0;
};

/// One kind of work done by registers, and the call that does one unit of it.
struct ExplainedWork {
  std::string unit;  // "disk sector"
  std::uint64_t units = 0;
  std::uint64_t exits = 0;  // by registers, of all units
  std::uint64_t time = 0;
  std::string call;              // "DISK_WRITE"
  std::uint64_t calls = 0;       // that were measured
  std::uint64_t calls_time = 0;  // of these
  bool own = false;              // this guest made them; else one that was run for it

  double exits_each() const;
  double time_each() const;
  double call_each() const;
  /// Of all units; may be negative.
  double saved() const;
};

struct Explanation {
  std::string unit;                  // of times: "ns" or "cycles"
  std::uint64_t transition = 0;      // ns, in every exit's time: a way out of the guest and back
  std::vector<ExplainedExit> exits;  // the longest time first
  std::vector<ExplainedWork> works;
};

/// "17.9 us", "12.3 cycles".
std::string time_text(const Explanation& explanation, double time);

/// Lines of text; of the exits the first `most`.
std::string to_text(const Explanation& explanation, std::size_t most);

nlohmann::ordered_json to_json_value(const Explanation& explanation);

/// Throws as nlohmann's reading does.
Explanation read_explanation(const nlohmann::json& json);

}  // namespace strata
