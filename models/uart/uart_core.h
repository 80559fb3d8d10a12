// 16550 UART as a plain C++ core (National PC16550D data sheet). Block of offsets 0..7 = ports
// 3F8..3FF.
//
// Time: an access in cycle n is the clock edge n. It sees the state after edge n-1 and changes the
// state after edge n; what else happens at edge n happens behind it, by the settings of before. A
// byte goes from the FIFO to the empty shift register one cycle after it is there; a character then
// takes ceil(ticks * cpu_hz / STRATA_UART_HZ) cycles, ticks = 16 * divisor * (start, data, parity
// and stop bits), and so does one that arrives, from one cycle after it can be sent. The time-out
// comes 4 times as many ticks after the receive FIFO was last filled or read. Divisor 0 counts as
// 65536.
//
// Assumes: a terminal that is always there (MSR: CTS, DSR, DCD), with the port's settings. The byte
// reaches the sink when its start bit goes out. Writes into a full FIFO (full THR without FIFO) are
// lost. The terminal sends when the guest listens, which is with DTR and RTS or with the receive
// interrupt on, and when there is room: nothing of it is lost, and only loopback overruns.
// Left out: parity, framing and break, which a terminal of ours never has; DMA modes; the adapter
// card's OUT2 gate.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

#include "models/base/device.h"
#include "models/base/serial_input.h"
#include "models/uart/uart_state.h"

namespace strata {

class UartCore : public DeviceOf<UartState> {
 public:
  using ByteSink = std::function<void(std::uint8_t byte)>;

  /// `cpu_hz` is the rate of the clock that `now` counts; `irq` is the INTR pin.
  UartCore(std::uint32_t cpu_hz, ByteSink sink, Wire irq, SerialInput input = {});

  void reset() override;
  std::uint32_t read(std::uint32_t offset, unsigned bytes, Cycle now) override;
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) override;
  void advance(Cycle now) override;
  Cycle next_event() const override { return deadline_; }
  UartState state(Cycle now) const override;
  void load_state(const UartState& state, Cycle now) override;

 private:
  /// What times and characters go by.
  struct Settings {
    std::uint8_t lcr = 0;
    std::uint8_t mcr = 0;
    std::uint16_t divisor = 1;
  };
  struct Access {
    bool is_write;
    std::uint32_t offset;
    unsigned bytes;
    std::uint32_t value;
  };
  /// What an edge has done so far, for what comes behind.
  struct Done {
    bool cleared = false;   // the transmit FIFO
    bool received = false;  // into the receive FIFO or out of it
  };

  void run_edges_before(Cycle now);
  void edge(Cycle now, const Access* access);
  Done apply(const Access& access);
  void transmit(Cycle now, const Settings& before, std::size_t waiting, bool cleared, Done& done);
  void receive(Cycle now, const Settings& before, bool may_start, Done& done);
  void time_out(Cycle now, const Settings& before, const Done& done);
  void set_deadline(Cycle now);
  bool may_receive() const;

  std::uint8_t value_of(std::uint32_t offset) const;
  void read_register(std::uint32_t offset, std::uint8_t value, Done& done);
  void write_register(std::uint32_t offset, std::uint8_t value, Done& done);
  void write_ier(std::uint8_t value);
  void write_thr(std::uint8_t value);
  void write_fcr(std::uint8_t value, Done& done);
  void write_mcr(std::uint8_t value);
  void arrive(std::uint8_t byte, Done& done);
  std::uint8_t iir() const;
  std::uint8_t lsr() const;
  bool data_ready() const;
  Cycle cycles_of(const Settings& line, unsigned characters) const;
  void update_irq();

  std::uint32_t cpu_hz_;
  ByteSink sink_;
  Wire irq_wire_;
  SerialInput input_;

  Settings line_;
  std::uint8_t ier_ = 0;
  std::uint8_t scr_ = 0;
  bool fifo_on_ = false;
  bool irq_ = false;

  bool thre_pending_ = false;  // the THRE interrupt, before IER
  std::deque<std::uint8_t> fifo_;
  Cycle tx_end_ = kNever;  // of the character in the shift register
  bool looped_ = false;    // it goes to the receiver
  std::uint8_t shifted_ = 0;

  std::uint8_t trigger_ = 0;
  bool overrun_ = false;
  std::uint8_t deltas_ = 0;
  bool timeout_pending_ = false;
  std::deque<std::uint8_t> rx_fifo_;
  std::optional<std::uint8_t> rx_held_;  // given by the terminal
  Cycle rx_end_ = kNever;                // of that character on the line
  Cycle timeout_at_ = kNever;
  bool input_ended_ = false;
  Cycle ask_again_ = 0;  // the terminal, which had nothing to say

  Cycle deadline_ = kNever;
};

}  // namespace strata
