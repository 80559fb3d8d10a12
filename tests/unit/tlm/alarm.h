// A small device as a user would write it, twice: a TLM-2.0 module on SystemC's time, and a plain
// Device on the machine's. Writing N to offset 0 raises the interrupt request every N microseconds;
// reading offset 4 gives the whole microseconds so far and takes the request away.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstring>
#include <systemc>
#include <tlm>
#include <utility>
#include <vector>

#include "models/base/device.h"

namespace strata::test {

class AlarmModule : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<AlarmModule> socket;
  sc_core::sc_signal<bool, sc_core::SC_MANY_WRITERS> irq;

  explicit AlarmModule(const sc_core::sc_module_name& name)
      : sc_module(name), socket("socket"), irq("irq_out") {
    socket.register_b_transport(this, &AlarmModule::b_transport);
    SC_HAS_PROCESS(AlarmModule);
    SC_THREAD(alarm_thread);
  }

  sc_core::sc_time latency;  // waited in each access
  sc_core::sc_event never;   // waited for, if `stuck`
  bool stuck = false;
  std::vector<sc_core::sc_time> alarms;

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
    if (payload.get_data_length() != 4) {
      payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
      return;
    }
    if (latency > sc_core::SC_ZERO_TIME) wait(latency);
    if (stuck) wait(never);
    auto* data = payload.get_data_ptr();
    if (payload.is_write()) {
      std::uint32_t microseconds = 0;
      std::memcpy(&microseconds, data, sizeof microseconds);
      period_ = sc_core::sc_time(microseconds, sc_core::SC_US);
      set_.notify();
    } else {
      const auto now = static_cast<std::uint32_t>(sc_core::sc_time_stamp() /
                                                  sc_core::sc_time(1, sc_core::SC_US));
      std::memcpy(data, &now, sizeof now);
      irq.write(false);
    }
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }

  void alarm_thread() {
    wait(set_);
    for (;;) {
      wait(period_);
      alarms.push_back(sc_core::sc_time_stamp());
      irq.write(true);
    }
  }

  sc_core::sc_time period_;
  sc_core::sc_event set_;
};

struct AlarmState {
  Cycle period = 0;
  Cycle left = 0;  // to the next alarm; 0: none is set
  bool level = false;

  template <typename Self, typename Visitor>
  static void visit(Self& self, Visitor&& field) {
    field("period", self.period);
    field("left", self.left);
    field("level", self.level);
  }
};

class AlarmDevice final : public DeviceOf<AlarmState> {
 public:
  /// `hz` is a whole number of MHz.
  AlarmDevice(std::uint64_t hz, Wire irq) : cycles_(hz / 1'000'000), irq_(std::move(irq)) {}

  void reset() override { next_ = kNever; }
  std::uint32_t read(std::uint32_t, unsigned, Cycle now) override {
    move_irq(false);
    return static_cast<std::uint32_t>(now / cycles_);
  }
  void write(std::uint32_t, unsigned, std::uint32_t value, Cycle now) override {
    period_ = value * cycles_;
    next_ = now + period_;
  }
  void advance(Cycle now) override {
    if (now < next_) return;
    next_ += period_;
    move_irq(true);
  }
  Cycle next_event() const override { return next_; }
  AlarmState state(Cycle now) const override {
    return {period_, next_ == kNever ? 0 : next_ - now, level_};
  }
  void load_state(const AlarmState& state, Cycle now) override {
    period_ = state.period;
    next_ = state.left == 0 ? kNever : now + state.left;
    level_ = state.level;
    irq_(level_);
  }

 private:
  void move_irq(bool level) {
    if (std::exchange(level_, level) != level) irq_(level);
  }

  Cycle cycles_;  // in a microsecond
  Wire irq_;
  Cycle period_ = 0;
  Cycle next_ = kNever;
  bool level_ = false;
};

}  // namespace strata::test
