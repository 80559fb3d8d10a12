// What VCD and FST writers share: cycle markers become time stamps, clock edges and the cycle
// counter; recorded words become text where the table says so.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "platform/trace/byte_hash.h"
#include "platform/trace/change_stream.h"
#include "platform/trace/time_base.h"

namespace strata {

class WaveWriter {
 public:
  explicit WaveWriter(TimeBase time) : time_(time) {}
  virtual ~WaveWriter() = default;

  /// Writes the header. The table outlives the writer.
  void begin(const SignalTable& table);

  void write(const ChangeChunk& chunk) { decode(chunk); }

  /// Shows the latest cycle to its end and finishes the file. Returns empty or what went wrong.
  std::string finish();

  virtual std::uint64_t bytes() const = 0;

  // Visitor of decode_changes().
  void marker(ChangeMarker kind, Cycle cycle);
  void change(std::uint32_t code, std::uint32_t bits, const std::uint32_t* words) {
    switch (shown_[code]) {
      case Shown::kNot: break;
      case Shown::kValue: put_value(code, bits, words); break;
      case Shown::kText: put_text(code, words); break;
      case Shown::kSource: put_source(code, bits, words); break;
    }
  }

 protected:
  virtual void put_header(const SignalTable& table) = 0;
  virtual void put_time(std::uint64_t ticks) = 0;
  virtual void put_value(std::uint32_t code, std::uint32_t bits, const std::uint32_t* words) = 0;
  /// Of a string, at most kMaxText bytes.
  virtual void put_string(std::uint32_t code, std::string_view text) = 0;
  /// All signals are unknown until put_all().
  virtual void put_unknown() = 0;
  /// The values of all signals follow, up to the next put_time().
  virtual void put_all(bool first) = 0;
  virtual std::string close_file() = 0;
  /// Walks over the chunk with the visitor below; a writer may do it with one of its own.
  virtual void decode(const ChangeChunk& chunk);

  /// Bounds what a guest's symbol takes.
  static constexpr std::size_t kMaxText = 96;

  const SignalTable& table() const { return *table_; }
  const TimeBase& time() const { return time_; }

  /// What a recorded change is by its width, if the signal is shown as recorded and nothing else is
  /// made of it.
  enum class Form : std::uint8_t { kOther, kBit, kByte, kWord };
  Form form_of(const Signal& signal) const;

 private:
  enum class Shown : std::uint8_t { kNot, kValue, kText, kSource };

  struct Text {
    const TextSignal* signal = nullptr;
    std::unordered_map<std::string, std::string, ByteHash, std::equal_to<>>
        made;  // by recorded words
  };

  void mark_shown(const Scope& scope);
  void put_text(std::uint32_t code, const std::uint32_t* words);
  void put_source(std::uint32_t code, std::uint32_t bits, const std::uint32_t* words);
  void put_derived();
  void put_made(const DerivedSignals::Output& output, const DerivedSignals::Value& value);
  void put_falling_edge();
  void put_clock(std::uint32_t level);

  TimeBase time_;
  const SignalTable* table_ = nullptr;
  std::vector<Shown> shown_;                       // by code
  std::unordered_map<std::uint32_t, Text> texts_;  // by code
  // Of derived signals, by their place in the table.
  struct Derived {
    DerivedSignals::Make make;
    std::vector<DerivedSignals::Value> values;  // the latest
    std::vector<DerivedSignals::Value> before;
  };
  std::vector<Derived> derived_;
  std::vector<std::uint32_t> state_;    // by code; sources only
  std::vector<std::uint32_t> made_of_;  // by code: a bit for each made of it
  std::uint32_t due_ = 0;               // a bit for each to be made in this cycle
  bool all_due_ = false;                // whether or not the value is another
  std::optional<Cycle> high_since_;     // the clock's falling edge is still to be written
  std::optional<Cycle> latest_;         // none before the first cycle and after unknown
  bool first_ = true;
};

}  // namespace strata
