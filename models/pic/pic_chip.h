// One 8259A (Intel data sheet 231468) as a plain value: registers, priorities and command words.
// The pair and its cascade are in pic_core.h.
//
// Left out: MCS-80/85 mode (ICW4 uPM = 0 is taken as 1), buffered mode (accepted, no effect), ICW3
// (the cascade is wired to line 2 of the master; its contents are accepted and ignored).
#pragma once

#include <cstdint>

#include "models/pic/pic_state.h"

namespace strata {

class PicChip {
 public:
  enum class Role { kMaster, kSlave };

  explicit PicChip(Role role) : role_(role) {}

  /// Power-on: as after ICW1, but all lines masked until it comes (the data sheet leaves it open).
  void reset();

  /// Level of request line 0..7. A request in edge mode lasts while its line stays high.
  void set_line(unsigned line, bool level);
  bool line(unsigned line) const { return state_.lines >> line & 1; }

  /// In level mode requests are the lines, as after ICW1; no change otherwise.
  void resample();

  /// Makes the next sampling of a high `line` count as a rising edge.
  void forget_line(unsigned line);

  /// INT: a request that is not masked and outranks what is in service.
  bool interrupt() const { return request() != kNone; }

  /// The acknowledge: takes the request into service and returns its line, or kNone.
  unsigned acknowledge();

  /// Vector of `line`; of line 7 for kNone (the default interrupt, data sheet "Interrupt
  /// sequence").
  std::uint8_t vector(unsigned line) const;

  /// ICW1 said that there is a slave.
  bool cascaded() const { return state_.cascaded; }

  const PicChipState& state() const { return state_; }
  void load_state(const PicChipState& state) { state_ = state; }

  std::uint8_t read(unsigned a0);
  void write(unsigned a0, std::uint8_t value);

  static constexpr unsigned kNone = 8;

 private:
  unsigned request() const;
  unsigned rank(unsigned line) const { return (line - state_.lowest - 1) & 7; }
  unsigned highest(std::uint8_t lines) const;
  void write_icw1(std::uint8_t value);
  void write_ocw2(std::uint8_t value);
  void write_ocw3(std::uint8_t value);
  void write_data(std::uint8_t value);
  void end_of_interrupt(unsigned line, bool rotate);

  Role role_;
  PicChipState state_;
};

}  // namespace strata
