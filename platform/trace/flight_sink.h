// The flight recorder: keeps chunks in memory, forgets those that are older than needed, and
// at the end writes exactly the last cycles.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "platform/trace/change_stream.h"
#include "platform/trace/wave_writer.h"

namespace strata {

class FlightSink : public ChangeSink {
 public:
  FlightSink(Cycle last_cycles, std::vector<WaveWriter*> writers)
      : last_cycles_(last_cycles), writers_(std::move(writers)) {}

  void begin(SignalTable& table) override;
  ChangeChunk* exchange(ChangeChunk* filled, std::size_t min_words) override;
  void end(ChangeChunk* last) override;

 private:
  /// The first cycle to keep when `last` is the newest.
  Cycle first_kept(Cycle last) const { return last < last_cycles_ ? 0 : last - last_cycles_ + 1; }
  void forget_before(Cycle cycle);

  Cycle last_cycles_;
  std::vector<WaveWriter*> writers_;
  const SignalTable* table_ = nullptr;
  std::deque<std::unique_ptr<ChangeChunk>> chunks_;  // oldest first; the newest is being filled
  std::vector<std::unique_ptr<ChangeChunk>> spare_;
};

/// `chunk` without what was before `first`: all signals' values as of `first`, then the changes
/// after it. Returns the chunk unchanged when it starts later.
ChangeChunk trimmed(const ChangeChunk& chunk, const SignalTable& table, Cycle first);

}  // namespace strata
