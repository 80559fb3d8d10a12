// Every software engine against the host's own CPU: a short run with a fixed seed, and every
// difference ever found. The long run is silicon_fuzz.
#include <gtest/gtest.h>

#include "tests/silicon/silicon_machine.h"

namespace strata::test {
namespace {

/// With each software engine; skips where the host cannot run 32-bit code.
class Silicon : public ::testing::TestWithParam<SoftwareEngineEntry> {
 protected:
  void SetUp() override {
    std::string reason = GetParam().lacking();
    if (!reason.empty()) GTEST_SKIP() << reason;
    machine_ = SiliconMachine::create(reason, GetParam());
    if (!machine_) GTEST_SKIP() << "no native 32-bit user code here: " << reason;
  }

  /// All segments flat, registers zero, the stack in the middle of its page.
  static Registers start() {
    Registers registers;
    registers.eip = layout::kCode.base;
    registers.eflags = eflags::kIf | eflags::kReserved1;
    registers.gpr[kEsp] = layout::kStack.base + layout::kStack.size / 2;
    registers.selector.fill(layout::kDataSelector);
    registers.selector[kCs] = layout::kCodeSelector;
    return registers;
  }

  std::unique_ptr<SiliconMachine> machine_;
};

TEST_P(Silicon, RandomSequencesEndAlike) {
  constexpr std::uint64_t kInstructions = 500'000;
  constexpr std::uint64_t kFirstSeed = 0x53594C4943;
  std::uint64_t seed = kFirstSeed;
  while (machine_->counts().instructions < kInstructions) {
    const std::string report = machine_->run_seed(seed++);
    ASSERT_EQ(report, "");
  }
  // What the generator plans is mostly fit to be compared, and faults of all kinds are among it.
  const SiliconMachine::Counts& counts = machine_->counts();
  EXPECT_LT(counts.abandoned, counts.sequences / 8);
  EXPECT_LE(counts.unrepeated, 2u);
  for (const unsigned vector :
       {vector::kDivideError, vector::kDebug, vector::kBreakpoint, vector::kOverflow,
        vector::kBound, vector::kInvalidOpcode, vector::kStackFault, vector::kGeneralProtection,
        vector::kPageFault}) {
    EXPECT_GT(counts.events[vector], 0u) << "exception " << vector;
  }
  // What an engine translates must be much of it.
  const auto counters = machine_->engine_counters();
  if (counters.contains("jit.instructions")) {
    EXPECT_GT(counters.at("jit.instructions"), kInstructions / 3);
  }
  EXPECT_EQ(machine_->rows_never_planned(), std::vector<std::string>{});
  if (machine_->has_local_segments()) {
    EXPECT_GT(machine_->wrapped_operands(), kInstructions / 200);
  } else {
    EXPECT_EQ(machine_->wrapped_operands(), 0u);
  }
}

TEST_P(Silicon, SeedsRepeat) {
  for (std::uint64_t seed = 1; seed < 50; ++seed) ASSERT_EQ(machine_->run_seed(seed), "");
  const std::uint64_t once = machine_->counts().instructions;
  for (std::uint64_t seed = 1; seed < 50; ++seed) ASSERT_EQ(machine_->run_seed(seed), "");
  EXPECT_EQ(machine_->counts().instructions, 2 * once);
}

/// A case that once differed.
struct Kept {
  const char* what;
  std::vector<CodeBytes> code;
  std::vector<std::pair<Gpr, std::uint32_t>> registers;
};

TEST_P(Silicon, KeptCasesEndAlike) {
  const Kept kKept[] = {
      {"ARPL writes only what it has raised: nothing to read-only memory here",
       {{0x63, 0x35, 0x89, 0x01, 0x00, 0x11}},
       {}},
      {"ARPL reads first: no W in the error code", {{0x63, 0xA8, 0x7D, 0xE7, 0xFF, 0xFF}}, {}},
      {"CMPXCHG8B's operand is a quadword to the alignment check",
       {{0x68, 0x02, 0x00, 0x04, 0x00},               // push 40002: AC
        {0x9D},                                       // popfd
        {0x0F, 0xC7, 0x0D, 0x24, 0x14, 0x00, 0x11}},  // cmpxchg8b [11001424]
       {}},
      {"either operand of CMPS is read first: #AC of one, or #PF of the other",
       {{0x68, 0x02, 0x00, 0x04, 0x00}, {0x9D}, {0xA7}},  // push 40002: AC; popfd; cmpsd
       {{kEsi, layout::kData.base + 1}, {kEdi, 0x30000000}}},
      {"and #GP where the other lies outside of its segment",
       {{0xB9, 0x0F, 0x00, 0x00, 0x00},  // mov ecx, 0F: 64 KiB
        {0x8E, 0xC1},                    // mov es, cx
        {0x68, 0x02, 0x00, 0x04, 0x00},  // push 40002: AC
        {0x9D},                          // popfd
        {0xA7}},                         // cmpsd
       {{kEsi, layout::kData.base + 1}, {kEdi, 0x20000}}},
      {"an access over FFFFFFFF is outside, or misaligned",
       {{0x68, 0x02, 0x00, 0x04, 0x00},         // push 40002: AC
        {0x9D},                                 // popfd
        {0x8B, 0x05, 0xFD, 0xFF, 0xFF, 0xFF}},  // mov eax, [FFFFFFFD]
       {}},
      {"and so it is on the stack",
       {{0x68, 0x02, 0x00, 0x04, 0x00},  // push 40002: AC
        {0x9D},                          // popfd
        {0xBC, 0x01, 0x00, 0x00, 0x00},  // mov esp, 1
        {0x6A, 0x7E}},                   // push 7E
       {}},
      {"and where LEAVE reads", {{0x68, 0x02, 0x00, 0x04, 0x00}, {0x9D}, {0xC9}}, {{kEbp, ~1u}}},
      {"a single step comes after the flags are as the instruction leaves them",
       {{0x68, 0x02, 0x01, 0x00, 0x00}, {0x9D}, {0x04, 0xFF}},  // push 102; popfd; add al, -1
       {{kEax, 1}}},
  };
  for (const Kept& kept : kKept) {
    Registers registers = start();
    for (const auto& [number, value] : kept.registers) registers.gpr[number] = value;
    EXPECT_EQ(machine_->run_code(registers, kept.code), "") << kept.what;
  }
}

/// A sequence reads code memory that another one has used, and that one was never run natively.
TEST_P(Silicon, CodeOfOtherSequencesIsTheSameOnBothSides) {
  constexpr std::uint32_t kElsewhere = layout::kCode.base + 0x1400;
  Registers registers = start();
  registers.eip = kElsewhere;
  const std::vector<CodeBytes> unfit{{0xF7, 0xE1}, {0x9F}};  // mul ecx; lahf: SF is undefined
  EXPECT_NE(machine_->run_code(registers, unfit), "");
  const CodeBytes read = CodeBytes{0xA1}.add(kElsewhere, 4);  // mov eax, [code]
  EXPECT_EQ(machine_->run_code(start(), {read}), "");
}

/// Selector 33 is 64-bit code on the host: nothing is compared behind it, wherever it came from.
TEST_P(Silicon, NothingIsComparedIn64BitCode) {
  constexpr std::uint32_t kPointer = layout::kData.base;
  const auto store = [](std::uint32_t address, std::uint32_t value) {
    return CodeBytes{0xC7, 0x05}.add(address, 4).add(value, 4);
  };
  for (const std::uint32_t selector : {0x23u, 0x33u}) {
    for (const CodeBytes& transfer :
         {CodeBytes{0xCB}, CodeBytes{0xCF}, CodeBytes{0xFF, 0x2D}.add(kPointer, 4),
          CodeBytes{0xFF, 0x1D}.add(kPointer, 4)}) {  // retf iret jmp call
      std::vector<CodeBytes> program{{0x9C}, CodeBytes{0x68}.add(selector, 4)};  // pushf; push
      const std::uint32_t end = start().eip + 1 + 5 + 5 + 10 + 10 + transfer.size();
      program.insert(program.end(), {CodeBytes{0x68}.add(end, 4), store(kPointer, end),
                                     store(kPointer + 4, selector), transfer});
      EXPECT_EQ(machine_->run_code(start(), program),
                selector == 0x23 ? "" : SiliconMachine::kUnfit)
          << selector << ' ' << describe({.start = start(), .pieces = {{0, transfer}}}, true);
    }
  }
}

/// Fifteen bytes of prefixes up to the end of code memory, alone and behind another instruction:
/// too long, or its next byte is not there.
TEST_P(Silicon, TooLongAtTheEndOfAPageEndsAlike) {
  CodeBytes code;
  for (unsigned n = 0; n < 15; ++n) code.add(0x26, 1);
  for (const std::vector<CodeBytes>& program :
       {std::vector<CodeBytes>{code}, std::vector<CodeBytes>{{0x90}, code}}) {
    Registers registers = start();
    registers.eip = layout::kCode.end() - 14 - static_cast<std::uint32_t>(program.size());
    EXPECT_EQ(machine_->run_code(registers, program), "") << program.size();
  }
}

/// How much of the doubleword a POP of a segment register reads is the processor's.
TEST_P(Silicon, NoSelectorIsPoppedOverTheEnd) {
  for (const std::uint32_t before : {1u, 2u, 3u, 4u}) {
    Registers registers = start();
    registers.gpr[kEsp] = layout::kStack.end() - before;
    const bool half = before == 2 || before == 3;
    EXPECT_EQ(machine_->run_code(registers, {{0x07}}) == SiliconMachine::kUnfit, half) << before;
    EXPECT_EQ(machine_->run_code(registers, {{0x66, 0x07}}) == SiliconMachine::kUnfit, false);
    registers.gpr[kEsp] -= 4;
    for (const std::uint8_t far_return : {std::uint8_t{0xCB}, std::uint8_t{0xCF}}) {
      EXPECT_EQ(machine_->run_code(registers, {{far_return}}) == SiliconMachine::kUnfit, half);
      EXPECT_EQ(machine_->run_code(registers, {{0x66, far_return}}), "") << before;
    }
  }
}

/// Operands of one and of several items within a few bytes of the end of a local segment: which
/// items go round, and what is outside.
TEST_P(Silicon, OperandsAtTheEndOfASegmentEndAlike) {
  if (!machine_->has_local_segments()) GTEST_SKIP() << "no local descriptor table here";
  const CodeBytes kOpcodes[] = {
      {0x8B, 0x00},       {0x01, 0x00}, {0x62, 0x00},       {0xC4, 0x00}, {0x0F, 0xB4, 0x00},
      {0xFF, 0x28},       {0xFF, 0x18}, {0x0F, 0xC7, 0x08}, {0xFF, 0x30}, {0x8F, 0x00},
      {0x0F, 0xAB, 0x00}, {0xFE, 0x00}};  // mov add bound les lfs jmp call cmpxchg8b push pop bts
                                          // inc
  constexpr unsigned kEbxAddress = 3;     // r/m of [EBX]
  constexpr unsigned kBxAddress = 7;      // of [BX]
  for (const layout::LocalSegment& segment : layout::kLocal) {
    const bool address32 = segment.selector == layout::kLocal4G.selector;
    for (const CodeBytes& opcode : kOpcodes) {
      for (std::uint32_t before = 1; before < 10; ++before) {
        for (const bool operand32 : {false, true}) {
          CodeBytes code{0x65};
          if (!operand32) code.add(0x66);
          if (!address32) code.add(0x67);
          const auto bytes = opcode.bytes();
          for (const std::uint8_t byte : bytes.first(bytes.size() - 1)) code.add(byte);
          code.add(bytes.back() | (address32 ? kEbxAddress : kBxAddress));
          Registers registers = start();
          registers.gpr[kEbx] = (address32 ? 0 : 0x10000) - before;
          const std::vector<CodeBytes> program{
              CodeBytes{0xB8}.add(segment.selector, 4), {0x8E, 0xE8}, code};  // mov gs, ax
          EXPECT_EQ(machine_->run_code(registers, program), "")
              << "selector " << segment.selector << ", " << before << " bytes before the end, "
              << describe({.image = 0, .start = registers, .pieces = {{0, code}}}, true);
        }
      }
    }
  }
}

/// Stacks of 16 bits that go round or end.
TEST_P(Silicon, StackInstructionsAtTheEndOfASegmentEndAlike) {
  if (!machine_->has_local_segments()) GTEST_SKIP() << "no local descriptor table here";
  const CodeBytes kCodes[] = {{0x60},          {0x61},          {0x50},
                              {0x58},          {0x9C},          {0xC9},
                              {0xC8, 4, 0, 0}, {0xC8, 4, 0, 3}, {0xE8, 0, 0, 0, 0}};
  for (const CodeBytes& opcode : kCodes) {
    for (std::uint32_t sp = 0xFFDF; sp != 0x10022; ++sp) {
      for (const bool operand32 : {false, true}) {
        if (!operand32 && opcode.bytes()[0] == 0xE8) continue;
        if (opcode.bytes()[0] == 0xC8 && sp == 0x10000) continue;  // EBP is undefined
        CodeBytes code;
        if (!operand32) code.add(0x66);
        for (const std::uint8_t byte : opcode.bytes()) code.add(byte);
        Registers registers = start();
        registers.gpr[kEax] = layout::kLocal64K.selector;
        registers.gpr[kEbp] = registers.gpr[kEsp] = 0xABCD0000 | (sp & 0xFFFF);
        EXPECT_EQ(machine_->run_code(registers, {{0x8E, 0xD0}, code}), "")  // mov ss, ax
            << "SP " << sp << ' ' << describe({.start = registers, .pieces = {{0, code}}}, true);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, Silicon,
                         testing::ValuesIn(software_engines().begin(), software_engines().end()),
                         [](const auto& engine) { return std::string(engine.param.name); });

}  // namespace
}  // namespace strata::test
