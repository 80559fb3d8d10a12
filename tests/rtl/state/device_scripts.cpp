// Random scripts that bring each device into its states: programming as a driver does it, in
// between accesses of no sense.
#include "models/machine/memory_map.h"
#include "tests/rtl/state/state_rig.h"

namespace strata::test {
namespace {

Step read(std::uint32_t offset, unsigned bytes = 1) {
  return {Step::Kind::kRead, offset, bytes, 0};
}
Step write(std::uint32_t offset, std::uint32_t value, unsigned bytes = 1) {
  return {Step::Kind::kWrite, offset, bytes, value};
}
Step idle(std::uint32_t cycles) {
  return {Step::Kind::kIdle, 0, 0, cycles};
}

}  // namespace

std::vector<Step> ata_steps(const Random& random) {
  constexpr std::uint32_t kCodes[] = {0x20, 0x20, 0x30, 0x30, 0x40, 0xEC,
                                      0xE7, 0x70, 0x90, 0xEF, 0x08};
  switch (random() % 12) {
    case 0: return {idle(random() % 1200)};
    case 1: return {write(10, random() % 30 == 0 ? 4u : random() % 3)};
    case 2: return {read(7), read(random() % 12)};
    case 3: return {write(6, random() % 12 == 0 ? 0xB0u : 0xE0u)};
    case 4: return {write(1, random() & 0xFF)};
    case 5:
      return {write(6, 0xE0),
              write(2, 1 + random() % 3),
              write(3, random() % 26),
              write(4, 0),
              write(5, 0),
              write(7, kCodes[random() % std::size(kCodes)]),
              idle(random() % 500)};
    default: break;
  }
  // Through a sector in bites.
  std::vector<Step> steps;
  const bool out = random() % 2 == 0;
  for (unsigned i = random() % 60; i > 0; --i)
    steps.push_back(out ? write(0, random(), 4) : read(0, 4));
  steps.push_back(idle(random() % 300));
  return steps;
}

std::vector<Step> debug_steps(const Random& random) {
  constexpr std::uint32_t kOffsets[] = {STRATA_DEBUG_BLOCK_POST, STRATA_DEBUG_BLOCK_CONSOLE,
                                        STRATA_DEBUG_BLOCK_EXIT};
  const std::uint32_t offset = kOffsets[random() % 3];
  return {random() % 2 == 0 ? read(offset) : write(offset, random() & 0xFF)};
}

/// Keys move by kLine, whose line is KeyCode::word().
std::vector<Step> keyboard_steps(const Random& random) {
  constexpr std::uint32_t kCommands[] = {0x20, 0x60, 0xA9, 0xAA, 0xAD, 0xAE,
                                         0xD0, 0xD2, 0xD3, 0xD4, 0xC0};
  constexpr std::uint32_t kData[] = {0xED, 0x02, 0xF0, 0x00, 0x01, 0x02, 0xF2, 0xF3, 0x00,
                                     0xF4, 0xF4, 0xF5, 0xF6, 0xFE, 0xFF, 0x45, 0x05, 0xEE};
  constexpr std::uint32_t kKeys[] = {0x1C, 0x32, 0x175, 0x214, 0x83, 0x77};
  constexpr std::uint32_t kUp = 1 << 10;
  switch (random() % 8) {
    case 0: return {write(4, kCommands[random() % std::size(kCommands)]), idle(random() % 200)};
    case 1: return {write(0, kData[random() % std::size(kData)]), idle(random() % 400)};
    case 2: return {read(4), read(0), idle(random() % 100)};
    case 3:
    case 4: {
      const std::uint32_t key = kKeys[random() % std::size(kKeys)];
      return {{Step::Kind::kLine, key | (random() % 2 == 0 ? kUp : 0), 1, 1}};
    }
    case 5: return {write(4, 0x60), idle(80), write(0, 0x41 | (random() & 0x34))};
    case 6: return {write(random() % 2 * 4, random() & 0xFF)};
    default: return {idle(random() % 3000)};
  }
}

std::vector<Step> pic_steps(const Random& random) {
  const std::uint32_t chip = random() % 2 * 4;
  switch (random() % 10) {
    case 0: {
      // All of an initialisation, or its beginning.
      std::vector<Step> steps = {write(chip, 0x11 | (random() & 0x0A)),
                                 write(chip + 1, random() & 0xF8), write(chip + 1, random() & 0xFF),
                                 write(chip + 1, 1 | (random() & 0x12)),
                                 write(chip + 1, random() & 0x55)};
      steps.resize(2 + random() % 4);
      return steps;
    }
    case 1: return {write(chip + 1, random() & random() & 0xFF)};
    case 2: return {write(chip, random() & 0xE7)};           // OCW2
    case 3: return {write(chip, 0x08 | (random() & 0x63))};  // OCW3
    case 4: return {write(chip, 0x0C), read(chip + random() % 2)};
    case 5: return {read(chip), read(chip + 1)};
    case 6: return {{Step::Kind::kAcknowledge, 0, 1, 0}};
    default: {
      const std::uint32_t line = random() % 16;
      if (line == 2) return {idle(3)};
      return {{Step::Kind::kLine, line, 1, random() % 2}};
    }
  }
}

std::vector<Step> pit_steps(const Random& random) {
  // Digits of BCD whatever the mode: others mean nothing there (data sheet, "Counting").
  const auto digits = [&random] { return random() % 10 << 4 | random() % 10; };
  const std::uint32_t counter = random() % 3;
  switch (random() % 8) {
    case 0:
    case 1: {
      const std::uint32_t control = counter << 6 | (1 + random() % 3) << 4 | (random() & 0xF);
      std::vector<Step> steps = {write(3, control), write(counter, digits()),
                                 write(counter, random() % 4 == 0 ? digits() : 0)};
      steps.resize(1 + random() % 3);
      return steps;
    }
    case 2: return {write(3, counter << 6)};  // counter latch
    case 3: return {write(3, 0xC0 | (random() & 0x3E))};
    case 4:
      if (random() % 2 == 0) return {write(counter, digits())};
      if (random() % 2 == 0) return {write(STRATA_PIT_BLOCK_PORT_A, random() & 0xFF)};
      return {write(STRATA_PIT_BLOCK_PORT_B, random() & 0xFF)};
    case 5:
      return {read(counter), read(counter),
              read(random() % 2 == 0 ? STRATA_PIT_BLOCK_PORT_A : STRATA_PIT_BLOCK_PORT_B)};
    case 6: return {read(random() % 4)};
    default: return {idle(random() % 3000)};
  }
}

std::vector<Step> rtc_steps(const Random& random) {
  switch (random() % 8) {
    case 0: return {write(0, 0x0A, 1), write(1, 0x20 | (random() & 0xF))};
    case 1: return {write(0, 0x0B, 1), write(1, random() & 0x7F)};
    case 2: return {write(0, 0x0C, 1), read(1)};
    case 3: return {write(0, random() % 10 | (random() & 0xFF) << 8, 2)};
    case 4: return {write(0, random() & 0xFFFF, 2)};
    case 5: return {write(0, random() & 0xFF), read(0, 2)};
    case 6: return {idle(65'000 + random() % 1000)};
    default: return {idle(random() % 3000)};
  }
}

std::vector<Step> uart_steps(const Random& random) {
  switch (random() % 10) {
    case 0:
      return {write(3, 0x80), write(0, 1 + random() % 3), write(1, 0), write(3, random() & 0x1F)};
    case 1: return {write(2, random() & 0xC7)};
    case 2: return {write(1, random() & 0x0F)};
    case 3: return {write(4, random() % 4 == 0 ? 0x1Fu : 0x0Bu), write(7, random() & 0xFF)};
    case 4: return {read(random() % 8)};
    case 5: return {read(random() % 2 == 0 ? 2u : 0u)};
    case 6: return {idle(random() % 8000)};
    default: {
      // Back to the receiver, or to the terminal.
      std::vector<Step> steps{write(4, random() % 2 == 0 ? 0x1Bu : 0x0Bu)};
      for (unsigned i = random() % 5; i > 0; --i) steps.push_back(write(0, random() & 0xFF));
      return steps;
    }
  }
}

std::vector<Step> vga_steps(const Random& random) {
  constexpr std::uint32_t kIndex = STRATA_VGA_BLOCK_PORTS + 0x14;
  switch (random() % 5) {
    case 0: return {write(kIndex, random() & 0x1F), write(kIndex + 1, random() & 0xFF)};
    case 1: return {write(kIndex, random() & 0xFF1F, 2)};
    case 2: return {read(kIndex, 2), write(kIndex, random() & 0x1F)};
    case 3: return {read(random() % 0x2000 * 4, 4)};
    default:
      return {write(random() % 0x2000 * 4, random(), 4), write(random() % 0x8000, random() & 0xFF)};
  }
}

}  // namespace strata::test
