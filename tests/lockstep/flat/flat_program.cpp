#include "tests/lockstep/flat/flat_program.h"

#include <algorithm>
#include <array>

#include "models/isa/opcode_table.h"
#include "models/isa/row_effects.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kGdt = 0x1000;
constexpr std::uint32_t kIdt = 0x2000;
constexpr std::uint32_t kHandlers = 0x3000;
constexpr std::uint32_t kLoops = 0x4000;     // addresses of the loops, then of the end
constexpr std::uint32_t kNextLoop = 0x5000;  // number of the loop to come
constexpr std::uint32_t kRounds = 0x5004;    // of the loop, still to come
constexpr std::uint32_t kInterrupts = 0x5008;
constexpr std::uint32_t kStack = 0x9000;
constexpr std::uint32_t kDirectory = 0xB000;
constexpr std::uint32_t kTable = 0xC000;
constexpr std::uint32_t kCode = 0x10000;
constexpr std::uint32_t kWordsCode = 0xA000;
constexpr std::uint32_t kData = 0x40000;
constexpr std::uint32_t kDataBytes = 0x8000;
constexpr unsigned kLoopCount = 48;
constexpr unsigned kVectors = 48;
constexpr std::uint16_t kCodeSelector = 8, kDataSelector = 16, kStack16Selector = 24;
constexpr std::uint16_t kFirstSelector = 32;  // of those that are loaded

struct Descriptor {
  std::uint32_t low;
  std::uint32_t high;
};
// Words and doublewords of SDM vol. 3, figure 3-8.
constexpr Descriptor kDescriptors[] = {
    {0x0000FFFF, 0x00409304},  // 40000, 64 KiB
    {0x1000FFFF, 0x00CF9304},  // 41000, 4 GiB
    {0x1000FFFF, 0x00CF9304},  //
    {0x00007FFF, 0x00409304},  // 40000, 32 KiB
    {0x00003FFF, 0x00409704},  // 40000, grows down to 3FFF
    {0x0000FFFF, 0x00CF9104},  // 40000, 4 GiB, may be read
    {0xF000FFFF, 0xFFCF93FF},  // FFFFF000, 4 GiB
    {0x0000FFFF, 0x00CF9300},  // 0, 4 GiB
};

constexpr Operation kStrings[] = {Operation::kMovs, Operation::kCmps, Operation::kScas,
                                  Operation::kLods, Operation::kStos, Operation::kOuts};

/// Rows that stay in the loop and in its mode.
std::vector<std::uint16_t> usable_rows() {
  using enum Operation;
  constexpr Operation kLeft[] = {kIn,    kIns,   kCli,   kLar,    kLsl,   kLds, kLes,  kLfs,
                                 kLgs,   kLss,   kLgdt,  kLidt,   kLldt,  kLtr, kInvd, kRdmsr,
                                 kWrmsr, kPopDs, kPopEs, kPopFs,  kPopGs, kEsc, kWait, kUd2,
                                 kBound, kVerr,  kVerw,  kWbinvd, kArpl,  kSti, kRdtsc};
  std::vector<std::uint16_t> rows;
  for (std::uint16_t row = 0; row < opcode_rows().size(); ++row) {
    const RowEffects& effects = row_effects()[row];
    const bool left = std::ranges::find(kLeft, effects.operation) != std::end(kLeft);
    const bool system = std::ranges::any_of(effects.operands, [](const Operand& operand) {
      return operand.place == OperandPlace::kSystemReg;
    });
    const bool string = std::ranges::find(kStrings, effects.operation) != std::end(kStrings);
    if ((!effects.ends_block || string) && !left && !system) rows.push_back(row);
  }
  return rows;
}

}  // namespace

FlatProgram::FlatProgram(std::uint32_t seed, Setting setting)
    : random_(seed),
      setting_(setting),
      segments_(setting == Setting::kSegments || setting == Setting::kReal),
      words_(setting == Setting::kReal),
      stack16_(words_ || (setting == Setting::kSegments && seed % 2 == 0)),
      memory_(kMemoryBytes) {
  std::ranges::generate(memory_, [&] { return static_cast<std::uint8_t>(random_()); });
  at_ = words_ ? kWordsCode : kCode;
  for (unsigned n = 0; n < kLoopCount; ++n) {
    put(kLoops + 4 * n, at_);
    write_loop();
  }
  put(kLoops + 4 * kLoopCount, at_);
  byte(0xFA);  // CLI
  byte(0xF4);  // HLT
  put(kNextLoop, 0);
  put(kInterrupts, 0);
  write_handlers();
  write_pages();
}

