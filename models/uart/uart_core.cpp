#include "models/uart/uart_core.h"

#include <algorithm>
#include <utility>

#include "models/machine/memory_map.h"

namespace strata {
namespace {

// Register offsets (PC16550D data sheet, table II); 0 and 1 are DLL and DLM while DLAB is 1.
constexpr std::uint32_t kRbrThr = 0;
constexpr std::uint32_t kIer = 1;
constexpr std::uint32_t kIirFcr = 2;
constexpr std::uint32_t kLcr = 3;
constexpr std::uint32_t kMcr = 4;
constexpr std::uint32_t kLsr = 5;
constexpr std::uint32_t kMsr = 6;
constexpr std::uint32_t kScr = 7;

constexpr std::uint8_t kIerReceived = 0x01;
constexpr std::uint8_t kIerThre = 0x02;
constexpr std::uint8_t kIerLine = 0x04;
constexpr std::uint8_t kIerModem = 0x08;
constexpr std::uint8_t kIirModem = 0x00;
constexpr std::uint8_t kIirNone = 0x01;
constexpr std::uint8_t kIirThre = 0x02;
constexpr std::uint8_t kIirReceived = 0x04;
constexpr std::uint8_t kIirLine = 0x06;
constexpr std::uint8_t kIirTimeout = 0x0C;
constexpr std::uint8_t kIirSource = 0x0F;
constexpr std::uint8_t kIirFifoOn = 0xC0;
constexpr std::uint8_t kFcrEnable = 0x01;
constexpr std::uint8_t kFcrResetReceiver = 0x02;
constexpr std::uint8_t kFcrResetTransmitter = 0x04;
constexpr std::uint8_t kLcrWordLength = 0x03;
constexpr std::uint8_t kLcrTwoStopBits = 0x04;
constexpr std::uint8_t kLcrParity = 0x08;
constexpr std::uint8_t kLcrDlab = 0x80;
constexpr std::uint8_t kMcrDtrRts = 0x03;
constexpr std::uint8_t kMcrLoop = 0x10;
constexpr std::uint8_t kLsrReady = 0x01;
constexpr std::uint8_t kLsrOverrun = 0x02;
constexpr std::uint8_t kLsrThre = 0x20;
constexpr std::uint8_t kLsrTemt = 0x40;
constexpr std::uint8_t kMsrRing = 0x40;

// A terminal is there: DCD, DSR, CTS.
constexpr std::uint8_t kMsrTerminal = 0xB0;

constexpr std::size_t kFifoBytes = 16;
constexpr std::uint8_t kTriggers[] = {1, 4, 8, 14};
constexpr Cycle kTicksPerHalfBit = 8;  // of the 16 times baud clock
constexpr unsigned kTimeoutCharacters = 4;
constexpr Cycle kAskEvery = 1024;  // a live terminal

std::uint8_t word_mask(std::uint8_t lcr) {
  return static_cast<std::uint8_t>(0xFF >> (3 - (lcr & kLcrWordLength)));
}

/// Bits 7:4 of MSR.
std::uint8_t modem_lines(std::uint8_t mcr) {
  if (!(mcr & kMcrLoop)) return kMsrTerminal;
  // Loopback: CTS is RTS, DSR is DTR, RI is OUT1, DCD is OUT2.
  const unsigned dtr = mcr & 1;
  const unsigned rts = mcr >> 1 & 1;
  const unsigned outputs = mcr >> 2 & 3;
  return static_cast<std::uint8_t>(outputs << 6 | dtr << 5 | rts << 4);
}

std::array<std::uint8_t, kFifoBytes> to_array(const std::deque<std::uint8_t>& bytes) {
  std::array<std::uint8_t, kFifoBytes> array{};
  std::ranges::copy(bytes, array.begin());
  return array;
}

void from_array(std::deque<std::uint8_t>& bytes, const std::array<std::uint8_t, kFifoBytes>& array,
                std::size_t fill) {
  const auto count = static_cast<std::ptrdiff_t>(std::min(fill, kFifoBytes));
  bytes.assign(array.begin(), array.begin() + count);
}

/// A state's cycles that are left until `end`, and back.
std::uint64_t left_until(Cycle end, Cycle now) {
  return end == kNever ? 0 : end - now;
}
Cycle end_of(std::uint64_t left, Cycle now) {
  return left == 0 ? kNever : now + left;
}

}  // namespace

UartCore::UartCore(std::uint32_t cpu_hz, ByteSink sink, Wire irq, SerialInput input)
    : cpu_hz_(cpu_hz),
      sink_(std::move(sink)),
      irq_wire_(std::move(irq)),
      input_(std::move(input)),
      input_ended_(!input_.next) {}

void UartCore::reset() {
  load_state({}, 0);
}

UartState UartCore::state(Cycle now) const {
  return {.ier = ier_,
          .lcr = line_.lcr,
          .mcr = line_.mcr,
          .scr = scr_,
          .divisor = line_.divisor,
          .fifo_on = fifo_on_,
          .thre_pending = thre_pending_,
          .fill = static_cast<std::uint8_t>(fifo_.size()),
          .fifo = to_array(fifo_),
          .character_left = left_until(tx_end_, now),
          .looped = looped_,
          .shifted = shifted_,
          .trigger = trigger_,
          .overrun = overrun_,
          .deltas = deltas_,
          .timeout_pending = timeout_pending_,
          .rx_fill = static_cast<std::uint8_t>(rx_fifo_.size()),
          .rx_fifo = to_array(rx_fifo_),
          .rx_held = rx_held_.has_value(),
          .rx_byte = rx_held_.value_or(0),
          .rx_left = left_until(rx_end_, now),
          .timeout_left = left_until(timeout_at_, now)};
}

void UartCore::load_state(const UartState& state, Cycle now) {
  ier_ = state.ier;
  line_ = {state.lcr, state.mcr, state.divisor};
  scr_ = state.scr;
  fifo_on_ = state.fifo_on;
  thre_pending_ = state.thre_pending;
  from_array(fifo_, state.fifo, state.fill);
  tx_end_ = end_of(state.character_left, now);
  looped_ = state.looped;
  shifted_ = state.shifted;
  trigger_ = state.trigger & 3;
  overrun_ = state.overrun;
  deltas_ = state.deltas;
  timeout_pending_ = state.timeout_pending;
  from_array(rx_fifo_, state.rx_fifo, state.rx_fill);
  rx_held_.reset();
  if (state.rx_held) rx_held_ = state.rx_byte;
  rx_end_ = end_of(state.rx_left, now);
  timeout_at_ = end_of(state.timeout_left, now);
  ask_again_ = 0;
  set_deadline(now);
  irq_ = !(iir() & kIirNone);
  if (irq_wire_) irq_wire_(irq_);
}

std::uint32_t UartCore::read(std::uint32_t offset, unsigned bytes, Cycle now) {
  run_edges_before(now);
  std::uint32_t value = 0;
  for (unsigned i = 0; i < bytes; ++i) value |= std::uint32_t{value_of(offset + i)} << (8 * i);
  const Access access{false, offset, bytes, value};
  edge(now, &access);
  return value;
}

void UartCore::write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) {
  run_edges_before(now);
  const Access access{true, offset, bytes, value};
  edge(now, &access);
}

