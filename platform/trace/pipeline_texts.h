// Which instruction is in which stage of the CPU, from the CPU's recorded registers.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "platform/trace/byte_hash.h"
#include "platform/trace/wave_recorder.h"

namespace strata {

/// What the CPU shows of its pipeline in one cycle.
struct PipelineView {
  std::uint32_t window_eip = 0;  // offset of the byte the decode window begins with
  std::uint32_t prefixes = 0;    // prefix bytes of the same instruction already taken
  std::uint32_t available = 0;   // bytes in the prefetch queue from window_eip on
  std::uint32_t window[3] = {};  // the first 12 of them
  bool code32 = false;           // CS.D
  // Stages behind decode: whether an instruction is there, and the offset it ends at, which is what
  // tells instructions apart.
  bool address_valid = false;
  std::uint32_t address_end = 0;
  std::uint32_t address_guess = 0;  // where decode has gone on behind it
  bool memory_valid = false;
  std::uint32_t memory_end = 0;
  bool execute_valid = false;
  std::uint32_t execute_end = 0;
};

class PipelineTexts {
 public:
  explicit PipelineTexts(const WaveOptions& options) : options_(options) {}

  /// Once for every cycle in which something of the view has changed, in order.
  void update(const PipelineView& view);

  const std::string& decode() const { return decode_; }
  const std::string& address() const { return address_; }
  const std::string& memory() const { return memory_; }
  const std::string& execute() const { return execute_; }

 private:
  static constexpr std::uint32_t kBytes = 64;         // more than are in the pipeline at a time
  static constexpr std::size_t kStages = 4;           // behind decode, and one more
  static constexpr std::size_t kMaxTexts = 1u << 18;  // bounds the memory of a long run

  struct Decoded {
    std::uint32_t end = 0;
    std::string text;
  };

  void take_bytes(const PipelineView& view);
  const std::string& text_at(std::uint32_t eip, std::uint32_t length, bool code32);
  const std::string& at_end(bool valid, std::uint32_t end) const;

  const WaveOptions& options_;
  std::array<std::uint8_t, kBytes> bytes_{};  // by offset modulo kBytes
  std::array<Decoded, kStages> decoded_;      // the latest, in turn
  std::size_t next_ = 0;                      // the oldest of them
  bool address_valid_ = false;                // of the view before
  std::uint32_t address_end_ = 0;
  std::uint32_t start_ = 0;  // of the instruction in decode
  std::uint32_t there_ = 0;  // bytes of it decode_ was made from
  std::unordered_map<std::string, std::string, ByteHash, std::equal_to<>>
      made_;  // texts by bytes and offset
  std::string decode_, address_, memory_, execute_;
};

}  // namespace strata
