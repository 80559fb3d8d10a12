// The two ATA twins under the same pseudo-random accesses: every value read, the interrupt line
// after every access and the whole event log, cycle by cycle, must agree.
#include <random>

#include "tests/rtl/ata/ata_twins.h"

namespace strata::test {
namespace {

constexpr std::uint64_t kSectors = 40;

struct Twin {
  explicit Twin(AtaKind kind) : port(make_ata(kind, disk, &log)) { disk.bad_sector = 3; }
  TestDisk disk{kSectors};
  EventRecorder log;
  std::unique_ptr<TwinPort> port;
};

struct Step {
  enum class Kind { kRead, kWrite, kIdle } kind;
  std::uint32_t offset = 0;
  unsigned bytes = 1;
  std::uint32_t value = 0;  // cycles for kIdle
};

class StepSource {
 public:
  explicit StepSource(unsigned seed) : random_(seed) {}

  Step next() {
    switch (below(21)) {
      case 0: return {Step::Kind::kIdle, 0, 0, below(1200)};
      case 1: return {Step::Kind::kWrite, kControl, 1, below(40) == 0 ? 4u : below(3)};
      case 2: return {Step::Kind::kRead, kStatus, 1};
      case 3: return {Step::Kind::kRead, kControl, 1};
      case 4: return {Step::Kind::kWrite, kStatus, 1, command()};
      case 5: return {Step::Kind::kWrite, kDevice, 1, device()};
      case 6: return {Step::Kind::kWrite, kLbaLow, 1, below(70)};
      case 7: return {Step::Kind::kWrite, kLbaMid, 1, below(30) == 0 ? 1u : 0u};
      case 8: return {Step::Kind::kWrite, kCount, 1, 1 + below(4)};
      case 9: return {Step::Kind::kRead, below(12), 1};
      case 10: return {Step::Kind::kRead, 2 * (1 + below(5)), 2};
      case 11: return {Step::Kind::kRead, 4 * (1 + below(2)), 4};
      case 12: return {Step::Kind::kWrite, kError, 1, below(2) == 0 ? 0x03u : word() & 0xFF};
      default: break;
    }
    const unsigned bytes = 1u << below(3);
    // Runs of data accesses, so that sectors come to their ends.
    return {below(2) == 0 ? Step::Kind::kRead : Step::Kind::kWrite, kData, bytes, word()};
  }

 private:
  std::uint32_t word() { return static_cast<std::uint32_t>(random_()); }
  std::uint32_t below(std::uint32_t limit) { return word() % limit; }

  std::uint32_t command() {
    constexpr std::uint32_t kCodes[] = {0x20, 0x20, 0x20, 0x30, 0x30, 0x30, 0xEC, 0xEF,
                                        0xE7, 0x10, 0x91, 0x08, 0x40, 0x41, 0x70, 0x90};
    return kCodes[below(std::size(kCodes))];
  }

  std::uint32_t device() {
    if (below(12) == 0) return 0xB0;
    return below(3) == 0 ? 0xA0 | below(2) : 0xE0;
  }

  std::mt19937 random_;
};

std::uint32_t apply(Twin& twin, const Step& step) {
  switch (step.kind) {
    case Step::Kind::kRead: return twin.port->read(step.offset, step.bytes);
    case Step::Kind::kWrite: twin.port->write(step.offset, step.bytes, step.value); break;
    case Step::Kind::kIdle: twin.port->idle(step.value); break;
  }
  return 0;
}

TEST(AtaTwins, AgreeOnRandomAccesses) {
  Twin core(AtaKind::kCore);
  Twin rtl(AtaKind::kRtl);
  StepSource source(86);
  for (unsigned i = 0; i < 200000; ++i) {
    const Step step = source.next();
    ASSERT_EQ(apply(core, step), apply(rtl, step))
        << "step " << i << " at cycle " << core.port->now() << " offset " << step.offset;
    ASSERT_EQ(core.port->irq(), rtl.port->irq()) << "step " << i;
    ASSERT_EQ(core.port->now(), rtl.port->now());
  }
  EXPECT_EQ(core.log.events, rtl.log.events);
  // The script must have gone through transfers to mean anything.
  EXPECT_GT(core.log.events.size(), 1000u);
  std::array<std::uint8_t, kSectorBytes> from_core;
  std::array<std::uint8_t, kSectorBytes> from_rtl;
  unsigned changed = 0;
  for (std::uint64_t lba = 0; lba < kSectors; ++lba) {
    ASSERT_TRUE(core.disk.MemoryDisk::read_sector(lba, from_core));
    ASSERT_TRUE(rtl.disk.MemoryDisk::read_sector(lba, from_rtl));
    EXPECT_EQ(from_core, from_rtl) << "sector " << lba;
    if (from_core[1] != pattern_byte(lba, 1)) ++changed;
  }
  EXPECT_GT(changed, 10u);
}

}  // namespace
}  // namespace strata::test
