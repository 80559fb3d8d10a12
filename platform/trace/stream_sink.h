// Hands chunks to the wave writers in a second thread, so that the simulation only records.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "platform/trace/change_stream.h"
#include "platform/trace/wave_writer.h"

namespace strata {

class StreamSink : public ChangeSink {
 public:
  explicit StreamSink(std::vector<WaveWriter*> writers) : writers_(std::move(writers)) {}
  ~StreamSink() override;

  void begin(SignalTable& table) override;
  ChangeChunk* exchange(ChangeChunk* filled, std::size_t min_words) override;
  void end(ChangeChunk* last) override;

 private:
  void write_loop();

  std::vector<WaveWriter*> writers_;
  std::vector<std::unique_ptr<ChangeChunk>> chunks_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<ChangeChunk*> filled_;  // these three: under mutex_
  std::vector<ChangeChunk*> free_;
  bool ended_ = false;
};

}  // namespace strata
