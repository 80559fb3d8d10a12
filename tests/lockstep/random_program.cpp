#include "tests/lockstep/random_program.h"

#include <algorithm>
#include <cassert>
#include <initializer_list>

#include "tests/lockstep/random_code.h"
#include "tests/lockstep/random_pages.h"

namespace strata::test {
namespace {

constexpr std::size_t kMemoryBytes = kPageDirectory + kPageTablePages * 0x1000;
constexpr std::uint32_t kPageBytes = 0x1000;
constexpr std::uint32_t kStackPlace = 0x8000;  // handlers start with ESP there
constexpr std::uint32_t kStackBytes = 0x2000;
constexpr std::uint32_t kIdtBytes = 256 * 8;
constexpr std::uint32_t kIvtBytes = 256 * 4;

// Offsets in the page of handlers.
constexpr std::uint32_t kGdtPointer = 0x20;
constexpr std::uint32_t kIdtPointer = 0x28;
constexpr std::uint32_t kFirstHandler = 0x40;

/// What a descriptor describes: access byte and flags as in the high dword, bits 15:8 and 23:20.
struct Shape {
  std::uint32_t base;
  std::uint32_t limit;  // 20 bits
  std::uint32_t access;
  std::uint32_t flags;
};

enum Index : unsigned { kMainCode = 1, kFlatData, kWideStack, kCode16, kConforming, kTable = 17 };

constexpr Shape kShapes[] = {
    {0, 0, 0, 0},                         // null
    {kCodeBase, 0x0FFFF, 0x9B, 0x4},      // code
    {0, 0xFFFFF, 0x93, 0xC},              // flat data
    {0, 0x9FFFF, 0x93, 0x4},              // stack
    {kCodeBase, 0x0FFFF, 0x9B, 0x0},      // 16-bit code
    {kCodeBase, 0x0FFFF, 0x9E, 0x4},      // conforming code
    {kCodeBase, 0x0FFFF, 0x98, 0x4},      // execute-only code
    {0x20000, 0x0FFFF, 0x90, 0x4},        // read-only data
    {0, 0x00002, 0x96, 0xC},              // expand-down, above 2FFF
    {0x10000, 0x07FFF, 0x97, 0x0},        // expand-down, 8000 to FFFF
    {0, 0xFFFFF, 0x13, 0xC},              // data, not present
    {kCodeBase, 0x0FFFF, 0x1B, 0x4},      // code, not present
    {0x20000, 0x0FFFF, 0x92, 0x0},        // 16-bit data
    {0x30000, 0x08FFD, 0x93, 0x4},        // data with an odd end
    {0x40000, 0x00067, 0x89, 0x0},        // available TSS
    {0x10, 0x08, 0x8C, 0x0},              // call gate
    {0x70, 0x00, 0x85, 0x0},              // task gate
    {kTableBase + 0x800, 0x7F, 0x82, 0},  // LDT
    {0, 0xFFFFF, 0xF3, 0xC},              // data of level 3
    {kCodeBase, 0x0FFFF, 0xFB, 0x4},      // code of level 3
    {0, 0xFFFFF, 0x9A, 0xC},              // flat code
    {0xFFFF0000, 0xFFFFF, 0x92, 0xC},     // data around the end of the address space
    {kCodeBase, 0x0C000, 0x9A, 0x4},      // short code
    {0, 0x00000, 0x80, 0x0},              // reserved system type
};
constexpr unsigned kDescriptors = sizeof(kShapes) / sizeof(kShapes[0]);

std::uint64_t descriptor(const Shape& s) {
  const std::uint64_t low = (s.limit & 0xFFFF) | (s.base & 0xFFFF) << 16;
  const std::uint64_t high = ((s.base >> 16) & 0xFF) | s.access << 8 | (s.limit & 0xF0000) |
                             s.flags << 20 | (s.base & 0xFF000000);
  return high << 32 | low;
}

SegmentState segment(unsigned index) {
  const Shape& s = kShapes[index];
  return {.selector = index * 8,
          .base = s.base,
          .limit = (s.flags & 8) != 0 ? s.limit << 12 | 0xFFF : s.limit,
          .attributes = s.access | 1 | s.flags << 12};
}

/// Assembles handlers for 32-bit or 16-bit code.
class Assembler {
 public:
  Assembler(std::vector<std::uint8_t>& memory, std::uint32_t at, bool wide)
      : memory_(memory), at_(at), wide_(wide) {}

