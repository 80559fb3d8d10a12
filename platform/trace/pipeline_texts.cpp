#include "platform/trace/pipeline_texts.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

namespace strata {
namespace {

// What the disassembler says of bytes that are none, or not yet all, of an instruction.
constexpr char kNoInstruction[] = "(bad)";

const std::string kNothing;

}  // namespace

void PipelineTexts::update(const PipelineView& view) {
  // Decode goes on behind an instruction, or where that branches to, in the cycle it hands it over:
  // what it was at before is what has just left.
  const bool another = !address_valid_ || address_end_ != view.address_end;
  if (view.address_valid && (another || start_ != view.address_guess)) {
    decoded_[next_] = {view.address_end, decode_};
    next_ = (next_ + 1) % kStages;
  }
  address_valid_ = view.address_valid;
  address_end_ = view.address_end;
  take_bytes(view);
  const std::uint32_t start = view.window_eip - view.prefixes;
  const std::uint32_t there =
      std::min<std::uint32_t>(view.prefixes + std::min<std::uint32_t>(view.available, 12), 15);
  if (start != start_ || (there > there_ && decode_.empty())) {
    decode_ = view.available == 0 ? kNothing : text_at(start, there, view.code32);
  }
  start_ = start;
  there_ = view.available == 0 ? 0 : there;
  address_ = at_end(view.address_valid, view.address_end);
  memory_ = at_end(view.memory_valid, view.memory_end);
  execute_ = at_end(view.execute_valid, view.execute_end);
}

void PipelineTexts::take_bytes(const PipelineView& view) {
  for (std::uint32_t i = 0; i < std::min<std::uint32_t>(view.available, 12); ++i) {
    bytes_[(view.window_eip + i) % kBytes] =
        static_cast<std::uint8_t>(view.window[i / 4] >> (8 * (i % 4)));
  }
}

/// Empty where the instruction is not all there yet.
const std::string& PipelineTexts::text_at(std::uint32_t eip, std::uint32_t length, bool code32) {
  RetiredCode code;
  code.eip = eip;
  code.length = static_cast<std::uint8_t>(length);
  code.code32 = code32;
  for (std::uint32_t i = 0; i < length; ++i) code.bytes[i] = bytes_[(eip + i) % kBytes];
  std::array<char, sizeof code.bytes + sizeof eip + 1> key_bytes;
  std::memcpy(key_bytes.data(), code.bytes, length);
  std::memcpy(key_bytes.data() + length, &eip, sizeof eip);
  key_bytes[length + sizeof eip] = code32 ? '1' : '0';
  const std::string_view key(key_bytes.data(), length + sizeof eip + 1);
  const auto found = made_.find(key);
  if (found != made_.end()) return found->second;
  if (made_.size() >= kMaxTexts) made_.clear();
  std::string text = options_.describe ? options_.describe(code) : std::string();
  if (text == kNoInstruction) text.clear();
  return made_.emplace(key, std::move(text)).first->second;
}

const std::string& PipelineTexts::at_end(bool valid, std::uint32_t end) const {
  if (!valid) return kNothing;
  for (std::size_t back = 1; back <= kStages; ++back) {
    const Decoded& decoded = decoded_[(next_ + kStages - back) % kStages];
    if (decoded.end == end) return decoded.text;
  }
  return kNothing;
}

}  // namespace strata
