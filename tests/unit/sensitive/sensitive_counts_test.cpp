// Exact counts and classes of instructions in each mode, and the verdict.
#include "platform/sensitive/sensitive_counts.h"

#include "tests/isa/protected_guest.h"

namespace strata::test {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// Modes and what the guest's own IOPL is there.
enum Place { kReal, kV86Iopl0, kV86Iopl3, kLevel0, kLevel3, kLevel3Iopl3, kPlaces };
constexpr const char* kPlaceNames[] = {"real",    "V86, IOPL 0", "V86, IOPL 3",
                                       "level 0", "level 3",     "level 3, IOPL 3"};
constexpr const char* kModeNames[] = {"real", "v86", "v86", "level 0", "level 3", "level 3"};

class Watched {
 public:
  explicit Watched(Place place, CpuFamily family = CpuFamily::k586);

  /// Puts the instruction where the processor stands and executes it.
  RetireRecord run(const Bytes& bytes);

  GuestCpu& guest() { return place_ == kReal ? real_ : protected_; }
  ProtectedGuest& protected_guest() { return protected_; }
  SensitiveReport report() const { return counts_.report(symbols_, family_); }

 private:
  Place place_;
  CpuFamily family_;
  GuestCpu real_;
  ProtectedGuest protected_;
  SensitiveCounts counts_;
  SymbolTable symbols_;
};

Watched::Watched(Place place, CpuFamily family) : place_(place), family_(family), real_(family) {
  switch (place) {
    case kV86Iopl0: protected_.enter_v86(0); break;
    case kV86Iopl3: protected_.enter_v86(3); break;
    case kLevel3:
    case kLevel3Iopl3: protected_.enter_level3(); break;
    default: break;
  }
  if (place == kLevel3Iopl3) protected_.state.eflags |= eflags::kIopl;
  counts_.attach([this](const CpuState&, std::uint32_t linear, std::span<std::uint8_t> bytes) {
    for (std::uint8_t& byte : bytes) byte = guest().memory<std::uint8_t>(linear++);
    return bytes.size();
  });
  guest().cpu.watch_instructions(&counts_);
}

RetireRecord Watched::run(const Bytes& bytes) {
  std::uint32_t at = guest().state.seg[kCs].base + guest().state.eip;
  for (const std::uint8_t byte : bytes) guest().set_memory<std::uint8_t>(at++, byte);
  return guest().step();
}

/// A letter for the class: P, T (checked), C, or . for none.
char class_of(const SensitiveReport& report) {
  if (report.instructions.empty()) return '.';
  const std::string& kind = report.instructions.front().kind;
  return kind == "privileged" ? 'P' : kind == "checked" ? 'T' : 'C';
}

struct Expected {
  const char* name;
  Bytes bytes;
  const char* classes;  // a letter for each place
};

void PrintTo(const Expected& expected, std::ostream* out) {
  *out << expected.name;
}

class Classes : public ::testing::TestWithParam<Expected> {};

TEST_P(Classes, OfEachMode) {
  ASSERT_EQ(std::string(GetParam().classes).size(), static_cast<std::size_t>(kPlaces));
  for (int place = 0; place < kPlaces; ++place) {
    Watched watched(static_cast<Place>(place));
    const RetireRecord record = watched.run(GetParam().bytes);
    const SensitiveReport report = watched.report();
    EXPECT_EQ(class_of(report), GetParam().classes[place]) << kPlaceNames[place];
    if (report.instructions.empty()) continue;
    const SensitiveInstruction& row = report.instructions.front();
    const bool fault = record.kind == RetireKind::kException;
    EXPECT_EQ(row.count, fault ? 0u : 1u) << kPlaceNames[place];
    EXPECT_EQ(row.faults, fault ? 1u : 0u) << kPlaceNames[place];
    EXPECT_EQ(row.mode, kModeNames[place]);
    EXPECT_NE(row.monitor, "") << kPlaceNames[place];
    EXPECT_EQ(report.virtualisable(), GetParam().classes[place] != 'C');
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, Classes,
    ::testing::Values(
        //                              real, V86 0, V86 3, level 0, level 3, with IOPL 3
        Expected{"Cli", {0xFA}, "PPPPPP"}, Expected{"Sti", {0xFB}, "PPPPPP"},
        Expected{"Hlt", {0xF4}, "PPPPPP"}, Expected{"Pushf", {0x9C}, "PPPCCC"},
        Expected{"Popf", {0x9D}, "PPPC.C"}, Expected{"InDx", {0xEC}, "PPPPPP"},
        Expected{"OutImm", {0xE6, 0x80}, "PPPPPP"}, Expected{"Ins", {0x6D}, "PPPPPP"},
        Expected{"Outs", {0x6E}, "PPPPPP"}, Expected{"Int", {0xCD, 8}, "PPPTTT"},
        Expected{"Int3", {0xCC}, "TTTTTT"}, Expected{"IntoWithoutOverflow", {0xCE}, "......"},
        Expected{"Int1", {0xF1}, "TTTTTT"}, Expected{"PushCs", {0x0E}, "...C.."},
        Expected{"PushSs", {0x16}, "...C.."}, Expected{"PushDs", {0x1E}, "......"},
        Expected{"MovFromCs", {0x8C, 0xC8}, "...C.."},
        Expected{"MovFromSs", {0x8C, 0xD0}, "...C.."},
        Expected{"MovFromDs", {0x8C, 0xD8}, "......"}, Expected{"PopSs", {0x17}, "...T.."},
        Expected{"MovToSs", {0x8E, 0xD0}, "...T.."}, Expected{"MovToDs", {0x8E, 0xD8}, "......"},
        Expected{"Lss", {0x0F, 0xB2, 0x03}, "...T.."},
        Expected{"Sldt", {0x0F, 0x00, 0xC0}, "...CCC"},
        Expected{"Str", {0x0F, 0x00, 0xC8}, "...CCC"},
        Expected{"Lldt", {0x0F, 0x00, 0xD0}, "...PPP"},
        Expected{"Ltr", {0x0F, 0x00, 0xD8}, "...PPP"},
        Expected{"Verr", {0x0F, 0x00, 0xE0}, "...CCC"},
        Expected{"Verw", {0x0F, 0x00, 0xE8}, "...CCC"},
        Expected{"Sgdt", {0x0F, 0x01, 0x03}, "CCCCCC"},
        Expected{"Sidt", {0x0F, 0x01, 0x0B}, "CCCCCC"},
        Expected{"Lgdt", {0x0F, 0x01, 0x13}, "PPPPPP"},
        Expected{"Lidt", {0x0F, 0x01, 0x1B}, "PPPPPP"},
        Expected{"Smsw", {0x0F, 0x01, 0xE0}, "CCCCCC"},
        Expected{"Lmsw", {0x0F, 0x01, 0xF0}, "PPPPPP"},
        Expected{"Invlpg", {0x0F, 0x01, 0x3B}, "PPPPPP"},
        Expected{"Lar", {0x0F, 0x02, 0xC0}, "...CCC"},
        Expected{"Lsl", {0x0F, 0x03, 0xC0}, "...CCC"}, Expected{"Clts", {0x0F, 0x06}, "PPPPPP"},
        Expected{"Wbinvd", {0x0F, 0x09}, "PPPPPP"},
        Expected{"MovFromCr0", {0x0F, 0x20, 0xC0}, "PPPPPP"},
        Expected{"MovToCr3", {0x0F, 0x22, 0xD8}, "PPPPPP"},
        Expected{"MovFromDr7", {0x0F, 0x21, 0xF8}, "PPPPPP"},
        Expected{"MovToDr0", {0x0F, 0x23, 0xC0}, "PPPPPP"},
        Expected{"Rdmsr", {0x0F, 0x32}, "PPPPPP"}, Expected{"Rdtsc", {0x0F, 0x31}, "PPPPPP"},
        Expected{"Cpuid", {0x0F, 0xA2}, "......"}, Expected{"Nop", {0x90}, "......"},
        Expected{"JmpNear", {0xEB, 0}, "......"}, Expected{"RetNear", {0xC3}, "......"}),
    [](const auto& param) { return param.param.name; });

TEST(SensitiveCounts, IntoCountsWhereItInterrupts) {
  Watched watched(kLevel0);
  watched.guest().state.eflags |= eflags::kOf;
  watched.run({0xCE});
  EXPECT_EQ(class_of(watched.report()), 'T');
}

// ---- far transfers ----

Bytes far(std::uint8_t opcode, std::uint16_t selector) {
  return {opcode,
          0,
          0x20,
          0,
          0,
          static_cast<std::uint8_t>(selector),
          static_cast<std::uint8_t>(selector >> 8)};
}

/// SDM vol. 3, 5.8.3 to 5.8.5 and 7.3: what the selector names decides.
TEST(SensitiveCounts, FarTransfersCountThroughGatesAndTasks) {
  using G = ProtectedGuest;
  for (const std::uint8_t opcode : Bytes{0x9A, 0xEA}) {
    for (const bool outer : {false, true}) {
      const auto class_with = [&](std::uint16_t selector) {
        Watched watched(outer ? kLevel3 : kLevel0);
        G& guest = watched.protected_guest();
        guest.set_gdt_gate(G::kSlot, outer ? G::kCode3 : G::kCode32, 0x2000, 0xEC);
        guest.set_gdt_gate(G::kSlot2, G::kOtherTss, 0, 0xE5);
        watched.run(far(opcode, selector));
        return class_of(watched.report());
      };
      EXPECT_EQ(class_with(outer ? G::kCode3 : G::kCode32), '.') << unsigned{opcode} << outer;
      EXPECT_EQ(class_with(G::kSlot), 'T') << unsigned{opcode} << outer;
      EXPECT_EQ(class_with(G::kSlot2), 'T') << unsigned{opcode} << outer;
      EXPECT_EQ(class_with(G::kOtherTss), 'T') << unsigned{opcode} << outer;
      EXPECT_EQ(class_with(G::kLdt), '.') << "neither gate nor task";
      EXPECT_EQ(class_with(G::kPastGdt), '.') << "past the table";
      EXPECT_EQ(class_with(0), '.') << "null";
    }
  }
  for (const Place place : {kReal, kV86Iopl0}) {
    Watched watched(place);
    watched.run({0xEA, 0, 0x20, 0, 0});
    EXPECT_EQ(class_of(watched.report()), '.');
  }
}

TEST(SensitiveCounts, FarTransfersThroughMemoryToo) {
  using G = ProtectedGuest;
  for (const std::uint8_t modrm : Bytes{0x1B, 0x2B}) {  // call, jmp far [ebx]
    for (const bool gate : {false, true}) {
      Watched watched(kLevel0);
      G& guest = watched.protected_guest();
      guest.set_gdt_gate(G::kSlot, G::kCode32, 0x2000, 0xEC);
      guest.state.gpr[kEbx] = 0x4000;
      guest.set_memory<std::uint32_t>(0x4000, 0x2000);
      guest.set_memory<std::uint16_t>(0x4004, gate ? G::kSlot : G::kCode32);
      EXPECT_TRUE(executed(watched.run({0xFF, modrm})));
      EXPECT_EQ(class_of(watched.report()), gate ? 'T' : '.');
    }
  }
}

/// A level on the stack: 3 there is a return that a processor at level 3 makes within its level.
TEST(SensitiveCounts, ReturnsCountByTheLevelOnTheStack) {
  using G = ProtectedGuest;
  const auto class_with = [](Place place, std::uint8_t opcode, std::uint16_t cs, std::uint16_t ss,
                             std::uint32_t flags) {
    Watched watched(place);
    G& guest = watched.protected_guest();
    const bool frame = opcode == 0xCF;
    std::vector<std::uint32_t> items = {0x2000, cs};
    if (frame) items.push_back(0x2);
    items.insert(items.end(), {0xA000, ss});
    guest.esp() = G::kStack;
    for (std::size_t n = 0; n < items.size(); ++n) {
      guest.set_memory<std::uint32_t>(G::kStack + 4 * static_cast<std::uint32_t>(n), items[n]);
    }
    guest.state.eflags |= flags;
    EXPECT_TRUE(executed(watched.run({opcode})));
    return class_of(watched.report());
  };
  for (const std::uint8_t opcode : Bytes{0xCB, 0xCF}) {
    EXPECT_EQ(class_with(kLevel0, opcode, G::kCode32, 0, 0), 'T') << unsigned{opcode};
    EXPECT_EQ(class_with(kLevel0, opcode, G::kCode3, G::kData3, 0), 'C') << unsigned{opcode};
    EXPECT_EQ(class_with(kLevel3, opcode, G::kCode3, G::kData3, 0), '.') << unsigned{opcode};
  }
  EXPECT_EQ(class_with(kLevel3Iopl3, 0xCB, G::kCode3, G::kData3, 0), '.');
  EXPECT_EQ(class_with(kLevel3Iopl3, 0xCF, G::kCode3, G::kData3, 0), 'C') << "changes IF";
}

TEST(SensitiveCounts, ReturningToATaskIsChecked) {
  using G = ProtectedGuest;
  Watched watched(kLevel0);
  G& guest = watched.protected_guest();
  guest.state.eflags |= eflags::kNt;
  guest.set_descriptor(G::kOtherTss, G::kOtherTssBase, 0x67, G::kPresent | 0x9 | G::kBusy);
  guest.set_memory<std::uint16_t>(G::kTssBase, G::kOtherTss);
  guest.esp() = G::kStack;
  guest.set_memory<std::uint32_t>(G::kStack + 4, G::kCode3);  // what no task return looks at
  EXPECT_TRUE(executed(watched.run({0xCF})));
  EXPECT_EQ(class_of(watched.report()), 'T');
}

TEST(SensitiveCounts, RealReturnsOfInterruptsArePrivilegedOthersNothing) {
  Watched iret(kReal);
  EXPECT_TRUE(executed(iret.run({0xCF})));
  EXPECT_EQ(class_of(iret.report()), 'P');
  Watched retf(kReal);
  EXPECT_TRUE(executed(retf.run({0xCB})));
  EXPECT_EQ(class_of(retf.report()), '.');
}

// ---- counting ----

TEST(SensitiveCounts, ARowIsAnAddressAModeAndAClass) {
  Watched watched(kLevel0);
  GuestCpu& guest = watched.guest();
  const std::uint32_t eip = guest.state.eip;
  for (int i = 0; i < 3; ++i) {
    guest.state.eip = eip;
    watched.run({0xFA});
  }
  guest.state.eip = eip + 8;
  watched.run({0xFA});
  watched.run({0x90});
  watched.run({0x9C});
  const SensitiveReport report = watched.report();
  ASSERT_EQ(report.instructions.size(), 3u);
  EXPECT_EQ(report.instructions[0].count, 3u);
  EXPECT_EQ(report.instructions[0].address, GuestCpu::kCode);
  EXPECT_EQ(report.instructions[0].instruction, "cli");
  EXPECT_EQ(report.instructions[0].first, 0u);
  EXPECT_EQ(report.instructions[1].first, 3u);
  EXPECT_EQ(report.instructions[2].first, 5u) << "a NOP is an instruction too";
  EXPECT_EQ(report.executed(), 5u);
  EXPECT_EQ(report.executed("privileged"), 4u);
  EXPECT_EQ(report.executed("critical"), 1u);
}

/// A repeated instruction traps as one.
TEST(SensitiveCounts, ARepeatedInstructionCountsOnce) {
  Watched watched(kLevel0);
  GuestCpu& guest = watched.guest();
  guest.state.gpr[kEcx] = 4;
  guest.state.gpr[kEsi] = 0x4000;
  for (int i = 0; i < 4; ++i) watched.run({0xF3, 0x6E});
  EXPECT_EQ(guest.state.eip, GuestCpu::kCode + 2) << "done";
  EXPECT_EQ(watched.report().executed(), 1u);
}

/// The first of each form in each mode, by the time it came.
TEST(SensitiveReport, WitnessesComeInTheirOrder) {
  const auto row = [](const char* mode, const char* kind, const char* instruction,
                      std::uint64_t count, std::uint64_t first) {
    SensitiveInstruction made;
    made.mode = mode;
    made.kind = kind;
    made.instruction = instruction;
    made.count = count;
    made.first = first;
    return made;
  };
  SensitiveReport report;
  report.instructions = {
      row("level 0", "critical", "mov ax, cs", 9, 50), row("level 0", "critical", "popfd", 5, 20),
      row("level 0", "privileged", "cli", 5, 1), row("level 3", "critical", "popfd", 4, 70),
      row("level 0", "critical", "popfd", 1, 10)};
  std::vector<std::uint64_t> firsts;
  for (const SensitiveInstruction* witness : report.witnesses()) firsts.push_back(witness->first);
  EXPECT_EQ(firsts, (std::vector<std::uint64_t>{10, 50, 70}));
  EXPECT_TRUE(verdict_text(report).starts_with(
      "not virtualisable classically: 19 of 24 sensitive instructions never arrive"));
  report.instructions = {row("level 0", "privileged", "cli", 5, 1)};
  EXPECT_TRUE(verdict_text(report).starts_with("virtualisable classically: each of 5 "));
  EXPECT_TRUE(report.witnesses().empty());
  report.instructions.clear();
  EXPECT_TRUE(verdict_text(report).starts_with("virtualisable classically: this run has no "));
}

TEST(SensitiveReport, JsonReadsBack) {
  SensitiveReport report;
  report.instructions.resize(1);
  report.instructions[0] = {"critical", "level 0", "f", 0x1234, "popfd", 3, 1, 7, "m", "s"};
  const auto json = to_json_value(report);
  EXPECT_EQ(json.at("virtualisable"), false);
  EXPECT_EQ(json.at("critical"), 4);
  EXPECT_EQ(json.at("witnesses").size(), 1u);
  EXPECT_EQ(to_json_value(read_sensitive_report(json)), json);
}

}  // namespace
}  // namespace strata::test
