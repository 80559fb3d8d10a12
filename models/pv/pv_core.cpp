#include "models/pv/pv_core.h"

#include <algorithm>
#include <utility>

#include "models/base/text_screen.h"
#include "models/pv/pv_log.h"

namespace strata {
namespace {

constexpr unsigned kPortBytes = STRATA_PV_PORTS;
constexpr unsigned kTransferWords = sizeof(pv_transfer) / 4;

/// The first word of descriptor `number`.
unsigned descriptor(std::uint32_t number) {
  return STRATA_PV_WORD_RING + kTransferWords * (number % STRATA_PV_RING_ENTRIES);
}

static_assert(STRATA_PV_FRAME_BYTES == TextScreen::kRows * TextScreen::kColumns * 2);

}  // namespace

PvCore::PvCore(PvMemory memory, DiskBackend& disk, PvSinks sinks, Wire irq, EventLog* log)
    : memory_(std::move(memory)),
      transfers_(memory_, disk),
      sinks_(std::move(sinks)),
      irq_(std::move(irq)),
      log_(log) {}

// ---- the port ----

void PvCore::reset() {
  set_irq(false);
  state_ = {};
}

void PvCore::load_state(const PvState& state, Cycle) {
  state_ = state;
  irq_(state_.irq);
}

void PvCore::set_irq(bool level) {
  if (state_.irq == level) return;
  state_.irq = level;
  irq_(level);
}

std::uint32_t PvCore::read(std::uint32_t offset, unsigned bytes, Cycle) {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < bytes; ++i) {
    const std::uint32_t at = offset + i - STRATA_PV_BLOCK_CALL;
    const std::uint32_t byte = at < kPortBytes ? STRATA_PV_PAGE >> (8 * at) & 0xFF : 0xFF;
    if (at == 0) set_irq(false);
    value |= byte << (8 * i);
  }
  return value;
}

void PvCore::write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) {
  for (unsigned i = 0; i < bytes; ++i) {
    const std::uint32_t at = offset + i - STRATA_PV_BLOCK_CALL;
    if (at >= kPortBytes) continue;
    const std::uint32_t byte = value >> (8 * i) & 0xFF;
    state_.number = (state_.number & ~(0xFFu << (8 * at))) | byte << (8 * at);
    if (at == kPortBytes - 1) make_call(state_.number, now);
  }
}

// ---- the page ----

std::uint32_t PvCore::word(unsigned index) const {
  return memory_.load(STRATA_PV_PAGE + 4 * index);
}

void PvCore::set_word(unsigned index, std::uint32_t value) {
  memory_.store(STRATA_PV_PAGE + 4 * index, value);
}

pv_transfer PvCore::load_transfer(unsigned first) const {
  return {word(first), word(first + 1), word(first + 2), word(first + 3)};
}

// ---- calls ----

const PvCore::Call* PvCore::find_call(std::uint32_t number) {
  static constexpr Call kCalls[] = {
      {STRATA_PV_CALL_CHARACTER, &PvCore::character},
      {STRATA_PV_CALL_DISK_WRITE, &PvCore::disk_write},
      {STRATA_PV_CALL_FRAME, &PvCore::frame},
      {STRATA_PV_CALL_DISK_READ, &PvCore::disk_read},
      {STRATA_PV_CALL_LIST, &PvCore::list},
      {STRATA_PV_CALL_TEXT, &PvCore::text},
      {STRATA_PV_CALL_EXIT, &PvCore::exit},
      {STRATA_PV_CALL_REGION_BEGIN, &PvCore::region_begin},
      {STRATA_PV_CALL_REGION_END, &PvCore::region_end},
      {STRATA_PV_CALL_WAVES_ON, &PvCore::waves_on},
      {STRATA_PV_CALL_WAVES_OFF, &PvCore::waves_off},
      {STRATA_PV_CALL_LABEL, &PvCore::label},
      {STRATA_PV_CALL_COUNTS, &PvCore::counts},
  };
  const Call* call = std::ranges::find(kCalls, number, &Call::number);
  return call == std::end(kCalls) ? nullptr : call;
}

void PvCore::make_call(std::uint32_t number, Cycle now) {
  if (number == STRATA_PV_CALL_RING) return end_ring(serve_ring(), now);
  const Call* call = find_call(number);
  const Error error = call == nullptr ? STRATA_PV_ERROR_CALL : (this->*call->carry_out)(now);
  set_word(STRATA_PV_WORD_STATUS, error);
  log_call(log_, now, number, error, 0);
  sinks_.done(number);
}

PvCore::Error PvCore::character(Cycle) {
  const std::uint32_t character = word(STRATA_PV_WORD_ARGUMENT);
  const std::uint32_t attribute = word(STRATA_PV_WORD_ARGUMENT + 1);
  const std::uint32_t row = word(STRATA_PV_WORD_ARGUMENT + 2);
  const std::uint32_t column = word(STRATA_PV_WORD_ARGUMENT + 3);
  if (row >= TextScreen::kRows || column >= TextScreen::kColumns) return STRATA_PV_ERROR_CELL;
  const std::size_t cell = 2 * (row * TextScreen::kColumns + column);
  memory_.text()[cell] = static_cast<std::uint8_t>(character);
  memory_.text()[cell + 1] = static_cast<std::uint8_t>(attribute);
  memory_.wrote(memory_.text().subspan(cell, 2));
  return 0;
}

PvCore::Error PvCore::frame(Cycle) {
  const std::uint32_t address = word(STRATA_PV_WORD_ARGUMENT);
  const auto cells = memory_.buffer(address, STRATA_PV_FRAME_BYTES);
  if (address % 4 != 0 || cells.empty()) return STRATA_PV_ERROR_ADDRESS;
  std::ranges::copy(cells, memory_.text().begin());
  memory_.wrote(memory_.text().first(cells.size()));
  return 0;
}

