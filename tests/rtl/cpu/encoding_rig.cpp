#include "tests/rtl/cpu/encoding_rig.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace strata::test {
namespace {

constexpr std::uint8_t kLockPrefix = 0xF0;
constexpr std::uint8_t kOperandSize = 0x66;
constexpr std::uint8_t kStackSegment = 0x36;
constexpr std::uint8_t kPrefixes[] = {0x0F, 0x26, 0x2E, 0x36, 0x3E, 0x64,
                                      0x65, 0x66, 0x67, 0xF0, 0xF2, 0xF3};

std::string text_of(const RetireRecord& record) {
  if (record.kind != RetireKind::kException) return "none";
  return std::to_string(record.vector) + '(' + std::to_string(record.error_code) + ')';
}

}  // namespace

std::string name_of(Mode mode) {
  static constexpr const char* kNames[] = {"Real", "V86", "Level0", "Level3"};
  return kNames[static_cast<int>(mode)];
}

bool in(std::span<const Entry> list, const Encoding& e) {
  return std::any_of(list.begin(), list.end(), [&e](const Entry& entry) {
    return entry.two_byte == e.two_byte && e.opcode >= entry.first && e.opcode <= entry.last &&
           (entry.regs >> e.reg & 1) != 0;
  });
}

bool advance(Encoding& e) {
  do {
    unsigned n = e.opcode | (e.two_byte ? 1u : 0u) << 8 | e.reg << 9 | (e.memory ? 1u : 0u) << 12 |
                 (e.lock ? 1u : 0u) << 13 | (e.operand_size ? 1u : 0u) << 14;
    if (++n == 1u << 15) return false;
    e = {.two_byte = (n >> 8 & 1) != 0,
         .opcode = static_cast<std::uint8_t>(n),
         .reg = n >> 9 & 7,
         .memory = (n >> 12 & 1) != 0,
         .lock = (n >> 13 & 1) != 0,
         .operand_size = (n >> 14 & 1) != 0};
  } while (!e.two_byte && std::count(std::begin(kPrefixes), std::end(kPrefixes), e.opcode) != 0);
  return true;
}

EncodingRig::EncodingRig(Mode mode, CpuFamily family)
    : mode_(mode),
      family_(family),
      initial_memory_(kBytes, 0xF4),
      core_memory_(kBytes),
      interpreter_memory_(kBytes),
      initial_(CpuState::reset(family)),
      core_region_{.base = 0, .size = kBytes, .host = core_memory_.data()},
      interpreter_region_{.base = 0, .size = kBytes, .host = interpreter_memory_.data()},
      interpreter_(device_, std::span(&interpreter_region_, 1), 1, family) {
  if (mode == Mode::kReal) {
    make_real_mode();
  } else {
    make_protected_mode();
  }
  initial_.eip = kCode;
  initial_.gpr = {0x11, 1, 0x80, kData, kStack, kData, kData, kData};
}

void EncodingRig::make_real_mode() {
  for (std::uint32_t vector = 0; vector < 256; ++vector) set(vector * 4, kHandler);
  initial_.seg[kCs].selector = 0;
  initial_.seg[kCs].base = 0;
}

/// Flat segments of the level, or all zero in virtual-8086 mode; interrupt gates to level 0.
void EncodingRig::make_protected_mode() {
  const std::uint32_t kAccess[] = {0x9B, 0x93, 0xFB, 0xF3};
  std::memset(initial_memory_.data() + kGdt, 0, 8);
  for (unsigned n = 0; n < 4; ++n) {
    set(kGdt + 8 * (n + 1), 0x0000FFFF);
    set(kGdt + 8 * (n + 1) + 4, 0x00CF0000 | kAccess[n] << 8);
  }
  for (std::uint32_t vector = 0; vector < 256; ++vector) {
    set(kIdt + 8 * vector, 8u << 16 | kHandler);
    set(kIdt + 8 * vector + 4, 0xEE00);
  }
  set(kTss + 4, kHandlerStack);
  set(kTss + 8, 0x10);
  set(kTss + 0x64, 0xFFFF0000);  // no I/O permission bitmap
  initial_.cr0 |= cr0::kPe;
  initial_.gdtr = {.base = kGdt, .limit = 5 * 8 - 1};
  initial_.idtr = {.base = kIdt, .limit = 256 * 8 - 1};
  initial_.tr = {.selector = 0x28, .base = kTss, .limit = 0x67, .attributes = 0x8B};
  const bool v86 = mode_ == Mode::kV86;
  const bool inner = mode_ == Mode::kLevel0;
  for (unsigned n = kEs; n <= kGs; ++n) {
    SegmentState& segment = initial_.seg[n];
    const std::uint32_t access = (inner ? 0x93 : 0xF3) | (n == kCs && !v86 ? 8 : 0);
    segment = {.selector = v86 ? 0u : (inner ? 0x10u : 0x23u) - (n == kCs ? 8 : 0),
               .base = 0,
               .limit = v86 ? 0xFFFF : 0xFFFFFFFF,
               .attributes = (v86 ? 0 : 0xC000) | access};
  }
  if (v86) initial_.eflags |= eflags::kVm;
}