void UartCore::advance(Cycle now) {
  if (now != kNever) run_edges_before(now + 1);
}

void UartCore::run_edges_before(Cycle now) {
  while (deadline_ < now) edge(deadline_, nullptr);
}

void UartCore::edge(Cycle now, const Access* access) {
  const Settings before = line_;
  const std::size_t waiting = fifo_.size();
  const bool may_start = may_receive();
  Done done;
  if (access != nullptr) done = apply(*access);
  transmit(now, before, waiting, done.cleared, done);
  receive(now, before, may_start, done);
  time_out(now, before, done);
  set_deadline(now);
  update_irq();
}

UartCore::Done UartCore::apply(const Access& access) {
  Done done;
  for (unsigned i = 0; i < access.bytes; ++i) {
    const auto value = static_cast<std::uint8_t>(access.value >> (8 * i));
    if (access.is_write) {
      write_register(access.offset + i, value, done);
    } else {
      read_register(access.offset + i, value, done);
    }
  }
  return done;
}

void UartCore::transmit(Cycle now, const Settings& before, std::size_t waiting, bool cleared,
                        Done& done) {
  if (tx_end_ == now) {
    // The stop bit is over, if there was one; the next character follows without a gap.
    tx_end_ = kNever;
    if (std::exchange(looped_, false)) arrive(std::exchange(shifted_, 0), done);
  }
  // The empty shift register takes what waited before this edge.
  if (tx_end_ != kNever || waiting == 0 || cleared) return;
  const std::uint8_t byte = fifo_.front() & word_mask(before.lcr);
  fifo_.pop_front();
  if (fifo_.empty()) thre_pending_ = true;
  tx_end_ = now + cycles_of(before, 1);
  looped_ = before.mcr & kMcrLoop;
  if (looped_) {
    shifted_ = byte;
  } else {
    sink_(byte);
  }
}

