// The Verilated VGA text controller in the cycle-accurate platform.
//
// The character clock costs nothing while nobody watches: the scan-out is not clocked, and before
// something looks at its position (a read of port 3DA, a picture) the wrapper brings it to where
// the clock would have brought it, through the RTL's scan load port. What is read is the same
// either way.
#pragma once

#include <memory>
#include <systemc>

#include "models/base/frame_buffer.h"
#include "models/base/pixel_sink.h"
#include "models/base/stateful.h"
#include "models/base/text_screen.h"
#include "models/bus/clock_driver.h"
#include "models/bus/wishbone.h"
#include "models/vga/vga_model.h"

namespace strata {

class VgaRtl : public ClockedModule, public WithState<VgaState> {
 public:
  /// adr is the byte offset in the device's block.
  sc_core::sc_in<WishboneRequest> request;
  sc_core::sc_out<WishboneResponse> response;

  /// `context` outlives the module.
  VgaRtl(const sc_core::sc_module_name& name, ClockDriver& clock, VerilatedContext* context);

  VgaState state(Cycle now) const override;
  void load_state(const VgaState& state, Cycle now) override;

  /// Sends the scan-out to `sink` from now on, a scan line at a time (null: to nobody). `sink`
  /// outlives the module or the next call.
  void set_pixel_sink(PixelSink* sink);

  /// Registers the model's signals with `file` and runs the character clock in real time from now
  /// on, so that the waves show it.
  void trace(VerilatedVcdC* file, int levels);

  /// What the screen shows now, read by scanning out one line a character row. Not from inside an
  /// edge; no clock of this controller runs for it.
  TextScreen snapshot();

  /// One whole frame as the hardware draws it now, with the cursor and blinking characters in their
  /// visible phase. No clock of this controller runs for it.
  FrameBuffer scan_frame();

 private:
  bool clock_edge(Cycle cycle) override;
  void scan_method();

  bool watched() const { return sink_ != nullptr || traced_; }
  void start_scan();
  void advance_scan(Cycle cycle);
  void resume_scan();
  VgaModel& mirror();

  VgaModel model_;
  std::unique_ptr<VgaModel> mirror_;
  PixelSink* sink_ = nullptr;
  bool traced_ = false;
  bool ack_ = false;         // what response shows
  std::uint64_t ticks_ = 0;  // character clocks since reset the scan position stands for
  sc_core::sc_event scan_event_;
};

}  // namespace strata