void FlatProgram::word(std::uint32_t value) {
  byte(value & 0xFF);
  byte(value >> 8 & 0xFF);
}

void FlatProgram::dword(std::uint32_t value) {
  word(value & 0xFFFF);
  word(value >> 16);
}

void FlatProgram::put(std::uint32_t address, std::uint32_t value) {
  for (unsigned n = 0; n < 4; ++n) {
    memory_[address + n] = static_cast<std::uint8_t>(value >> (8 * n));
  }
}

/// In the code's operand size.
void FlatProgram::full(std::uint32_t value) {
  words_ ? word(value) : dword(value);
}

/// What follows has its variable in the stack's segment, which begins at 0 in each setting.
void FlatProgram::from_stack_segment() {
  if (segments_) byte(0x36);
}

// ---- loops ----

void FlatProgram::write_loop() {
  const unsigned absolute = words_ ? 6 : 5;  // ModR/M
  from_stack_segment();
  byte(0xC7), byte(absolute), full(kRounds), full(4 + pick(60));  // MOV [rounds], n
  const std::uint32_t head = at_;
  write_pointers();
  const unsigned count = 4 + pick(40);
  for (unsigned n = 0; n < count; ++n) {
    write_instruction();
    if (pick(12) == 0) {
      if (pick(8) == 0) byte(0xF3);          // REP, which means nothing here
      byte(0x70 + pick(16)), byte(pick(3));  // a jump over what follows, or into its middle
    } else if (pick(12) == 0) {
      if (pick(2) == 0) write_shift();
      byte(0x70 + pick(16)), byte(0);  // a jump behind itself, to who looks at all flags
      byte(0x9C), byte(0x58);          // PUSHF; POP EAX
    } else if (pick(24) == 0) {
      byte(0xE8), full(0);  // CALL behind itself
    }
  }
  const unsigned bytes = words_ ? 2 : 4;
  from_stack_segment();
  byte(0xFF), byte(absolute | 8), full(kRounds);       // DEC [rounds]
  byte(0x0F), byte(0x85), full(head - (at_ + bytes));  // JNZ
  byte(0xE9), full(kHandlers - (at_ + bytes));         // JMP
}

/// By more than one: the host's OF is not the machine's then.
void FlatProgram::write_shift() {
  constexpr unsigned kShl = 4, kShr = 5, kSar = 7;
  constexpr unsigned kShifts[] = {kShl, kShr, kSar};
  byte(0xC1), byte(0xC0 | kShifts[pick(3)] << 3 | general_register()), byte(2 + pick(30));
}

void FlatProgram::write_pointers() {
  for (unsigned n = 0; segments_ && n < 2; ++n) write_segment_load();
  byte(0xBC), full(kStack - 4 * pick(64));
  for (const unsigned number : {kEbx, kEbp, kEsi, kEdi}) {
    if (pick(5) != 0) byte(0xB8 + number), full(pointer());
  }
  if (pick(8) == 0) byte(0xFC + pick(2));  // CLD, STD
}

/// MOV to DS, ES, FS or GS.
void FlatProgram::write_segment_load() {
  constexpr unsigned kLoaded[] = {kDs, kEs, kDs, kEs, kFs, kGs};
  constexpr std::uint16_t kSelectors[] = {0x4000, 0x4000, 0x4123, 0x3FFF,
                                          0xF000, 0xFFFF, 0xA000, 0x0000};
  static_assert(std::size(kSelectors) == std::size(kDescriptors));
  const unsigned n = pick(pick(4) == 0 ? 8 : 4);
  const unsigned selector = setting_ == Setting::kReal ? kSelectors[n] : kFirstSelector + 8 * n;
  unsigned segment = kLoaded[pick(6)];
  byte(0xB8), full(selector);
  if (setting_ == Setting::kSegments && pick(3) == 0) {
    // Another one every other round.
    segment = pick(2) == 0 ? kFs : kGs;
    byte(0x36), byte(0x8A), byte(0x25), dword(kRounds);                // MOV AH, [rounds]
    byte(0x80), byte(0xE4), byte(1), byte(0xC0), byte(0xE4), byte(3);  // AND AH, 1; SHL AH, 3
    byte(0x00), byte(0xE0), byte(0xB4), byte(0);                       // ADD AL, AH; MOV AH, 0
  }
  byte(0x8E), byte(0xC0 | segment << 3 | kEax);
}

