#include "platform/rtl_devices.h"

#include <algorithm>

#include "models/ata/ata_rtl.h"
#include "models/ata/ata_tlm.h"
#include "models/bus/wb_tlm_bridge.h"
#include "models/debug/debug_rtl.h"
#include "models/debug/debug_tlm.h"
#include "models/keyboard/keyboard_rtl.h"
#include "models/keyboard/keyboard_tlm.h"
#include "models/machine/bus_map.h"
#include "models/pic/pic_rtl.h"
#include "models/pic/pic_tlm.h"
#include "models/pit/pit_rtl.h"
#include "models/pit/pit_tlm.h"
#include "models/pv/pv_rtl.h"
#include "models/rtc/rtc_contents.h"
#include "models/rtc/rtc_rtl.h"
#include "models/rtc/rtc_tlm.h"
#include "models/uart/uart_rtl.h"
#include "models/uart/uart_tlm.h"
#include "models/vga/vga_rtl.h"
#include "models/vga/vga_tlm.h"

namespace strata {
namespace {

template <typename Rtl>
class RtlDevice final : public MachineDevice {
 public:
  template <typename... Arguments>
  explicit RtlDevice(Arguments&&... arguments) : rtl(std::forward<Arguments>(arguments)...) {}

  sc_core::sc_in<WishboneRequest>& request() override { return rtl.request; }
  sc_core::sc_out<WishboneResponse>& response() override { return rtl.response; }
  Stateful& state() override { return rtl; }
  /// What is not clocked does nothing, but for the timer's ticks and the scan of the screen.
  bool asleep() const override {
    if constexpr (requires { rtl.asleep(); }) return rtl.asleep();
    return true;
  }
  void trace(VerilatedVcdC* file, int levels) override { rtl.trace(file, levels); }

  Rtl rtl;
};

/// When the RTL in the place of a twin carries out an access: WbTlmBridge.
struct Timing {
  unsigned latency = 0;
  WbTlmBridge::Lanes lanes = WbTlmBridge::Lanes::kTogether;
};

template <typename Tlm>
class TwinDevice final : public MachineDevice {
 public:
  template <typename... Arguments>
  TwinDevice(const char* name, ClockDriver& clock, const Timing& timing, Arguments&&... arguments)
      : bridge((std::string(name) + "_bridge").c_str(), clock, timing.latency, timing.lanes),
        tlm(name, std::forward<Arguments>(arguments)...) {
    bridge.initiator_socket.bind(tlm.target_socket);
  }

  sc_core::sc_in<WishboneRequest>& request() override { return bridge.request; }
  sc_core::sc_out<WishboneResponse>& response() override { return bridge.response; }
  Stateful& state() override { return tlm; }
  bool asleep() const override { return tlm.asleep(); }
  void trace(VerilatedVcdC*, int) override {}

