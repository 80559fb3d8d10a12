#include "models/uart/uart_core.h"

#include <algorithm>
#include <utility>

#include "models/machine/memory_map.h"

namespace strata {
namespace {

// Register offsets (PC16550D data sheet, table II); 0 and 1 are DLL and DLM while DLAB is 1.
constexpr std::uint32_t kThr = 0;
constexpr std::uint32_t kIer = 1;
constexpr std::uint32_t kIirFcr = 2;
constexpr std::uint32_t kLcr = 3;
constexpr std::uint32_t kMcr = 4;
constexpr std::uint32_t kLsr = 5;
constexpr std::uint32_t kMsr = 6;
constexpr std::uint32_t kScr = 7;

constexpr std::uint8_t kIerThre = 0x02;
constexpr std::uint8_t kIirThre = 0x02;
constexpr std::uint8_t kIirNone = 0x01;
constexpr std::uint8_t kIirFifoOn = 0xC0;
constexpr std::uint8_t kFcrEnable = 0x01;
constexpr std::uint8_t kFcrResetTransmitter = 0x04;
constexpr std::uint8_t kLcrWordLength = 0x03;
constexpr std::uint8_t kLcrTwoStopBits = 0x04;
constexpr std::uint8_t kLcrParity = 0x08;
constexpr std::uint8_t kLcrDlab = 0x80;
constexpr std::uint8_t kMcrLoop = 0x10;
constexpr std::uint8_t kLsrThre = 0x20;
constexpr std::uint8_t kLsrTemt = 0x40;

// A terminal is there: DCD, DSR, CTS.
constexpr std::uint8_t kMsrTerminal = 0xB0;

constexpr std::size_t kFifoBytes = 16;
constexpr Cycle kTicksPerHalfBit = 8;  // of the 16 times baud clock

}  // namespace

UartCore::UartCore(std::uint32_t cpu_hz, ByteSink sink, Wire irq)
    : cpu_hz_(cpu_hz), sink_(std::move(sink)), irq_wire_(std::move(irq)) {}

void UartCore::reset() {
  ier_ = lcr_ = mcr_ = scr_ = 0;
  divisor_ = 1;
  fifo_on_ = false;
  thre_pending_ = false;
  shifting_ = false;
  fifo_.clear();
  deadline_ = kNever;
  update_irq();
}

UartState UartCore::state(Cycle now) const {
  UartState state{.ier = ier_,
                  .lcr = lcr_,
                  .mcr = mcr_,
                  .scr = scr_,
                  .divisor = divisor_,
                  .fifo_on = fifo_on_,
                  .thre_pending = thre_pending_,
                  .fill = static_cast<std::uint8_t>(fifo_.size()),
                  .character_left = shifting_ ? deadline_ - now : 0};
  std::ranges::copy(fifo_, state.fifo.begin());
  return state;
}

void UartCore::load_state(const UartState& state, Cycle now) {
  ier_ = state.ier;
  lcr_ = state.lcr;
  mcr_ = state.mcr;
  scr_ = state.scr;
  divisor_ = state.divisor;
  fifo_on_ = state.fifo_on;
  thre_pending_ = state.thre_pending;
  shifting_ = state.character_left != 0;
  const std::size_t fill = std::min<std::size_t>(state.fill, kFifoBytes);
  fifo_.assign(state.fifo.begin(), state.fifo.begin() + static_cast<std::ptrdiff_t>(fill));
  deadline_ = kNever;
  if (shifting_) {
    deadline_ = now + state.character_left;
  } else if (!fifo_.empty()) {
    deadline_ = now + 1;
  }
  irq_ = thre_pending_ && (ier_ & kIerThre);
  if (irq_wire_) irq_wire_(irq_);
}

std::uint32_t UartCore::read(std::uint32_t offset, unsigned bytes, Cycle now) {
  run_events_before(now);
  std::uint32_t value = 0;
  for (unsigned i = 0; i < bytes; ++i) {
    value |= std::uint32_t{read_register(offset + i)} << (8 * i);
  }
  update_irq();
  return value;
}

void UartCore::write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) {
  run_events_before(now);
  // A character ending at this very edge does not yet see what is written at it.
  if (fifo_.empty()) run_events_before(now + 1);
  for (unsigned i = 0; i < bytes; ++i) {
    write_register(offset + i, static_cast<std::uint8_t>(value >> (8 * i)));
  }
  if (!shifting_ && !fifo_.empty() && deadline_ == kNever) deadline_ = now + 1;
  update_irq();
}

void UartCore::advance(Cycle now) {
  if (now != kNever) run_events_before(now + 1);
}

void UartCore::run_events_before(Cycle now) {
  while (deadline_ < now) event(std::exchange(deadline_, kNever));
}