std::uint32_t FlatProgram::pointer() {
  const bool offset =
      setting_ == Setting::kReal || (setting_ == Setting::kSegments && pick(3) != 0);
  if (offset) return pick(6) == 0 ? (pick(64) - 32) & 0xFFFF : pick(0x10000);
  switch (pick(40)) {
    case 0: return kDeviceBase + pick(0x1000);
    case 1: return kMemoryBytes - pick(64);
    case 2: return 0u - pick(256);
    case 3: return kCode + pick(0x2000);
    case 4: return static_cast<std::uint32_t>(random_());
    case 5:
    case 6: return kData + 0x1000 * pick(8) - pick(8);  // the edge of a page
    default: return kData + pick(kDataBytes);
  }
}

/// Mostly one that holds no pointer.
unsigned FlatProgram::general_register() {
  constexpr unsigned kValues[] = {kEax, kEcx, kEdx};
  return pick(6) == 0 ? pick(8) : kValues[pick(3)];
}

/// By BX, BP, SI and DI.
void FlatProgram::write_words_address(unsigned reg) {
  constexpr unsigned kAbsolute = 6;
  const unsigned kind = pick(3), how = pick(8);
  byte(kind << 6 | reg << 3 | how);
  if (kind == 1) byte(pick(256));
  if (kind == 2 || (kind == 0 && how == kAbsolute)) word(pick(0x10000));
}

void FlatProgram::write_modrm(unsigned reg, bool memory_only, bool register_only, bool words) {
  if (register_only || (!memory_only && pick(2) == 0)) {
    byte(0xC0 | reg << 3 | general_register());
    return;
  }
  if (words) return write_words_address(reg);
  constexpr unsigned kPointers[] = {kEbx, kEbp, kEsi, kEdi, kEsp};
  const unsigned base = kPointers[pick(pick(8) == 0 ? 5 : 4)];
  const bool wide = pick(6) == 0;
  if (pick(10) == 0) {
    byte(reg << 3 | 5), dword(kData + pick(kDataBytes));
    return;
  }
  if (base == kEsp || pick(4) == 0) {
    const unsigned index = pick(4) == 0 ? general_register() : kEsp;  // ESP: none
    byte((wide ? 0x80 : 0x40) | reg << 3 | 4);
    byte(pick(4) << 6 | index << 3 | base);
  } else {
    byte((wide ? 0x80 : 0x40) | reg << 3 | base);
  }
  if (wide) {
    dword(pick(3) == 0 ? static_cast<std::uint32_t>(random_()) : pick(0x1000));
  } else {
    byte(pick(256));
  }
}

void FlatProgram::write_instruction() {
  static const std::vector<std::uint16_t> kRows = usable_rows();
  const std::uint16_t row_number = kRows[pick(static_cast<std::uint32_t>(kRows.size()))];
  const OpcodeRow& row = opcode_rows()[row_number];
  const FormTraits traits = traits_of(row.form);
  const bool other = pick(8) == 0;  // the other operand size
  const Operation operation = row_effects()[row_number].operation;
  const bool string = std::ranges::find(kStrings, operation) != std::end(kStrings);
  if (string && pick(2) == 0) {
    byte(0xB8 + kEcx), full(pick(40));
    byte(0xF2 + pick(2));  // REPNE, REP
  }
  const bool other_address = segments_ && pick(words_ ? 10 : 2) == 0;
  const bool half = other != words_;
  const bool words = other_address != words_;
  if (other) byte(0x66);
  if (other_address) byte(0x67);
  constexpr std::uint8_t kSegmentPrefixes[] = {0x26, 0x3E, 0x64, 0x65, 0x36, 0x2E};
  if (pick(segments_ ? 6 : 40) == 0) byte(kSegmentPrefixes[segments_ ? pick(6) : 3]);
  if (row.map == OpcodeMap::kTwoByte) byte(0x0F);
  const unsigned reg = row.group != kAnyReg ? static_cast<unsigned>(row.group) : general_register();
  byte(row.opcode + (traits.register_in_opcode ? general_register() : 0));
  if (traits.modrm) write_modrm(reg, traits.memory_only, traits.register_only, words);
  switch (traits.immediate) {
    case ImmediateKind::kNone: return;
    case ImmediateKind::kByte: return byte(pick(256));
    case ImmediateKind::kWord: return word(pick(0x10000));
    case ImmediateKind::kFull:
      return half ? word(pick(0x10000)) : dword(static_cast<std::uint32_t>(random_()));
    case ImmediateKind::kAddress:
      return words ? word(pick(0x10000)) : dword(kData + pick(kDataBytes));
    case ImmediateKind::kEnter: return word(pick(64)), byte(pick(3));
    case ImmediateKind::kFar: return half ? word(0) : dword(0), word(0);
  }
}

// ---- what stands around them ----

