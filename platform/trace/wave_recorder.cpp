#include "platform/trace/wave_recorder.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>
#include <vector>

#include "platform/trace/flight_sink.h"
#include "platform/trace/fst_writer.h"
#include "platform/trace/save_file.h"
#include "platform/trace/story_signals.h"
#include "platform/trace/stream_sink.h"
#include "platform/trace/vcd_writer.h"
#include "verilated_vcd_c.h"

namespace strata {
namespace {

// Lets the recorder amend the table before the sink sees it.
class AmendingSink : public ChangeSink {
 public:
  AmendingSink(std::unique_ptr<ChangeSink> sink, std::function<void(SignalTable&)> amend)
      : sink_(std::move(sink)), amend_(std::move(amend)) {}

  void begin(SignalTable& table) override {
    amend_(table);
    sink_->begin(table);
  }
  ChangeChunk* exchange(ChangeChunk* filled, std::size_t min_words) override {
    return sink_->exchange(filled, min_words);
  }
  void end(ChangeChunk* last) override { sink_->end(last); }

 private:
  std::unique_ptr<ChangeSink> sink_;
  std::function<void(SignalTable&)> amend_;
};

}  // namespace

struct WaveRecorder::Impl {
  WaveOptions options;
  std::unique_ptr<VcdWriter> vcd_file;
  std::unique_ptr<FstWriter> fst_file;
  std::unique_ptr<ChangeSink> sink;
  std::unique_ptr<VerilatedVcdC> trace;
  StorySignals story;
  std::vector<SaveFile> save_files;
  WaveSummary summary;
  std::optional<Cycle> latest;  // sampled
  Cycle story_begin = 0;
  bool stopped = false;  // a window ended and no sample came since
};

WaveRecorder::WaveRecorder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

WaveRecorder::~WaveRecorder() {
  if (impl_->trace) (void)close();
}

Result<std::unique_ptr<WaveRecorder>> WaveRecorder::create(WaveOptions options) {
  assert(options.clock_period_ps >= 2);
  if (options.vcd_path.empty() && options.fst_path.empty()) {
    return Error{"no file for the waves: --trace-last needs --vcd FILE or --fst FILE"};
  }
  auto impl = std::make_unique<Impl>();
  const TimeBase time = TimeBase::for_period_ps(options.clock_period_ps);
  std::vector<WaveWriter*> writers;
  if (!options.vcd_path.empty()) {
    auto file = Output::create("--vcd " + options.vcd_path, options.vcd_path);
    if (!file) return file.failure();
    impl->vcd_file = std::make_unique<VcdWriter>(time, std::move(*file));
    writers.push_back(impl->vcd_file.get());
  }
  if (!options.fst_path.empty()) {
    auto made = FstWriter::create(time, options.fst_path);
    if (!made) return made.failure();
    impl->fst_file = std::move(*made);
    writers.push_back(impl->fst_file.get());
  }
  for (const std::string& path : {options.vcd_path, options.fst_path}) {
    if (path.empty()) continue;
    auto save_file = SaveFile::open(path);
    if (!save_file) return save_file.failure();
    impl->save_files.push_back(std::move(*save_file));
  }
  impl->options = std::move(options);
  std::unique_ptr<ChangeSink> sink;
  if (impl->options.last_cycles != 0) {
    sink = std::make_unique<FlightSink>(impl->options.last_cycles, std::move(writers));
  } else {
    sink = std::make_unique<StreamSink>(std::move(writers));
  }
  impl->sink = std::make_unique<AmendingSink>(
      std::move(sink),
      [raw = impl.get()](SignalTable& table) { raw->story.amend(table, raw->options); });
  impl->trace = std::make_unique<VerilatedVcdC>(*impl->sink);
  impl->story.attach(impl->trace->spTrace());
  return std::unique_ptr<WaveRecorder>(new WaveRecorder(std::move(impl)));
}

void WaveRecorder::add_model(std::function<void(VerilatedVcdC*, int levels)> trace) {
  assert(!impl_->trace->isOpen() && "models are added before start()");
  trace(impl_->trace.get(), impl_->options.levels);
}

void WaveRecorder::start() {
  impl_->trace->open();
  recording_ = true;
}

void WaveRecorder::stop() {
  if (!recording_) return;
  recording_ = false;
  impl_->stopped = impl_->latest.has_value();
}

void WaveRecorder::record(Cycle cycle) {
  assert(!impl_->latest || cycle > *impl_->latest);
  if (impl_->stopped) {
    impl_->stopped = false;
    // Without a cycle between the windows there is nothing unknown to show.
    if (cycle > *impl_->latest + 1) impl_->trace->stop(*impl_->latest + 1);
  }
  if (!impl_->latest) impl_->summary.first_cycle = cycle;
  impl_->latest = cycle;
  ++impl_->summary.sampled_cycles;
  impl_->trace->dump(cycle);
}

void WaveRecorder::retire(const RetireRecord& record, std::span<const std::uint8_t> bytes,
                          bool code32) {
  impl_->story.retire(record, bytes, code32);
}

void WaveRecorder::set_irq_lines(std::uint16_t lines) {
  impl_->story.set_irq_lines(lines);
}

void WaveRecorder::set_label(const std::string& label) {
  impl_->story.set_label(label);
}

void WaveRecorder::begin_story_at(Cycle cycle) {
  impl_->story_begin = cycle;
}

Result<WaveSummary> WaveRecorder::close() {
  assert(impl_->trace && "closed once");
  recording_ = false;
  // A file without cycles still is a valid one, with all signals declared.
  impl_->trace->open();
  impl_->trace->close();
  WaveSummary& summary = impl_->summary;
  summary.last_cycle = impl_->latest.value_or(0);
  if (impl_->options.last_cycles != 0 && summary.last_cycle >= impl_->options.last_cycles) {
    summary.first_cycle =
        std::max(summary.first_cycle, summary.last_cycle - impl_->options.last_cycles + 1);
  }
  std::string error;
  if (impl_->vcd_file) {
    error = impl_->vcd_file->finish();
    summary.vcd_bytes = impl_->vcd_file->bytes();
  }
  if (impl_->fst_file) {
    const std::string fst_error = impl_->fst_file->finish();
    if (error.empty()) error = fst_error;
    summary.fst_bytes = impl_->fst_file->bytes();
  }
  impl_->trace.reset();
  if (!error.empty()) return Error{error};
  const TimeBase time = TimeBase::for_period_ps(impl_->options.clock_period_ps);
  const Cycle begin = std::clamp(impl_->story_begin, summary.first_cycle, summary.last_cycle);
  for (SaveFile& file : impl_->save_files) file.write(time, begin);
  return summary;
}

}  // namespace strata
