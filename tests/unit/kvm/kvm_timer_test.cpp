// Counter 0 of the 8254 in mode 2 with the shortest periods it has, which no host can follow: the
// guest goes on. A machine with an 8254 and an 8259 pair around a KvmEngine on a simulated CPU.
#include "models/machine/bus_map.h"
#include "models/machine/plain_machine.h"
#include "models/pic/pic_core.h"
#include "models/pit/pit_core.h"
#include "tests/unit/kvm/kvm_guest.h"
#include "tests/unit/kvm/simulated_cpu.h"

namespace strata::test {
namespace {

constexpr std::uint8_t kTimerVector = 0x20;
constexpr std::uint32_t kTimerHandler = 0x3000;
constexpr std::uint32_t kSpurious = 0x3100;
constexpr std::uint32_t kInterrupts = 0x4000;  // how many the handlers have counted
constexpr std::uint32_t kRounds = 0x4004;      // how often the program's loop has gone round
constexpr std::uint32_t kRoundsAsked = 2000;

struct TimerCase {
  unsigned period;  // in clocks of the 8254
  bool masked;      // in the 8259
  bool enabled;     // EFLAGS.IF
};

void PrintTo(const TimerCase& c, std::ostream* out) {
  *out << "period " << c.period << (c.masked ? ", masked" : ", unmasked") << ", IF " << c.enabled;
}

class KvmTimerTest : public ::testing::TestWithParam<TimerCase> {
 protected:
  KvmTimerTest() {
    memory_.set(kGdt + 8, {0xFF, 0xFF, 0, 0, 0, 0x9B, 0xCF, 0});
    memory_.set(kGdt + 16, {0xFF, 0xFF, 0, 0, 0, 0x93, 0xCF, 0});
    memory_.set(kIdt + kTimerVector * 8, {0x00, kTimerHandler >> 8, 8, 0, 0, 0x8E, 0, 0});
    // push eax; inc dword [kInterrupts]; mov al, 20h; out 20h, al (EOI); pop eax; iret
    memory_.set(kTimerHandler,
                {0x50, 0xFF, 0x05, 0x00, 0x40, 0x00, 0x00, 0xB0, 0x20, 0xE6, 0x20, 0x58, 0xCF});
    // OUT goes low again before an INTA comes: then it is a spurious request, line 7's (8259A data
    // sheet, interrupt sequence), which has no EOI. inc dword [kInterrupts]; iret
    memory_.set(kIdt + (kTimerVector + 7) * 8, {0x00, kSpurious >> 8, 8, 0, 0, 0x8E, 0, 0});
    memory_.set(kSpurious, {0xFF, 0x05, 0x00, 0x40, 0x00, 0x00, 0xCF});
    const BusWindow pic[] = {{kIoSpace, 0x20, 0x21, 0, 0}, {kIoSpace, 0xA0, 0xA1, 4, 0}};
    const BusWindow pit[] = {{kIoSpace, 0x40, 0x43, 0, 0}};
    machine_.plug(pic_, pic, 0);
    machine_.plug(pit_, pit, 1u << 0);
    pic_.on_mask([this](std::uint16_t lines) { machine_.set_masked_lines(lines); });
    machine_.set_acknowledge([this](Cycle now) { return pic_.acknowledge(now); });
    machine_.attach(engine_);
  }

  /// The program: both 8259s and counter 0 set up, then a loop that counts its rounds up to
  /// kRoundsAsked and halts with interrupts off.
  void write_program(const TimerCase& c) {
    std::vector<std::uint8_t> code;
    const auto out = [&code](std::uint8_t port, std::uint8_t value) {
      code.insert(code.end(), {0xB0, value, 0xE6, port});  // mov al, value; out port, al
    };
    out(0x20, 0x11);  // ICW1: edges, cascade, ICW4
    out(0x21, kTimerVector);
    out(0x21, 0x04);
    out(0x21, 0x01);
    out(0x21, c.masked ? 0xFF : 0xFE);
    out(0x43, 0x34);  // counter 0, low and high byte, mode 2
    out(0x40, static_cast<std::uint8_t>(c.period));
    out(0x40, 0);
    if (c.enabled) code.push_back(0xFB);                              // sti
    const std::uint8_t loop[] = {0xFF, 0x05, 0x04, 0x40, 0x00, 0x00,  // again: inc dword [kRounds]
                                 0x81, 0x3D, 0x04, 0x40, 0x00, 0x00,
                                 0xD0, 0x07, 0x00, 0x00,  // cmp dword [kRounds], 2000
                                 0x72, 0xEE,              // jb again
                                 0xFA, 0xF4};             // cli; hlt
    code.insert(code.end(), std::begin(loop), std::end(loop));
    std::ranges::copy(code, memory_.data() + kCode);
  }

  Pages memory_{kVideo};
  PlainMachine machine_;
  PicCore pic_{[this](bool level) { machine_.set_interrupt(level); }};
  PitCore pit_{[this](bool level) { pic_.set_irq(0, level, machine_.now()); }, kClockHz};
  const std::vector<MemoryRegion> regions_ = {{0, kVideo, memory_.data(), true}};
  KvmEngine engine_{machine_, std::make_unique<SimulatedCpu>(regions_, SimulatedCpu::Quirks{}),
                    KvmConfig{.memory = regions_, .clock_hz = kClockHz}};
};

TEST_P(KvmTimerTest, TheProgramComesToItsEnd) {
  const TimerCase& c = GetParam();
  write_program(c);
  machine_.restart(0, protected_mode());
  PlainMachine::RunLimits limits;
  limits.limit = kNever;
  limits.quantum = kClockHz / 200;
  EXPECT_EQ(machine_.run(limits), PlainMachine::End::kHalted);
  EXPECT_EQ(memory_.word(kRounds), kRoundsAsked);
  if (c.masked || !c.enabled) {
    EXPECT_EQ(memory_.word(kInterrupts), 0u);
  } else {
    EXPECT_GT(memory_.word(kInterrupts), 0u);
  }
}

std::vector<TimerCase> timer_cases() {
  std::vector<TimerCase> cases;
  for (const unsigned period : {2u, 3u, 5u, 10u, 20u, 50u}) {
    for (const bool masked : {false, true}) {
      for (const bool enabled : {false, true}) cases.push_back({period, masked, enabled});
    }
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Periods, KvmTimerTest, ::testing::ValuesIn(timer_cases()),
                         [](const auto& c) {
                           return "Period" + std::to_string(c.param.period) +
                                  (c.param.masked ? "Masked" : "Unmasked") +
                                  (c.param.enabled ? "Enabled" : "Disabled");
                         });

}  // namespace
}  // namespace strata::test
