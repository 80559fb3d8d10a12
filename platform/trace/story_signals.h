// The signals the recorder adds to those of the models, in the scope strata itself: what a person
// follows first.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <span>
#include <string>

#include "platform/trace/signal_table.h"
#include "platform/trace/wave_recorder.h"

class VerilatedVcd;

namespace strata {

class StorySignals {
 public:
  /// Registers the callbacks; `this` must outlive the trace.
  void attach(VerilatedVcd* trace);

  /// After the declarations: clk everywhere is the clock, texts are made by `options`' functions.
  void amend(SignalTable& table, const WaveOptions& options) const;

  void retire(const RetireRecord& record, std::span<const std::uint8_t> bytes, bool code32);
  void set_irq_lines(std::uint16_t lines) { irq_ = lines; }
  void set_label(const std::string& label);

 private:
  // RetiredCode as words: eip, linear_eip, kind | vector | length | code32, 16 bytes.
  static constexpr std::size_t kCodeWords = 7;

  struct Callbacks;
  static RetiredCode unpack(const std::uint32_t* words);

  std::uint32_t clock_code_ = 0;
  std::uint32_t cycle_code_ = 0;
  std::uint32_t irq_code_ = 0;
  std::uint32_t valid_code_ = 0;
  std::uint32_t count_code_ = 0;
  std::uint32_t eip_code_ = 0;
  std::uint32_t text_code_ = 0;
  std::uint32_t symbol_code_ = 0;
  std::uint32_t label_code_ = 0;

  std::uint16_t irq_ = 0;
  bool retired_ = false;  // since the latest sample
  std::uint64_t count_ = 0;
  std::array<std::uint32_t, kCodeWords> code_{};
  std::uint32_t label_ = 0;  // its place in labels_
  std::map<std::string, std::uint32_t> places_;
  mutable std::mutex mutex_;            // the writer's thread reads
  std::deque<std::string> labels_{""};  // under mutex_
};

}  // namespace strata
