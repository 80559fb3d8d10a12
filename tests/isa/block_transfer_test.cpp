// Iterations of REP INSW that are taken together: nothing tells them from single ones, wherever
// the run stops and whatever the words change.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "models/engine/interpreter/interpreter.h"

namespace strata {
namespace {

constexpr std::uint32_t kWordsCode = 0x1000;
constexpr std::uint16_t kWordsPort = 0x1F0;
constexpr std::uint32_t kWordsTss = 0x3000;

/// A port with words without end, or one that has them only singly.
class WordBus : public EngineBus {
 public:
  bool together = false;
  std::uint32_t constant = 0;  // of each word, if it is not 0
  std::uint64_t words = 0;     // that have been read
  std::uint64_t blocks = 0;

  std::uint32_t port_read(std::uint16_t, unsigned) override { return next(); }
  std::uint32_t port_read_block(std::uint16_t port, unsigned bytes, std::uint8_t* data,
                                std::uint32_t count) override {
    if (!together || port != kWordsPort || bytes != 2) return 0;
    constexpr std::uint32_t kMost = 50;  // as a sector ends
    const std::uint32_t taken = std::min(count, kMost);
    for (std::uint32_t i = 0; i < taken; ++i) {
      const std::uint16_t word = next();
      std::memcpy(data + 2 * i, &word, sizeof word);
    }
    ++blocks;
    return taken;
  }
  void port_write(std::uint16_t, unsigned, std::uint32_t) override {}
  std::uint32_t mmio_read(std::uint32_t, unsigned) override { return 0; }
  void mmio_write(std::uint32_t, unsigned, std::uint32_t) override {}
  std::uint8_t acknowledge_interrupt() override { return 0x20; }

 private:
  std::uint16_t next() {
    ++words;
    return static_cast<std::uint16_t>(constant != 0 ? constant : words * 40'503 + 7);
  }
};

/// Real mode, 1 MiB, and REP INSW; HLT at kWordsCode.
struct WordsGuest {
  explicit WordsGuest(bool together)
      : ram(1 << 20),
        regions{{.base = 0, .size = ram.size(), .host = ram.data(), .writable = true}},
        cpu(bus, regions, 2, CpuFamily::k586) {
    bus.together = together;
    state = CpuState::reset(CpuFamily::k586);
    state.seg[kCs].selector = 0;
    state.seg[kCs].base = 0;
    state.eip = kWordsCode;
    state.gpr[kEdx] = kWordsPort;
    state.gpr[kEdi] = 0x2000;
    state.gpr[kEcx] = 300;
    const std::uint8_t code[] = {0xF3, 0x6D, 0xF4};
    std::ranges::copy(code, &ram[kWordsCode]);
  }

  std::vector<std::uint8_t> ram;
  std::vector<MemoryRegion> regions;
  WordBus bus;
  Interpreter cpu;
  CpuState state;
};

struct WordsCase {
  const char* name;
  std::function<void(WordsGuest&)> change;
  bool together = true;  // whether words can be taken so
};

void PrintTo(const WordsCase& one, std::ostream* out) {
  *out << one.name;
}

/// Virtual-8086 mode at IOPL 0 with a TSS whose bitmap lets all ports pass.
void enter_v86_at_iopl_0(WordsGuest& guest) {
  CpuState& state = guest.state;
  state.cr0 |= cr0::kPe;
  state.eflags |= eflags::kVm;
  for (SegmentState& segment : state.seg) segment.attributes = 0xF3;
  state.tr = {.selector = 8, .base = kWordsTss, .limit = 0x2100, .attributes = 0x8B};
  guest.ram[kWordsTss + 0x66] = 0x68;
}

const std::vector<WordsCase>& words_cases() {
  static const std::vector<WordsCase> all = {
      {"plain", [](WordsGuest&) {}},
      {"odd_over_pages", [](WordsGuest& g) { g.state.gpr[kEdi] = 0x1FF1; }},
      {"end_of_segment", [](WordsGuest& g) { g.state.gpr[kEdi] = 0xFF80; }},
      {"below_limit", [](WordsGuest& g) { g.state.seg[kEs].limit = 0x20FF; }},
      {"downwards", [](WordsGuest& g) { g.state.eflags |= eflags::kDf; }, false},
      {"few", [](WordsGuest& g) { g.state.gpr[kEcx] = 2; }, false},
      {"another_port", [](WordsGuest& g) { g.state.gpr[kEdx] = kWordsPort + 2; }, false},
      {"over_its_code",
       [](WordsGuest& g) {
         g.state.gpr[kEdi] = kWordsCode - 0x40;
         g.bus.constant = 0xF4F4;
       }},
      {"over_its_code_in_two_pages",
       [](WordsGuest& g) {
         const std::uint8_t code[] = {0xF3, 0x6D, 0xF4};
         std::ranges::copy(code, &g.ram[0x1FFF]);
         g.state.eip = 0x1FFF;
         g.state.gpr[kEdi] = 0x2040;
       },
       false},
      {"over_the_bitmap",
       [](WordsGuest& g) {
         enter_v86_at_iopl_0(g);
         g.state.gpr[kEdi] = kWordsTss + 0x68;
         g.bus.constant = 0xFFFF;
       },
       false},
      {"level_0",
       [](WordsGuest& g) {
         g.state.cr0 |= cr0::kPe;
         g.state.gpr[kEdi] = kWordsTss;
       }},
      {"single_step", [](WordsGuest& g) { g.state.eflags |= eflags::kTf; }, false},
      {"a_breakpoint",
       [](WordsGuest& g) {
         g.state.dr[0] = 0x2100;
         g.state.dr[7] = 0x000D'0001;
       },
       false},
  };
  return all;
}

class TakenTogether : public testing::TestWithParam<WordsCase> {};

TEST_P(TakenTogether, IsAsOneByOne) {
  bool any_blocks = false;
  for (Cycle deadline = 1; deadline < 700; deadline += 3) {
    WordsGuest one(false);
    WordsGuest all(true);
    for (WordsGuest* guest : {&one, &all}) {
      GetParam().change(*guest);
      guest->cpu.load_state(guest->state);
      guest->cpu.run(deadline);
    }
    ASSERT_EQ(all.cpu.cycle(), one.cpu.cycle()) << deadline;
    ASSERT_EQ(all.cpu.state(), one.cpu.state()) << deadline;
    ASSERT_EQ(all.cpu.instructions(), one.cpu.instructions()) << deadline;
    ASSERT_EQ(all.bus.words, one.bus.words) << deadline;
    ASSERT_TRUE(all.ram == one.ram) << deadline;
    any_blocks |= all.bus.blocks != 0;
    if (deadline > 600) {
      EXPECT_GT(one.bus.words, 0u);
    }
  }
  EXPECT_EQ(any_blocks, GetParam().together);
}

INSTANTIATE_TEST_SUITE_P(All, TakenTogether, testing::ValuesIn(words_cases()),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace strata
