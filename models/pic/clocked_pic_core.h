// The two 8259A with the delays of their wires: a PicCore whose lines are sampled at clock edges,
// as rtl/pic/pic.sv samples them, so that INTR is the RTL's in every cycle.
//
// An edge is what begins with begin_edge() or with the one access there may be at it, and ends with
// end_edge(). What the wires show at an edge is what they showed before it.
#pragma once

#include <cstdint>
#include <functional>

#include "models/pic/pic_core.h"

namespace strata {

class ClockedPicCore : public PicCore {
 public:
  /// `begun` is called when an edge begins. The others are those of PicCore.
  ClockedPicCore(Wire intr, std::function<void()> begun, EventLog* log = nullptr);

  /// Levels of request lines 0..15, to be sampled at the next edge.
  void set_lines(std::uint16_t lines) { lines_ = lines; }

  void begin_edge(Cycle now);
  void end_edge();

  /// Between two edges: the next one changes nothing if it has no access.
  bool at_rest() const { return at_rest_ && !begun_ && lines_ == sampled_; }

  std::uint32_t read(std::uint32_t offset, unsigned bytes, Cycle now) override;
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) override;
  void load_state(const PicState& state, Cycle now) override;
  /// PicCore::acknowledge() at an edge.
  std::uint8_t acknowledge_at_edge(Cycle now);

 private:
  void settle() override {}
  void sample();

  std::function<void()> begun_listener_;
  std::uint16_t lines_ = 0;    // what the wires show
  std::uint16_t sampled_ = 0;  // at the latest edge

  // Of the edge that is under way.
  bool begun_ = false;
  bool accessed_ = false;
  bool lines_sampled_ = false;
  bool cascade_forgotten_ = false;  // by the acknowledge
  bool slave_int_ = false;          // before the edge
  bool master_int_ = false;

  bool intr_ = false;
  bool at_rest_ = false;
};

}  // namespace strata
