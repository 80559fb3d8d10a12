// Delivery in real mode where the vector table or the stack is too short (SDM vol. 2, INT n,
// Operation, REAL-ADDRESS-MODE; vol. 3, table 6-5), on the CPU and behind it on the interpreter.
#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "tests/rtl/cpu/cpu_bench.h"

namespace strata::test {
namespace {

constexpr std::size_t kMemoryBytes = 0x10000;
constexpr std::uint32_t kInstruction = 0x500;
constexpr std::uint32_t kHandler = 0x600;

class InterruptDevice final : public NoDevice {
 public:
  static constexpr std::uint8_t kVector = 0x40;
  std::uint8_t acknowledge() override { return kVector; }
};

struct Case {
  std::string name;
  std::vector<std::uint8_t> code;
  std::uint32_t sp;
  std::uint32_t idt_limit;
  std::uint32_t eip;
  std::string outcome;       // "13 at 500" with the saved IP, "int at 502", "shutdown"
  bool interrupted = false;  // in front of the instruction
};

/// What came of the first instruction: CPU and interpreter must agree on it.
std::string run(const Case& c) {
  constexpr unsigned kMostClocks = 2000;
  std::vector<std::uint8_t> cpu_memory(kMemoryBytes, 0xF4);
  for (std::uint32_t vector = 0; vector < 256; ++vector) {
    const std::uint8_t entry[] = {kHandler & 0xFF, kHandler >> 8, 0, 0};
    std::copy(std::begin(entry), std::end(entry), cpu_memory.begin() + vector * 4);
  }
  for (std::uint32_t n = 0; n < c.code.size(); ++n)
    cpu_memory[(c.eip + n) % kMemoryBytes] = c.code[n];
  std::vector<std::uint8_t> checker_memory = cpu_memory;
  const MemoryRegion cpu{.base = 0, .size = kMemoryBytes, .host = cpu_memory.data()};
  const MemoryRegion checked{.base = 0, .size = kMemoryBytes, .host = checker_memory.data()};
  CpuState initial = CpuState::reset();
  initial.seg[kCs].selector = 0;
  initial.seg[kCs].base = 0;
  initial.eip = c.eip;
  initial.gpr[kEsp] = c.sp;
  initial.idtr.limit = c.idt_limit;
  if (c.interrupted) initial.eflags |= eflags::kIf;
  InterruptDevice device;
  LockstepChecker checker(std::span(&checked, 1), initial);
  CpuBench bench(std::span(&cpu, 1), device);
  bench.set_checker(&checker);
  bench.load(initial);
  bench.set_interrupt(c.interrupted);
  for (unsigned n = 0; n < kMostClocks; ++n) {
    const bool retired = bench.clock();
    if (retired && !checker.on_retire(bench.record(), bench.state())) return checker.report();
    if (bench.cpu().shutdown()) return checker.on_shutdown() ? "shutdown" : checker.report();
    if (!retired) continue;
    const std::uint32_t sp = bench.state().gpr[kEsp] & 0xFFFF;
    const bool handled = bench.state().eip == kHandler;
    std::ostringstream outcome;
    if (bench.record().kind == RetireKind::kInterrupt) {
      outcome << "interrupt";
    } else if (bench.record().kind == RetireKind::kException) {
      outcome << unsigned{bench.record().vector};
    } else {
      outcome << (handled ? "int" : "done");
    }
    // At the handler's HLT what was pushed is in memory.
    while (!bench.cpu().idle() && n++ < kMostClocks) bench.clock();
    const std::uint32_t saved = cpu_memory[sp] | cpu_memory[(sp + 1) % kMemoryBytes] << 8;
    if (handled) outcome << " at " << std::hex << saved;
    return outcome.str();
  }
  return "nothing";
}

TEST(CpuRealModeDelivery, WithoutRoom) {
  constexpr std::uint32_t kAll = 0x3FF;
  constexpr std::uint32_t kSp = 0x8000;
  const std::vector<std::uint8_t> kInt21 = {0xCD, 0x21};
  const Case cases[] = {
      {"INT 21, all of its vector is there", kInt21, kSp, 0x87, kInstruction, "int at 502"},
      {"INT 21, its last byte is not: #GP", kInt21, kSp, 0x86, kInstruction, "13 at 500"},
      {"nor is that of #GP: #DF", kInt21, kSp, 0x36, kInstruction, "8 at 500"},
      {"all of #DF's is", kInt21, kSp, 0x23, kInstruction, "8 at 500"},
      {"and without it: shutdown", kInt21, kSp, 0x22, kInstruction, "shutdown"},
      {"INT3 without its vector: shutdown", {0xCC}, kSp, 0x0E, kInstruction, "shutdown"},
      {"INT3 with it", {0xCC}, kSp, 0x0F, kInstruction, "int at 501"},
      {"#UD without its vector: #GP, here shutdown",
       {0x0F, 0x0B},
       kSp,
       0x1A,
       kInstruction,
       "shutdown"},
      {"#UD", {0x0F, 0x0B}, kSp, 0x1B, kInstruction, "6 at 500"},
      // SDM vol. 2, PUSH, PUSHF, PUSHA: #SS cannot be delivered, nor #DF
      {"PUSH with SP 1", {0x50}, 1, kAll, kInstruction, "shutdown"},
      {"PUSH of a segment with SP 1", {0x06}, 1, kAll, kInstruction, "shutdown"},
      {"PUSH of an immediate with SP 1", {0x6A, 0x01}, 1, kAll, kInstruction, "shutdown"},
      {"PUSHF with SP 1", {0x9C}, 1, kAll, kInstruction, "shutdown"},
      {"CALL with SP 1", {0xE8, 0x00, 0x00}, 1, kAll, kInstruction, "shutdown"},
      {"far CALL with SP 3", {0x9A, 0x00, 0x06, 0x00, 0x00}, 3, kAll, kInstruction, "shutdown"},
      {"PUSHA with SP 1", {0x60}, 1, kAll, kInstruction, "shutdown"},
      {"PUSHA with SP 3", {0x60}, 3, kAll, kInstruction, "shutdown"},
      {"PUSHA with SP 5", {0x60}, 5, kAll, kInstruction, "shutdown"},
      {"PUSHA with SP 7: #GP", {0x60}, 7, kAll, kInstruction, "13 at 500"},
      {"PUSHA with SP 15: #GP", {0x60}, 15, kAll, kInstruction, "13 at 500"},
      {"INT 21 with SP 1", kInt21, 1, kAll, kInstruction, "shutdown"},
      {"INT 21 with SP 5", kInt21, 5, kAll, kInstruction, "shutdown"},
      {"INT 21 with SP 7 has room", kInt21, 7, kAll, kInstruction, "int at 502"},
      // items of the stack go round: SP 0 and 2 and 4 are even
      {"INT 21 with SP 4", kInt21, 4, kAll, kInstruction, "int at 502"},
      // SDM vol. 3, 6.15 (13): code past the limit of CS
      {"one byte at FFFF", {0x90}, kSp, kAll, 0xFFFF, "done"},
      {"two bytes at FFFF: #GP", {0xB0, 0x01}, kSp, kAll, 0xFFFF, "13 at ffff"},
      {"prefix at FFFF: #GP", {0x26, 0x90}, kSp, kAll, 0xFFFF, "13 at ffff"},
      {"three bytes at FFFE: #GP", {0xB8, 0x01, 0x02}, kSp, kAll, 0xFFFE, "13 at fffe"},
      {"at 10000: #GP", {0x90}, kSp, kAll, 0x10000, "13 at 0"},
      {"interrupt 40", {0x90}, kSp, 0x103, kInstruction, "interrupt at 500", true},
      {"without its vector: #GP", {0x90}, kSp, 0x102, kInstruction, "13 at 500", true},
      {"and without that: #DF", {0x90}, kSp, 0x36, kInstruction, "8 at 500", true}};
  for (const Case& c : cases) EXPECT_EQ(run(c), c.outcome) << c.name;
}

}  // namespace
}  // namespace strata::test
