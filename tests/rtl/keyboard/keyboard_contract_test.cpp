// Contract of the two twins of keyboard and controller. What is expected is that of the IBM PS/2
// Hardware Interface Technical Reference ("Keyboard and Auxiliary Device Controller", "Keyboard"),
// by the name of its paragraph.
#include <gtest/gtest.h>

#include <vector>

#include "tests/rtl/keyboard/keyboard_twins.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kData = 0;
constexpr std::uint32_t kControl = 4;
constexpr std::uint8_t kOutputFull = 0x01;
constexpr std::uint8_t kInputFull = 0x02;
constexpr KeyCode kA = {KeyCode::kPlain, 0x1C, false};
constexpr KeyCode kUpArrow = {KeyCode::kE0, 0x75, false};

constexpr KeyCode up(KeyCode key) {
  key.up = true;
  return key;
}

using Bytes = std::vector<unsigned>;

class KeyboardContract : public testing::TestWithParam<KeyboardKind> {
 protected:
  std::unique_ptr<KeyboardPort> port = make_keyboard(GetParam());

  std::uint32_t status() { return port->read(kControl, 1); }
  /// As drivers do, until the controller has taken it.
  void write(std::uint32_t offset, unsigned value) {
    port->write(offset, 1, value);
    for (unsigned i = 0; (status() & kInputFull) != 0 && i < 1000; ++i) port->idle(kTick);
  }
  void command(unsigned value) { write(kControl, value); }
  void command(unsigned value, unsigned parameter) {
    command(value);
    write(kData, parameter);
  }
  /// All that comes until nothing has for the time of four bytes.
  Bytes bytes() {
    Bytes all;
    for (Cycle waited = 0; waited < 4 * kByte; waited += kTick) {
      if (status() & kOutputFull) {
        all.push_back(port->read(kData, 1));
        waited = 0;
      }
      port->idle(kTick);
    }
    return all;
  }
  Bytes answer(unsigned value) {
    command(value);
    return bytes();
  }
  Bytes keyboard(unsigned value) {
    write(kData, value);
    return bytes();
  }
  void press(std::initializer_list<KeyCode> keys) { port->press({keys.begin(), keys.size()}); }
  Bytes typed(std::initializer_list<KeyCode> keys) {
    press(keys);
    return bytes();
  }
  void set_command_byte(unsigned value) { command(0x60, value); }
};

INSTANTIATE_TEST_SUITE_P(Twins, KeyboardContract,
                         testing::Values(KeyboardKind::kCore, KeyboardKind::kRtl),
                         testing::PrintToStringParamName());

// ---- "Status register", "Controller commands"

TEST_P(KeyboardContract, StatusSaysWhatWasWrittenLastAndWhatWaits) {
  EXPECT_EQ(status(), 0x14u);  // as after the BIOS's self test; not locked
  port->write(kControl, 1, 0xAA);
  EXPECT_EQ(status(), 0x1Eu);
  port->idle(kTick);
  EXPECT_EQ(status(), 0x1Du);
  EXPECT_EQ(port->read(kData, 1), 0x55u);
  EXPECT_EQ(status(), 0x1Cu);
  EXPECT_EQ(port->read(kData, 1), 0x55u);  // the buffer keeps it
  port->write(kData, 1, 0xEE);
  EXPECT_EQ(status(), 0x16u);
}

TEST_P(KeyboardContract, OtherLanesReadAllOnesAndTakeNothing) {
  EXPECT_EQ(port->read(kControl, 4), 0xFFFFFF14u);
  EXPECT_EQ(port->read(2, 2), 0xFFFFu);
  port->write(1, 2, 0xAAAA);
  EXPECT_EQ(status(), 0x14u);
}

TEST_P(KeyboardContract, MemoryIsReadAndWrittenAndByte0IsTheCommandByte) {
  EXPECT_EQ(answer(0x20), Bytes{0x45});
  for (unsigned i = 1; i < 32; ++i) command(0x60 + i, 3 * i);
  for (unsigned i = 1; i < 32; ++i) ASSERT_EQ(answer(0x20 + i), Bytes{3 * i});
  set_command_byte(0x61);
  EXPECT_EQ(answer(0x20), Bytes{0x61});
  EXPECT_EQ(status() & 0x04u, 0u);  // the system flag is the command byte's
}

