#include "models/vga/vga_rtl.h"

#include <algorithm>

#include "models/machine/memory_map.h"

namespace strata {
namespace {

constexpr std::uint64_t kCharCycles = STRATA_VGA_CHAR_CYCLES;
// rtl/vga/vga_scan.sv's timing.
constexpr std::uint64_t kLineTicks = 100;
constexpr std::uint64_t kFrameLines = 449;
constexpr std::uint64_t kVisibleLines = 400;
constexpr std::uint64_t kFrameTicks = kLineTicks * kFrameLines;
constexpr unsigned kCellLines = 16;

// The word of input status 1 (port 3DA).
constexpr std::uint32_t kStatusWord = STRATA_VGA_BLOCK_PORTS + 0x18;

VgaModel::Position position_after(std::uint64_t ticks) {
  return {static_cast<std::uint8_t>(ticks % kLineTicks),
          static_cast<std::uint16_t>(ticks / kLineTicks % kFrameLines),
          static_cast<std::uint16_t>(ticks / kFrameTicks)};
}

void send(const VgaModel::Cell& cell, PixelSink& sink) {
  if (!cell.valid) return;
  sink.pixels(cell.line, cell.column, cell.row_bits, cell.foreground, cell.background);
  const bool last = cell.line == kVisibleLines - 1 && cell.column == TextScreen::kColumns - 1;
  if (last) sink.frame_end();
}

}  // namespace

VgaRtl::VgaRtl(const sc_core::sc_module_name& name, ClockDriver& clock, VerilatedContext* context)
    : ClockedModule(name, clock),
      request("request"),
      response("response"),
      model_(context, basename()),
      mirror_(std::make_unique<VgaModel>()) {
  wake_on_strobe(request);
  SC_HAS_PROCESS(VgaRtl);
  SC_METHOD(scan_method);
  sensitive << scan_event_;
  dont_initialize();
}

bool VgaRtl::clock_edge(Cycle cycle) {
  const WishboneRequest& r = request.read();
  const bool requested = r.cyc && r.stb;
  model_.set_request(r);
  if (!requested && model_.idle()) {
    model_.settle();
    return false;
  }

  // The character clock's edge comes first where the two coincide.
  if (watched() || (r.adr & ~3u) == kStatusWord) advance_scan(cycle);
  model_.clock();
  const bool ack = model_.ack();
  if (ack || ack_) response.write({model_.dat(), ack});
  ack_ = ack;
  return true;
}

void VgaRtl::set_pixel_sink(PixelSink* sink) {
  if (watched()) advance_scan(clock().cycle());
  sink_ = sink;
  start_scan();
}

void VgaRtl::trace(VerilatedVcdC* file, int levels) {
  model_.trace(file, levels);
  traced_ = true;
  start_scan();
}

void VgaRtl::start_scan() {
  if (!watched()) return;
  ticks_ = clock().cycle() / kCharCycles;
  resume_scan();
  scan_event_.notify(sc_core::SC_ZERO_TIME);
}

// While traced each edge of the character clock happens in its own cycle; for a sink alone a line
// at a time is enough, as clock_edge() catches up before anything the picture depends on can
// change.
void VgaRtl::scan_method() {
  if (!watched()) return;
  const Cycle now = clock().cycle();
  if (traced_ && now % kCharCycles >= kCharCycles / 2) {
    model_.tick_fall();
  } else {
    advance_scan(now);
  }
  const Cycle step = traced_ ? kCharCycles / 2 : kLineTicks * kCharCycles;
  next_trigger(sc_core::sc_time::from_value((step - now % step) * clock().period().value()));
}

// Brings the scan-out to `cycle`: clock by clock if somebody watches, else in one step.
void VgaRtl::advance_scan(Cycle cycle) {
  const std::uint64_t target = cycle / kCharCycles;
  if (ticks_ == target) return;
  if (!watched()) {
    model_.load(position_after(target));
  } else {
    for (; ticks_ < target; ++ticks_) {
      model_.tick();
      if (sink_) send(model_.cell(), *sink_);
    }
  }
  ticks_ = target;
}

// Puts the scan-out where ticks_ says, with what was before it in the pixel pipeline. A whole
// number of frame counter periods is added so that the subtraction stays positive.
void VgaRtl::resume_scan() {
  constexpr std::uint64_t kCounterPeriod = kFrameTicks << 16;
  model_.load(position_after(ticks_ + kCounterPeriod - VgaModel::kPipelineTicks));
  for (unsigned i = 0; i < VgaModel::kPipelineTicks; ++i) model_.tick();
}

// Looking must not clock what runs: another controller takes the state and scans it out. It is
// there from the beginning, as Verilator asks the host's files for its CPUs when it makes a
// context.
VgaModel& VgaRtl::mirror() {
  mirror_->load_state(model_.state());
  return *mirror_;
}

TextScreen VgaRtl::snapshot() {
  VgaModel& mirrored = mirror();
  TextScreen screen;
  for (std::size_t row = 0; row < TextScreen::kRows; ++row) {
    mirrored.load({0, static_cast<std::uint16_t>(row * kCellLines), 0});
    for (unsigned i = 1; i < VgaModel::kPipelineTicks; ++i) mirrored.tick();
    for (std::size_t column = 0; column < TextScreen::kColumns; ++column) {
      mirrored.tick();
      const VgaModel::Cell cell = mirrored.cell();
      screen.at(row, column) = {cell.character, cell.attribute};
      if (!cell.cursor) continue;
      screen.cursor = {true, static_cast<std::uint8_t>(row), static_cast<std::uint8_t>(column),
                       mirrored.cursor_first_line(),
                       std::min<std::uint8_t>(mirrored.cursor_last_line(), kCellLines - 1)};
    }
  }
  return screen;
}

FrameBuffer VgaRtl::scan_frame() {
  VgaModel& mirrored = mirror();
  FrameCollector collector;
  mirrored.load({0, 0, 0});
  for (unsigned i = 1; i < VgaModel::kPipelineTicks; ++i) mirrored.tick();
  for (std::uint64_t i = 0; i < kLineTicks * kVisibleLines; ++i) {
    mirrored.tick();
    send(mirrored.cell(), collector);
  }
  return collector.frame();
}

VgaState VgaRtl::state(Cycle) const {
  return model_.state();
}

void VgaRtl::load_state(const VgaState& state, Cycle now) {
  model_.load_state(state);
  ticks_ = now / kCharCycles;
  resume_scan();
}

}  // namespace strata
