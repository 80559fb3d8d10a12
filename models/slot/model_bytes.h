// The whole of a Verilated model (verilator --savable) as bytes: every register of the RTL, without
// ports for it. Good for the same RTL by the same Verilator only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>

#include "models/base/state_fields.h"
#include "verilated.h"
#include "verilated_save.h"

namespace strata {

/// What is written to it, in memory.
class ByteWriter final : public VerilatedSerialize {
 public:
  StateBytes take();
  void flush() override;

 private:
  StateBytes bytes_;
};

/// Reads from memory, which has to outlive it; zeros behind the end.
class ByteReader final : public VerilatedDeserialize {
 public:
  explicit ByteReader(std::span<const std::uint8_t> bytes) : left_(bytes) {}

 private:
  void fill() override;

  std::span<const std::uint8_t> left_;
};

/// A model's bytes begin with two flags, Verilator's mark of the model and the context.
inline constexpr std::ptrdiff_t kMarkAt = 2, kContextAt = kMarkAt + 8;

template <typename Saved>
StateBytes bytes_of(Saved& saved) {
  ByteWriter writer;
  writer << saved;
  return writer.take();
}

/// The same with zeros for the bytes of the context, which is no part of the model and has padding
/// of any value.
template <typename Rtl>
StateBytes model_bytes(Rtl& rtl) {
  StateBytes bytes = bytes_of(rtl);
  VerilatedContext* context = rtl.contextp();
  std::fill_n(bytes.begin() + kContextAt, bytes_of(context).size(), 0);
  return bytes;
}

/// False, and nothing done, if the bytes are of another model. The context, which a model's bytes
/// contain and other models share, stays as it is.
template <typename Rtl>
bool load_bytes(Rtl& rtl, std::span<const std::uint8_t> bytes) {
  const StateBytes own = bytes_of(rtl);
  if (bytes.size() != own.size()) return false;
  // Verilator ends the process when the mark is another.
  if (!std::equal(own.begin() + kMarkAt, own.begin() + kContextAt, bytes.begin() + kMarkAt)) {
    return false;
  }
  VerilatedContext* context = rtl.contextp();
  const StateBytes of_context = bytes_of(context);
  ByteReader model_reader(bytes), context_reader(of_context);
  model_reader >> rtl;
  context_reader >> context;
  return true;
}

}  // namespace strata
