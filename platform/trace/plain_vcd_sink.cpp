#include "platform/trace/plain_vcd_sink.h"

#include <cassert>
#include <utility>

namespace strata {

void PlainVcdSink::begin(SignalTable& table) {
  auto file = Output::create(path_, path_);
  assert(file.ok() && "the VCD file can be written");
  writer_ = std::make_unique<VcdWriter>(TimeBase{-12, 1, 0}, std::move(*file));
  writer_->begin(table);
}

ChangeChunk* PlainVcdSink::exchange(ChangeChunk* filled, std::size_t min_words) {
  constexpr std::size_t kChunkWords = 64u << 10;
  if (filled) {
    writer_->write(*filled);
  } else {
    chunk_.words.resize(kChunkWords + min_words);
  }
  return &chunk_;
}

void PlainVcdSink::end(ChangeChunk* last) {
  writer_->write(*last);
  const std::string error = writer_->finish();
  assert(error.empty());
}

}  // namespace strata