void UartCore::event(Cycle now) {
  // The stop bit is over, if there was one; the next character follows without a gap.
  shifting_ = false;
  if (fifo_.empty()) return;
  start_character(now);
  update_irq();
}

void UartCore::start_character(Cycle now) {
  const std::uint8_t mask = static_cast<std::uint8_t>(0xFF >> (3 - (lcr_ & kLcrWordLength)));
  const std::uint8_t byte = fifo_.front() & mask;
  fifo_.pop_front();
  shifting_ = true;
  deadline_ = now + character_cycles();
  if (fifo_.empty()) thre_pending_ = true;
  if (!(mcr_ & kMcrLoop)) sink_(byte);
}

Cycle UartCore::character_cycles() const {
  const unsigned data_bits = 5 + (lcr_ & kLcrWordLength);
  const unsigned parity_bits = lcr_ & kLcrParity ? 1 : 0;
  unsigned half_bits = 2 * (1 + data_bits + parity_bits + 1);
  // Two stop bits, but one and a half with five data bits.
  if (lcr_ & kLcrTwoStopBits) half_bits += data_bits == 5 ? 1 : 2;
  const Cycle divisor = divisor_ == 0 ? 0x10000 : divisor_;
  const Cycle ticks = divisor * half_bits * kTicksPerHalfBit;
  return (ticks * cpu_hz_ + STRATA_UART_HZ - 1) / STRATA_UART_HZ;
}

std::uint8_t UartCore::read_register(std::uint32_t offset) {
  const bool dlab = lcr_ & kLcrDlab;
  switch (offset) {
    case kThr: return dlab ? static_cast<std::uint8_t>(divisor_) : 0;
    case kIer: return dlab ? static_cast<std::uint8_t>(divisor_ >> 8) : ier_;
    case kIirFcr: {
      const std::uint8_t value = iir();
      // Reading IIR when it names THRE clears that interrupt (table V).
      if ((value & 0x0F) == kIirThre) thre_pending_ = false;
      return value;
    }
    case kLcr: return lcr_;
    case kMcr: return mcr_;
    case kLsr: return lsr();
    case kMsr: return msr();
    case kScr: return scr_;
    default: return 0xFF;
  }
}

void UartCore::write_register(std::uint32_t offset, std::uint8_t value) {
  const bool dlab = lcr_ & kLcrDlab;
  switch (offset) {
    case kThr:
      if (dlab) {
        divisor_ = static_cast<std::uint16_t>((divisor_ & 0xFF00) | value);
      } else {
        write_thr(value);
      }
      break;
    case kIer:
      if (dlab) {
        divisor_ = static_cast<std::uint16_t>((divisor_ & 0x00FF) | value << 8);
      } else {
        // Enabling the interrupt while THR is empty raises it.
        if ((value & ~ier_ & kIerThre) && fifo_.empty()) thre_pending_ = true;
        ier_ = value & 0x0F;
      }
      break;
    case kIirFcr: write_fcr(value); break;
    case kLcr: lcr_ = value; break;
    case kMcr: mcr_ = value & 0x1F; break;
    case kScr: scr_ = value; break;
    default: break;
  }
}

void UartCore::write_thr(std::uint8_t value) {
  thre_pending_ = false;
  if (fifo_.size() < (fifo_on_ ? kFifoBytes : 1)) fifo_.push_back(value);
}

void UartCore::write_fcr(std::uint8_t value) {
  const bool on = value & kFcrEnable;
  // Turning the FIFOs on or off clears them, as the reset bit does.
  if (on != fifo_on_ || (on && value & kFcrResetTransmitter)) {
    if (!fifo_.empty()) thre_pending_ = true;
    fifo_.clear();
  }
  fifo_on_ = on;
}

std::uint8_t UartCore::iir() const {
  const std::uint8_t source = thre_pending_ && (ier_ & kIerThre) ? kIirThre : kIirNone;
  return static_cast<std::uint8_t>(source | (fifo_on_ ? kIirFifoOn : 0));
}

std::uint8_t UartCore::lsr() const {
  if (!fifo_.empty()) return 0;
  return static_cast<std::uint8_t>(kLsrThre | (shifting_ ? 0 : kLsrTemt));
}

std::uint8_t UartCore::msr() const {
  if (!(mcr_ & kMcrLoop)) return kMsrTerminal;
  // Loopback: CTS is RTS, DSR is DTR, RI is OUT1, DCD is OUT2.
  const unsigned dtr = mcr_ & 1;
  const unsigned rts = mcr_ >> 1 & 1;
  const unsigned outputs = mcr_ >> 2 & 3;
  return static_cast<std::uint8_t>(outputs << 6 | dtr << 5 | rts << 4);
}

void UartCore::update_irq() {
  const bool level = thre_pending_ && (ier_ & kIerThre);
  if (level == irq_) return;
  irq_ = level;
  if (irq_wire_) irq_wire_(level);
}

}  // namespace strata
