// A VCD file straight from a change stream, as Verilator's own VerilatedVcdC writes it: time stamps
// are those given to dump(), in ps. For tests of single models; a machine uses WaveRecorder.
#pragma once

#include <memory>
#include <string>

#include "platform/trace/change_stream.h"
#include "platform/trace/vcd_writer.h"

namespace strata {

class PlainVcdSink : public ChangeSink {
 public:
  void set_path(const std::string& path) { path_ = path; }

  void begin(SignalTable& table) override;
  ChangeChunk* exchange(ChangeChunk* filled, std::size_t min_words) override;
  void end(ChangeChunk* last) override;

 private:
  std::string path_;
  std::unique_ptr<VcdWriter> writer_;
  ChangeChunk chunk_;
};

}  // namespace strata