TEST_P(KeyboardContract, CommandsChangeTheCommandByte) {
  command(0xAD);
  EXPECT_EQ(answer(0x20), Bytes{0x55});
  command(0xAE);
  EXPECT_EQ(answer(0x20), Bytes{0x45});
  command(0xA7);
  EXPECT_EQ(answer(0x20), Bytes{0x65});
  command(0xA8);
  EXPECT_EQ(answer(0x20), Bytes{0x45});
  set_command_byte(0x41);
  EXPECT_EQ(answer(0xAA), Bytes{0x55});
  EXPECT_EQ(answer(0x20), Bytes{0x45});
}

TEST_P(KeyboardContract, TestsPass) {
  EXPECT_EQ(answer(0xAA), Bytes{0x55});
  EXPECT_EQ(answer(0xAB), Bytes{0x00});
  EXPECT_EQ(answer(0xA4), Bytes{0xF1});
  EXPECT_EQ(answer(0xC0), Bytes{0xB0});
  EXPECT_EQ(answer(0xE0), Bytes{0x03});
  EXPECT_EQ(answer(0xB7), Bytes{});
}

TEST_P(KeyboardContract, InterruptIsTheOutputBufferWhereItIsEnabled) {
  command(0xAA);
  EXPECT_TRUE(port->irq());
  port->read(kData, 1);
  EXPECT_FALSE(port->irq());
  set_command_byte(0x44);
  command(0xAA);
  EXPECT_FALSE(port->irq());
  EXPECT_TRUE(status() & kOutputFull);
}

// ---- "Output port"

TEST_P(KeyboardContract, OutputPortDrivesA20) {
  EXPECT_TRUE(port->a20());
  EXPECT_EQ(answer(0xD0), Bytes{0xCF});
  command(0xD1, 0xDD);
  EXPECT_FALSE(port->a20());
  EXPECT_EQ(answer(0xD0), Bytes{0xCD});
  command(0xD1, 0xDF);
  EXPECT_TRUE(port->a20());
  command(0xDD);
  EXPECT_FALSE(port->a20());
  command(0xDF);
  EXPECT_TRUE(port->a20());
  EXPECT_TRUE(port->resets.empty());
}

TEST_P(KeyboardContract, OutputPortHasTheInterruptRequests) {
  command(0xD2, 0x12);
  command(0xD0);
  EXPECT_EQ(port->read(kData, 1), 0xDFu);
  command(0xD3, 0x12);
  command(0xD0);
  EXPECT_EQ(port->read(kData, 1), 0xEFu);
}

TEST_P(KeyboardContract, ResetIsAPulseOfBit0OrTheBitItself) {
  for (unsigned pulse = 0xF1; pulse <= 0xFF; pulse += 2) command(pulse);
  EXPECT_TRUE(port->resets.empty());
  command(0xFE);
  EXPECT_EQ(port->resets.size(), 1u);
  command(0xF0);
  EXPECT_EQ(port->resets.size(), 2u);
  command(0xD1, 0xDE);
  EXPECT_EQ(port->resets.size(), 3u);
  EXPECT_TRUE(port->a20());
}

// ---- The mouse port, with nothing plugged in

TEST_P(KeyboardContract, MousePortIsThere) {
  EXPECT_EQ(answer(0xA9), Bytes{0x00});
  command(0xD3, 0x5A);
  EXPECT_EQ(status() & 0x61u, 0x21u);
  EXPECT_FALSE(port->irq());  // not the keyboard's
  EXPECT_EQ(port->read(kData, 1), 0x5Au);
}

TEST_P(KeyboardContract, WhatIsSentToNoMouseTimesOut) {
  command(0xD4);
  port->write(kData, 1, 0xF2);
  const Cycle sent = port->now();
  while (!(status() & kOutputFull) && port->now() < sent + 1000 * kTick) port->idle(kTick / 4);
  const Cycle ticks = (port->now() - sent) / kTick;
  EXPECT_GE(ticks, Cycle{STRATA_KEYBOARD_TIMEOUT_TICKS});
  EXPECT_LE(ticks, Cycle{STRATA_KEYBOARD_TIMEOUT_TICKS} + 2);
  EXPECT_EQ(status() & 0x61u, 0x61u);
  EXPECT_FALSE(port->irq());
  EXPECT_EQ(port->read(kData, 1), 0xFEu);
  EXPECT_EQ(typed({kA}), Bytes{0x1E});
  EXPECT_EQ(status() & 0x60u, 0u);  // of the byte before
}

// ---- "Keyboard": commands

TEST_P(KeyboardContract, KeyboardAnswersItsCommands) {
  EXPECT_EQ(keyboard(0xEE), Bytes{0xEE});
  EXPECT_EQ(keyboard(0xF2), (Bytes{0xFA, 0xAB, 0x41}));  // 83, translated
  for (unsigned command = 0xF4; command <= 0xFD; ++command) {
    EXPECT_EQ(keyboard(command), Bytes{0xFA}) << std::hex << command;
  }
  for (const unsigned unknown : {0x00u, 0x55u, 0xECu, 0xEFu, 0xF1u}) {
    EXPECT_EQ(keyboard(unknown), Bytes{0xFE}) << std::hex << unknown;
  }
}

