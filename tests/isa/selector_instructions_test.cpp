// LAR LSL VERR VERW ARPL SLDT STR LLDT LTR (SDM vol. 2; vol. 3, 5.10).
#include "tests/isa/protected_guest.h"

namespace strata::test {
namespace {

using G = ProtectedGuest;

constexpr std::uint32_t kZf = eflags::kZf;

bool zf(const G& guest) {
  return (guest.state.eflags & kZf) != 0;
}

// SDM vol. 2, tables 3-52 (LAR) and 3-54 (LSL), for all types of system descriptors.
TEST(SelectorInstructions, KnowTheTypesOfSystemDescriptors) {
  constexpr std::uint32_t kLarTypes =
      1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 9 | 1 << 11 | 1 << 12;
  constexpr std::uint32_t kLslTypes = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 9 | 1 << 11;
  for (std::uint32_t type = 0; type < 16; ++type) {
    for (const std::uint8_t opcode : {std::uint8_t{2}, std::uint8_t{3}}) {
      G guest;
      guest.set_descriptor(G::kSlot, 0x12345678, 0x9ABCD, attr::kPresent | type);
      guest.state.gpr[kEax] = G::kSlot;
      guest.state.gpr[kEcx] = 0x55555555;
      EXPECT_TRUE(executed(guest.run({0x0F, opcode, 0xC8})));  // ecx, ax
      const bool valid = ((opcode == 2 ? kLarTypes : kLslTypes) >> type & 1) != 0;
      EXPECT_EQ(zf(guest), valid) << type;
      const std::uint32_t result = opcode == 2 ? 0x8000 | type << 8 : 0x9ABCD;
      EXPECT_EQ(guest.state.gpr[kEcx], valid ? result : 0x55555555) << type;
    }
  }
}

TEST(SelectorInstructions, LarKeepsFlagsAndAccessByte) {
  G guest;
  guest.set_descriptor(G::kSlot, 0x12345678, 0x9ABCD,
                       G::kPresent | G::kCodeXr | G::kFlat | attr::kAvailable);
  guest.state.gpr[kEax] = G::kSlot;
  guest.run({0x0F, 0x02, 0xC8});
  EXPECT_EQ(guest.state.gpr[kEcx], 0x00D09A00u);
  guest.state.gpr[kEcx] = 0xFFFFFFFF;
  guest.run({0x66, 0x0F, 0x02, 0xC8});
  EXPECT_EQ(guest.state.gpr[kEcx], 0xFFFF9A00u);
}

TEST(SelectorInstructions, LslGivesBytes) {
  G guest;
  guest.set_descriptor(G::kSlot, 0, 0x12345, G::kPresent | G::kDataRw | attr::kGranularity);
  guest.state.gpr[kEax] = G::kSlot;
  guest.run({0x0F, 0x03, 0xC8});
  EXPECT_EQ(guest.state.gpr[kEcx], 0x12345FFFu);
}

/// SDM vol. 2, VERR and VERW.
TEST(SelectorInstructions, VerrAndVerwFollowTheType) {
  for (std::uint32_t type = 0; type < 32; ++type) {  // bit 4: S
    for (const std::uint8_t modrm : {std::uint8_t{0xE0}, std::uint8_t{0xE8}}) {
      G guest;
      guest.set_descriptor(G::kSlot, 0, 0, type);  // P does not count
      guest.state.gpr[kEax] = G::kSlot;
      EXPECT_TRUE(executed(guest.run({0x0F, 0x00, modrm})));
      const bool code = (type & 8) != 0;
      const bool read = !code || (type & 2) != 0;
      const bool write = !code && (type & 2) != 0;
      EXPECT_EQ(zf(guest), type >= 16 && (modrm == 0xE0 ? read : write)) << type;
    }
  }
}

/// SDM vol. 2, LAR: invisible where CPL or RPL is above DPL, but for conforming code.
TEST(SelectorInstructions, HideWhatIsMorePrivileged) {
  for (unsigned dpl = 0; dpl < 4; ++dpl) {
    for (unsigned rpl = 0; rpl < 4; ++rpl) {
      for (const bool level3 : {false, true}) {
        G guest;
        if (level3) {
          guest.enter_level3();
        }
        guest.set_flat(G::kSlot, G::kPresent | G::kDataRw | dpl << 5);
        guest.set_flat(G::kSlot2, G::kPresent | G::kConforming | dpl << 5);
        guest.state.gpr[kEax] = G::kSlot | rpl;
        guest.run({0x0F, 0x03, 0xC8});
        EXPECT_EQ(zf(guest), dpl >= rpl && (!level3 || dpl == 3));
        guest.state.gpr[kEax] = G::kSlot2 | rpl;
        guest.run({0x0F, 0x00, 0xE0});  // verr
        EXPECT_TRUE(zf(guest));
      }
    }
  }
}

TEST(SelectorInstructions, NullAndOutsideSelectorsClearZf) {
  for (const std::uint16_t selector :
       {std::uint16_t{0}, std::uint16_t{3}, G::kPastGdt, std::uint16_t{0x0C}}) {
    G guest;
    guest.state.eflags |= kZf;
    guest.state.gpr[kEax] = selector;
    EXPECT_TRUE(executed(guest.run({0x0F, 0x02, 0xC8})));
    EXPECT_FALSE(zf(guest));
  }
}

/// SDM vol. 2, ARPL.
TEST(SelectorInstructions, ArplRaisesTheRpl) {
  for (unsigned mine = 0; mine < 4; ++mine) {
    for (unsigned theirs = 0; theirs < 4; ++theirs) {
      G guest;
      guest.state.gpr[kEax] = 0xABCD1230 | mine;
      guest.state.gpr[kEcx] = theirs;
      EXPECT_TRUE(executed(guest.run({0x63, 0xC8})));  // arpl ax, cx
      EXPECT_EQ(guest.state.gpr[kEax], 0xABCD1230 | std::max(mine, theirs));
      EXPECT_EQ(zf(guest), mine < theirs);
    }
  }
}

TEST(SelectorInstructions, ArplWritesOnlyWhatItRaises) {
  for (const unsigned rpl : {0u, 3u}) {
    G guest;
    guest.state.seg[kDs].attributes &= ~attr::kWritable;
    guest.state.gpr[kEax] = rpl;
    const RetireRecord record = guest.run({0x63, 0x03});  // arpl [ebx], ax
    EXPECT_TRUE(rpl == 0 ? executed(record) : raised(record, vector::kGeneralProtection));
  }
}

TEST(SelectorInstructions, SldtAndStrStoreWordsOrZeroExtend) {
  G guest;
  guest.state.gpr[kEax] = 0xFFFFFFFF;
  guest.run({0x0F, 0x00, 0xC8});  // str eax
  EXPECT_EQ(guest.state.gpr[kEax], std::uint32_t{G::kTss});
  guest.state.gpr[kEbx] = 0x4000;
  guest.set_memory<std::uint32_t>(0x4000, 0xFFFFFFFF);
  guest.state.ldtr.selector = 0x1234;
  guest.run({0x0F, 0x00, 0x03});  // sldt [ebx]
  EXPECT_EQ(guest.memory<std::uint32_t>(0x4000), 0xFFFF1234u);
}

RetireRecord load(G& guest, std::uint8_t modrm, std::uint16_t selector) {
  guest.state.gpr[kEax] = selector;
  return guest.run({0x0F, 0x00, modrm});
}
constexpr std::uint8_t kLldt = 0xD0;
constexpr std::uint8_t kLtr = 0xD8;

/// SDM vol. 2, LLDT.
TEST(SelectorInstructions, LldtLoadsAndChecks) {
  G guest;
  EXPECT_TRUE(executed(load(guest, kLldt, G::kLdt)));
  EXPECT_EQ(guest.state.ldtr, guest.cache(G::kLdt));
  EXPECT_TRUE(executed(load(guest, kLldt, 3)));
  EXPECT_EQ(guest.state.ldtr.attributes, attr::kUnusable);
  guest.state.gpr[kEcx] = 0x0F;
  EXPECT_TRUE(raised(guest.run({0x8E, 0xC1}), vector::kGeneralProtection, 0x0C))
      << "no LDT, no descriptor";
  const auto refused = [](std::uint16_t selector, unsigned vector) {
    G other;
    other.set_descriptor(G::kSlot, 0, 0xFF, 0x2);  // LDT, absent
    return raised(load(other, kLldt, selector), vector, selector & ~3u);
  };
  EXPECT_TRUE(refused(G::kLdt | 4, vector::kGeneralProtection));
  EXPECT_TRUE(refused(G::kPastGdt, vector::kGeneralProtection));
  EXPECT_TRUE(refused(G::kData32, vector::kGeneralProtection));
  EXPECT_TRUE(refused(G::kOtherTss, vector::kGeneralProtection));
  EXPECT_TRUE(refused(G::kSlot, vector::kSegmentNotPresent));
}

/// SDM vol. 2, LTR.
TEST(SelectorInstructions, LtrLoadsAndMarksBusy) {
  for (const std::uint16_t selector : {G::kOtherTss, G::kTss16}) {
    G guest;
    const std::uint8_t access = guest.access_of(selector);
    EXPECT_TRUE(executed(load(guest, kLtr, selector)));
    EXPECT_EQ(guest.access_of(selector), access | 2);
    EXPECT_EQ(guest.state.tr, guest.cache(selector));
  }
  const auto refused = [](std::uint16_t selector, unsigned vector, std::uint32_t error) {
    G other;
    other.set_descriptor(G::kSlot, 0, 0xFF, 0x9);  // TSS, absent
    return raised(load(other, kLtr, selector), vector, error);
  };
  EXPECT_TRUE(refused(0, vector::kGeneralProtection, 0));
  EXPECT_TRUE(refused(G::kTss, vector::kGeneralProtection, G::kTss)) << "busy";
  EXPECT_TRUE(refused(G::kOtherTss | 4, vector::kGeneralProtection, G::kOtherTss | 4));
  EXPECT_TRUE(refused(G::kPastGdt, vector::kGeneralProtection, G::kPastGdt));
  EXPECT_TRUE(refused(G::kLdt, vector::kGeneralProtection, G::kLdt));
  EXPECT_TRUE(refused(G::kSlot, vector::kSegmentNotPresent, G::kSlot));
}

}  // namespace
}  // namespace strata::test