  void bytes(std::initializer_list<unsigned> values) {
    for (unsigned value : values) {
      memory_[at_++] = static_cast<std::uint8_t>(value);
    }
  }
  void number(std::uint32_t value, unsigned count) {
    for (unsigned n = 0; n < count; ++n) {
      bytes({(value >> (8 * n)) & 0xFF});
    }
  }
  /// The next instruction has 32-bit (16-bit) operands.
  void op32() {
    if (!wide_) bytes({0x66});
  }
  void op16() {
    if (wide_) bytes({0x66});
  }
  /// MOV Sreg, selector, through AX
  void load_segment(unsigned segment, std::uint16_t selector) {
    op16();
    bytes({0xB8});
    number(selector, 2);
    bytes({0x8E, 0xC0 | segment << 3});
  }
  /// IN EAX, port
  void in(unsigned port) {
    op32();
    bytes({0xE5, port});
  }
  void move_from_eax(unsigned reg) {
    op32();
    bytes({0x89, 0xC0 | reg});
  }
  std::uint32_t at() const { return at_; }

 private:
  std::vector<std::uint8_t>& memory_;
  std::uint32_t at_;
  bool wide_;
};

}  // namespace

std::uint32_t random_value(Random& random) {
  static constexpr std::uint32_t kEdges[] = {0,      1,      0x7F,       0x80,       0xFF,
                                             0x7FFF, 0x8000, 0xFFFF,     0x10000,    0x7FFFFFFF,
                                             0xFFFE, 0xFFFC, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFE};
  const auto any = static_cast<std::uint32_t>(random());
  switch (pick(random, 8)) {
    case 0: return any;
    case 1: return kEdges[pick(random, sizeof(kEdges) / sizeof(kEdges[0]))];
    case 2: return any & 0xFF;
    case 3: return kDeviceBase + (any & 0x1FFFF);
    case 4: return any & 0xFFFF;
    default: return any % kDeviceBase;
  }
}

std::uint16_t random_selector(Random& random) {
  const unsigned table = pick(random, 16) == 0 ? 4 : 0;
  const unsigned level = pick(random, 6) == 0 ? pick(random, 4) : 0;
  const unsigned index =
      pick(random, 40) == 0 ? pick(random, 0x2000) : pick(random, kDescriptors + 1);
  return static_cast<std::uint16_t>(index << 3 | table | level);
}

std::uint16_t random_code_selector(Random& random) {
  static constexpr Index kChoices[] = {kMainCode, kMainCode, kConforming};
  return static_cast<std::uint16_t>(kChoices[pick(random, 3)] * 8);
}

std::vector<MemoryRegion> RandomProgram::regions(std::span<std::uint8_t> copy) {
  assert(copy.size() == kMemoryBytes);
  const auto region = [&](std::uint32_t base, std::uint32_t end, bool writable) {
    return MemoryRegion{
        .base = base, .size = end - base, .host = copy.data() + base, .writable = writable};
  };
  return {region(0, kDeviceBase, true),
          region(kDeviceEnd, kVectorBase, true),
          region(kVectorBase, kVectorBase + kPageBytes, false),
          region(kVectorBase + kPageBytes, kCodeBase, true),
          region(kCodeBase, kCodeBase + kFirstCode, false),
          region(kCodeBase + kFirstCode, kMemoryBytes, true)};
}

RandomProgram::RandomProgram(std::uint32_t seed, Mode mode, CpuFamily family)
    : random_(seed), protected_mode_(mode != Mode::kReal), memory_(kMemoryBytes) {
  fill_ram();
  write_code();
  write_descriptors();
  if (protected_mode_) {
    write_idt();
  } else {
    write_vectors();
  }
  if (mode == Mode::kPaged) {
    add_random_pages(random_, memory_, family, initial_);
  }
}

void RandomProgram::put32(std::uint32_t address, std::uint32_t value) {
  for (unsigned n = 0; n < 4; ++n) {
    memory_[address + n] = static_cast<std::uint8_t>(value >> (8 * n));
  }
}

void RandomProgram::put64(std::uint32_t address, std::uint64_t value) {
  put32(address, static_cast<std::uint32_t>(value));
  put32(address + 4, static_cast<std::uint32_t>(value >> 32));
}

/// Random bytes; around the stack words that make sense as return addresses and selectors.
void RandomProgram::fill_ram() {
  for (std::uint32_t at = 0; at < kTableBase; at += 4) {
    put32(at, static_cast<std::uint32_t>(random_()));
  }
  for (std::uint32_t at = 0x4000; at < kStackPlace + kStackBytes; at += 4) {
    const std::uint32_t place = kFirstCode + pick(random_, 0xE000);
    if (protected_mode_) {
      put32(at, pick(random_, 2) == 0 ? place : random_selector(random_));
    } else {
      put32(at, (kVectorBase >> 4) + pick(random_, 0x1000) +
                    (((kVectorBase >> 4) + pick(random_, 0x1000)) << 16));
    }
  }
}

void RandomProgram::write_code() {
  // In front of the code segment is code for whoever jumps to others.
  for (const std::uint32_t segment : {kCodeBase, kVectorBase}) {
    const std::uint32_t bytes = 0x10000 - kFirstCode;
    std::vector<std::uint8_t> code;
    append_random_code(random_, protected_mode_, bytes, code, segment + kFirstCode);
    std::copy_n(code.begin(), bytes, memory_.begin() + segment + kFirstCode);
  }
  Assembler(memory_, kCodeBase + kStopPlace, protected_mode_).bytes({0xFA, 0xF4});  // CLI; HLT
}

void RandomProgram::write_descriptors() {
  for (unsigned n = 0; n < kDescriptors; ++n) {
    put64(kTableBase + n * 8, descriptor(kShapes[n]));
    if (n < 16) {
      put64(kTableBase + 0x800 + n * 8, descriptor(kShapes[pick(random_, kDescriptors)]));
    }
  }
  initial_ = CpuState::reset();
  initial_.gdtr = {.base = kTableBase, .limit = kDescriptors * 8 - 1};
  initial_.idtr = {.base = kVectorBase, .limit = (protected_mode_ ? kIdtBytes : kIvtBytes) - 1};
  initial_.ldtr = segment(kTable);
  initial_.gpr[kEsp] = kStackPlace;
  if (protected_mode_) {
    initial_.cr0 |= cr0::kPe;
    for (SegmentState& each : initial_.seg) {
      each = segment(kFlatData);
    }
    initial_.seg[kCs] = segment(kMainCode);
    initial_.seg[kSs] = segment(kWideStack);
  } else {
    initial_.seg[kCs].selector = kCodeBase >> 4;
    initial_.seg[kCs].base = kCodeBase;
  }
  put32(kCodeBase + kGdtPointer, initial_.gdtr.limit | initial_.gdtr.base << 16);
  put32(kCodeBase + kGdtPointer + 4, initial_.gdtr.base >> 16);
  put32(kCodeBase + kIdtPointer, initial_.idtr.limit | initial_.idtr.base << 16);
  put32(kCodeBase + kIdtPointer + 4, initial_.idtr.base >> 16);
}

/// Loads every register and continues at a random place; returns the end of the handler.
std::uint32_t RandomProgram::write_restart_handler(std::uint32_t at, bool wide) {
  Assembler a(memory_, at, wide);
  const auto data = [&] {
    static constexpr Index kChoices[] = {kFlatData, kFlatData, kWideStack, kWideStack};
    return static_cast<std::uint16_t>(protected_mode_ ? kChoices[pick(random_, 4)] * 8
                                                      : pick(random_, 0xF000));
  };
  a.load_segment(kSs, protected_mode_ ? kWideStack * 8 : 0);
  a.op32();
  a.bytes({0xBC});  // MOV ESP
  a.number(kStackPlace + pick(random_, 0x1000), 4);
  for (unsigned segment : {kDs, kEs, kFs}) {
    a.load_segment(segment, data());
  }
  a.load_segment(kGs, protected_mode_ ? kFlatData * 8 : data());
  a.in(kValuePort);
  a.op32();
  a.bytes({0x25});  // AND EAX: not NT, not TF
  a.number(0xFFFF3EFF, 4);
  a.bytes({0x50, 0x9D});  // PUSH, POPF
  for (unsigned reg : {kEcx, kEbx, kEbp, kEsi, kEdi}) {
    a.in(kValuePort);
    a.move_from_eax(reg);
  }
  a.in(kSelectorPort);
  a.bytes({0x50});
  a.in(kPlacePort);
  a.bytes({0x50});
  a.in(kValuePort);
  a.move_from_eax(kEdx);
  a.in(kValuePort);
  a.bytes({0xCB});  // RETF
  return a.at();
}

void RandomProgram::write_vectors() {
  const std::uint32_t restart = kFirstHandler;
  const std::uint32_t iret = write_restart_handler(kCodeBase + restart, false) - kCodeBase;
  memory_[kCodeBase + iret] = 0xCF;
  for (unsigned n = 0; n < 256; ++n) {
    const bool back = n >= 0x20 && pick(random_, 2) == 0;
    put32(kVectorBase + n * 4, (kCodeBase >> 4) << 16 | (back ? iret : restart));
  }
  initial_.eip = restart;
}

void RandomProgram::write_idt() {
  const std::uint32_t restart32 = kFirstHandler;
  const std::uint32_t restart16 = write_restart_handler(kCodeBase + restart32, true) - kCodeBase;
  const std::uint32_t iret = write_restart_handler(kCodeBase + restart16, false) - kCodeBase;
  Assembler(memory_, kCodeBase + iret, true).bytes({0x66, 0xCF});
  for (unsigned n = 0; n < 256; ++n) {
    const bool back = n >= 0x20 && pick(random_, 2) == 0;
    const bool gate32 = pick(random_, 4) != 0;
    const bool code32 = pick(random_, 4) != 0;
    // IRET with the gate's operand size: 66 CF is the other size, CF alone the code segment's.
    const std::uint32_t offset =
        back ? iret + (gate32 == code32 ? 1 : 0) : (code32 ? restart32 : restart16);
    std::uint32_t selector = code32 ? random_code_selector(random_) : kCode16 * 8;
    std::uint32_t access = 0x86u | (gate32 ? 8u : 0u) | pick(random_, 2) | pick(random_, 4) << 5;
    const bool sound = n == vector::kInvalidOpcode;  // the test sees by it what the CPU refuses
    if (!sound && pick(random_, n < 0x20 ? 60 : 15) == 0) {
      access = pick(random_, 256);  // not a gate, perhaps
    }
    if (!sound && pick(random_, n < 0x20 ? 60 : 15) == 0) {
      selector = random_selector(random_);
    }
    put32(kVectorBase + n * 8, offset | selector << 16);
    put32(kVectorBase + n * 8 + 4, access << 8);
  }
  initial_.eip = restart32;
}

}  // namespace strata::test