TEST_P(KeyboardContract, ArgumentsAreTaken) {
  EXPECT_EQ(keyboard(0xED), Bytes{0xFA});
  EXPECT_EQ(keyboard(0x05), Bytes{0xFA});
  EXPECT_EQ(port->state().leds, 5);
  EXPECT_EQ(keyboard(0xF3), Bytes{0xFA});
  EXPECT_EQ(keyboard(0x00), Bytes{0xFA});
  EXPECT_EQ(port->state().rate, 0);
  // A command in the place of the argument.
  EXPECT_EQ(keyboard(0xED), Bytes{0xFA});
  EXPECT_EQ(keyboard(0xEE), Bytes{0xEE});
  EXPECT_EQ(keyboard(0x02), Bytes{0xFE});
  EXPECT_EQ(port->state().leds, 5);
}

TEST_P(KeyboardContract, LastByteIsSentAgain) {
  EXPECT_EQ(keyboard(0xEE), Bytes{0xEE});
  EXPECT_EQ(keyboard(0xFE), Bytes{0xEE});
  EXPECT_EQ(typed({kA}), Bytes{0x1E});
  EXPECT_EQ(keyboard(0xFE), Bytes{0x1E});
}

TEST_P(KeyboardContract, ResetTestsItselfAndSetsDefaults) {
  keyboard(0xF0), keyboard(0x01), keyboard(0xF3), keyboard(0x00), keyboard(0xED), keyboard(0x07);
  write(kData, 0xFF);
  const Cycle begun = port->now();
  EXPECT_EQ(bytes(), Bytes{0xFA});
  EXPECT_EQ(typed({kA}), Bytes{});  // it does not scan yet
  port->idle_to(begun + (STRATA_KEYBOARD_TEST_TICKS + 2 * STRATA_KEYBOARD_BYTE_TICKS) * kTick);
  EXPECT_EQ(bytes(), Bytes{0xAA});
  EXPECT_EQ(port->state().set, 2);
  EXPECT_EQ(port->state().rate, 0x2B);
  EXPECT_EQ(port->state().leds, 0);
  EXPECT_EQ(typed({kA}), Bytes{0x1E});
}

TEST_P(KeyboardContract, DisabledKeyboardForgetsKeysUntilItIsEnabled) {
  command(0xAD);
  press({kA});
  EXPECT_EQ(keyboard(0xF5), Bytes{0xFA});  // the byte enables its line
  EXPECT_EQ(typed({kA, up(kA)}), Bytes{});
  EXPECT_EQ(keyboard(0xF4), Bytes{0xFA});
  EXPECT_EQ(typed({kA, up(kA)}), (Bytes{0x1E, 0x9E}));
}

TEST_P(KeyboardContract, DisabledLineKeepsKeys) {
  command(0xAD);
  press({kA});
  EXPECT_EQ(bytes(), Bytes{});
  EXPECT_EQ(answer(0xAE), Bytes{0x1E});
}

// ---- "Scan codes"

TEST_P(KeyboardContract, Set2IsTranslatedToSet1) {
  EXPECT_EQ(typed({kA, up(kA)}), (Bytes{0x1E, 0x9E}));
  EXPECT_EQ(typed({kUpArrow, up(kUpArrow)}), (Bytes{0xE0, 0x48, 0xE0, 0xC8}));
  EXPECT_EQ(typed({{KeyCode::kPlain, 0x83, false}, {KeyCode::kPlain, 0x83, true}}),
            (Bytes{0x41, 0xC1}));  // F7
}

TEST_P(KeyboardContract, Set2ComesAsItIsWithoutTranslation) {
  set_command_byte(0x05);
  EXPECT_EQ(typed({kA, up(kA)}), (Bytes{0x1C, 0xF0, 0x1C}));
  EXPECT_EQ(typed({kUpArrow, up(kUpArrow)}), (Bytes{0xE0, 0x75, 0xE0, 0xF0, 0x75}));
  EXPECT_EQ(keyboard(0xF2), (Bytes{0xFA, 0xAB, 0x83}));
}

