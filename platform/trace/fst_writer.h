// GTKWave's compressed wave format from a change stream. GTKWave describes it in block_format.txt,
// which comes with its sources; https://blog.timhutt.co.uk/fst_spec says more.
//
// The file: header, hierarchy, widths of the signals, then a value change block for every few
// thousand cycles (fst_block.h) and at the end, if recording stopped in between, when it did.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/base/result.h"
#include "platform/output/output.h"
#include "platform/trace/fst_block.h"
#include "platform/trace/wave_writer.h"

namespace strata {

class FstWriter final : public WaveWriter {
 public:
  static Result<std::unique_ptr<FstWriter>> create(TimeBase time, const std::string& path);

  std::uint64_t bytes() const override { return bytes_; }

 private:
  FstWriter(TimeBase time, std::unique_ptr<Output> file)
      : WaveWriter(time), file_(std::move(file)) {}

  void decode(const ChangeChunk& chunk) override;
  void put_header(const SignalTable& table) override;
  void put_time(std::uint64_t ticks) override;
  void put_value(std::uint32_t code, std::uint32_t bits, const std::uint32_t* words) override;
  void put_string(std::uint32_t code, std::string_view text) override;
  void put_unknown() override;
  void put_all(bool first) override;
  std::string close_file() override;

  void add_scope(const Scope& scope);
  void add_signal(const Signal& signal);
  std::string header() const;
  void put_stop(bool goes_on);
  void write_block(char type, const std::string& body);

  std::unique_ptr<Output> file_;
  std::unique_ptr<FstBlock> block_;
  std::uint64_t bytes_ = 0;
  std::uint64_t blocks_ = 0;    // of value changes
  bool block_is_full_ = false;  // written before the next time
  std::string hierarchy_;       // until it is written
  std::string widths_;          // likewise
  std::uint64_t scopes_ = 0;
  std::uint64_t variables_ = 0;
  std::vector<std::uint32_t> handles_;  // by code
  std::vector<Form> forms_;             // by code
  std::vector<Signal> first_signals_;   // one for each code shown
  std::string stops_;                   // when recording stopped (0) and went on (1)
  std::uint64_t stop_count_ = 0;
  std::uint64_t latest_stop_ = 0;
};

}  // namespace strata
