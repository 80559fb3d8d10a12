// Random changes of random tables, and accesses through them, on an MMU that walks the guest's
// tables and on one whose guest a monitor pages: what is allowed, where it leads, error codes, and
// all of memory have to be the same after each step. A frame is data, table and directory in turn.
#include <gtest/gtest.h>

#include <random>

#include "tests/unit/monitor/paged_machine.h"

namespace strata::test {
namespace {

constexpr unsigned kSteps = 6000;
constexpr unsigned kSeeds = 4;
constexpr std::uint32_t kTables = 8;  // frames 1 to 8 are tables, mostly
constexpr std::uint32_t kSlots = 4;   // of a directory, and the last
constexpr std::uint32_t kPagesOfSlot = 4;
constexpr std::uint32_t kFrames = kMemoryBytes >> 12;

class RandomPaging {
 public:
  RandomPaging(std::uint32_t seed, const PagingChoice& choice)
      : random_(seed), plain_({}, cr4::kPse), monitored_(choice, cr4::kPse) {
    for (unsigned n = 0; n < 200; ++n) change_entry();
  }

  void run() {
    for (unsigned n = 0; n < kSteps && !testing::Test::HasFailure(); ++n) {
      step();
      EXPECT_EQ(plain_.ram == monitored_.ram, true) << "memory after step " << n;
    }
  }

  std::uint64_t count(const std::string& name) const { return monitored_.count(name); }

 private:
  std::uint32_t pick(std::uint32_t below) { return static_cast<std::uint32_t>(random_()) % below; }
  bool one_in(std::uint32_t n) { return pick(n) == 0; }

  template <typename Action>
  void both(Action&& action) {
    action(plain_);
    action(monitored_);
  }

  void step() {
    switch (pick(16)) {
      case 0:
      case 1:
      case 2: return change_entry();
      case 3: return switch_directory();
      case 4: return change_control();
      default: return access();
    }
  }

  std::uint32_t random_linear() {
    const std::uint32_t slot = one_in(8) ? 1023 : pick(kSlots);
    return slot << 22 | pick(kPagesOfSlot) << 12 | pick(0x1000);
  }

  std::uint32_t random_entry() {
    std::uint32_t bits = one_in(10) ? 0 : pte::kPresent;
    for (const std::uint32_t bit : {pte::kWritable, pte::kUser}) bits |= one_in(4) ? 0 : bit;
    for (const std::uint32_t bit : {pte::kAccessed, pte::kDirty, 0x200u}) bits |= pick(2) * bit;
    const std::uint32_t frame = one_in(2) ? 1 + pick(kTables) : pick(kFrames);
    if (one_in(6)) {
      bits |= pte::kLarge | (one_in(8) ? 0x1000 : 0);
      return bits | (one_in(4) ? 0x00400000 : 0);
    }
    return bits | frame << 12;
  }

  /// What a TLB holds must not be out of date.
  void invalidate() {
    both([](PagedMachine& m) {
      for (std::uint32_t slot = 0; slot <= kSlots; ++slot) {
        const std::uint32_t base = (slot == kSlots ? 1023 : slot) << 22;
        for (std::uint32_t page = 0; page < kPagesOfSlot; ++page) {
          m.mmu.flush_page(base | page << 12);
        }
      }
    });
  }

  void change_entry() {
    const std::uint32_t slot = one_in(8) ? 1023 : pick(kSlots);
    const std::uint32_t at = (1 + pick(kTables)) << 12 | slot << 2;
    const std::uint32_t entry = random_entry();
    both([&](PagedMachine& m) { m.put(at, entry); });
    invalidate();
  }

  void switch_directory() {
    const std::uint32_t directory = (1 + pick(2)) << 12 | pick(0x1000);
    both([&](PagedMachine& m) { m.mmu.set_cr3(directory); });
  }

  void change_control() {
    const std::uint32_t cr0 = cr0::kPe | (one_in(8) ? 0 : cr0::kPg) | pick(2) * cr0::kWp;
    const std::uint32_t cr4 = pick(2) * cr4::kPse;
    if (!one_in(8)) return;
    both([&](PagedMachine& m) {
      m.mmu.set_cr0(cr0);
      m.mmu.set_cr4(cr4);
    });
  }

  void access() {
    const std::uint32_t linear = random_linear();
    const Privilege privilege = one_in(2) ? Privilege::kUser : Privilege::kSupervisor;
    const Access kind = one_in(2) ? Access::kRead : Access::kWrite;
    const PagedMachine::Result plain = plain_.access(linear, privilege, kind);
    const PagedMachine::Result monitored = monitored_.access(linear, privilege, kind);
    EXPECT_EQ(plain, monitored) << "at " << std::hex << linear << ": " << plain.physical << " and "
                                << monitored.physical << ", error " << plain.error << " and "
                                << monitored.error;
    if (!plain.allowed || kind == Access::kRead || plain.physical >= kMemoryBytes) return;
    const bool whole = one_in(2);
    const std::uint32_t at = whole ? plain.physical & ~3u : plain.physical;
    const std::uint32_t value = random_entry();
    if ((at & 0xFFF) > 0xFFC) return;
    both([&](PagedMachine& m) {
      if (whole) {
        m.memory.write<std::uint32_t>(at, value);
      } else {
        m.memory.write<std::uint16_t>(at, static_cast<std::uint16_t>(value));
      }
    });
    invalidate();
  }

  std::mt19937 random_;
  PagedMachine plain_;
  PagedMachine monitored_;
};

void run(const PagingChoice& choice, const std::vector<std::string>& reached) {
  std::map<std::string, std::uint64_t> sum;
  for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    RandomPaging paging(seed, choice);
    paging.run();
    for (const std::string& name : reached) sum[name] += paging.count(name);
  }
  for (const auto& [name, count] : sum) EXPECT_GT(count, 100u) << name;
}

const std::vector<std::string> kShadowTraps = {"traps.control",      "traps.cr3",
                                               "traps.invlpg",       "traps.guest_fault",
                                               "traps.hidden_fault", "traps.table_write"};

TEST(RandomPaging, Shadow) {
  run({.kind = PagingKind::kShadow, .tlb_entries = 0}, kShadowTraps);
}

TEST(RandomPaging, ShadowWithASmallTlb) {
  run({.kind = PagingKind::kShadow, .tlb_entries = 3}, kShadowTraps);
}

TEST(RandomPaging, Nested) {
  run({.kind = PagingKind::kNested, .host_levels = 2, .tlb_entries = 0}, {"walks"});
  run({.kind = PagingKind::kNested, .host_levels = 4, .tlb_entries = 3}, {"walks"});
}

}  // namespace
}  // namespace strata::test