void EncodingRig::turn_paging_on() {
  set(kDirectory, kTable | 7);
  for (std::uint32_t page = 0; page < kBytes; page += 0x1000) set_page(page, 7);
  initial_.cr3 = kDirectory;
  initial_.cr0 |= cr0::kPg;
}

std::vector<std::uint8_t> EncodingRig::bytes_of(const Encoding& e) const {
  std::vector<std::uint8_t> bytes;
  if (e.lock) bytes.push_back(kLockPrefix);
  if (e.stack_segment) bytes.push_back(kStackSegment);
  if (e.operand_size) bytes.push_back(kOperandSize);
  if (e.two_byte) bytes.push_back(0x0F);
  bytes.push_back(e.opcode);
  const bool wide = mode_ == Mode::kLevel0 || mode_ == Mode::kLevel3;
  const unsigned rm = e.memory ? 0x00 | (wide ? 5u : 6u) : 0xC1;
  bytes.push_back(static_cast<std::uint8_t>(rm | e.reg << 3));
  bytes.push_back(static_cast<std::uint8_t>(operand_));
  bytes.push_back(static_cast<std::uint8_t>(operand_ >> 8));
  if (wide) bytes.insert(bytes.end(), {0x00, 0x00});
  bytes.insert(bytes.end(), {0x01, 0x00, 0x00, 0x00});  // an immediate
  return bytes;
}

std::string EncodingRig::name_of(const Encoding& e) {
  std::ostringstream name;
  name << (e.lock ? "LOCK " : "") << (e.stack_segment ? "SS " : "") << (e.operand_size ? "66 " : "")
       << (e.two_byte ? "0F " : "") << std::hex << unsigned{e.opcode} << " /" << e.reg
       << (e.memory ? " memory" : " register");
  return name.str();
}

/// What follows is HLT, here or in the handler. What is not at rest then is built anew.
void EncodingRig::come_to_rest() {
  for (unsigned n = 0; n < kMostClocks && !bench_->cpu().idle(); ++n) bench_->clock();
  if (!bench_->cpu().idle()) bench_.reset();
}

RetireRecord EncodingRig::run_on_cpu(CpuState& after) {
  if (bench_ == nullptr) {
    bench_ = std::make_unique<CpuBench>(std::span(&core_region_, 1), device_, family_);
  }
  bench_->load(initial_);
  unsigned clocks = 0;
  while (!bench_->clock() && clocks < kMostClocks) ++clocks;
  EXPECT_LT(clocks, kMostClocks) << "nothing retired";
  const RetireRecord record = bench_->record();
  after = bench_->state();
  come_to_rest();
  return record;
}

std::string EncodingRig::run(const Encoding& encoding) {
  core_memory_ = initial_memory_;
  const std::vector<std::uint8_t> bytes = bytes_of(encoding);
  std::copy(bytes.begin(), bytes.end(), core_memory_.begin() + kCode);
  interpreter_memory_ = core_memory_;
  CpuState cpu;
  const RetireRecord by_cpu = run_on_cpu(cpu);
  interpreter_.load_state(initial_);
  const RetireRecord by_interpreter = interpreter_.step();
  CpuState expected = interpreter_.state();
  expected.tsc = cpu.tsc;
  if (encoding.two_byte && (encoding.opcode == 0x31 || encoding.opcode == 0x32)) {
    expected.gpr[kEax] = cpu.gpr[kEax];  // RDTSC and its register
  }
  if (expected == cpu && text_of(by_cpu) == text_of(by_interpreter)) return text_of(by_cpu);
  std::ostringstream differ;
  differ << "differ: " << text_of(by_cpu) << std::hex << " to " << cpu.eip << ", interpreter "
         << text_of(by_interpreter) << " to " << expected.eip;
  return differ.str();
}

}  // namespace strata::test
