#include "tests/isa/random_try.h"

#include <gtest/gtest.h>

#include "models/isa/decoder.h"
#include "models/isa/row_effects.h"

namespace strata::test {
namespace {

CpuState random_state(Random& random, Mood mood) {
  CpuState s = CpuState::reset(CpuFamily::k586);
  const bool real = mood == Mood::kReal;
  s.cr0 = cr0::kEt | (real ? 0 : cr0::kPe) | (random.below(4) == 0 ? cr0::kTs : 0);
  if (mood == Mood::kHostile) {
    s.cr0 |= cr0::kMp | cr0::kTs;
    s.cr4 = 4;  // TSD
  }
  const std::uint32_t level = mood == Mood::kHostile ? 3u << attr::kDplShift : 0;
  for (unsigned n = 0; n < s.seg.size(); ++n) {
    SegmentState& segment = s.seg[n];
    segment.base = n == kCs ? 0 : kDataBase;
    segment.selector = n == kCs ? 0 : kDataBase >> 4;
    segment.limit = mood == Mood::kHostile ? (n == kCs ? kCode + 20 : 1) : 0xFFFF;
    segment.attributes = attr::kPresent | attr::kS | attr::kWritable | attr::kAccessed | level |
                         (n == kCs ? attr::kCode : 0) | (real ? 0 : attr::kBig);
  }
  s.gdtr = {kGdt, kGdtLimit};
  s.tsc = random.next();
  s.idtr = {0, mood == Mood::kHostile ? 0 : 0x3FFu};
  for (std::uint32_t& value : s.gpr) {
    value = random.below(3) == 0 ? random.below(16) : random.next();
  }
  for (const Gpr pointer : {kEbx, kEsp, kEbp, kEsi, kEdi}) {
    s.gpr[pointer] = 0x100 + random.below(0x3000);
  }
  if (random.below(2) == 0) s.gpr[kEcx] = random.below(20);
  if (random.below(2) == 0) s.gpr[kEdx] = random.below(3);  // so that divisions divide
  s.eip = kCode;
  s.eflags = eflags::kReserved1 | (random.next() & kFlags);
  if (mood != Mood::kHostile && random.below(2) == 0) s.eflags |= eflags::kIf;
  return s;
}

/// Where the operand in memory is, if there is one: in protected mode its displacement has 32 bits.
std::uint32_t linear_address(const Try& t) {
  const bool big = t.start.seg[kDs].attributes & attr::kBig;
  std::uint32_t displacement = 0;
  std::memcpy(&displacement, &t.bytes[t.displacement_at], big ? 4 : 2);
  return kDataBase + displacement;
}

/// The first descriptor of data that may be written.
std::uint32_t writable_selector(const Bench& bench) {
  std::uint32_t selector = 8;
  while ((bench.initial(kGdt + selector + 4) >> 8 & (attr::kCode | attr::kWritable)) !=
         attr::kWritable) {
    selector += 8;
  }
  return selector;
}

/// Makes what random values seldom hit: registers that exist, comparisons that are equal, segments
/// that may be written.
void favour(Bench& bench, Operation operation, Try& t) {
  if (bench.random.below(2) == 0) return;
  constexpr std::uint32_t kModelRegisters[] = {0, 1, 0x10};
  if (operation == Operation::kJcxz) t.start.gpr[kEcx] = 0;
  if (operation == Operation::kRdmsr || operation == Operation::kWrmsr) {
    t.start.gpr[kEcx] = kModelRegisters[bench.random.below(3)];
  } else if (operation == Operation::kCmpxchg8b) {
    const std::uint32_t linear = linear_address(t);
    t.start.gpr[kEax] = bench.initial(linear);
    t.start.gpr[kEdx] = bench.initial(linear + 4);
  } else if ((operation == Operation::kVerr || operation == Operation::kVerw) &&
             t.displacement_at != 0) {
    const std::uint32_t linear = linear_address(t);
    bench.flip(linear, (bench.initial(linear) ^ writable_selector(bench)) & 0xFFFF);
  }
}

}  // namespace

Try random_try(Bench& bench, std::size_t number, Mood mood, bool memory, bool operand32) {
  Random& random = bench.random;
  const OpcodeRow& row = opcode_rows()[number];
  const FormTraits traits = traits_of(row.form);
  const bool big = mood != Mood::kReal;
  Try t;
  t.row = number;
  const auto add = [&](std::uint32_t value, unsigned count) {
    for (unsigned n = 0; n < count; ++n)
      t.bytes.push_back(static_cast<std::uint8_t>(value >> 8 * n));
  };
  const Operation operation = row_effects()[number].operation;
  const bool string = row.form == Form::kNone && (row_effects()[number].registers_read & 0xC0) != 0;
  if (string && operation != Operation::kPusha && random.below(2) == 0) {
    add(0xF2 + random.below(2), 1);
  }
  if (operand32 != big) add(0x66, 1);
  if (row.map == OpcodeMap::kTwoByte) add(0x0F, 1);
  add(row.opcode + (traits.register_in_opcode ? random.below(8) : 0u), 1);
  if (traits.modrm) {
    const bool from_segment = operation == Operation::kMov && row.opcode == 0x8C;
    const unsigned reg =
        row.group >= 0 ? static_cast<unsigned>(row.group) : random.below(from_segment ? 6 : 8);
    if (memory) {
      add(reg << 3 | (big ? 5 : 6), 1);
      t.displacement_at = t.bytes.size();
      add(random.below(0x3000), big ? 4 : 2);
    } else {
      add(0xC0 | reg << 3 | random.below(8), 1);
    }
  }
  const std::uint32_t value = random.below(3) == 0 ? random.below(3) : random.next();
  const unsigned full = operand32 ? 4 : 2;
  switch (traits.immediate) {
    case ImmediateKind::kNone: break;
    case ImmediateKind::kByte: add(value, 1); break;
    case ImmediateKind::kWord: add(value, 2); break;
    case ImmediateKind::kFull: add(random.below(2) == 0 ? value & 0xFFF : value, full); break;
    case ImmediateKind::kFar:
      add(value & 0xFFF, full);
      add(random.next(), 2);
      break;
    case ImmediateKind::kAddress: add(random.below(0x3000), big ? 4 : 2); break;
    case ImmediateKind::kEnter:
      add(value & 0xFF, 2);
      add(random.below(4), 1);
      break;
  }
  t.bytes.resize(20);  // what is behind it is not reached
  t.start = random_state(random, mood);
  favour(bench, operation, t);
  EXPECT_TRUE(decode(t.bytes, big, CpuFamily::k586, t.instruction)) << row.mnemonic;
  return t;
}

}  // namespace strata::test
