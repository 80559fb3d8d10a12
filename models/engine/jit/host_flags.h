// Where the guest's status flags are while a block is translated: in the host's own, which the same
// operations set alike, or as an image in R11. What the host leaves undefined and the machine does
// not (models/isa/semantics) is put right when the image is made.
#pragma once

#include <cstdint>

#include "models/engine/jit/host_code.h"

namespace strata::jit {

struct FlagState {
  enum class Overflow : std::uint8_t { kRight, kSignAndCarry, kZero };

  bool in_host = false;
  bool clear_auxiliary = false;          // AF is zero, whatever the host says
  Overflow overflow = Overflow::kRight;  // the host's is right; SF xor CF; zero

  bool right() const { return !clear_auxiliary && overflow == Overflow::kRight; }
};

/// Whether AND, OR, XOR and TEST of this host, whose manual leaves AF undefined, clear it as the
/// machine does.
bool logic_clears_auxiliary();

class HostFlags {
 public:
  explicit HostFlags(HostCode& code) : code_(code) {}

  const FlagState& state() const { return state_; }
  void set_state(const FlagState& state) { state_ = state; }

  /// Behind an operation that has set the host's flags.
  void in_host(bool clear_auxiliary = false,
               FlagState::Overflow overflow = FlagState::Overflow::kRight) {
    state_ = {true, clear_auxiliary, overflow};
  }
  void in_image() { state_ = {}; }

  /// Makes the image, if any of `live` are asked for; host flags may be overwritten then. Uses R9.
  void keep(std::uint32_t live);
  /// Puts CF where the host's next operation reads it.
  void give_carry();
  /// Puts all flags where the host has them.
  void restore();

  /// The host's condition, by its number, which holds if condition `number` of the guest does.
  unsigned condition(unsigned number);

  void jump_if(unsigned condition, const Xbyak::Label& label);
  void set_if(unsigned condition, const Xbyak::Operand& byte);

 private:
  void make_image();

  HostCode& code_;
  FlagState state_;
};

}  // namespace strata::jit
