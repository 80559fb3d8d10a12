// Instructions that give way to a jump, and those that cannot: each guest runs patched and as it
// is, and ends in the same state.
#include "platform/sensitive/patcher.h"

#include "tests/isa/guest_cpu.h"

namespace strata::test {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint32_t kCode = GuestCpu::kCode;
constexpr std::uint8_t kLoadEax = 0xB8;  // MOV EAX, imm32: five bytes of no effect on others

/// A guest of one function, `f`, and what is put elsewhere.
class Patched {
 public:
  enum class Mode { kReal, kFlat };

  explicit Patched(Mode mode, bool with_symbols = true);

  void put(const Bytes& bytes, std::uint32_t at = kCode);
  void name(const char* function, std::uint32_t address);
  /// Both guests, until they are at `end`; they have the same registers and flags then.
  void run_to(std::uint32_t end);
  /// Both guests begin anew at `at`.
  void go_to(std::uint32_t at);
  void each(const std::function<void(GuestCpu&)>& change) { change(plain_), change(patched_); }

  GuestCpu& patched() { return patched_; }
  std::uint64_t traps() const { return patcher_.traps(); }
  /// Of the place at `address`; nothing where there is none.
  PatchedPlace place(std::uint32_t address) const;
  std::uint8_t byte(std::uint32_t address) const { return patched_.memory<std::uint8_t>(address); }

 private:
  static void run(GuestCpu& guest, std::uint32_t end);