  WbTlmBridge bridge;
  Tlm tlm;
};

struct VgaItself {
  VgaCore core;
};

struct VgaTwin : VgaItself, VgaTlm {
  VgaTwin(const sc_core::sc_module_name& name, sc_core::sc_time period)
      : VgaTlm(name, core, period) {}
};

}  // namespace

RtlDevices::PluggedSlot::PluggedSlot(const Slot& slot, ClockDriver& clock,
                                     VerilatedContext* context)
    : wires(slot.name, clock),
      irq((std::string("irq_") + slot.name).c_str()),
      rtl(slot.name, slot, clock, context) {
  rtl.irq(irq);
}

RtlDevices::RtlDevices(const MachineConfig& config, ClockDriver& clock, VerilatedContext* context,
                       BusRtl& bus, std::function<void(std::uint8_t)> exit, PvSinks calls)
    : config_(config), clock_(clock), context_(context), bus_(bus) {
  wire_board();
  make_pic();
  make_pit();
  make_uart();
  make_debug(std::move(exit));
  make_vga();
  make_ata();
  make_pv(std::move(calls));
  make_rtc();
  make_keyboard();
  plug_slots();
  for (const auto& [name, device] : stateful()) power_on_.push_back(device->save(0));
}

void RtlDevices::add(unsigned number, const char* name, std::unique_ptr<MachineDevice> device) {
  Part& part = parts_.emplace_back(name, clock_);
  part.wires.bind(bus_.slave(number));
  device->request()(part.wires.request);
  device->response()(part.wires.response);
  part.device = std::move(device);
}

template <typename Pic>
void RtlDevices::wire_pic(Pic& pic) {
  pic.irq[STRATA_IRQ_PIT](irq_pit_);
  pic.irq[STRATA_IRQ_UART](irq_uart_);
  pic.irq[STRATA_IRQ_ATA](irq_ata_);
  pic.irq[STRATA_IRQ_PV](irq_pv_);
  pic.irq[STRATA_IRQ_RTC](irq_rtc_);
  pic.irq[STRATA_IRQ_KEYBOARD](irq_keyboard_);
  pic.intr(intr_);
  pic_lines_ = &pic.irq;
}

/// Whoever opens A20 or resets the machine has an input of its own.
void RtlDevices::wire_board() {
  a20_gate_.in(a20_pit_);
  a20_gate_.in(a20_keyboard_);
  a20_gate_.out(a20_);
  reset_gate_.in(reset_pit_);
  reset_gate_.in(reset_keyboard_);
  reset_gate_.out(reset_);
}

/// rtl/pic/pic.sv: the edge that samples a request carries it out, of two lanes the first.
void RtlDevices::make_pic() {
  if (!is_twin("pic")) {
    auto pic = std::make_unique<RtlDevice<PicRtl>>("pic", clock_, context_, config_.log);
    wire_pic(pic->rtl);
    return add(STRATA_DEVICE_PIC, "pic", std::move(pic));
  }
  const Timing timing{.lanes = WbTlmBridge::Lanes::kOneAnEdge};
  auto pic = std::make_unique<TwinDevice<PicTlm>>("pic", clock_, timing, clock_, config_.log);
  wire_pic(pic->tlm);
  pic->bridge.on_acknowledge([&tlm = pic->tlm] { return tlm.acknowledge(); });
  add(STRATA_DEVICE_PIC, "pic", std::move(pic));
}

template <typename Pit>
void RtlDevices::wire_pit(Pit& pit) {
  pit.irq(irq_pit_);
  pit.a20(a20_pit_);
  pit.reset(reset_pit_);
}

/// rtl/pit/pit.sv: as the interrupt controllers. A twin's own events come in the middle of their
/// cycle, so that an access at its edge is served first.
void RtlDevices::make_pit() {
  const auto hz = static_cast<std::uint32_t>(config_.clock_hz);
  if (!is_twin("pit")) {
    auto pit = std::make_unique<RtlDevice<PitRtl>>("pit", clock_, context_, hz);
    wire_pit(pit->rtl);
    return add(STRATA_DEVICE_PIT, "pit", std::move(pit));
  }
  const Timing timing{.lanes = WbTlmBridge::Lanes::kOneAnEdge};
  auto pit = std::make_unique<TwinDevice<PitTlm>>("pit", clock_, timing, hz, clock_.period(),
                                                  clock_.period() / 2);
  wire_pit(pit->tlm);
  add(STRATA_DEVICE_PIT, "pit", std::move(pit));
}

/// rtl/uart/uart.sv: the edge after the one that samples a request.
void RtlDevices::make_uart() {
  const auto hz = static_cast<std::uint32_t>(config_.clock_hz);
  if (!is_twin("uart")) {
    auto uart = std::make_unique<RtlDevice<UartRtl>>("uart", clock_, context_, hz, config_.serial,
                                                     config_.serial_input);
    uart->rtl.irq(irq_uart_);
    return add(STRATA_DEVICE_UART, "uart", std::move(uart));
  }
  auto uart = std::make_unique<TwinDevice<UartTlm>>("uart", clock_, Timing{.latency = 1}, hz,
                                                    config_.serial, clock_.period(),
                                                    clock_.period() / 2, config_.serial_input);
  uart->tlm.irq(irq_uart_);
  add(STRATA_DEVICE_UART, "uart", std::move(uart));
}

/// rtl/debug/debug_ports.sv: as the UART.
void RtlDevices::make_debug(std::function<void(std::uint8_t)> exit) {
  DebugSinks sinks{config_.post_code, config_.debug_console, std::move(exit)};
  if (!is_twin("debug")) {
    return add(STRATA_DEVICE_DEBUG, "debug",
               std::make_unique<RtlDevice<DebugRtl>>("debug", clock_, context_, std::move(sinks),
                                                     config_.log));
  }
  add(STRATA_DEVICE_DEBUG, "debug",
      std::make_unique<TwinDevice<DebugTlm>>("debug", clock_, Timing{.latency = 1},
                                             std::move(sinks), config_.log, clock_.period()));
}

/// rtl/vga: the edge that samples a request carries it out.
void RtlDevices::make_vga() {
  if (!is_twin("vga")) {
    auto vga = std::make_unique<RtlDevice<VgaRtl>>("vga", clock_, context_);
    screen_ = [&rtl = vga->rtl] { return rtl.snapshot(); };
    picture_ = [&rtl = vga->rtl] { return rtl.scan_frame(); };
    return add(STRATA_DEVICE_VGA, "vga", std::move(vga));
  }
  auto vga = std::make_unique<TwinDevice<VgaTwin>>("vga", clock_, Timing{}, clock_.period());
  screen_ = [&core = vga->tlm.core] { return core.snapshot(); };
  picture_ = [] { return std::nullopt; };
  add(STRATA_DEVICE_VGA, "vga", std::move(vga));
}

/// rtl/ata/ata.sv: the edge after the one that samples a request.
void RtlDevices::make_ata() {
  DiskBackend& disk = config_.disk != nullptr ? *config_.disk : no_disk_;
  if (!is_twin("ata")) {
    auto ata = std::make_unique<RtlDevice<AtaRtl>>("ata", clock_, context_, disk, config_.log);
    ata->rtl.irq(irq_ata_);
    return add(STRATA_DEVICE_ATA, "ata", std::move(ata));
  }
  auto ata = std::make_unique<TwinDevice<AtaTlm>>(
      "ata", clock_, Timing{.latency = 1}, disk, config_.log, clock_.period(), clock_.period() / 2);
  ata->tlm.irq(irq_ata_);
  add(STRATA_DEVICE_ATA, "ata", std::move(ata));
}

void RtlDevices::make_pv(PvSinks calls) {
  DiskBackend& disk = config_.disk != nullptr ? *config_.disk : no_disk_;
  auto pv = std::make_unique<RtlDevice<PvRtl>>("pv", clock_, context_, config_.memory_bytes, disk,
                                               std::move(calls), config_.log);
  pv->rtl.irq(irq_pv_);
  pv_master_.bind(bus_.master(STRATA_MASTER_PV));
  pv_master_.bind(pv->rtl.master);
  pv_busy_ = [&rtl = pv->rtl] { return rtl.busy(); };
  add(STRATA_DEVICE_PV, "pv", std::move(pv));
}

/// rtl/rtc/rtc.sv: the edge that samples a request carries it out.
void RtlDevices::make_rtc() {
  const std::uint64_t sectors = config_.disk != nullptr ? config_.disk->sector_count() : 0;
  const RtcState contents = rtc_contents({config_.rtc_start, config_.memory_bytes, sectors});
  if (!is_twin("rtc")) {
    auto rtc =
        std::make_unique<RtlDevice<RtcRtl>>("rtc", clock_, context_, config_.clock_hz, contents);
    rtc->rtl.irq(irq_rtc_);
    return add(STRATA_DEVICE_RTC, "rtc", std::move(rtc));
  }
  auto rtc = std::make_unique<TwinDevice<RtcTlm>>("rtc", clock_, Timing{}, config_.clock_hz,
                                                  contents, clock_.period(), clock_.period() / 2);
  rtc->tlm.irq(irq_rtc_);
  add(STRATA_DEVICE_RTC, "rtc", std::move(rtc));
}

template <typename Keyboard>
void RtlDevices::wire_keyboard(Keyboard& keyboard) {
  keyboard.irq(irq_keyboard_);
  keyboard.a20(a20_keyboard_);
  keyboard.reset(reset_keyboard_);
}

/// rtl/keyboard/keyboard.sv: the edge that samples a request carries it out.
void RtlDevices::make_keyboard() {
  if (!is_twin("keyboard")) {
    auto keyboard =
        std::make_unique<RtlDevice<KeyboardRtl>>("keyboard", clock_, context_, config_.clock_hz);
    wire_keyboard(keyboard->rtl);
    press_ = [&rtl = keyboard->rtl](auto keys, Cycle) { rtl.press(keys); };
    return add(STRATA_DEVICE_KEYBOARD, "keyboard", std::move(keyboard));
  }
  auto keyboard = std::make_unique<TwinDevice<KeyboardTlm>>(
      "keyboard", clock_, Timing{}, config_.clock_hz, clock_.period(), clock_.period() / 2);
  wire_keyboard(keyboard->tlm);
  press_ = [&tlm = keyboard->tlm](auto keys, Cycle cycle) { tlm.press(keys, cycle); };
  add(STRATA_DEVICE_KEYBOARD, "keyboard", std::move(keyboard));
}

void RtlDevices::plug_slots() {
  for (const Slot& slot : slots()) {
    PluggedSlot& plugged = slots_.emplace_back(slot, clock_, context_);
    plugged.wires.bind(bus_.slave(slot.window.device));
    plugged.wires.bind(plugged.rtl);
    if (slot.irq >= 0) (*pic_lines_)[static_cast<std::size_t>(slot.irq)](plugged.irq);
  }
}

std::uint16_t RtlDevices::irq_lines() const {
  unsigned lines = irq_pit_.read() << STRATA_IRQ_PIT | irq_uart_.read() << STRATA_IRQ_UART |
                   irq_ata_.read() << STRATA_IRQ_ATA | irq_pv_.read() << STRATA_IRQ_PV |
                   irq_rtc_.read() << STRATA_IRQ_RTC | irq_keyboard_.read() << STRATA_IRQ_KEYBOARD;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const int line = slots()[i].irq;
    if (line >= 0) lines |= slots_[i].irq.read() << line;
  }
  return static_cast<std::uint16_t>(lines);
}

void RtlDevices::trace(VerilatedVcdC* file, int levels) {
  for (Part& part : parts_) part.device->trace(file, levels);
  for (PluggedSlot& slot : slots_) slot.rtl.trace(file, levels);
}

bool RtlDevices::asleep() const {
  return std::ranges::all_of(parts_, [](const Part& part) { return part.device->asleep(); });
}

void RtlDevices::pull_reset(Cycle now) {
  auto power_on = power_on_.cbegin();
  for (const auto& [name, device] : stateful()) device->pull_reset(*power_on++, now);
}

NamedDevices RtlDevices::stateful() {
  NamedDevices devices;
  for (Part& part : parts_) devices.emplace_back(part.name, &part.device->state());
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    devices.emplace_back(slots()[i].name, &slots_[i].rtl);
  }
  return devices;
}

}  // namespace strata