PvCore::Error PvCore::exit(Cycle) {
  sinks_.exit(static_cast<std::uint8_t>(word(STRATA_PV_WORD_ARGUMENT)));
  return 0;
}

PvCore::Error PvCore::region_begin(Cycle) {
  sinks_.region(true);
  return 0;
}

PvCore::Error PvCore::region_end(Cycle) {
  sinks_.region(false);
  return 0;
}

PvCore::Error PvCore::waves_on(Cycle) {
  sinks_.waves(true);
  return 0;
}

PvCore::Error PvCore::waves_off(Cycle) {
  sinks_.waves(false);
  return 0;
}

PvCore::Error PvCore::counts(Cycle now) {
  const std::uint64_t instructions = sinks_.instructions();
  set_word(STRATA_PV_WORD_RESULT, static_cast<std::uint32_t>(now));
  set_word(STRATA_PV_WORD_RESULT + 1, static_cast<std::uint32_t>(now >> 32));
  set_word(STRATA_PV_WORD_RESULT + 2, static_cast<std::uint32_t>(instructions));
  set_word(STRATA_PV_WORD_RESULT + 3, static_cast<std::uint32_t>(instructions >> 32));
  return 0;
}

// ---- text ----

/// The text that arguments 0 and 1 name.
PvCore::Error PvCore::find_text(std::span<const std::uint8_t>& text) const {
  const std::uint32_t address = word(STRATA_PV_WORD_ARGUMENT);
  const std::uint32_t bytes = word(STRATA_PV_WORD_ARGUMENT + 1);
  if (bytes == 0 || bytes > STRATA_PV_MOST_TEXT) return STRATA_PV_ERROR_LENGTH;
  text = memory_.buffer(address, bytes);
  return text.empty() ? STRATA_PV_ERROR_ADDRESS : 0;
}

PvCore::Error PvCore::text(Cycle) {
  std::span<const std::uint8_t> text;
  const Error error = find_text(text);
  for (const std::uint8_t byte : text) sinks_.console(byte);
  return error;
}

PvCore::Error PvCore::label(Cycle now) {
  std::span<const std::uint8_t> text;
  if (const Error error = find_text(text)) return error;
  std::string label;
  std::ranges::transform(text, std::back_inserter(label), shown_in_label);
  log_label(log_, now, label);
  sinks_.label(label);
  return 0;
}

// ---- disk ----

PvCore::Error PvCore::disk_write(Cycle) {
  return one_sector(STRATA_PV_WRITE);
}

PvCore::Error PvCore::disk_read(Cycle) {
  return one_sector(STRATA_PV_READ);
}

/// The arguments are a transfer of which two words do not count.
PvCore::Error PvCore::one_sector(std::uint32_t direction) {
  return transfers_
      .carry_out(1,
                 [&](std::uint32_t) {
                   pv_transfer sector = load_transfer(STRATA_PV_WORD_ARGUMENT);
                   sector.sectors = 1;
                   sector.direction = direction;
                   return sector;
                 })
      .error;
}

PvCore::Error PvCore::list(Cycle) {
  const std::uint32_t entries = word(STRATA_PV_WORD_ARGUMENT);
  Error error =
      entries == 0 || entries > STRATA_PV_LIST_ENTRIES ? Error{STRATA_PV_ERROR_LENGTH} : 0;
  std::uint32_t done = 0;
  while (error == 0 && done < entries) {
    const PvTransfers::Result result =
        transfers_.carry_out(entries - done, [&](std::uint32_t number) {
          return load_transfer(STRATA_PV_WORD_LIST + kTransferWords * (done + number));
        });
    done += result.done;
    error = result.error;
  }
  set_word(STRATA_PV_WORD_RESULT, done);
  return error;
}

PvCore::RingService PvCore::serve_ring() {
  const std::scoped_lock lock(ring_mutex_);
  const std::uint32_t head = word(STRATA_PV_WORD_RING_HEAD);
  std::uint32_t tail = word(STRATA_PV_WORD_RING_TAIL);
  const bool interrupt = word(STRATA_PV_WORD_RING_INTERRUPT) != 0;
  const std::uint32_t published = head - tail;
  const bool possible = published <= STRATA_PV_RING_ENTRIES;
  const std::uint32_t served = possible ? published : 0;
  for (const std::uint32_t end = tail + served; tail != end;) {
    const PvTransfers::Result result = transfers_.carry_out(
        end - tail, [&](std::uint32_t number) { return load_transfer(descriptor(tail + number)); });
    for (std::uint32_t i = 0; i < result.done; ++i) finish_descriptor(tail, 0);
    if (result.error != 0) finish_descriptor(tail, result.error);
  }
  const Error status = possible ? 0 : STRATA_PV_ERROR_RING;
  set_word(STRATA_PV_WORD_RING_STATUS, status);
  return {status, served, interrupt};
}

void PvCore::end_ring(const RingService& service, Cycle now) {
  log_call(log_, now, STRATA_PV_CALL_RING, service.status, service.served);
  sinks_.done(STRATA_PV_CALL_RING);
  if (service.served != 0 && service.interrupt) set_irq(true);
}

/// That of number `tail`, which becomes the next.
void PvCore::finish_descriptor(std::uint32_t& tail, Error error) {
  set_word(descriptor(tail) + kTransferWords - 1, STRATA_PV_DONE | error);
  set_word(STRATA_PV_WORD_RING_TAIL, ++tail);
}

}  // namespace strata
