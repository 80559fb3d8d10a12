// Shared pages of the paravirtual interface as a guest that has gone wild would fill them: mostly
// at the edges of what is allowed.
#pragma once

#include <cstdint>
#include <random>
#include <span>

#include "models/pv/pv_page.h"

namespace strata::test {

class PvRandomPage {
 public:
  /// Of a machine with so much RAM and disk, and a device over RAM at `hole`.
  PvRandomPage(std::uint32_t seed, std::uint32_t ram_bytes, std::uint32_t disk_sectors,
               std::uint32_t hole)
      : random_(seed), ram_bytes_(ram_bytes), disk_sectors_(disk_sectors), hole_(hole) {}

  std::uint32_t below(std::uint32_t end) { return static_cast<std::uint32_t>(random_() % end); }

  /// The number of a call, mostly of one there is.
  std::uint32_t number() {
    if (one_in(12)) return one_in(2) ? below(40) : word();
    constexpr std::uint32_t kNumbers[] = {1, 2, 3, 4, 5, 6, 7, 7, 7, 16, 17, 18, 19, 20, 21, 22};
    return kNumbers[below(std::size(kNumbers))];
  }

  /// Arguments of call `number`, and what list and ring have.
  void fill(std::uint32_t number, pv_page& page) {
    for (std::uint32_t& argument : page.argument) argument = word();
    if (number == 1) {
      page.argument[2] = one_in(8) ? word() : below(27);
      page.argument[3] = one_in(8) ? word() : below(82);
    }
    if (number == 2 || number == 4) {
      page.argument[0] = lba();
      page.argument[2] = address(512);
    }
    if (number == 3) page.argument[0] = address(4000);
    if (number == 6 || number == 21) {
      page.argument[1] = one_in(6) ? below(600) : below(40);
      page.argument[0] = address(page.argument[1]);
    }
    if (number == 5) {
      page.argument[0] = one_in(6) ? below(140) : below(6);
      for (pv_transfer& entry : std::span(page.list).first(8)) entry = transfer();
    }
    if (number == 7) fill_ring(page);
  }

 private:
  bool one_in(std::uint32_t cases) { return below(cases) == 0; }
  std::uint32_t word() { return static_cast<std::uint32_t>(random_()); }

  void fill_ring(pv_page& page) {
    page.ring_tail = one_in(3) ? word() : page.ring_tail;
    page.ring_head = page.ring_tail + (one_in(4) ? below(70) : below(5));
    if (one_in(10)) page.ring_head = word();
    page.ring_interrupt = below(3);
    for (std::uint32_t i = 0; i < 8; ++i) {
      page.ring[(page.ring_tail + i) % STRATA_PV_RING_ENTRIES] = transfer();
    }
  }

  pv_transfer transfer() {
    const std::uint32_t sectors = one_in(8) ? below(300) : below(5);
    const std::uint32_t direction = one_in(8) ? below(5) : 1 + below(2);
    // Often one that goes on where the one before has ended: such may be moved at once.
    const pv_transfer before = last_;
    last_ = {lba(), one_in(30) ? word() : sectors, address(512 * sectors),
             one_in(30) ? word() : direction};
    if (one_in(2)) {
      last_.lba = before.lba + before.sectors;
      last_.direction = before.direction;
      if (one_in(2)) last_.address = before.address + 512 * before.sectors;
    }
    return last_;
  }

  std::uint32_t lba() {
    if (one_in(10)) return one_in(2) ? word() : ~0u - below(4);
    return one_in(3) ? disk_sectors_ - below(6) : below(disk_sectors_);
  }

  /// For a buffer of so many bytes: anywhere, or a few bytes before, at or behind where something
  /// ends, with its beginning or its end.
  std::uint32_t address(std::uint32_t bytes) {
    const std::uint32_t edges[] = {0,        0x9F000,    0xA0000, 0xB8000,
                                   0x100000, ram_bytes_, hole_,   hole_ + 0x1000};
    const std::uint32_t edge = edges[below(std::size(edges))];
    if (one_in(20)) return word();
    if (one_in(3)) return edge - (one_in(2) ? bytes : 0) + 4 * below(3) - 4;
    std::uint32_t at = one_in(2) ? below(ram_bytes_) : edge;
    if (one_in(2)) at -= 4 * below(1100);
    return one_in(8) ? at : at & ~3u;
  }

  std::mt19937 random_;
  pv_transfer last_{};
  std::uint32_t ram_bytes_;
  std::uint32_t disk_sectors_;
  std::uint32_t hole_;
};

}  // namespace strata::test
