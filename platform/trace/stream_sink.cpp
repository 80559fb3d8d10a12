#include "platform/trace/stream_sink.h"

namespace strata {
namespace {

// Chunks stay in the cache between the two threads; a few of them bridge a slow write.
constexpr std::size_t kChunkWords = 64u << 10;
constexpr std::size_t kMaxChunks = 32;

}  // namespace

void StreamSink::begin(SignalTable& table) {
  for (WaveWriter* writer : writers_) writer->begin(table);
  thread_ = std::thread([this] { write_loop(); });
}

ChangeChunk* StreamSink::exchange(ChangeChunk* filled, std::size_t min_words) {
  std::unique_lock lock(mutex_);
  if (filled) {
    filled_.push_back(filled);
    changed_.notify_all();
  }
  if (free_.empty() && chunks_.size() < kMaxChunks) {
    chunks_.push_back(std::make_unique<ChangeChunk>());
    chunks_.back()->words.resize(kChunkWords + min_words);
    return chunks_.back().get();
  }
  changed_.wait(lock, [this] { return !free_.empty(); });
  ChangeChunk* const chunk = free_.back();
  free_.pop_back();
  return chunk;
}

void StreamSink::end(ChangeChunk* last) {
  {
    const std::lock_guard lock(mutex_);
    filled_.push_back(last);
    ended_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void StreamSink::write_loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ended_ || !filled_.empty(); });
    if (filled_.empty()) return;
    ChangeChunk* const chunk = filled_.front();
    filled_.pop_front();
    lock.unlock();
    for (WaveWriter* writer : writers_) writer->write(*chunk);
    lock.lock();
    free_.push_back(chunk);
    changed_.notify_all();
  }
}

StreamSink::~StreamSink() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

}  // namespace strata