  GuestCpu plain_;
  GuestCpu patched_;
  GuestImage image_;
  Patcher patcher_{image_, CpuFamily::k586};
};

Patched::Patched(Mode mode, bool with_symbols) {
  each([&](GuestCpu& guest) {
    if (mode == Mode::kFlat) guest.enter_protected_mode();
    for (const unsigned number : {kEax, kEcx, kEdx, kEbx}) guest.state.gpr[number] = 0;
  });
  image_.entry = kCode;
  if (with_symbols) {
    image_.symbols.segments[kCode] = kCode + 0x1000;
    name("f", kCode);
  }
  patcher_.attach(
      [this](const CpuState&, std::uint32_t linear, std::span<std::uint8_t> bytes) {
        for (std::uint8_t& byte : bytes) byte = patched_.memory<std::uint8_t>(linear++);
        return bytes.size();
      },
      [this](const CpuState&, std::uint32_t linear, std::span<const std::uint8_t> bytes) {
        for (const std::uint8_t byte : bytes) patched_.set_memory<std::uint8_t>(linear++, byte);
        return bytes.size();
      });
  patched_.cpu.watch_instructions(&patcher_);
}

void Patched::put(const Bytes& bytes, std::uint32_t at) {
  for (const std::uint8_t byte : bytes) {
    each([&](GuestCpu& guest) { guest.set_memory<std::uint8_t>(at, byte); });
    ++at;
  }
}

void Patched::name(const char* function, std::uint32_t address) {
  image_.symbols.by_name[function] = address;
  image_.symbols.by_address[address] = function;
}

void Patched::go_to(std::uint32_t at) {
  each([&](GuestCpu& guest) { guest.state.eip = at; });
}

void Patched::run(GuestCpu& guest, std::uint32_t end) {
  for (int steps = 0; steps < 100; ++steps) {
    if (guest.state.seg[kCs].base + guest.state.eip == end) return;
    guest.step();
  }
  FAIL() << "has not come to its end";
}

void Patched::run_to(std::uint32_t end) {
  each([&](GuestCpu& guest) { run(guest, end); });
  EXPECT_EQ(patched_.state.gpr, plain_.state.gpr);
  EXPECT_EQ(patched_.state.eflags, plain_.state.eflags);
  EXPECT_EQ(patched_.state.seg, plain_.state.seg);
}

PatchedPlace Patched::place(std::uint32_t address) const {
  for (const PatchedPlace& place : patcher_.report().places) {
    if (place.address == address) return place;
  }
  return {};
}

TEST(Patcher, TheFirstExecutionTrapsAndNoOtherDoes) {
  Patched guest(Patched::Mode::kFlat);
  guest.put({0xFB, kLoadEax, 1, 2, 3, 4, 0xC3});  // sti; mov eax, 04030201h
  for (int i = 0; i < 5; ++i) {
    guest.go_to(kCode);
    guest.run_to(kCode + 6);
  }
  EXPECT_EQ(guest.traps(), 1u);
  EXPECT_EQ(guest.place(kCode).form, "routine");
  EXPECT_EQ(guest.place(kCode).executed, 5u);
  EXPECT_EQ(guest.place(kCode).instruction, "sti") << "as it was";
  EXPECT_EQ(guest.place(kCode).function, "f");
  EXPECT_EQ(guest.byte(kCode), 0xE9) << "a jump";
  EXPECT_EQ(guest.byte(kMonitorBase), 0xFB);
}

TEST(Patcher, WhatItSavesAndRestoresIsTheSame) {
  Patched guest(Patched::Mode::kFlat);
  // pushfd; pop ebx; cli; push ebx; popfd; inc ecx; jnz +1; nop; mov esi, 9
  guest.put({0x9C, 0x5B, 0xFA, 0x53, 0x9D, 0x41, 0x75, 0x01, 0x90, 0xBE, 9, 0, 0, 0, 0xC3});
  guest.each([](GuestCpu& one) { one.state.eflags |= eflags::kIf; });
  for (const std::uint32_t ecx : {0u, 0xFFFFFFFFu}) {
    guest.each([&](GuestCpu& one) { one.state.gpr[kEcx] = ecx; });
    guest.go_to(kCode);
    guest.run_to(kCode + 14);
  }
  EXPECT_EQ(guest.place(kCode).form, "routine");
  EXPECT_EQ(guest.traps(), 1u) << "CLI and POPFD have come along";
}

/// Relative jumps and calls go where they went, from the routine.
TEST(Patcher, RelativeJumpsComeAlong) {
  for (const bool taken : {false, true}) {
    Patched jump(Patched::Mode::kFlat);
    // cli; jz +20h; mov eax, ...; at 1023h: nop
    jump.put({0xFA, 0x74, 0x20, kLoadEax, 1, 2, 3, 4, 0xC3});
    jump.put({0x90, 0xC3}, 0x1023);
    jump.each([&](GuestCpu& one) { one.state.eflags |= taken ? eflags::kZf : 0; });
    jump.run_to(taken ? 0x1024 : kCode + 8);
    EXPECT_EQ(jump.place(kCode).form, "routine") << jump.place(kCode).why;
  }
  Patched call(Patched::Mode::kFlat);
  // cli; call 1040h; mov eax, ...; at 1040h: inc ecx; ret
  call.put({0xFA, 0xE8, 0x3A, 0, 0, 0, kLoadEax, 1, 2, 3, 4, 0xC3});
  call.put({0x41, 0xC3}, 0x1040);
  call.name("g", 0x1040);
  call.run_to(kCode + 11);
  EXPECT_EQ(call.place(kCode).form, "routine") << call.place(kCode).why;
  EXPECT_EQ(call.patched().state.gpr[kEcx], 1u);
}

TEST(Patcher, ReturnsComeAlongWithTheFillingBehindThem) {
  const Bytes fillings[] = {{0x90, 0x90, 0x90}, {0x8D, 0x76, 0x00}, {0x8D, 0xB4, 0x26, 0, 0, 0, 0}};
  for (const Bytes& filling : fillings) {
    Patched guest(Patched::Mode::kFlat);
    guest.put({0x9D, 0xC3});  // popfd; ret
    guest.put(filling, kCode + 2);
    guest.name("g", kCode + 0x10);
    guest.each([](GuestCpu& one) {
      one.set_memory<std::uint32_t>(one.state.gpr[kEsp], 0x246);
      one.set_memory<std::uint32_t>(one.state.gpr[kEsp] + 4, 0x3000);
    });
    guest.run_to(0x3000);
    EXPECT_EQ(guest.place(kCode).form, "routine") << guest.place(kCode).why;
  }
}

struct Refusal {
  const char* name;
  Bytes bytes;  // from kCode on; the instruction is the first
  const char* why;
};

void PrintTo(const Refusal& refused, std::ostream* out) {
  *out << refused.name;
}

class PatcherRefuses : public ::testing::TestWithParam<Refusal> {};

/// It stays as it is, and traps each time.
TEST_P(PatcherRefuses, AndLeavesTheCode) {
  Patched guest(Patched::Mode::kFlat);
  guest.put(GetParam().bytes);
  for (int i = 0; i < 3; ++i) {
    guest.go_to(kCode);
    guest.patched().step();
  }
  EXPECT_EQ(guest.place(kCode).why, GetParam().why);
  EXPECT_EQ(guest.place(kCode).executed, 3u);
  EXPECT_EQ(guest.traps(), 3u);
  for (std::size_t n = 0; n < GetParam().bytes.size(); ++n) {
    EXPECT_EQ(guest.byte(kCode + static_cast<std::uint32_t>(n)), GetParam().bytes[n]) << n;
  }
}

INSTANTIATE_TEST_SUITE_P(All, PatcherRefuses,
                         ::testing::Values(Refusal{"PortsThatAreTheMonitorsWork",
                                                   {0xEE, kLoadEax, 0, 0, 0, 0, 0xC3},
                                                   "is the monitor's own work"},
                                           Refusal{"SleepBehindIt",
                                                   {0xFB, 0xF4, 0x90, 0x90, 0x90, 0x90, 0xC3},
                                                   "what follows cannot run elsewhere"},
                                           Refusal{"ALoopBehindIt",
                                                   {0xFA, 0x40, 0xE2, 0xFC, 0x90, 0x90, 0xC3},
                                                   "what follows cannot run elsewhere"},
                                           Refusal{"AJumpIntoWhatFollows",
                                                   {0xFA, 0x40, 0x41, 0x42, 0x43, 0x74, 0xFA, 0xC3},
                                                   "a jump goes into what follows"},
                                           Refusal{"AJumpByATable",
                                                   {0xFA, kLoadEax, 0, 0, 0, 0, 0xFF, 0xE0},
                                                   "a jump by a table is near"},
                                           Refusal{"DataBehindAReturn",
                                                   {0xFA, 0xC3, 0x12, 0x34, 0x56},
                                                   "its function ends before"}),
                         [](const auto& param) { return param.param.name; });

TEST(Patcher, AJumpToTheInstructionItselfIsNoJumpIntoWhatFollows) {
  Patched guest(Patched::Mode::kFlat);
  // cli; inc eax; inc ecx; inc edx; inc ebx; jz to cli; ret
  guest.put({0xFA, 0x40, 0x41, 0x42, 0x43, 0x74, 0xF9, 0xC3});
  guest.run_to(kCode + 7);
  EXPECT_EQ(guest.place(kCode).form, "routine") << guest.place(kCode).why;
}

TEST(Patcher, CriticalInstructionsThatCannotGiveWayWantATrapByte) {
  Patched guest(Patched::Mode::kFlat);
  guest.put({0x9C, 0xF4});  // pushfd; hlt
  guest.patched().step();
  EXPECT_EQ(guest.place(kCode).form, "trap byte");
  guest.put({0xFA, 0xF4}, kCode + 0x100);
  guest.go_to(kCode + 0x100);
  guest.patched().step();
  EXPECT_EQ(guest.place(kCode + 0x100).form, "trap") << "privileged: needs none";
}

/// No symbol, no scan told of the jump: the monitor of a real machine would not notice.
TEST(Patcher, AJumpFromElsewhereTakesThePatchBack) {
  Patched guest(Patched::Mode::kFlat);
  guest.put({0xFA, 0x40, 0x41, 0x42, 0x43, 0xC3});
  guest.run_to(kCode + 5);
  EXPECT_EQ(guest.place(kCode).form, "routine");
  guest.go_to(kCode + 2);
  guest.run_to(kCode + 5);
  EXPECT_EQ(guest.place(kCode).form, "trap byte");
  EXPECT_EQ(guest.byte(kCode), 0xFA);
  const std::uint64_t traps = guest.traps();
  guest.go_to(kCode);
  guest.run_to(kCode + 5);
  EXPECT_EQ(guest.traps(), traps + 1);
}

TEST(Patcher, PagedCodeIsLeft) {
  Patched guest(Patched::Mode::kFlat);
  guest.put({0xFA, kLoadEax, 1, 2, 3, 4, 0xC3});
  guest.each([](GuestCpu& one) {
    one.set_memory<std::uint32_t>(0x20000, 0x21007);
    for (std::uint32_t page = 0; page < 256; ++page) {
      one.set_memory<std::uint32_t>(0x21000 + 4 * page, page << 12 | 7);
    }
    one.state.cr3 = 0x20000;
    one.state.cr0 |= cr0::kPg;
  });
  guest.run_to(kCode + 6);
  EXPECT_EQ(guest.place(kCode).why, "pages: the routines are not mapped everywhere");
}

// ---- real mode ----

TEST(Patcher, IntIsPushfAndACallInRealMode) {
  Patched guest(Patched::Mode::kReal);
  // int 10h; mov eax, ... (66); at 2000h: inc cx; iret
  guest.put({0xCD, 0x10, 0x66, kLoadEax, 1, 2, 3, 4, 0xC3});
  guest.put({0x41, 0xCF}, 0x2000);
  guest.each([](GuestCpu& one) {
    one.set_memory<std::uint32_t>(0x40, 0x2000);
    one.state.eflags |= eflags::kIf | eflags::kCf;
  });
  for (int i = 0; i < 3; ++i) {
    guest.go_to(kCode);
    guest.run_to(kCode + 8);
  }
  EXPECT_EQ(guest.place(kCode).form, "routine") << guest.place(kCode).why;
  EXPECT_EQ(guest.place(kCode).executed, 3u);
  EXPECT_EQ(guest.traps(), 1u + 3u) << "the IRETs of the handler";
  EXPECT_EQ(guest.byte(kCode), 0xEA) << "a far jump";
  EXPECT_EQ(guest.patched().state.gpr[kEcx] & 0xFFFF, 3u);
}

TEST(Patcher, TheRoutineOfIntFollowsItsVector) {
  Patched guest(Patched::Mode::kReal);
  guest.put({0xCD, 0x10, 0x66, kLoadEax, 1, 2, 3, 4, 0xC3});
  guest.put({0x41, 0xCF}, 0x2000);
  guest.put({0x42, 0xCF}, 0x2100);  // inc dx; iret
  guest.each([](GuestCpu& one) { one.set_memory<std::uint32_t>(0x40, 0x2000); });
  guest.run_to(kCode + 8);
  const std::uint64_t traps = guest.traps();
  guest.each([](GuestCpu& one) { one.set_memory<std::uint32_t>(0x40, 0x100200); });  // 10:200
  guest.put({0x42, 0xCF}, 0x300);
  guest.go_to(kCode);
  guest.run_to(kCode + 8);
  EXPECT_EQ(guest.traps(), traps + 2) << "the vector's change, and the IRET";
  EXPECT_EQ(guest.patched().state.gpr[kEdx] & 0xFFFF, 1u);
  EXPECT_EQ(guest.place(kCode).executed, 2u);
}

/// What names CS would name the monitor's there.
TEST(Patcher, CodeSegmentsDoNotComeAlongInRealMode) {
  const Bytes follows[] = {{0x0E, 0x90, 0x90, 0x90, 0x90},        // push cs
                           {0x8C, 0xC8, 0x90, 0x90, 0x90},        // mov ax, cs
                           {0x2E, 0xA1, 0x00, 0x20, 0x90, 0x90},  // mov ax, cs:[2000h]
                           {0xEB, 0x00, 0x90, 0x90, 0x90},        // jmp
                           {0xC3, 0x90, 0x90, 0x90, 0x90}};       // ret
  for (const Bytes& bytes : follows) {
    Patched guest(Patched::Mode::kReal);
    guest.put({0xFA});
    guest.put(bytes, kCode + 1);
    guest.put({0xC3}, kCode + 1 + static_cast<std::uint32_t>(bytes.size()));
    guest.patched().step();
    const std::string& why = guest.place(kCode).why;
    EXPECT_TRUE(why == "what follows cannot run elsewhere" || why == "a return follows")
        << std::hex << unsigned{bytes[0]} << ": " << why;
  }
}

/// From the guest's entry on, by all that can be followed.
TEST(Patcher, WithoutSymbolsTheEntryTellsOfJumps) {
  for (const bool jumps : {false, true}) {
    Patched guest(Patched::Mode::kReal, false);
    // jmp 1010h; at 1010h: cli; inc ax, cx, dx, bx; then jmp 1012h or nop nop; hlt
    guest.put({0xEB, 0x0E});
    guest.put({0xFA, 0x40, 0x41, 0x42, 0x43}, kCode + 0x10);
    guest.put(jumps ? Bytes{0xEB, 0xFB} : Bytes{0xEB, 0xFE}, kCode + 0x15);
    guest.each([](GuestCpu& one) { one.step(), one.step(); });
    EXPECT_EQ(guest.place(kCode + 0x10).form, jumps ? "trap" : "routine");
  }
}

// ---- figures ----

TEST(PatchReport, CostsAndWhatIsWrong) {
  PatchReport report;
  report.trap_cycles = 100;
  report.traps = 2;
  report.cycles = 1000;
  report.traps_without = 50;
  report.cycles_without = 900;
  EXPECT_EQ(report.cost(), 1200u);
  EXPECT_EQ(report.cost_without(), 5900u);
  EXPECT_NE(to_text(report, 1).find("saves 4,700 cycles, 79.7 %"), std::string::npos);
  EXPECT_NE(to_text(report, 1).find("shows the same"), std::string::npos);
  report.differences = {"console"};
  EXPECT_FALSE(report.wrong());
  report.differences = {"console", "disk"};
  EXPECT_TRUE(report.wrong());
  report.traps = 60;
  EXPECT_NE(to_text(report, 1).find("saves nothing"), std::string::npos);
}

}  // namespace
}  // namespace strata::test
