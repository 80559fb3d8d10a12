#include "models/memory/sdram_timing.h"

#include <algorithm>
#include <cassert>

namespace strata {
namespace {

// The part's figures, in picoseconds.
constexpr std::uint64_t kClockCl3 = 7'500;  // tCK(3), the least
constexpr std::uint64_t kClockCl2 = 10'000;
constexpr std::uint64_t kRowToColumn = 20'000;
constexpr std::uint64_t kPrecharge = 20'000;
constexpr std::uint64_t kRowActive = 44'000;
constexpr std::uint64_t kRowCycle = 66'000;
constexpr std::uint64_t kWriteRecovery = 15'000;
constexpr std::uint64_t kRefresh = 66'000;
constexpr std::uint64_t kRefreshPeriod = 64'000'000'000;  // tREF, of all rows
constexpr std::uint64_t kRows = 4096;

constexpr std::uint64_t kPicoseconds = 1'000'000'000'000;
constexpr std::uint64_t kRankBytes = 32u << 20;

std::uint64_t divided_up(std::uint64_t value, std::uint64_t by) {
  return (value + by - 1) / by;
}

}  // namespace

SdramCycles sdram_cycles(std::uint64_t hz) {
  const std::uint64_t clock = std::max<std::uint64_t>(1, divided_up(kClockCl3 * hz, kPicoseconds));
  const auto clocks = [=](std::uint64_t time) {
    return static_cast<unsigned>(divided_up(time * hz, kPicoseconds * clock) * clock);
  };
  const bool cl2 = kPicoseconds * clock >= kClockCl2 * hz;
  // tREF times 4 GHz is more than 64 bits hold; tREFI is a whole number of picoseconds.
  static_assert(kRefreshPeriod % kRows == 0);
  const std::uint64_t interval = kRefreshPeriod / kRows * hz / (kPicoseconds * clock);
  return {.clock = static_cast<unsigned>(clock),
          .cas_latency = static_cast<unsigned>((cl2 ? 2 : 3) * clock),
          .row_to_column = clocks(kRowToColumn),
          .precharge = clocks(kPrecharge),
          .row_active = clocks(kRowActive),
          .row_cycle = clocks(kRowCycle),
          .write_recovery = clocks(kWriteRecovery),
          .refresh = clocks(kRefresh),
          .refresh_interval = static_cast<unsigned>(interval * clock)};
}

SdramTiming::SdramTiming(const SdramCycles& cycles, std::uint64_t ram_bytes, unsigned other_latency)
    : cycles_(cycles),
      other_latency_(other_latency),
      banks_(divided_up(ram_bytes, kRankBytes) << kBankBits) {
  assert(cycles.refresh_interval > cycles.precharge + cycles.refresh + cycles.clock);
}

Cycle SdramTiming::first_ack(Cycle now, const Access& access) {
  step_ = 1;
  if (!access.ram) return now + other_latency_;
  refresh_until(now);
  step_ = cycles_.clock;
  const Cycle command = column_command(access, clock_edge_from(now + 1));
  latest_ack_ = access.write ? command : command + cycles_.cas_latency;
  return latest_ack_;
}

Cycle SdramTiming::next_ack(Cycle edge) {
  return latest_ack_ = edge + step_;
}

/// The edge of the READ or WRITE, `edge` or later.
Cycle SdramTiming::column_command(const Access& access, Cycle edge) {
  const std::uint32_t row = access.address >> kRowShift & ((1u << kRowBits) - 1);
  Bank& bank = bank_of(access.address);
  if (bank.open && bank.row == row) {
    ++row_hits_;
  } else {
    ++row_misses_;
    row_conflicts_ += bank.open;
    edge = open_row(bank, row, edge);
  }
  if (access.write) {
    bank.precharge_from = std::max(bank.precharge_from, edge + cycles_.write_recovery);
  }
  return edge;
}

SdramTiming::Bank& SdramTiming::bank_of(std::uint32_t address) {
  const std::uint32_t rank = address >> (kRowShift + kRowBits);
  const std::uint32_t bank = address >> kColumnBits & ((1u << kBankBits) - 1);
  return banks_[rank << kBankBits | bank];
}

Cycle SdramTiming::clock_edge_from(Cycle cycle) const {
  return (cycle + cycles_.clock - 1) / cycles_.clock * cycles_.clock;
}

/// PRECHARGE where a row is open, and ACTIVE: the edge at which READ or WRITE may follow.
Cycle SdramTiming::open_row(Bank& bank, std::uint32_t row, Cycle edge) {
  if (bank.open) edge = std::max(edge, bank.precharge_from) + cycles_.precharge;
  const Cycle active = std::max(edge, bank.activate_from);
  bank = {.row = row,
          .open = true,
          .activate_from = active + cycles_.row_cycle,
          .precharge_from = active + cycles_.row_active};
  return active + cycles_.row_to_column;
}

/// Does what has fallen due up to `now`. Where several refreshes have, nothing was accessed between
/// the first and the latest, which is the only one that can still be under way.
void SdramTiming::refresh_until(Cycle now) {
  const Cycle due = now / cycles_.refresh_interval;
  if (due == intervals_) return;
  const Cycle first = (intervals_ + 1) * cycles_.refresh_interval;
  Cycle edge = close_all_rows(clock_edge_from(std::max(first, latest_ack_) + 1));
  edge = std::max(edge, clock_edge_from(due * cycles_.refresh_interval + 1));
  for (Bank& bank : banks_) bank = {.activate_from = edge + cycles_.refresh};
  refreshes_ += due - intervals_;
  intervals_ = due;
}

/// PRECHARGE ALL, if any row is open: the edge at which a refresh may follow.
Cycle SdramTiming::close_all_rows(Cycle edge) const {
  bool any_open = false;
  for (const Bank& bank : banks_) {
    if (!bank.open) continue;
    any_open = true;
    edge = std::max(edge, bank.precharge_from);
  }
  return any_open ? edge + cycles_.precharge : edge;
}

void SdramTiming::restart(Cycle last, Cycle now) {
  refreshes_ += last / cycles_.refresh_interval - intervals_;
  std::ranges::fill(banks_, Bank{});
  latest_ack_ = 0;
  intervals_ = now / cycles_.refresh_interval;
}

MemoryTiming::Counters SdramTiming::counters(Cycle now) const {
  return {{"row_hits", row_hits_},
          {"row_misses", row_misses_},
          {"row_conflicts", row_conflicts_},
          {"refreshes", refreshes_ + now / cycles_.refresh_interval - intervals_}};
}

}  // namespace strata