TEST_P(KeyboardContract, Set1IsTheKeyboardsOwn) {
  set_command_byte(0x05);
  EXPECT_EQ(keyboard(0xF0), Bytes{0xFA});
  EXPECT_EQ(keyboard(0x01), Bytes{0xFA});
  EXPECT_EQ(typed({kUpArrow, up(kUpArrow), kA}), (Bytes{0xE0, 0x48, 0xE0, 0xC8, 0x1E}));
  keyboard(0xF0);
  EXPECT_EQ(keyboard(0x00), (Bytes{0xFA, 0x01}));
  keyboard(0xF0);
  EXPECT_EQ(keyboard(0x03), Bytes{0xFE});
  keyboard(0xF0), keyboard(0x02), keyboard(0xF0);
  EXPECT_EQ(keyboard(0x00), (Bytes{0xFA, 0x02}));
}

TEST_P(KeyboardContract, PauseIsFourOfOne) {
  constexpr KeyCode kFirst = {KeyCode::kE1, 0x14, false};
  constexpr KeyCode kSecond = {KeyCode::kPlain, 0x77, false};
  EXPECT_EQ(typed({kFirst, kSecond, up(kFirst), up(kSecond)}),
            (Bytes{0xE1, 0x1D, 0x45, 0xE1, 0x9D, 0xC5}));
  set_command_byte(0x05);
  EXPECT_EQ(typed({kFirst, kSecond, up(kFirst), up(kSecond)}),
            (Bytes{0xE1, 0x14, 0x77, 0xE1, 0xF0, 0x14, 0xF0, 0x77}));
}

TEST_P(KeyboardContract, SixteenKeysWait) {
  command(0xAD);
  for (unsigned i = 0; i < 20; ++i) press({up(kA)});
  EXPECT_EQ(answer(0xAE), Bytes(16, 0x9E));
}

// ---- "Typematic"

TEST_P(KeyboardContract, LastKeyDownRepeatsUntilItIsUp) {
  press({kUpArrow, kA});
  const Cycle pressed = port->now();
  EXPECT_EQ(bytes(), (Bytes{0xE0, 0x48, 0x1E}));
  std::vector<Cycle> times;
  while (times.size() < 3 && port->now() < pressed + 20'000 * kTick) {
    port->idle(kTick);
    if (!port->irq()) continue;
    EXPECT_EQ(port->read(kData, 1), 0x1Eu);
    times.push_back(port->now() - kByte - pressed);
  }
  ASSERT_EQ(times.size(), 3u);
  // 500 ms, then 10.9 a second.
  EXPECT_NEAR(static_cast<double>(times[0] / kTick), 0.5 * STRATA_KEYBOARD_HZ, 4);
  EXPECT_NEAR(static_cast<double>((times[2] - times[1]) / kTick), STRATA_KEYBOARD_HZ / 10.9, 10);
  press({up(kUpArrow)});  // another key
  EXPECT_EQ(bytes(), (Bytes{0xE0, 0xC8}));
  EXPECT_FALSE(port->asleep());
  EXPECT_EQ(typed({up(kA)}), Bytes{0x9E});
  EXPECT_TRUE(port->asleep());
}

// ---- The line

TEST_P(KeyboardContract, ByteTakesElevenBitsAndWaitsForTheOutputBuffer) {
  const Cycle tick = 5 * kTick;
  port->idle_to(tick - 1);
  press({kA, up(kA)});  // at the edge of a tick, which does not see it yet
  port->idle(3 * kByte);
  ASSERT_EQ(port->rises, std::vector<Cycle>{tick + kTick + kByte});
  EXPECT_EQ(port->read(kData, 1), 0x1Eu);
  const Cycle next = (port->now() / kTick + 1) * kTick;
  port->idle(3 * kByte);
  // F0 and the code, as the keyboard sends set 2.
  EXPECT_EQ(port->rises.back(), next + 2 * kByte);
}

TEST_P(KeyboardContract, AnswerOfTheControllerCutsAByteOff) {
  press({kA});
  port->idle(4 * kTick);
  command(0x20);
  port->idle(3 * kByte);
  EXPECT_EQ(port->read(kData, 1), 0x45u);
  EXPECT_EQ(bytes(), Bytes{0x1E});
}

TEST_P(KeyboardContract, SecondByteForTheKeyboardWaitsInTheInputBuffer) {
  port->write(kData, 1, 0xED);
  port->idle(2 * kTick);
  EXPECT_FALSE(status() & kInputFull);
  port->write(kData, 1, 0x03);
  port->idle(2 * kTick);
  EXPECT_TRUE(status() & kInputFull);
  port->idle(3 * kByte);
  EXPECT_FALSE(status() & kInputFull);
  EXPECT_EQ(port->state().leds, 3);
}

}  // namespace
}  // namespace strata::test