/// Whether the terminal may begin a character, as things stand after an edge.
bool UartCore::may_receive() const {
  const bool listens = (ier_ & kIerReceived) || (line_.mcr & kMcrDtrRts) == kMcrDtrRts;
  const bool room = rx_fifo_.size() < (fifo_on_ ? kFifoBytes : 1);
  const bool there = rx_held_ || !input_ended_;
  return rx_end_ == kNever && !(line_.mcr & kMcrLoop) && !looped_ && listens && room && there;
}

void UartCore::receive(Cycle now, const Settings& before, bool may_start, Done& done) {
  if (rx_end_ == now) {
    rx_end_ = kNever;
    arrive(*rx_held_, done);
    rx_held_.reset();
  }
  if (!may_start || now < ask_again_) return;
  if (!rx_held_) {
    rx_held_ = input_.next();
    if (!rx_held_) {
      input_ended_ = !input_.live;
      ask_again_ = now + kAskEvery;
      return;
    }
  }
  rx_held_ = *rx_held_ & word_mask(before.lcr);
  // Loopback has taken the line at this very edge: the character comes afterwards, as a whole.
  if (!(line_.mcr & kMcrLoop)) rx_end_ = now + cycles_of(before, 1);
}

void UartCore::arrive(std::uint8_t byte, Done& done) {
  const bool full = rx_fifo_.size() >= (fifo_on_ ? kFifoBytes : 1);
  if (full) overrun_ = true;
  // What is in the FIFO stays; RBR without FIFO is overwritten.
  if (full && fifo_on_) return;
  if (full) rx_fifo_.pop_back();
  rx_fifo_.push_back(byte);
  done.received = true;
}

void UartCore::time_out(Cycle now, const Settings& before, const Done& done) {
  if (!fifo_on_ || rx_fifo_.empty()) {
    timeout_at_ = kNever;
  } else if (done.received && !timeout_pending_) {
    timeout_at_ = now + cycles_of(before, kTimeoutCharacters);
  } else if (timeout_at_ == now) {
    timeout_at_ = kNever;
    timeout_pending_ = true;
  }
}

void UartCore::set_deadline(Cycle now) {
  deadline_ = std::min({tx_end_, rx_end_, timeout_at_});
  if (tx_end_ == kNever && !fifo_.empty()) deadline_ = now + 1;
  if (may_receive()) deadline_ = std::min(deadline_, std::max(now + 1, ask_again_));
}

Cycle UartCore::cycles_of(const Settings& line, unsigned characters) const {
  const unsigned data_bits = 5 + (line.lcr & kLcrWordLength);
  const unsigned parity_bits = line.lcr & kLcrParity ? 1 : 0;
  unsigned half_bits = 2 * (1 + data_bits + parity_bits + 1);
  // Two stop bits, but one and a half with five data bits.
  if (line.lcr & kLcrTwoStopBits) half_bits += data_bits == 5 ? 1 : 2;
  const Cycle divisor = line.divisor == 0 ? 0x10000 : line.divisor;
  const Cycle ticks = characters * divisor * half_bits * kTicksPerHalfBit;
  return (ticks * cpu_hz_ + STRATA_UART_HZ - 1) / STRATA_UART_HZ;
}

std::uint8_t UartCore::value_of(std::uint32_t offset) const {
  const bool dlab = line_.lcr & kLcrDlab;
  switch (offset) {
    case kRbrThr:
      if (dlab) return static_cast<std::uint8_t>(line_.divisor);
      return rx_fifo_.empty() ? 0 : rx_fifo_.front();
    case kIer: return dlab ? static_cast<std::uint8_t>(line_.divisor >> 8) : ier_;
    case kIirFcr: return iir();
    case kLcr: return line_.lcr;
    case kMcr: return line_.mcr;
    case kLsr: return lsr();
    case kMsr: return modem_lines(line_.mcr) | deltas_;
    case kScr: return scr_;
    default: return 0xFF;
  }
}

