#include "platform/trace/flight_sink.h"

#include <algorithm>
#include <cassert>

namespace strata {
namespace {

// The finer the chunks, the less is kept beyond the last cycles; each carries a complete state.
constexpr std::size_t kSpareWords = 256u << 10;

// Rebuilds a chunk from the first kept cycle on, folding what was before into the state.
class Trimmer {
 public:
  Trimmer(const ChangeChunk& chunk, const SignalTable& table, Cycle first)
      : table_(table), first_(first), state_(chunk.state_before) {
    state_.resize(table.state_words(), 0);
    out_.words.reserve(chunk.size + state_.size() + table.codes());
  }

  void marker(ChangeMarker kind, Cycle cycle) {
    if (!started_) {
      if (cycle < first_) {
        known_ = kind != ChangeMarker::kUnknown;
        return;
      }
      // At `first` itself the cycle's own changes still belong to the state.
      start(kind, cycle);
      if (at_first_) return;
    } else if (at_first_) {
      put_state();
    }
    put_marker(kind, cycle);
  }

  void change(std::uint32_t code, std::uint32_t bits, const std::uint32_t* words) {
    const std::size_t count = (bits + 31) / 32;
    if (!started_ || at_first_) {
      std::copy_n(words, count, state_.begin() + code);
    } else {
      put_change(code, bits, words);
    }
  }

  ChangeChunk finish(Cycle last) {
    if (at_first_ || (!started_ && known_)) put_state();
    out_.size = out_.words.size();
    out_.first_cycle = first_;
    out_.last_cycle = last;
    return std::move(out_);
  }

 private:
  void start(ChangeMarker kind, Cycle cycle) {
    started_ = true;
    at_first_ = cycle == first_ && kind != ChangeMarker::kUnknown;
    // Nothing happened at `first`: its state is what was before, if anything is known of it.
    const bool was_known = known_ && kind != ChangeMarker::kAll;
    if (!at_first_ && was_known) put_state();
  }

  void put_state() {
    at_first_ = false;
    put_marker(ChangeMarker::kAll, first_);
    const std::vector<std::uint32_t>& bits_of_code = table_.bits_of_code();
    for (std::uint32_t code = 0; code < bits_of_code.size(); ++code) {
      if (bits_of_code[code] == 0 || table_.derived(code)) continue;
      put_change(code, bits_of_code[code], &state_[code]);
    }
  }

  void put_marker(ChangeMarker kind, Cycle cycle) {
    out_.words.push_back(static_cast<std::uint32_t>(kind) << kInlineShift);
    out_.words.push_back(static_cast<std::uint32_t>(cycle));
    out_.words.push_back(static_cast<std::uint32_t>(cycle >> 32));
  }

  void put_change(std::uint32_t code, std::uint32_t bits, const std::uint32_t* words) {
    if (bits <= kMaxInlineBits) {
      out_.words.push_back(code | words[0] << kInlineShift);
      return;
    }
    out_.words.push_back(code);
    out_.words.insert(out_.words.end(), words, words + (bits + 31) / 32);
  }

  const SignalTable& table_;
  const Cycle first_;
  std::vector<std::uint32_t> state_;
  ChangeChunk out_;
  bool known_ = true;     // the state before the chunk, then as of the latest marker
  bool started_ = false;  // a marker at or after first_ was seen
  bool at_first_ = false;
};

}  // namespace

ChangeChunk trimmed(const ChangeChunk& chunk, const SignalTable& table, Cycle first) {
  if (chunk.first_cycle >= first) return chunk;
  Trimmer trimmer(chunk, table, first);
  decode_changes(chunk, table, trimmer);
  return trimmer.finish(std::max(chunk.last_cycle, first));
}

void FlightSink::begin(SignalTable& table) {
  table_ = &table;
  for (WaveWriter* writer : writers_) writer->begin(table);
}

void FlightSink::forget_before(Cycle cycle) {
  // The oldest chunk is needed as long as the one after it starts later than the first kept cycle.
  while (chunks_.size() > 1 && chunks_[1]->size != 0 && chunks_[1]->first_cycle <= cycle) {
    spare_.push_back(std::move(chunks_.front()));
    chunks_.pop_front();
  }
}

ChangeChunk* FlightSink::exchange(ChangeChunk* filled, std::size_t min_words) {
  assert(filled == (chunks_.empty() ? nullptr : chunks_.back().get()));
  if (filled) forget_before(first_kept(filled->last_cycle));
  if (spare_.empty()) {
    spare_.push_back(std::make_unique<ChangeChunk>());
    spare_.back()->words.resize(kSpareWords + min_words);
  }
  chunks_.push_back(std::move(spare_.back()));
  spare_.pop_back();
  return chunks_.back().get();
}

void FlightSink::end(ChangeChunk* last) {
  if (last->size == 0) chunks_.pop_back();
  if (chunks_.empty()) return;
  const Cycle first = first_kept(chunks_.back()->last_cycle);
  forget_before(first);
  const ChangeChunk oldest = trimmed(*chunks_.front(), *table_, first);
  for (WaveWriter* writer : writers_) {
    writer->write(oldest);
    for (std::size_t i = 1; i < chunks_.size(); ++i) writer->write(*chunks_[i]);
  }
}

}  // namespace strata