/// Exceptions and the end of a loop go on with the next; an interrupt is counted.
void FlatProgram::write_handlers() {
  const unsigned absolute = words_ ? 6 : 5;
  at_ = kHandlers;
  byte(0xBC), full(kStack);                                           // MOV ESP, stack
  byte(0xFC);                                                         // CLD
  from_stack_segment(), byte(0xA1), full(kNextLoop);                  // MOV EAX, [next]
  from_stack_segment(), byte(0xFF), byte(absolute), full(kNextLoop);  // INC [next]
  byte(0xFB);                                                         // STI
  if (words_) {
    byte(0x89), byte(0xC3), byte(0xC1), byte(0xE3), byte(2);  // MOV BX, AX; SHL BX, 2
    byte(0x36), byte(0xFF), byte(0xA7), word(kLoops);         // JMP SS:[BX+loops]
  } else {
    from_stack_segment();
    byte(0xFF), byte(0x24), byte(0x85), dword(kLoops);  // JMP [loops+EAX*4]
  }
  const std::uint32_t interrupt = at_;
  from_stack_segment(), byte(0xFF), byte(absolute), full(kInterrupts);  // INC [interrupts]
  byte(0xCF);                                                           // IRET
  write_vectors(interrupt);
  write_descriptors();
}

void FlatProgram::write_vectors(std::uint32_t interrupt) {
  for (unsigned n = 0; n < kVectors; ++n) {
    const std::uint32_t handler = n < 32 ? kHandlers : interrupt;
    if (setting_ == Setting::kReal) {
      put(4 * n, handler);  // in segment 0
    } else {
      put(kIdt + 8 * n, std::uint32_t{kCodeSelector} << 16 | handler);
      put(kIdt + 8 * n + 4, 0x8E00);
    }
  }
}

void FlatProgram::write_descriptors() {
  put(kGdt + kCodeSelector, 0x0000FFFF), put(kGdt + kCodeSelector + 4, 0x00CF9B00);
  put(kGdt + kDataSelector, 0x0000FFFF), put(kGdt + kDataSelector + 4, 0x00CF9300);
  put(kGdt + kStack16Selector, 0x0000FFFF), put(kGdt + kStack16Selector + 4, 0x00009300);
  std::uint32_t at = kGdt + kFirstSelector;
  for (const auto& [low, high] : kDescriptors) {
    put(at, low), put(at + 4, high);
    at += 8;
  }
}

void FlatProgram::write_pages() {
  constexpr std::uint32_t kThereAndWritable = 3, kThere = 1;
  for (unsigned n = 0; n < 1024; ++n) put(kDirectory + 4 * n, n == 0 ? kTable | 3 : 0);
  for (unsigned n = 0; n < 1024; ++n) {
    const bool data = n >= kData >> 12 && n < (kData + kDataBytes) >> 12;
    const unsigned choice = data ? pick(8) : 7;
    const std::uint32_t rights = choice == 0 ? 0 : choice == 1 ? kThere : kThereAndWritable;
    put(kTable + 4 * n, n << 12 | rights);
  }
}

std::vector<MemoryRegion> FlatProgram::regions(std::span<std::uint8_t> copy) {
  return {
      {.base = 0, .size = kDeviceBase, .host = copy.data()},
      {.base = kDeviceEnd, .size = kMemoryBytes - kDeviceEnd, .host = copy.data() + kDeviceEnd}};
}

CpuState FlatProgram::initial() const {
  CpuState state = CpuState::reset(CpuFamily::k586);
  state.eip = kHandlers;
  state.eflags = eflags::kReserved1;
  if (setting_ == Setting::kReal) {
    state.seg[kCs].selector = 0, state.seg[kCs].base = 0;
    return state;
  }
  const SegmentState data{kDataSelector, 0, 0xFFFFFFFF, 0xC093};
  for (const unsigned segment : {kEs, kSs, kDs, kFs, kGs}) state.seg[segment] = data;
  if (stack16_) state.seg[kSs] = {kStack16Selector, 0, 0xFFFF, 0x93};
  state.seg[kCs] = {kCodeSelector, 0, 0xFFFFFFFF, 0xC09B};
  state.gdtr = {kGdt, kFirstSelector + 8 * std::size(kDescriptors) - 1};
  state.idtr = {kIdt, 8 * kVectors - 1};
  const bool paged = setting_ == Setting::kPaged;
  state.cr0 = cr0::kPe | cr0::kEt | (paged ? cr0::kPg | cr0::kWp : 0);
  state.cr3 = kDirectory;
  return state;
}

}  // namespace strata::test
