#include "platform/trace/wave_writer.h"

#include <algorithm>

namespace strata {
namespace {

// The text's characters as a vector: the last one in the lowest byte, so that unused high bytes are
// zero, which viewers leave out.
std::vector<std::uint32_t> pack(const std::string& text, std::uint32_t characters) {
  std::vector<std::uint32_t> words((characters + 3) / 4, 0);
  const std::size_t length = std::min<std::size_t>(text.size(), characters);
  for (std::size_t i = 0; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[length - 1 - i]);
    words[i / 4] |= std::uint32_t{byte} << (8 * (i % 4));
  }
  return words;
}

}  // namespace

void WaveWriter::mark_shown(const Scope& scope) {
  for (const Signal& signal : scope.signals) shown_[signal.code] = Shown::kValue;
  for (const auto& child : scope.scopes) mark_shown(*child);
}

void WaveWriter::begin(const SignalTable& table) {
  table_ = &table;
  shown_.assign(table.state_words(), Shown::kNot);
  mark_shown(table.root());
  for (const TextSignal& signal : table.texts()) {
    texts_[signal.code].signal = &signal;
    shown_[signal.code] = Shown::kText;
  }
  for (const ByteAddress& address : table.byte_addresses()) {
    shown_[address.word_code] = Shown::kAddress;
  }
  put_header(table);
}

void WaveWriter::write(const ChangeChunk& chunk) {
  decode_changes(chunk, *table_, *this);
}

void WaveWriter::marker(ChangeMarker kind, Cycle cycle) {
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
  put_falling_edge();
  if (latest_) put_time(time_.rising(*latest_ + 1));
  return close_file();
}

void WaveWriter::put_clock(std::uint32_t level) {
  if (table_->clock_code) put_value(table_->clock_code, 1, &level);
}

void WaveWriter::put_address(std::uint32_t code, std::uint32_t bits, const std::uint32_t* words) {
  put_value(code, bits, words);
  for (const ByteAddress& address : table_->byte_addresses()) {
    const std::uint32_t bytes = words[0] << address.shift;
    if (address.word_code == code) put_value(address.code, 32, &bytes);
  }
}

void WaveWriter::put_text(std::uint32_t code, const std::uint32_t* words) {
  // Bounds the memory of a run through ever new addresses; making a text again is cheap.
  constexpr std::size_t kMaxTexts = 1u << 18;
  Text& text = texts_[code];
  const std::size_t length = (table_->bits_of_code()[code] + 31) / 32;
  std::string key(reinterpret_cast<const char*>(words), length * sizeof(std::uint32_t));
  auto found = text.made.find(key);
  if (found == text.made.end()) {
    if (text.made.size() >= kMaxTexts) text.made.clear();
    auto packed = pack(text.signal->make(words), text.signal->characters);
    found = text.made.emplace(std::move(key), std::move(packed)).first;
  }
  put_value(code, 8 * text.signal->characters, found->second.data());
}

}  // namespace strata
