// The checker against a second interpreter that stands for the checked engine, faithful or
// sabotaged.
#include "models/engine/lockstep/lockstep_checker.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <initializer_list>

namespace strata::test {
namespace {

constexpr std::size_t kRamBytes = 64 * 1024;
constexpr std::uint32_t kCode = 0x1000;
constexpr std::uint32_t kDevice = 0xB8000;

/// The engine's machine: tells the checker of every access; ports read 5A.
class Machine final : public EngineBus {
 public:
  std::function<void(const BusAccess&)> tell;

  std::uint32_t port_read(std::uint16_t port, unsigned bytes) override {
    tell({.write = false, .port = true, .address = port, .bytes = bytes, .data = 0x5A});
    return 0x5A;
  }
  void port_write(std::uint16_t port, unsigned bytes, std::uint32_t value) override {
    tell({.write = true, .port = true, .address = port, .bytes = bytes, .data = value});
  }
  std::uint32_t mmio_read(std::uint32_t physical, unsigned bytes) override {
    tell({.write = false, .port = false, .address = physical, .bytes = bytes, .data = 0x77});
    return 0x77;
  }
  void mmio_write(std::uint32_t physical, unsigned bytes, std::uint32_t value) override {
    tell({.write = true, .port = false, .address = physical, .bytes = bytes, .data = value});
  }
  std::uint8_t acknowledge_interrupt() override { return 0; }
};

struct Rig {
  explicit Rig(std::initializer_list<std::uint8_t> code)
      : engine_ram(kRamBytes), checker_ram(kRamBytes) {
    for (auto* ram : {&engine_ram, &checker_ram}) {
      std::copy(code.begin(), code.end(), ram->begin() + kCode);
      (*ram)[0x20 * 4 + 1] = 0x20;  // vector 20: 0000:2000, INC AX there
      (*ram)[0x2000] = 0x40;
    }
    initial = CpuState::reset();
    initial.seg[kCs].selector = 0;
    initial.seg[kCs].base = 0;
    initial.eip = kCode;
    initial.gpr[kEsp] = 0x8000;
    initial.seg[kEs].base = kDevice;
    const MemoryRegion engine_region{.base = 0, .size = kRamBytes, .host = engine_ram.data()};
    engine = std::make_unique<Interpreter>(machine, std::span(&engine_region, 1));
    checker = std::make_unique<LockstepChecker>(checker_region(), initial);
    engine->load_state(initial);
    machine.tell = [this](const BusAccess& access) { checker->on_access(access); };
  }

  std::span<const MemoryRegion> checker_region() {
    region = {.base = 0, .size = kRamBytes, .host = checker_ram.data()};
    return {&region, 1};
  }

  /// Steps the engine `count` times; false as soon as the checker says so.
  bool run(unsigned count) {
    for (unsigned n = 0; n < count; ++n) {
      const RetireRecord record = engine->step();
      if (!checker->on_retire(record, engine->state())) {
        return false;
      }
    }
    return true;
  }

