#include "models/pv/pv_transfers.h"

namespace strata {
namespace {

bool touches_page(const pv_transfer& transfer) {
  const std::uint64_t end =
      std::uint64_t{transfer.address} + std::uint64_t{transfer.sectors} * STRATA_PV_SECTOR_BYTES;
  return transfer.address < STRATA_PV_PAGE + STRATA_PV_PAGE_BYTES && end > STRATA_PV_PAGE;
}

}  // namespace

PvTransfers::Result PvTransfers::carry_out(std::uint32_t count,
                                           const std::function<pv_transfer(std::uint32_t)>& load) {
  const std::scoped_lock lock(mutex_);
  const pv_transfer first = load(0);
  if (first.direction == STRATA_PV_FLUSH) {
    if (!disk_.flush()) return {0, STRATA_PV_ERROR_MEDIUM};
    return {1, 0};
  }
  std::span<std::uint8_t> buffer;
  if (const Error error = check(first, buffer)) return {0, error};
  direction_ = first.direction;
  lba_ = end_lba_ = first.lba;
  sectors_.clear();
  pieces_.clear();
  add(first, buffer);
  for (std::uint32_t next = 1; next < count && !touches_page(first); ++next) {
    const pv_transfer transfer = load(next);
    const bool follows = transfer.direction == direction_ && transfer.lba == end_lba_;
    if (!follows || check(transfer, buffer) != 0 || touches_page(transfer)) break;
    add(transfer, buffer);
  }
  return move();
}

/// Checks in the order of pv_page.h.
PvTransfers::Error PvTransfers::check(const pv_transfer& transfer,
                                      std::span<std::uint8_t>& buffer) const {
  if (transfer.direction != STRATA_PV_READ && transfer.direction != STRATA_PV_WRITE) {
    return STRATA_PV_ERROR_DIRECTION;
  }
  if (transfer.sectors == 0 || transfer.sectors > STRATA_PV_MOST_SECTORS) {
    return STRATA_PV_ERROR_LENGTH;
  }
  buffer = memory_.buffer(transfer.address, transfer.sectors * STRATA_PV_SECTOR_BYTES);
  if (transfer.address % 4 != 0 || buffer.empty()) return STRATA_PV_ERROR_ADDRESS;
  if (std::uint64_t{transfer.lba} + transfer.sectors > disk_.sector_count()) {
    return STRATA_PV_ERROR_SECTOR;
  }
  return 0;
}

void PvTransfers::add(const pv_transfer& transfer, std::span<std::uint8_t> buffer) {
  sectors_.push_back(transfer.sectors);
  end_lba_ += transfer.sectors;
  if (!pieces_.empty() && &pieces_.back().back() + 1 == buffer.data()) {
    pieces_.back() = {pieces_.back().data(), pieces_.back().size() + buffer.size()};
  } else {
    pieces_.push_back(buffer);
  }
}

/// Sectors before one that fails have been moved: whose sectors all are among them has succeeded.
PvTransfers::Result PvTransfers::move() {
  std::uint64_t moved = 0;
  if (direction_ == STRATA_PV_READ) {
    moved = disk_.read_sectors(lba_, pieces_);
    for (const std::span<std::uint8_t> piece : pieces_) memory_.wrote(piece);
  } else {
    const std::vector<std::span<const std::uint8_t>> sources(pieces_.begin(), pieces_.end());
    moved = disk_.write_sectors(lba_, sources);
  }
  Result result;
  for (const std::uint32_t sectors : sectors_) {
    if (moved < sectors) {
      result.error = STRATA_PV_ERROR_MEDIUM;
      break;
    }
    moved -= sectors;
    ++result.done;
  }
  return result;
}

}  // namespace strata