/// What reading `value` has done.
void UartCore::read_register(std::uint32_t offset, std::uint8_t value, Done& done) {
  switch (offset) {
    case kRbrThr:
      if ((line_.lcr & kLcrDlab) || rx_fifo_.empty()) break;
      rx_fifo_.pop_front();
      timeout_pending_ = false;
      done.received = true;
      break;
    case kIirFcr:
      // Reading IIR when it names THRE clears that interrupt (table V).
      if ((value & kIirSource) == kIirThre) thre_pending_ = false;
      break;
    case kLsr: overrun_ = false; break;
    case kMsr: deltas_ = 0; break;
    default: break;
  }
}

void UartCore::write_register(std::uint32_t offset, std::uint8_t value, Done& done) {
  const bool dlab = line_.lcr & kLcrDlab;
  switch (offset) {
    case kRbrThr:
      if (dlab) {
        line_.divisor = static_cast<std::uint16_t>((line_.divisor & 0xFF00) | value);
      } else {
        write_thr(value);
      }
      break;
    case kIer:
      if (dlab) {
        line_.divisor = static_cast<std::uint16_t>((line_.divisor & 0x00FF) | value << 8);
      } else {
        write_ier(value);
      }
      break;
    case kIirFcr: write_fcr(value, done); break;
    case kLcr: line_.lcr = value; break;
    case kMcr: write_mcr(value & 0x1F); break;
    case kScr: scr_ = value; break;
    default: break;
  }
}

void UartCore::write_ier(std::uint8_t value) {
  // Enabling the interrupt while THR is empty raises it.
  if ((value & ~ier_ & kIerThre) && fifo_.empty()) thre_pending_ = true;
  ier_ = value & 0x0F;
}

void UartCore::write_thr(std::uint8_t value) {
  thre_pending_ = false;
  if (fifo_.size() < (fifo_on_ ? kFifoBytes : 1)) fifo_.push_back(value);
}

void UartCore::write_fcr(std::uint8_t value, Done& done) {
  const bool on = value & kFcrEnable;
  // Turning the FIFOs on or off clears them, as the reset bits do.
  const bool turned = on != fifo_on_;
  if (turned || (on && value & kFcrResetTransmitter)) {
    if (!fifo_.empty()) thre_pending_ = true;
    fifo_.clear();
    done.cleared = true;
  }
  if (turned || (on && value & kFcrResetReceiver)) {
    rx_fifo_.clear();
    timeout_pending_ = false;
  }
  // The other bits are programmed only with this one.
  if (on) trigger_ = value >> 6;
  fifo_on_ = on;
}

void UartCore::write_mcr(std::uint8_t value) {
  const std::uint8_t before = modem_lines(line_.mcr);
  const std::uint8_t after = modem_lines(value);
  // DCTS, DDSR and DDCD for each change, TERI for the end of a ring.
  const unsigned changes = before ^ after;
  deltas_ |= static_cast<std::uint8_t>((changes & ~kMsrRing) >> 4 & 0x0B);
  deltas_ |= static_cast<std::uint8_t>((changes & before & kMsrRing) >> 4);
  line_.mcr = value;
  // The terminal begins again afterwards.
  if (value & kMcrLoop) rx_end_ = kNever;
}

bool UartCore::data_ready() const {
  return fifo_on_ ? rx_fifo_.size() >= kTriggers[trigger_] : !rx_fifo_.empty();
}

/// Of all that are pending and enabled the first (table V).
std::uint8_t UartCore::iir() const {
  std::uint8_t source = kIirNone;
  if ((ier_ & kIerLine) && overrun_) {
    source = kIirLine;
  } else if ((ier_ & kIerReceived) && data_ready()) {
    source = kIirReceived;
  } else if ((ier_ & kIerReceived) && timeout_pending_) {
    source = kIirTimeout;
  } else if ((ier_ & kIerThre) && thre_pending_) {
    source = kIirThre;
  } else if ((ier_ & kIerModem) && deltas_ != 0) {
    source = kIirModem;
  }
  return static_cast<std::uint8_t>(source | (fifo_on_ ? kIirFifoOn : 0));
}

std::uint8_t UartCore::lsr() const {
  std::uint8_t value = rx_fifo_.empty() ? 0 : kLsrReady;
  if (overrun_) value |= kLsrOverrun;
  if (!fifo_.empty()) return value;
  return static_cast<std::uint8_t>(value | kLsrThre | (tx_end_ == kNever ? kLsrTemt : 0));
}

void UartCore::update_irq() {
  const bool level = !(iir() & kIirNone);
  if (level == irq_) return;
  irq_ = level;
  if (irq_wire_) irq_wire_(level);
}

}  // namespace strata