  std::vector<std::uint8_t> engine_ram;
  std::vector<std::uint8_t> checker_ram;
  MemoryRegion region;
  CpuState initial;
  Machine machine;
  std::unique_ptr<Interpreter> engine;
  std::unique_ptr<LockstepChecker> checker;
};

TEST(LockstepChecker, FollowsAnNmiAndTheTrapOfASingleStep) {
  Rig rig({0x40, 0x40});
  for (auto* ram : {&rig.engine_ram, &rig.checker_ram}) {
    (*ram)[1 * 4 + 1] = (*ram)[2 * 4 + 1] = 0x20;
  }
  rig.initial.eflags |= eflags::kTf;
  rig.engine->load_state(rig.initial);
  rig.checker = std::make_unique<LockstepChecker>(rig.checker_region(), rig.initial);
  EXPECT_TRUE(rig.run(2)) << rig.checker->report();  // INC AX, #DB
  rig.checker->on_nmi();
  const RetireRecord nmi = rig.engine->deliver_nmi();
  EXPECT_TRUE(rig.checker->on_retire(nmi, rig.engine->state())) << rig.checker->report();
  EXPECT_TRUE(rig.run(1)) << rig.checker->report();
}

// Another master of the bus writes data, and code that has been executed before.
TEST(LockstepChecker, TakesTheWritesOfOtherMasters) {
  for (const bool told : {true, false}) {
    Rig rig({0xA1, 0x00, 0x30, 0x40, 0xEB, 0xFA});  // L: mov ax,[3000]; inc ax; jmp L
    EXPECT_TRUE(rig.run(3)) << rig.checker->report();
    rig.engine_ram[0x3001] = 0x12;
    rig.engine_ram[kCode + 3] = 0x48;  // dec ax
    if (told) {
      rig.checker->on_foreign_write(0x3000, 2, 0x1200);
      rig.checker->on_foreign_write(kCode + 3, 1, 0x48);
      // Where nothing is, nothing happens.
      rig.checker->on_foreign_write(kRamBytes, 4, 0);
    }
    EXPECT_EQ(rig.run(3), told) << rig.checker->report();
  }
}

TEST(LockstepChecker, AgreesWithAFaithfulEngine) {
  // mov cx,3; L: inc ax; push ax; loop L; div bl (#DE: vector 0 is 0000:0000, zeros are ADD
  // [BX+SI],AL)
  Rig rig({0xB9, 0x03, 0x00, 0x40, 0x50, 0xE2, 0xFC, 0xF6, 0xF3});
  EXPECT_TRUE(rig.run(14));
  EXPECT_EQ(rig.checker->report(), "");
}

TEST(LockstepChecker, FeedsPortAndDeviceReads) {
  // in al,60; mov es:[0],ax; mov bl,es:[4]; rep insb with cx=2 into ES
  Rig rig({0xE4, 0x60, 0x26, 0xA3, 0x00, 0x00, 0x26, 0x8A, 0x1E, 0x04, 0x00, 0xB9, 0x02, 0x00, 0xF3,
           0x6C});
  EXPECT_TRUE(rig.run(6)) << rig.checker->report();
  EXPECT_EQ(rig.engine->state().gpr[kEax], 0x5Au);
  EXPECT_EQ(rig.engine->state().gpr[kEbx] & 0xFF, 0x77u);
}

TEST(LockstepChecker, TakesTheTimeStampFromTheEngine) {
  // rdtsc; mov ecx,10h; rdmsr; mov cx,dx
  Rig rig({0x0F, 0x31, 0x66, 0xB9, 0x10, 0x00, 0x00, 0x00, 0x0F, 0x32, 0x89, 0xD1});
  rig.engine->advance_to(0x3'0000'0000);
  EXPECT_TRUE(rig.run(4)) << rig.checker->report();
  EXPECT_EQ(rig.engine->state().gpr[kEcx], 3u);
}

TEST(LockstepChecker, TakesTheVectorFromTheInterruptRecord) {
  Rig rig({0xFB, 0x90, 0x90});
  EXPECT_TRUE(rig.run(2));
  const RetireRecord record = rig.engine->deliver_interrupt(0x20);
  EXPECT_TRUE(rig.checker->on_retire(record, rig.engine->state())) << rig.checker->report();
  EXPECT_TRUE(rig.run(1));
}

TEST(LockstepChecker, ReportsAWrongRegister) {
  Rig rig({0x40, 0x43, 0x90});  // inc ax; inc bx
  EXPECT_TRUE(rig.run(1));
  const RetireRecord record = rig.engine->step();
  CpuState wrong = rig.engine->state();
  wrong.gpr[kEbx] = 0xBAD;
  EXPECT_FALSE(rig.checker->on_retire(record, wrong));
  const std::string& report = rig.checker->report();
  EXPECT_NE(report.find("inc bx"), std::string::npos) << report;
  EXPECT_NE(report.find("* ebx                00000001     00000bad"), std::string::npos) << report;
  EXPECT_NE(report.find("  eax                00000001     00000001"), std::string::npos) << report;
  EXPECT_NE(report.find("inc ax"), std::string::npos) << report;
  EXPECT_FALSE(rig.run(1));  // and stays so
}

TEST(LockstepChecker, ReportsSabotagedMemory) {
  Rig rig({0xA1, 0x00, 0x40});  // mov ax, [4000]
  rig.engine_ram[0x4000] = 1;
  EXPECT_FALSE(rig.run(1));
  EXPECT_NE(rig.checker->report().find("* eax"), std::string::npos);
}

TEST(LockstepChecker, ReportsAWrongWrite) {
  Rig rig({0xB0, 0x41, 0xE6, 0xE9, 0x90});  // mov al,41; out e9,al
  rig.machine.tell = [&rig](BusAccess access) {
    access.data ^= 1;
    rig.checker->on_access(access);
  };
  EXPECT_FALSE(rig.run(2));
  EXPECT_NE(rig.checker->report().find("writes port e9 = 41, the engine port e9 = 40"),
            std::string::npos)
      << rig.checker->report();
}

TEST(LockstepChecker, AcceptsAWriteThatComesAfterItsInstruction) {
  Rig rig({0xE6, 0xE9, 0x90, 0x90});
  std::vector<BusAccess> late;
  rig.machine.tell = [&late](const BusAccess& access) { late.push_back(access); };
  EXPECT_TRUE(rig.run(2));
  rig.checker->on_access(late.at(0));
  EXPECT_TRUE(rig.run(1)) << rig.checker->report();
}

TEST(LockstepChecker, AcceptsADifferentSplitOfAnAccess) {
  Rig rig({0x26, 0x66, 0xA3, 0x01, 0x00, 0x90});  // mov es:[1], eax: four bytes at an odd address
  rig.machine.tell = [](const BusAccess&) {};
  rig.checker->on_access(
      {.write = true, .port = false, .address = kDevice + 1, .bytes = 3, .data = 0});
  rig.checker->on_access(
      {.write = true, .port = false, .address = kDevice + 4, .bytes = 1, .data = 0});
  EXPECT_TRUE(rig.run(2)) << rig.checker->report();
}

TEST(LockstepChecker, ReportsAReadTheEngineDidNotMake) {
  Rig rig({0xE4, 0x60});
  rig.machine.tell = [](const BusAccess&) {};
  EXPECT_FALSE(rig.run(1));
  EXPECT_NE(rig.checker->report().find("reads port 60, the engine has not"), std::string::npos);
}

/// mov [4000],ax; mov bl,es:[4] (a hole); mov es:[8],bl; nop: with no device anywhere.
struct RigWithHoles : Rig {
  RigWithHoles()
      : Rig({0xA3, 0x00, 0x40, 0x26, 0x8A, 0x1E, 0x04, 0x00, 0x26, 0x88, 0x1E, 0x08, 0x00, 0x90}) {
    checker = std::make_unique<LockstepChecker>(checker_region(), initial, CpuFamily::k586,
                                                [](std::uint32_t) { return false; });
    machine.tell = [](const BusAccess&) {};
  }
};

TEST(LockstepChecker, ReadsAllOnesWhereNothingAnswers) {
  RigWithHoles rig;
  EXPECT_TRUE(rig.run(1));
  rig.engine->step();  // reads 77 from its device
  CpuState state = rig.engine->state();
  state.gpr[kEbx] = 0xFF;
  RetireRecord record{.length = 5};
  record.eip = record.linear_eip = kCode + 3;
  record.next_eip = state.eip;
  record.eflags = state.eflags;
  EXPECT_TRUE(rig.checker->on_retire(record, state)) << rig.checker->report();
}

TEST(LockstepChecker, SeesAtTheEndWhatMemoryHolds) {
  for (const bool sabotaged : {false, true}) {
    Rig rig({0xA3, 0x00, 0x40, 0x90});  // mov [4000],ax
    EXPECT_TRUE(rig.run(2));
    if (sabotaged) rig.engine_ram[0x4002] = 1;
    const MemoryRegion memory{.base = 0, .size = kRamBytes, .host = rig.engine_ram.data()};
    EXPECT_EQ(rig.checker->on_end(std::span(&memory, 1)), !sabotaged);
    const std::string place = "memory at 00004000 is 00000000 in the interpreter, 00010000 in the";
    EXPECT_EQ(rig.checker->report().find(place) != std::string::npos, sabotaged);
  }
}

TEST(LockstepChecker, LeavesOutAtTheEndWhatIsUnderWay) {
  Rig rig({0x90});
  EXPECT_TRUE(rig.run(1));
  rig.engine_ram[0x4002] = 1;
  const MemoryRegion memory{.base = 0, .size = kRamBytes, .host = rig.engine_ram.data()};
  EXPECT_TRUE(rig.checker->on_end(std::span(&memory, 1), {0x4000}));
  EXPECT_FALSE(rig.checker->on_end(std::span(&memory, 1), {0x4004}));
}

TEST(LockstepChecker, MissesAtTheEndAWriteTheEngineNeverMade) {
  Rig rig({0xE6, 0xE9, 0x90});
  rig.machine.tell = [](const BusAccess&) {};
  EXPECT_TRUE(rig.run(2));
  const MemoryRegion memory{.base = 0, .size = kRamBytes, .host = rig.engine_ram.data()};
  EXPECT_FALSE(rig.checker->on_end(std::span(&memory, 1)));
  EXPECT_NE(rig.checker->report().find("has written port e9"), std::string::npos);
}

TEST(LockstepChecker, FinishesTheInstructionTheEndHasCutThrough) {
  for (const std::uint32_t value : {0u, 1u}) {
    Rig rig({0x90, 0xE6, 0xF4});
    EXPECT_TRUE(rig.run(1));
    rig.checker->on_access(
        {.write = true, .port = true, .address = 0xF4, .bytes = 1, .data = value});
    rig.checker->finish_instruction();
    const MemoryRegion memory{.base = 0, .size = kRamBytes, .host = rig.engine_ram.data()};
    EXPECT_EQ(rig.checker->on_end(std::span(&memory, 1)), value == 0) << rig.checker->report();
  }
}

TEST(LockstepChecker, KeepsTheLastTwentyInstructions) {
  Rig rig({0xEB, 0xFE});  // jmp itself
  EXPECT_TRUE(rig.run(30));
  const RetireRecord record = rig.engine->step();
  CpuState wrong = rig.engine->state();
  wrong.eflags ^= eflags::kCf;
  EXPECT_FALSE(rig.checker->on_retire(record, wrong));
  const std::string& report = rig.checker->report();
  const std::size_t list = report.find("last 20 instructions");
  ASSERT_NE(list, std::string::npos) << report;
  std::size_t lines = 0;
  for (std::size_t at = report.find("jmp", list); at != std::string::npos;
       at = report.find("jmp", at + 1)) {
    ++lines;
  }
  EXPECT_EQ(lines, 20u);
}

}  // namespace
}  // namespace strata::test
