// The devices of the cycle-accurate machine, each as its RTL or as its TLM twin behind a bridge,
// with their wires to the interconnect and to the interrupt controllers.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <systemc>
#include <vector>

#include "models/base/frame_buffer.h"
#include "models/base/key_code.h"
#include "models/base/stateful.h"
#include "models/base/text_screen.h"
#include "models/bus/bus_rtl.h"
#include "models/bus/clocked_signal.h"
#include "models/bus/or_gate.h"
#include "models/pv/pv_sinks.h"
#include "models/slot/slot_rtl.h"
#include "platform/disk/memory_disk.h"
#include "platform/machine_config.h"
#include "platform/machine_state.h"

namespace strata {

/// The wires of one port of the interconnect.
struct PortWires {
  PortWires(const std::string& name, ClockDriver& clock)
      : request((name + "_request").c_str(), clock),
        response((name + "_response").c_str(), clock) {}
  /// `end`: the master, the slave or one of the interconnect's ports.
  template <typename End>
  void bind(End& end) {
    end.request(request);
    end.response(response);
  }
  ClockedSignal<WishboneRequest> request;
  ClockedSignal<WishboneResponse> response;
};

/// A device, whichever twin it is.
class MachineDevice {
 public:
  virtual ~MachineDevice() = default;
  virtual sc_core::sc_in<WishboneRequest>& request() = 0;
  virtual sc_core::sc_out<WishboneResponse>& response() = 0;
  virtual Stateful& state() = 0;
  /// With the clock at rest: until it is accessed nothing of it changes that others see, whatever
  /// the simulation has to do for it.
  virtual bool asleep() const = 0;
  /// Registers its signals; a TLM twin has none.
  virtual void trace(VerilatedVcdC* file, int levels) = 0;
};

class RtlDevices {
 public:
  /// `exit` is called with what the guest writes to the exit port, `calls` by calls of port ABBA.
  /// `bus` gets all ports of devices bound, slaves' and masters', and none of memory and the CPU.
  /// All outlive the devices.
  RtlDevices(const MachineConfig& config, ClockDriver& clock, VerilatedContext* context,
             BusRtl& bus, std::function<void(std::uint8_t)> exit, PvSinks calls);

  /// To the CPU.
  sc_core::sc_signal<bool>& intr() { return intr_; }

  /// A20 is open; to the CPU. High while any of the devices that can open it does.
  sc_core::sc_signal<bool>& a20() { return a20_; }

  /// Calls `listener` when a device asks for a reset of the machine.
  void on_reset(std::function<void()> listener) { reset_gate_.on_rise(std::move(listener)); }

  /// As the 8259 pair sees them, line n in bit n.
  std::uint16_t irq_lines() const;

  /// Registers the signals of those that have any.
  void trace(VerilatedVcdC* file, int levels);

  /// With the clock at rest: none will bring an interrupt.
  bool asleep() const;

  /// Something is under way that is in no device's state.
  bool busy() const { return pv_busy_(); }

  /// In the order of MachineState: the interrupt controllers first.
  NamedDevices stateful();

  /// The machine's reset line, with the bus at rest.
  void pull_reset(Cycle now);

  /// Keys move at the edge of `cycle`, the next one.
  void press(std::span<const KeyCode> keys, Cycle cycle) { press_(keys, cycle); }

  TextScreen screen() const { return screen_(); }
  /// As the RTL draws it, where it is RTL.
  std::optional<FrameBuffer> picture() const { return picture_(); }

 private:
  /// A device in its place.
  struct Part {
    Part(const char* device_name, ClockDriver& clock) : name(device_name), wires(name, clock) {}
    std::string name;
    PortWires wires;
    std::unique_ptr<MachineDevice> device;
  };

  /// A device in a slot.
  struct PluggedSlot {
    PluggedSlot(const Slot& slot, ClockDriver& clock, VerilatedContext* context);
    PortWires wires;
    sc_core::sc_signal<bool> irq;
    SlotRtl rtl;
  };

  using IrqPort =
      sc_core::sc_port<sc_core::sc_signal_in_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND>;
  // A TLM twin drives its line from its bridge's accesses and from its timer.
  using IrqSignal = sc_core::sc_signal<bool, sc_core::SC_MANY_WRITERS>;

  bool is_twin(const char* name) const { return config_.tlm_devices.contains(name); }
  void wire_board();
  void make_pic();
  void make_pit();
  void make_uart();
  void make_debug(std::function<void(std::uint8_t)> exit);
  void make_vga();
  void make_ata();
  void make_pv(PvSinks calls);
  void make_rtc();
  void make_keyboard();
  template <typename Pic>
  void wire_pic(Pic& pic);
  template <typename Pit>
  void wire_pit(Pit& pit);
  template <typename Keyboard>
  void wire_keyboard(Keyboard& keyboard);
  void add(unsigned number, const char* name, std::unique_ptr<MachineDevice> device);
  void plug_slots();

  const MachineConfig& config_;
  ClockDriver& clock_;
  VerilatedContext* context_;
  BusRtl& bus_;
  MemoryDisk no_disk_{0};

  sc_core::sc_signal<bool> intr_{"intr"};
  IrqSignal irq_pit_{"irq_pit"};
  IrqSignal irq_uart_{"irq_uart"};
  IrqSignal irq_ata_{"irq_ata"};
  IrqSignal irq_pv_{"irq_pv"};
  IrqSignal irq_rtc_{"irq_rtc"};
  IrqSignal irq_keyboard_{"irq_keyboard"};
  IrqSignal a20_pit_{"a20_pit"};
  IrqSignal a20_keyboard_{"a20_keyboard"};
  IrqSignal reset_pit_{"reset_pit"};
  IrqSignal reset_keyboard_{"reset_keyboard"};
  sc_core::sc_signal<bool> a20_{"a20"};
  sc_core::sc_signal<bool> reset_{"reset"};
  OrGate a20_gate_{"a20_gate"};
  OrGate reset_gate_{"reset_gate"};
  PortWires pv_master_{"pv_master", clock_};

  std::deque<Part> parts_;
  std::deque<PluggedSlot> slots_;
  std::vector<StateBytes> power_on_;  // of stateful()
  sc_core::sc_vector<IrqPort>* pic_lines_ = nullptr;
  std::function<bool()> pv_busy_;
  std::function<void(std::span<const KeyCode> keys, Cycle cycle)> press_;
  std::function<TextScreen()> screen_;
  std::function<std::optional<FrameBuffer>()> picture_;
};

}  // namespace strata
