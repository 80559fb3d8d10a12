#include "platform/trace/wave_writer.h"

#include <algorithm>
#include <utility>

namespace strata {

void WaveWriter::mark_shown(const Scope& scope) {
  for (const Signal& signal : scope.signals) shown_[signal.code] = Shown::kValue;
  for (const auto& child : scope.scopes) mark_shown(*child);
}

WaveWriter::Form WaveWriter::form_of(const Signal& signal) const {
  const bool vector = signal.kind == SignalKind::kWire || signal.kind == SignalKind::kEvent;
  if (!vector || shown_[signal.code] != Shown::kValue || signal.bits > 32) return Form::kOther;
  return signal.bits == 1 ? Form::kBit : signal.bits <= kMaxInlineBits ? Form::kByte : Form::kWord;
}

void WaveWriter::begin(const SignalTable& table) {
  table_ = &table;
  shown_.assign(table.state_words(), Shown::kNot);
  mark_shown(table.root());
  for (const TextSignal& signal : table.texts()) {
    texts_[signal.code].signal = &signal;
    shown_[signal.code] = Shown::kText;
  }
  state_.assign(table.state_words(), 0);
  made_of_.assign(table.state_words(), 0);
  for (std::size_t i = 0; i < table.derived_signals().size(); ++i) {
    const DerivedSignals& signals = table.derived_signals()[i];
    Derived& derived = derived_.emplace_back(Derived{signals.start(), {}, {}});
    for (const auto& output : signals.outputs) {
      derived.values.push_back({DerivedSignals::Words((output.bits + 31) / 32, 0), {}});
    }
    derived.before = derived.values;
    for (const std::uint32_t source : signals.sources) {
      shown_[source] = Shown::kSource;
      made_of_[source] |= 1u << i;
    }
  }
  put_header(table);
}

void WaveWriter::decode(const ChangeChunk& chunk) {
  decode_changes(chunk, *table_, *this);
}

void WaveWriter::marker(ChangeMarker kind, Cycle cycle) {
  put_derived();
  put_falling_edge();
  put_time(time_.rising(cycle));
  if (kind == ChangeMarker::kUnknown) {
    put_unknown();
    latest_.reset();
    return;
  }
  if (kind == ChangeMarker::kAll) {
    put_all(first_);
    first_ = false;
    all_due_ = true;
  }
  put_clock(1);
  if (table_->cycle_code) {
    const std::uint32_t words[] = {static_cast<std::uint32_t>(cycle),
                                   static_cast<std::uint32_t>(cycle >> 32)};
    put_value(table_->cycle_code, table_->bits_of_code()[table_->cycle_code], words);
  }
  if (table_->clock_code) high_since_ = cycle;
  latest_ = cycle;
}

void WaveWriter::put_falling_edge() {
  if (!high_since_) return;
  put_time(time_.falling(*high_since_));
  put_clock(0);
  high_since_.reset();
}

std::string WaveWriter::finish() {
  put_derived();
  put_falling_edge();
  if (latest_) put_time(time_.rising(*latest_ + 1));
  return close_file();
}

void WaveWriter::put_clock(std::uint32_t level) {
  if (table_->clock_code) put_value(table_->clock_code, 1, &level);
}

void WaveWriter::put_source(std::uint32_t code, std::uint32_t bits, const std::uint32_t* words) {
  put_value(code, bits, words);
  std::copy_n(words, (bits + 31) / 32, state_.begin() + code);
  due_ |= made_of_[code];
}

/// At the end of a cycle's changes, which are still those of its rising edge.
void WaveWriter::put_derived() {
  if (due_ == 0 && !all_due_) return;
  for (std::size_t i = 0; i < derived_.size(); ++i) {
    if (!all_due_ && (due_ >> i & 1) == 0) continue;
    Derived& derived = derived_[i];
    std::swap(derived.before, derived.values);
    derived.make(state_, derived.values);
    const auto& outputs = table_->derived_signals()[i].outputs;
    for (std::size_t n = 0; n < outputs.size(); ++n) {
      if (!all_due_ && derived.values[n] == derived.before[n]) continue;
      put_made(outputs[n], derived.values[n]);
    }
  }
  due_ = 0;
  all_due_ = false;
}

void WaveWriter::put_made(const DerivedSignals::Output& output,
                          const DerivedSignals::Value& value) {
  if (output.bits == 0) {
    put_string(output.code, std::string_view(value.text).substr(0, kMaxText));
  } else {
    put_value(output.code, output.bits, value.words.data());
  }
}

void WaveWriter::put_text(std::uint32_t code, const std::uint32_t* words) {
  // Bounds the memory of a run through ever new addresses; making a text again is cheap.
  constexpr std::size_t kMaxTexts = 1u << 18;
  Text& text = texts_[code];
  const std::size_t length = (table_->bits_of_code()[code] + 31) / 32;
  const std::string_view key(reinterpret_cast<const char*>(words), length * sizeof *words);
  auto found = text.made.find(key);
  if (found == text.made.end()) {
    if (text.made.size() >= kMaxTexts) text.made.clear();
    found = text.made.emplace(key, text.signal->make(words).substr(0, kMaxText)).first;
  }
  put_string(code, found->second);
}

}  // namespace strata
