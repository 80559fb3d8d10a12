#include "platform/trace/story_signals.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "models/base/hex.h"
#include "platform/trace/derived_signals.h"
#include "verilated_vcd_c.h"

namespace strata {
namespace {

// Intel SDM volume 3, table 6-1.
constexpr const char* kExceptions[] = {"#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD",
                                       "#NM", "#DF", "#9",  "#TS", "#NP", "#SS", "#GP",
                                       "#PF", "#15", "#MF", "#AC", "#MC", "#XM"};

std::string text_of(const RetiredCode& code, const WaveOptions& options) {
  if (code.kind == RetireKind::kInterrupt) {
    return "interrupt " + hex_byte(code.vector) + "h";
  }
  std::string text;
  if (code.length != 0 && options.describe) text = options.describe(code);
  if (code.kind == RetireKind::kException && code.vector < std::size(kExceptions)) {
    text = kExceptions[code.vector] + (' ' + text);
  }
  return text;
}

constexpr int kCountBits = 48;  // of cycles and instructions

}  // namespace

// What Verilated code does for its signals, done for ours.
struct StorySignals::Callbacks {
  static void init(void* self, VerilatedVcd* trace, std::uint32_t code) {
    auto& story = *static_cast<StorySignals*>(self);
    const auto take = [&code](std::uint32_t words) { return std::exchange(code, code + words); };
    trace->declBit(story.clock_code_ = take(1), "clk", false, -1);
    trace->declQuad(story.cycle_code_ = take(2), "cycle", false, -1, kCountBits - 1, 0);
    trace->declBus(story.irq_code_ = take(1), "irq", false, -1, 15, 0);
    trace->declBus(story.label_code_ = take(1), "label", false, -1, 31, 0);
    trace->pushNamePrefix("retired ");
    trace->declBit(story.valid_code_ = take(1), "valid", false, -1);
    trace->declQuad(story.count_code_ = take(2), "count", false, -1, kCountBits - 1, 0);
    trace->declBus(story.eip_code_ = take(1), "eip", false, -1, 31, 0);
    trace->declArray(story.text_code_ = take(kCodeWords), "text", false, -1,
                     static_cast<int>(32 * kCodeWords) - 1, 0);
    trace->declBus(story.symbol_code_ = take(1), "symbol", false, -1, 31, 0);
    trace->popNamePrefix();
  }

  static void full(void* self, VerilatedVcd::Buffer* buffer) {
    auto& story = *static_cast<StorySignals*>(self);
    buffer->fullSData(buffer->oldp(story.irq_code_), story.irq_, 16);
    buffer->fullIData(buffer->oldp(story.label_code_), story.label_, 32);
    buffer->fullBit(buffer->oldp(story.valid_code_), story.retired_);
    buffer->fullQData(buffer->oldp(story.count_code_), story.count_, kCountBits);
    buffer->fullIData(buffer->oldp(story.eip_code_), story.code_[0], 32);
    buffer->fullWData(buffer->oldp(story.text_code_), story.code_.data(), 32 * kCodeWords);
    buffer->fullIData(buffer->oldp(story.symbol_code_), story.code_[1], 32);
    story.retired_ = false;
  }

  static void change(void* self, VerilatedVcd::Buffer* buffer) {
    auto& story = *static_cast<StorySignals*>(self);
    buffer->chgSData(buffer->oldp(story.irq_code_), story.irq_, 16);
    buffer->chgIData(buffer->oldp(story.label_code_), story.label_, 32);
    buffer->chgBit(buffer->oldp(story.valid_code_), story.retired_);
    if (!story.retired_) return;
    story.retired_ = false;
    buffer->chgQData(buffer->oldp(story.count_code_), story.count_, kCountBits);
    buffer->chgIData(buffer->oldp(story.eip_code_), story.code_[0], 32);
    buffer->chgWData(buffer->oldp(story.text_code_), story.code_.data(), 32 * kCodeWords);
    buffer->chgIData(buffer->oldp(story.symbol_code_), story.code_[1], 32);
  }
};

void StorySignals::attach(VerilatedVcd* trace) {
  trace->addInitCb(&Callbacks::init, this);
  trace->addFullCb(&Callbacks::full, this);
  trace->addChgCb(&Callbacks::change, this);
}

RetiredCode StorySignals::unpack(const std::uint32_t* words) {
  RetiredCode code;
  code.eip = words[0];
  code.linear_eip = words[1];
  code.kind = static_cast<RetireKind>(words[2] & 0xFF);
  code.vector = static_cast<std::uint8_t>(words[2] >> 8);
  code.length = static_cast<std::uint8_t>(words[2] >> 16);
  code.code32 = words[2] >> 24 != 0;
  std::memcpy(code.bytes, words + 3, sizeof code.bytes);
  return code;
}

void StorySignals::amend(SignalTable& table, const WaveOptions& options) const {
  table.clock_code = clock_code_;
  table.cycle_code = cycle_code_;
  table.set_derived(clock_code_);
  table.set_derived(cycle_code_);
  table.replace_wires("clk_i", clock_code_);
  add_derived_signals(table, options);
  table.add_text({text_code_, [&options](const std::uint32_t* words) {
                    return text_of(unpack(words), options);
                  }});
  table.add_text({symbol_code_, [&options](const std::uint32_t* words) {
                    return options.symbol_at ? options.symbol_at(words[0]) : std::string();
                  }});
  table.add_text({label_code_, [this](const std::uint32_t* words) {
                    const std::lock_guard lock(mutex_);
                    return labels_[words[0]];
                  }});
}

void StorySignals::set_label(const std::string& label) {
  const auto [found, is_new] = places_.try_emplace(label, places_.size() + 1);
  label_ = found->second;
  if (!is_new) return;
  const std::lock_guard lock(mutex_);
  labels_.push_back(label);
}

void StorySignals::retire(const RetireRecord& record, std::span<const std::uint8_t> bytes,
                          bool code32) {
  retired_ = true;
  count_ = record.order + 1;
  const std::size_t length = std::min<std::size_t>(bytes.size(), 16);
  code_.fill(0);
  code_[0] = record.eip;
  code_[1] = record.linear_eip;
  code_[2] = static_cast<std::uint32_t>(record.kind) | std::uint32_t{record.vector} << 8 |
             static_cast<std::uint32_t>(length) << 16 | std::uint32_t{code32} << 24;
  if (length != 0) std::memcpy(&code_[3], bytes.data(), length);
}

}  // namespace strata
