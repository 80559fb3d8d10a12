// 16550 UART, transmit side, as a plain C++ core (National PC16550D data sheet). Block of offsets
// 0..7 = ports 3F8..3FF.
//
// Time: an access in cycle n is the clock edge n. It sees the state after edge n-1 and changes the
// state after edge n. A byte goes from the FIFO to the empty shift register one cycle after it is
// there; a character then takes ceil(ticks * cpu_hz / STRATA_UART_HZ) cycles, ticks = 16 * divisor
// * (start, data, parity and stop bits). Divisor 0 counts as 65536.
//
// Assumes: a terminal that is always there (MSR: CTS, DSR, DCD). The byte reaches the sink when its
// start bit goes out. Writes into a full FIFO (full THR without FIFO) are lost.
// Left out: receiver (reads empty), modem interrupts and deltas, break, the adapter card's OUT2
// gate.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>

#include "models/base/device.h"
#include "models/uart/uart_state.h"

namespace strata {

class UartCore : public DeviceOf<UartState> {
 public:
  using ByteSink = std::function<void(std::uint8_t byte)>;

  /// `cpu_hz` is the rate of the clock that `now` counts; `irq` is the INTR pin.
  UartCore(std::uint32_t cpu_hz, ByteSink sink, Wire irq);

  void reset() override;
  std::uint32_t read(std::uint32_t offset, unsigned bytes, Cycle now) override;
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) override;
  void advance(Cycle now) override;
  Cycle next_event() const override { return deadline_; }
  UartState state(Cycle now) const override;
  void load_state(const UartState& state, Cycle now) override;

 private:
  void run_events_before(Cycle now);
  void event(Cycle now);
  std::uint8_t read_register(std::uint32_t offset);
  void write_register(std::uint32_t offset, std::uint8_t value);
  void write_thr(std::uint8_t value);
  void write_fcr(std::uint8_t value);
  std::uint8_t iir() const;
  std::uint8_t lsr() const;
  std::uint8_t msr() const;
  void start_character(Cycle now);
  Cycle character_cycles() const;
  void update_irq();

  std::uint32_t cpu_hz_;
  ByteSink sink_;
  Wire irq_wire_;

  std::uint8_t ier_ = 0;
  std::uint8_t lcr_ = 0;
  std::uint8_t mcr_ = 0;
  std::uint8_t scr_ = 0;
  std::uint16_t divisor_ = 1;
  bool fifo_on_ = false;
  bool thre_pending_ = false;  // the THRE interrupt, before IER
  bool irq_ = false;
  bool shifting_ = false;
  std::deque<std::uint8_t> fifo_;
  Cycle deadline_ = kNever;  // end of the character, or the load of an empty shift register
};

}  // namespace strata
