// The paravirtual interface of models/pv/pv_page.h, paragraph by paragraph, of both twins.
#include <gtest/gtest.h>

#include <numeric>

#include "tests/rtl/pv/pv_rig.h"

namespace strata::test {
namespace {

class Pv : public testing::TestWithParam<PvKind>, public PvRig {
 protected:
  Pv() : PvRig(GetParam()) {}

  void put(std::uint32_t address, const std::string& bytes) {
    std::ranges::copy(bytes, ram.begin() + address);
  }
  /// Sector `lba` is filled with its number.
  void number_sectors() {
    for (std::uint32_t i = 0; i < kSectors * kSectorBytes; ++i) {
      disk.bytes[i] = static_cast<std::uint8_t>(i / kSectorBytes + 1);
    }
  }
  bool all(std::uint32_t address, std::uint32_t bytes, std::uint8_t value) {
    return std::all_of(ram.begin() + address, ram.begin() + address + bytes,
                       [=](std::uint8_t byte) { return byte == value; });
  }
};

// ---- the port

TEST_P(Pv, TellsWhereThePageIs) {
  EXPECT_EQ(twin->read(2, 2, 1) | twin->read(4, 2, 1) << 16, 0x9F000u);
  EXPECT_EQ(twin->read(2, 2, 1), 0xF000u);
  EXPECT_EQ(twin->read(4, 2, 1), 0x0009u);
  EXPECT_EQ(twin->read(3, 1, 1), 0xF0u);
  EXPECT_EQ(twin->read(0, 4, 1), 0xF000FFFFu);
  EXPECT_EQ(twin->read(4, 4, 1), 0xFFFF0009u);
}

TEST_P(Pv, TheLastByteMakesTheCall) {
  page().status = STRATA_PV_PENDING;
  twin->write(2, 1, STRATA_PV_CALL_REGION_BEGIN, 1);
  twin->write(3, 1, 0, 1);
  twin->write(4, 1, 0, 1);
  EXPECT_EQ(heard, "");
  EXPECT_EQ(page().status, STRATA_PV_PENDING);
  twin->write(5, 1, 0, 1);
  EXPECT_EQ(heard, "begin\n");
  EXPECT_EQ(page().status, 0u);
  twin->write(2, 2, STRATA_PV_CALL_REGION_END, 1);
  twin->write(4, 2, 0, 1);
  EXPECT_EQ(heard, "begin\nend\n");
  twin->write(0, 2, 0xFFFF, 1);  // not the port
  twin->write(6, 2, 0xFFFF, 1);
  twin->write(4, 2, 0, 1);
  EXPECT_EQ(heard, "begin\nend\nend\n");
}

TEST_P(Pv, AWrongNumberIsAnError) {
  for (const std::uint32_t number : {0u, 8u, 15u, 23u, 0x10001u, 0xFFFFFFFFu}) {
    EXPECT_EQ(call(number), std::uint32_t{STRATA_PV_ERROR_CALL}) << number;
  }
  EXPECT_EQ(heard, "");
}

// The mask says what the core has.
TEST_P(Pv, TheMaskNamesTheCallsThereAre) {
  for (std::uint32_t number = 0; number < 32; ++number) {
    const bool there = number == STRATA_PV_CALL_RING || call(number) != STRATA_PV_ERROR_CALL;
    EXPECT_EQ(STRATA_PV_CALLS >> number & 1, there ? 1u : 0u) << number;
  }
}

// ---- screen

TEST_P(Pv, WritesACharacterWhereItBelongs) {
  EXPECT_EQ(call_with(STRATA_PV_CALL_CHARACTER, {'A', 0x1E, 24, 79}), 0u);
  EXPECT_EQ(text[3998], 'A');
  EXPECT_EQ(text[3999], 0x1E);
  EXPECT_EQ(call_with(STRATA_PV_CALL_CHARACTER, {0xFFFFFF42, 0xFFFFFF07, 1, 2}), 0u);
  EXPECT_EQ(text[164], 'B');
  EXPECT_EQ(text[165], 0x07);
}

TEST_P(Pv, RefusesCellsThatAreNotOnTheScreen) {
  const auto before = text;
  EXPECT_EQ(call_with(STRATA_PV_CALL_CHARACTER, {'A', 7, 25, 0}),
            std::uint32_t{STRATA_PV_ERROR_CELL});
  EXPECT_EQ(call_with(STRATA_PV_CALL_CHARACTER, {'A', 7, 0, 80}),
            std::uint32_t{STRATA_PV_ERROR_CELL});
  EXPECT_EQ(call_with(STRATA_PV_CALL_CHARACTER, {'A', 7, 0x80000000, 0}),
            std::uint32_t{STRATA_PV_ERROR_CELL});
  EXPECT_EQ(text, before);
}

TEST_P(Pv, WritesAFrame) {
  std::iota(ram.begin() + 0x5000, ram.begin() + 0x5000 + 4000, std::uint8_t{1});
  EXPECT_EQ(call_with(STRATA_PV_CALL_FRAME, {0x5000}), 0u);
  EXPECT_TRUE(std::equal(text.begin(), text.begin() + 4000, ram.begin() + 0x5000));
  EXPECT_EQ(text[4000], 0);
  EXPECT_EQ(call_with(STRATA_PV_CALL_FRAME, {0x5002}), std::uint32_t{STRATA_PV_ERROR_ADDRESS});
  EXPECT_EQ(call_with(STRATA_PV_CALL_FRAME, {kRamBytes - 4000}), 0u);
  EXPECT_EQ(call_with(STRATA_PV_CALL_FRAME, {kRamBytes - 3996}),
            std::uint32_t{STRATA_PV_ERROR_ADDRESS});
}

// ---- text

TEST_P(Pv, SendsTextToTheConsole) {
  put(0x5001, "hello\n");
  EXPECT_EQ(call_with(STRATA_PV_CALL_TEXT, {0x5001, 6}), 0u);
  EXPECT_EQ(heard, "hello\n");
}

TEST_P(Pv, ALabelIsShownAsPrintableText) {
  put(0x5000, "one\n\x1b\x7f\xe9two");
  EXPECT_EQ(call_with(STRATA_PV_CALL_LABEL, {0x5000, 10}), 0u);
  EXPECT_EQ(heard, "label one....two\n");
  EXPECT_EQ(log.events.at(0), (RecordedEvent{1, "pv", "label one....two"}));
}

TEST_P(Pv, TextHasALengthAndLiesInRam) {
  for (const std::uint32_t number : {STRATA_PV_CALL_TEXT, STRATA_PV_CALL_LABEL}) {
    EXPECT_EQ(call_with(number, {0x5000, 0}), std::uint32_t{STRATA_PV_ERROR_LENGTH});
    EXPECT_EQ(call_with(number, {0x5000, 257}), std::uint32_t{STRATA_PV_ERROR_LENGTH});
    EXPECT_EQ(call_with(number, {0xFFFFFFFF, 257}), std::uint32_t{STRATA_PV_ERROR_LENGTH});
    EXPECT_EQ(call_with(number, {0xFFFFFFFF, 2}), std::uint32_t{STRATA_PV_ERROR_ADDRESS});
    EXPECT_EQ(call_with(number, {0x9FFFF, 2}), std::uint32_t{STRATA_PV_ERROR_ADDRESS});
    EXPECT_EQ(call_with(number, {kRamBytes - 1, 2}), std::uint32_t{STRATA_PV_ERROR_ADDRESS});
  }
  EXPECT_EQ(heard, "");
  EXPECT_EQ(call_with(STRATA_PV_CALL_TEXT, {kRamBytes - 256, 256}), 0u);
  EXPECT_EQ(heard.size(), 256u);
}

// ---- disk

TEST_P(Pv, MovesOneSectorEachWay) {
  number_sectors();
  EXPECT_EQ(call_with(STRATA_PV_CALL_DISK_READ, {63, 99, 0x8000, 99}), 0u);
  EXPECT_TRUE(all(0x8000, 512, 64));
  EXPECT_TRUE(all(0x8200, 512, 0));
  EXPECT_EQ(call_with(STRATA_PV_CALL_DISK_WRITE, {0, 0, 0x8000, 0}), 0u);
  EXPECT_EQ(disk.bytes[0], 64);
  EXPECT_EQ(disk.bytes[511], 64);
  EXPECT_EQ(disk.bytes[512], 2);
}

struct Buffer {
  std::uint32_t address;
  bool ram;
};

TEST_P(Pv, ABufferIsWhollyInRam) {
  const Buffer buffers[] = {
      {0, true},
      {2, false},
      {0x9FE00, true},
      {0x9FE04, false},
      {0xA0000, false},
      {0xB8000, false},
      {0xFFE00, false},
      {0xFFFFC, false},
      {0x100000, true},
      {kHole - 512, true},
      {kHole - 508, false},
      {kHole + 0xFFC, false},
      {kHole + 0x1000, true},
      {kRamBytes - 512, true},
      {kRamBytes - 508, false},
      {kRamBytes, false},
      {0xFFFFFE00, false},
      {0xFFFFFFFC, false},
  };
  for (const Buffer& buffer : buffers) {
    const std::uint32_t error = buffer.ram ? 0 : STRATA_PV_ERROR_ADDRESS;
    EXPECT_EQ(call_with(STRATA_PV_CALL_DISK_WRITE, {1, 0, buffer.address, 0}), error)
        << std::hex << buffer.address;
  }
}

TEST_P(Pv, ASectorIsOnTheDisk) {
  for (const std::uint32_t lba : {kSectors, 0x80000000u, 0xFFFFFFFFu}) {
    EXPECT_EQ(call_with(STRATA_PV_CALL_DISK_READ, {lba, 0, 0x8000, 0}),
              std::uint32_t{STRATA_PV_ERROR_SECTOR});
  }
  EXPECT_EQ(disk.out_of_range, 0u);
  disk.bytes.clear();  // the machine has none
  twin = make_pv(GetParam(), *this);
  EXPECT_EQ(call_with(STRATA_PV_CALL_DISK_READ, {0, 0, 0x8000, 0}),
            std::uint32_t{STRATA_PV_ERROR_SECTOR});
}

TEST_P(Pv, ADiskThatFailsIsAnError) {
  disk.bad_lba = 5;
  EXPECT_EQ(call_with(STRATA_PV_CALL_DISK_WRITE, {5, 0, 0x8000, 0}),
            std::uint32_t{STRATA_PV_ERROR_MEDIUM});
}

TEST_P(Pv, ServesAListInOrder) {
  number_sectors();
  page().list[0] = {10, 2, 0x8000, STRATA_PV_READ};
  page().list[1] = {0, 1, 0x8200, STRATA_PV_WRITE};
  page().list[2] = {~0u, ~0u, ~0u, STRATA_PV_FLUSH};
  EXPECT_EQ(call_with(STRATA_PV_CALL_LIST, {3}), 0u);
  EXPECT_EQ(page().result[0], 3u);
  EXPECT_TRUE(all(0x8000, 512, 11));
  EXPECT_TRUE(all(0x8200, 512, 12));
  EXPECT_EQ(disk.bytes[0], 12);
  EXPECT_EQ(disk.flushes, 1u);
  EXPECT_EQ(page().list[0].direction, std::uint32_t{STRATA_PV_READ}) << "it can be used again";
}

TEST_P(Pv, AListEndsWithItsFirstError) {
  for (pv_transfer& entry : page().list) entry = {1, 1, 0x8000, STRATA_PV_READ};
  EXPECT_EQ(call_with(STRATA_PV_CALL_LIST, {127}), 0u);
  EXPECT_EQ(page().result[0], 127u);
  page().list[2].address = 0xA0000;
  page().list[3] = {0, 1, 0x8000, STRATA_PV_WRITE};
  EXPECT_EQ(call_with(STRATA_PV_CALL_LIST, {4}), std::uint32_t{STRATA_PV_ERROR_ADDRESS});
  EXPECT_EQ(page().result[0], 2u);
  for (const std::uint32_t entries : {0u, 128u, 0xFFFFFFFFu}) {
    EXPECT_EQ(call_with(STRATA_PV_CALL_LIST, {entries}), std::uint32_t{STRATA_PV_ERROR_LENGTH});
    EXPECT_EQ(page().result[0], 0u);
  }
}

// Each entry breaks what the ones before it break and one rule less.
TEST_P(Pv, ATransferIsCheckedInOrder) {
  const std::pair<pv_transfer, std::uint32_t> entries[] = {
      {{kSectors, 0, 0xA0001, 4}, STRATA_PV_ERROR_DIRECTION},
      {{kSectors, 0, 0xA0001, 0}, STRATA_PV_ERROR_DIRECTION},
      {{kSectors, 0, 0xA0001, 2}, STRATA_PV_ERROR_LENGTH},
      {{kSectors, 257, 0xA0001, 2}, STRATA_PV_ERROR_LENGTH},
      {{kSectors, 0x800001, 0, 2}, STRATA_PV_ERROR_LENGTH},
      {{kSectors, 1, 0x8001, 2}, STRATA_PV_ERROR_ADDRESS},
      {{kSectors, 256, 0x9F000, 2}, STRATA_PV_ERROR_ADDRESS},
      {{kSectors, 1, 0x8000, 2}, STRATA_PV_ERROR_SECTOR},
      {{kSectors - 1, 2, 0x8000, 2}, STRATA_PV_ERROR_SECTOR},
      {{0xFFFFFFFF, 2, 0x8000, 2}, STRATA_PV_ERROR_SECTOR},
      {{kSectors - 2, 2, 0x8000, 2}, 0},
  };
  for (const auto& [entry, error] : entries) {
    page().list[0] = entry;
    EXPECT_EQ(call_with(STRATA_PV_CALL_LIST, {1}), error) << &entry - &entries[0].first;
  }
}

TEST_P(Pv, SectorsBeforeABadOneHaveBeenMoved) {
  number_sectors();
  disk.bad_lba = 12;
  page().list[0] = {10, 4, 0x8000, STRATA_PV_READ};
  EXPECT_EQ(call_with(STRATA_PV_CALL_LIST, {1}), std::uint32_t{STRATA_PV_ERROR_MEDIUM});
  EXPECT_TRUE(all(0x8000, 512, 11));
  EXPECT_TRUE(all(0x8200, 512, 12));
  EXPECT_TRUE(all(0x8400, 1024, 0));
  disk.bad = true;
  page().list[0].direction = STRATA_PV_FLUSH;
  EXPECT_EQ(call_with(STRATA_PV_CALL_LIST, {1}), std::uint32_t{STRATA_PV_ERROR_MEDIUM});
}

// Neighbours on the disk may be moved at once: what a bad one among them does is the same.
TEST_P(Pv, ABadSectorAmongNeighboursIsItsOwnEntrys) {
  number_sectors();
  disk.bad_lba = 13;
  page().list[0] = {10, 2, 0x8000, STRATA_PV_READ};
  page().list[1] = {12, 3, 0x9000, STRATA_PV_READ};
  page().list[2] = {15, 1, 0xA000, STRATA_PV_READ};
  EXPECT_EQ(call_with(STRATA_PV_CALL_LIST, {3}), std::uint32_t{STRATA_PV_ERROR_MEDIUM});
  EXPECT_EQ(page().result[0], 1u);
  EXPECT_TRUE(all(0x8200, 512, 12));
  EXPECT_TRUE(all(0x9000, 512, 13));
  EXPECT_TRUE(all(0x9200, 1024, 0));
  EXPECT_TRUE(all(0xA000, 512, 0));
}

TEST_P(Pv, NeighboursGoWhereEachOfThemSays) {
  number_sectors();
  page().list[0] = {10, 2, 0x8000, STRATA_PV_READ};
  page().list[1] = {12, 1, 0x8200, STRATA_PV_READ};  // over the second of the two
  page().list[2] = {13, 2, 0x7000, STRATA_PV_READ};
  page().list[3] = {15, 1, 0x7400, STRATA_PV_WRITE};
  EXPECT_EQ(call_with(STRATA_PV_CALL_LIST, {4}), 0u);
  EXPECT_TRUE(all(0x8000, 512, 11));
  EXPECT_TRUE(all(0x8200, 512, 13));
  EXPECT_TRUE(all(0x7000, 512, 14));
  EXPECT_TRUE(all(0x7200, 512, 15));
  EXPECT_EQ(disk.bytes[15 * 512], 0);
}

// A sector that is read over the entries behind it: they are read when their turn comes.
TEST_P(Pv, ATransferMayGoToThePageItself) {
  const pv_transfer planted[4] = {{2, 1, 0x8000, STRATA_PV_READ}, {}, {}, {}};
  number_sectors();
  std::memcpy(disk.bytes.data(), planted, sizeof planted);
  page().list[0] = {0, 1, STRATA_PV_PAGE + 4 * (STRATA_PV_WORD_LIST + 4), STRATA_PV_READ};
  EXPECT_EQ(call_with(STRATA_PV_CALL_LIST, {2}), 0u);
  EXPECT_TRUE(all(0x8000, 512, 3));
}

// ---- ring

class PvRing : public Pv {
 protected:
  void publish(const pv_transfer& descriptor) {
    page().ring[page().ring_head++ % STRATA_PV_RING_ENTRIES] = descriptor;
  }
};

TEST_P(PvRing, ServesWhatIsPublishedAndInterruptsOnce) {
  number_sectors();
  page().ring_tail = page().ring_head = 0xFFFFFFFE;
  page().ring_interrupt = 1;
  publish({7, 1, 0x8000, STRATA_PV_READ});
  publish({kSectors, 1, 0x8000, STRATA_PV_READ});
  publish({8, 1, 0x8200, STRATA_PV_READ});
  page().ring_status = STRATA_PV_PENDING;
  EXPECT_EQ(call(STRATA_PV_CALL_RING), std::uint32_t{STRATA_PV_PENDING}) << "not its status";
  EXPECT_EQ(page().ring_status, 0u);
  EXPECT_EQ(page().ring_tail, 1u);
  EXPECT_EQ(page().ring[62].direction, std::uint32_t{STRATA_PV_DONE});
  EXPECT_EQ(page().ring[63].direction, std::uint32_t{STRATA_PV_DONE} + STRATA_PV_ERROR_SECTOR);
  EXPECT_EQ(page().ring[0].direction, std::uint32_t{STRATA_PV_DONE});
  EXPECT_TRUE(all(0x8000, 512, 8));
  EXPECT_TRUE(all(0x8200, 512, 9));
  EXPECT_EQ(irq, std::vector<bool>{true});
  EXPECT_EQ(log.events.back(), (RecordedEvent{1, "pv", "call 7 error 0 descriptors 3"}));
}

TEST_P(PvRing, ReadingThePortLowersTheLine) {
  page().ring_interrupt = 1;
  publish({0, 0, 0, STRATA_PV_FLUSH});
  call(STRATA_PV_CALL_RING);
  twin->read(STRATA_PV_BLOCK_CALL + 1, 1, 2);
  EXPECT_EQ(irq, std::vector<bool>{true}) << "not the first byte";
  EXPECT_EQ(twin->save(2), to_bytes(PvState{.number = STRATA_PV_CALL_RING, .irq = true}));
  twin->read(STRATA_PV_BLOCK_CALL, 2, 2);
  EXPECT_EQ(irq, (std::vector<bool>{true, false}));
  call(STRATA_PV_CALL_RING);
  EXPECT_EQ(irq.size(), 2u) << "there was nothing to do";
  publish({0, 0, 0, STRATA_PV_FLUSH});
  call(STRATA_PV_CALL_RING);
  EXPECT_EQ(irq, (std::vector<bool>{true, false, true}));
}

TEST_P(PvRing, ABadSectorDoesNotHoldUpItsNeighbours) {
  number_sectors();
  disk.bad_lba = 11;
  for (std::uint32_t i = 0; i < 4; ++i) {
    publish({10 + i, 1, 0x8000 + 512 * i, STRATA_PV_READ});
  }
  call(STRATA_PV_CALL_RING);
  for (std::uint32_t i = 0; i < 4; ++i) {
    const std::uint32_t error = i == 1 ? STRATA_PV_ERROR_MEDIUM : 0;
    EXPECT_EQ(page().ring[i].direction, STRATA_PV_DONE + error) << i;
    EXPECT_TRUE(all(0x8000 + 512 * i, 512, static_cast<std::uint8_t>(i == 1 ? 0 : 11 + i))) << i;
  }
}

TEST_P(PvRing, InterruptsNobodyWhoDoesNotAsk) {
  publish({0, 0, 0, STRATA_PV_FLUSH});
  call(STRATA_PV_CALL_RING);
  EXPECT_EQ(page().ring_tail, 1u);
  EXPECT_TRUE(irq.empty());
}

TEST_P(PvRing, TakesSixtyFourAndNoMore) {
  for (unsigned i = 0; i < 64; ++i) publish({i, 1, 0x8000, STRATA_PV_READ});
  call(STRATA_PV_CALL_RING);
  EXPECT_EQ(page().ring_status, 0u);
  EXPECT_EQ(page().ring_tail, 64u);
  const std::vector<std::uint8_t> before = ram;
  page().ring_head = 64 + 65;
  call(STRATA_PV_CALL_RING);
  EXPECT_EQ(page().ring_status, std::uint32_t{STRATA_PV_ERROR_RING});
  EXPECT_EQ(page().ring_tail, 64u);
  page().ring_head = 64;
  page().ring_status = 0;
  page().status = reinterpret_cast<const pv_page*>(&before[STRATA_PV_PAGE])->status;
  EXPECT_EQ(ram, before);
}

// ---- the platform

TEST_P(Pv, TellsThePlatform) {
  EXPECT_EQ(call_with(STRATA_PV_CALL_EXIT, {0x1234}), 0u);
  EXPECT_EQ(call(STRATA_PV_CALL_WAVES_ON), 0u);
  EXPECT_EQ(call(STRATA_PV_CALL_WAVES_OFF), 0u);
  EXPECT_EQ(heard, "exit 52\non\noff\n");
}

TEST_P(Pv, GivesCyclesAndInstructions) {
  EXPECT_EQ(call(STRATA_PV_CALL_COUNTS, 0x2'0000'0005), 0u);
  EXPECT_EQ(page().result[0], 5u);
  EXPECT_EQ(page().result[1], 2u);
  EXPECT_EQ(page().result[2], 7u);
  EXPECT_EQ(page().result[3], 1u);
}

// ---- state

TEST_P(Pv, ItsStateIsAValue) {
  page().ring_interrupt = 1;
  page().ring_head = 1;
  page().ring[0] = {0, 0, 0, STRATA_PV_FLUSH};
  call(STRATA_PV_CALL_RING);
  twin->write(2, 2, 0xABCD, 5);
  const StateBytes saved = twin->save(6);
  EXPECT_EQ(saved, to_bytes(PvState{.number = 0xABCD, .irq = true}));
  ASSERT_TRUE(twin->load(to_bytes(PvState{}), 7));
  EXPECT_EQ(irq, (std::vector<bool>{true, false}));
  ASSERT_TRUE(twin->load(saved, 8));
  EXPECT_EQ(irq, (std::vector<bool>{true, false, true}));
  EXPECT_EQ(twin->save(8), saved);
  EXPECT_FALSE(twin->load(std::span(saved).first(4), 9));
}

INSTANTIATE_TEST_SUITE_P(Twins, Pv, testing::Values(PvKind::kCore, PvKind::kRtl),
                         testing::PrintToStringParamName());
INSTANTIATE_TEST_SUITE_P(Twins, PvRing, testing::Values(PvKind::kCore, PvKind::kRtl),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace strata::test
