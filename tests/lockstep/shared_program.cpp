#include "tests/lockstep/shared_program.h"

#include <array>

namespace strata::test {
namespace {

constexpr std::uint32_t kLoop = 0x10000;
constexpr std::uint32_t kLoopEnd = 0x12000;  // of the loop's instructions
constexpr std::uint32_t kRoutine = 0x18000;  // what CALL goes to
constexpr std::uint32_t kPrivate = 0x30000;  // nobody else's
constexpr std::uint32_t kPrivateBytes = 0x8000;
constexpr std::uint32_t kRounds = kPrivate + kPrivateBytes;  // counts down
constexpr std::uint32_t kStack = 0x3F000;
constexpr std::uint32_t kTopTable = 0x40000;
constexpr std::uint32_t kPageTable = 0x41000;
constexpr std::uint32_t kAlias = 0x100000;  // kShared is mapped this far up too, twice

constexpr std::uint32_t kPresentWrite = 3;
constexpr std::uint32_t kPwt = 0x08;
constexpr std::uint32_t kPcd = 0x10;

constexpr std::uint32_t kLoopRounds = 6;

}  // namespace

SharedProgram::SharedProgram(std::uint32_t seed) : random_(seed), memory_(kMemoryBytes) {
  for (std::uint32_t at = kShared; at < kRounds; at += 4) {
    put32(at, static_cast<std::uint32_t>(random_()));
  }
  put32(kRounds, kLoopRounds);
  write_tables();
  write_code();
}

CpuState SharedProgram::initial() const {
  const auto flat = [](std::uint32_t access) {
    return SegmentState{.selector = 8, .base = 0, .limit = ~0u, .attributes = access | 0xC000u};
  };
  CpuState state = CpuState::reset();
  for (SegmentState& segment : state.seg) segment = flat(0x93);
  state.seg[kCs] = flat(0x9B);
  state.cr0 |= cr0::kPe | cr0::kPg;
  state.cr3 = kTopTable;
  state.eip = kLoop;
  state.gpr[kEsp] = kStack;
  state.idtr = {.base = 0, .limit = 0};  // there are no exceptions: one would be a shutdown
  return state;
}

std::uint32_t SharedProgram::foreign_dword(Random& random) const {
  if (between_code_.empty() || pick(random, 5) != 0) return shared_dword(random);
  return between_code_[pick(random, static_cast<std::uint32_t>(between_code_.size()))];
}

std::uint32_t SharedProgram::shared_dword(Random& random) {
  constexpr std::uint32_t kHotLines = 6;
  const std::uint32_t lines = pick(random, 4) == 0 ? kSharedBytes / 16 : kHotLines;
  return kShared + 16 * pick(random, lines) + 8 * pick(random, 2) + 4;
}

void SharedProgram::dword(std::uint32_t value) {
  put32(at_, value);
  at_ += 4;
}

void SharedProgram::put32(std::uint32_t address, std::uint32_t value) {
  for (unsigned n = 0; n < 4; ++n) {
    memory_[address + n] = static_cast<std::uint8_t>(value >> (8 * n));
  }
}

/// The first megabyte and two more; the second one has the shared pages, without caching, the
/// third with PWT.
void SharedProgram::write_tables() {
  put32(kTopTable, kPageTable | kPresentWrite);
  for (std::uint32_t page = 0; page < 0x300; ++page) {
    const std::uint32_t frame = (page << 12) % kAlias;
    const std::uint32_t bits = page >= 0x200 ? kPwt : page >= 0x100 ? kPcd : 0;
    put32(kPageTable + 4 * page, frame | kPresentWrite | bits);
  }
}

void SharedProgram::write_code() {
  at_ = kRoutine;
  bytes({0x40, 0x03, 0x05});  // INC EAX; ADD EAX, [..]
  dword(kPrivate);
  byte(0xC3);
  at_ = kLoop;
  while (at_ < kLoopEnd) instruction();
  bytes({0xFF, 0x0D});  // DEC [kRounds]
  dword(kRounds);
  bytes({0x74, 0x05, 0xE9});  // JZ over; JMP kLoop
  dword(kLoop - (at_ + 4));
  byte(0xF4);
}

void SharedProgram::instruction() {
  using Write = void (SharedProgram::*)();
  struct Choice {
    unsigned weight;
    Write write;
  };
  static constexpr Choice kChoices[] = {
      {30, &SharedProgram::load},         {14, &SharedProgram::store},
      {8, &SharedProgram::change},        {8, &SharedProgram::private_access},
      {4, &SharedProgram::stack},         {3, &SharedProgram::call},
      {8, &SharedProgram::branch},        {1, &SharedProgram::cache_control},
      {3, &SharedProgram::page_control},  {4, &SharedProgram::modify},
      {3, &SharedProgram::locked},        {1, &SharedProgram::copy},
      {3, &SharedProgram::jump_over_data}};
  unsigned sum = 0;
  for (const Choice& choice : kChoices) sum += choice.weight;
  std::uint32_t at = pick(random_, sum);
  const Choice* choice = kChoices;
  for (; at >= choice->weight; ++choice) at -= choice->weight;
  (this->*choice->write)();
}

std::uint32_t SharedProgram::reg() {
  static constexpr std::uint32_t kRegisters[] = {kEax, kEcx, kEdx, kEbx, kEbp, kEsi, kEdi};
  return kRegisters[pick(random_, std::size(kRegisters))];
}

std::uint32_t SharedProgram::linear(std::uint32_t physical) {
  return physical + kAlias * (pick(random_, 4) == 0 ? 1 + pick(random_, 2) : 0);
}

void SharedProgram::operand(std::uint32_t reg, std::uint32_t address) {
  byte(reg << 3 | 5);
  dword(address);
}

/// One aligned read of a dword that is the other master's, or of the program's own: MOV, MOVZX or
/// an operation; now and then through a register loaded just before.
void SharedProgram::load() {
  static constexpr std::uint32_t kOpcodes[] = {0x8B, 0x8B, 0x03, 0x0B, 0x13, 0x1B,
                                               0x23, 0x2B, 0x33, 0x3B, 0x85};
  std::uint32_t from = pick(random_, 4) == 0 ? own_dword(random_) : foreign_dword(random_);
  switch (pick(random_, 6)) {
    case 0:
      bytes({0x0F, 0xB6});  // MOVZX, byte
      from += pick(random_, 4);
      break;
    case 1:
      bytes({0x0F, 0xBF});  // MOVSX, word
      from += 2 * pick(random_, 2);
      break;
    case 2:
      byte(0xB8 | kEsi);  // MOV ESI
      dword(linear(from) & ~15u);
      bytes({0x8B, 0x40 | reg() << 3 | kEsi, from & 15});
      return;
    default: byte(kOpcodes[pick(random_, std::size(kOpcodes))]);
  }
  operand(reg(), linear(from));
}

void SharedProgram::store() {
  std::uint32_t to = own_dword(random_);
  switch (pick(random_, 4)) {
    case 0:
      byte(0x88);
      to += pick(random_, 4);
      break;
    case 1:
      bytes({0x66, 0x89});
      to += pick(random_, 3);
      break;
    default: byte(0x89);
  }
  operand(pick(random_, 4), linear(to));
}

/// Read, change and write of an own dword.
void SharedProgram::change() {
  static constexpr std::array<std::uint32_t, 2> kOperations[] = {
      {0xFF, 0}, {0xFF, 1}, {0xF7, 2}, {0xF7, 3}, {0xD1, 0}, {0xD1, 5}, {0x01, 0}, {0x31, 3}};
  const auto& [opcode, field] = kOperations[pick(random_, std::size(kOperations))];
  byte(opcode);
  operand(field, linear(own_dword(random_)));
}

std::uint32_t SharedProgram::private_place() {
  return kPrivate + pick(random_, kPrivateBytes - 4);
}

void SharedProgram::private_access() {
  byte(pick(random_, 2) == 0 ? 0x8Bu : 0x89u);
  operand(reg(), private_place());
}

void SharedProgram::stack() {
  bytes({0x50 | reg(), 0x50 | reg(), 0x58 | reg(), 0x58 | reg()});
}

void SharedProgram::call() {
  byte(0xE8);
  dword(kRoutine - (at_ + 4));
}

/// TEST r, r and a Jcc over a few bytes of INC.
void SharedProgram::branch() {
  const std::uint32_t tested = reg();
  const std::uint32_t over = 1 + pick(random_, 20);
  bytes({0x85, 0xC0 | tested << 3 | tested, 0x70 | pick(random_, 16), over});
  for (std::uint32_t n = 0; n < over; ++n) byte(0x40 | pick(random_, 4));
}

/// INVD, WBINVD, or other bits CD and NW in CR0; NW without CD is an exception (SDM vol. 3, 2.5).
void SharedProgram::cache_control() {
  static constexpr std::uint32_t kBits[] = {0, 0, 0x40000000, 0x60000000};
  const std::uint32_t choice = pick(random_, 4);
  if (choice < 2) return bytes({0x0F, 0x08 | choice});
  byte(0xB8);
  dword(kBits[pick(random_, std::size(kBits))] | cr0::kPe | cr0::kPg | 0x10);
  bytes({0x0F, 0x22, 0xC0});
}

/// JMP over a dword that the other master changes: its line is code, too.
void SharedProgram::jump_over_data() {
  const std::uint32_t data = (at_ + 2 + 3) & ~3u;
  bytes({0xEB, data + 4 - (at_ + 2)});
  between_code_.push_back(data);
  at_ = data + 4;
}

/// Another PCD or PWT for a page of the shared memory, with INVLPG, or INVLPG alone.
void SharedProgram::page_control() {
  const std::uint32_t page = linear(shared_dword(random_)) & ~0xFFFu;
  if (pick(random_, 2) == 0) {
    bytes({0x81});  // XOR
    operand(6, kPageTable + (page >> 12) * 4);
    dword(pick(random_, 2) == 0 ? kPcd : kPwt);
  }
  bytes({0x0F, 0x01});
  operand(7, page);
}

/// MOV [what follows], r and soon the MOV r, imm32 whose immediate that changes.
void SharedProgram::modify() {
  const std::uint32_t between = pick(random_, 8);
  byte(0x89);
  operand(reg(), at_ + 5 + between + 1);
  for (std::uint32_t n = 0; n < between; ++n) byte(0x40 | pick(random_, 4));
  byte(0xB8 | reg());
  dword(static_cast<std::uint32_t>(random_()));
}

/// XCHG, LOCK ADD
void SharedProgram::locked() {
  if (pick(random_, 2) == 0) {
    byte(0x87);
  } else {
    bytes({0xF0, 0x01});
  }
  operand(pick(random_, 4), linear(own_dword(random_)));
}

/// REP MOVSD within the private memory
void SharedProgram::copy() {
  constexpr std::uint32_t kMost = 12;
  for (const std::uint32_t pointer : {kEsi, kEdi}) {
    byte(0xB8 | pointer);
    dword(kPrivate + pick(random_, kPrivateBytes - 4 * kMost));
  }
  byte(0xB8 | kEcx);
  dword(pick(random_, kMost));
  bytes({0xF3, 0xA5});
}

}  // namespace strata::test
