// Random instructions that mean something where they stand: chosen from the opcode table, with
// operands fitted to the registers' values at that moment, so that most memory operands hit the
// windows of data, most divisions divide, most branches arrive. What needs more than one
// instruction to succeed (a counted string operation, a far return) is planned as a few in a row.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "models/isa/cpu_state.h"
#include "models/isa/opcode_table.h"
#include "tests/differential/code_bytes.h"
#include "tests/differential/random_source.h"

namespace strata::test {

struct Range {
  std::uint32_t base = 0;
  std::uint32_t size = 0;
  bool contains(std::uint32_t address) const { return address - base < size; }
  std::uint32_t end() const { return base + size; }
};

/// A data segment with memory on both sides of its wrap: at the end of the addresses of a size, and
/// at offset 0. Its linear addresses are offsets in the other data segments.
struct WrapSegment {
  std::uint16_t selector = 0;
  std::uint32_t base = 0;
  bool address32 = false;  // offset FFFFFFFF is followed by 0, not FFFF
  bool stack = false;      // fit for SS, with B clear
};

/// Where the instructions will run. Addresses are offsets in all data segments alike.
struct Terrain {
  bool big = true;   // CS.D
  bool user = true;  // CPL 3: privileged instructions fault
  Range data;
  Range stack;
  Range low;               // data for 16-bit addresses; may be empty
  std::vector<Range> odd;  // read-only memory, holes: wanted now and then
  std::uint16_t code_selector = 0;
  std::vector<std::uint16_t> bad_code_selectors;
  std::vector<std::uint16_t> selectors;       // for data segments, the first one the usual one
  std::vector<WrapSegment> wrapping;          // may be empty
  std::vector<std::string_view> left_out;     // mnemonics
  std::vector<unsigned> software_interrupts;  // vectors of INT n
  std::uint32_t pop_flags = 0;                // bits POPF and IRET may be given
  std::uint32_t rare_pop_flags = 0;           // and these now and then
  bool load_fs = true;
  bool move_control_registers = true;  // MOV from and to CRn, DRn
};

class CodeGenerator {
 public:
  /// Both outlive the generator.
  CodeGenerator(const Terrain& terrain, RandomSource& random);

  /// Plans one instruction, with what has to go before it, for execution from `state` on. No
  /// instruction of the plan reads a flag of `undefined`. `earlier` are addresses that may be
  /// branched back to. At most kMostBytes bytes.
  void plan(const CpuState& state, std::uint32_t undefined,
            const std::vector<std::uint32_t>& earlier);
  const std::vector<CodeBytes>& planned() const { return planned_; }

  static constexpr std::uint32_t kMostBytes = 160;

  /// Of each row of the opcode table, how often it was planned.
  const std::vector<std::uint64_t>& row_counts() const { return row_counts_; }
  /// How many operands were put at the end of a WrapSegment.
  std::uint64_t wrapped_count() const { return wrapped_count_; }
  /// Whether the row is never planned.
  bool leaves_out(std::size_t row) const { return kinds_[row] == Kind::kLeftOut; }

 private:
  enum class Kind : std::uint8_t {
    kPlain,
    kLeftOut,
    kPrivileged,
    kDivide,
    kString,
    kStringIo,
    kXlat,
    kBound,
    kLoadFarPointer,
    kMovToSegment,
    kMovFromSegment,
    kPopSegment,
    kPopFlags,
    kUsesStack,
    kEnter,
    kLeave,
    kBranch,
    kCounted,
    kJumpFarImmediate,
    kCallRm,
    kFarMemory,
    kReturnNear,
    kReturnFar,
    kInterruptReturn,
    kInterrupt,
    kBitString,
    kDoubleShift,
    kByteSwap,
    kTrap,
    kBitScan,
  };

  /// How the row being encoded deviates from random.
  struct Wanted {
    std::int64_t memory = -1;     // address of the memory operand
    std::int64_t immediate = -1;  // for a far jump: the offset
    int reg = -1;                 // ModR/M reg, or the register in the opcode
    int rm = -1;                  // register operand in r/m
    unsigned segment_prefix = 0;  // an override
    bool operand_prefix = false;
    bool no_operand_prefix = false;
    bool no_address_prefix = false;
    bool address_prefix = false;
    bool repeat = false;
    bool backward = false;  // a relative branch
  };

  struct Sizes {
    bool operand32;
    bool address32;
  };

  // Planning: code_generator.cpp.
  Kind kind_of(const OpcodeRow& row) const;
  bool acceptable(Kind kind);
  void plan_row(std::size_t number, std::uint32_t undefined);
  void plan_nonsense();
  void prepare(const OpcodeRow& row, Kind kind, Wanted& wanted);
  void prepare_stack(Kind kind, Wanted& wanted);
  void prepare_string(Wanted& wanted);
  void prepare_branch(const OpcodeRow& row, Kind kind, Wanted& wanted);
  void prepare_return(Kind kind, Wanted& wanted);
  void prepare_segment(const OpcodeRow& row, Kind kind, Wanted& wanted);
  void prepare_memory(Kind kind, Wanted& wanted);
  static bool can_wrap(const OpcodeRow& row, Kind kind);
  void prepare_wrapped(Kind kind, Wanted& wanted);
  void fill_wrapped(Kind kind, const WrapSegment& segment, const Wanted& wanted);
  void wrap_stack();
  void emit(const CodeBytes& code);
  void set_register(unsigned number, std::uint32_t value);
  void set_memory(std::uint32_t address, std::uint32_t value, unsigned bytes);
  void push(std::uint32_t value);
  void fix_stack();
  std::uint32_t stack_address();
  std::uint32_t address_in(const Range& range, unsigned bytes);
  std::uint32_t data_address(unsigned bytes);
  std::uint32_t any_address(unsigned bytes, bool address32);
  std::uint32_t place_ahead();
  std::uint16_t selector();
  std::uint16_t stack_selector();
  std::uint16_t code_selector();
  std::uint32_t flags_image();

  // Encoding: code_encoder.cpp.
  void encode(const OpcodeRow& row, Kind kind, const Wanted& wanted);
  void add_prefixes(CodeBytes& code, const OpcodeRow& row, Kind kind, const Wanted& wanted,
                    Sizes& sizes);
  void add_modrm(CodeBytes& code, const OpcodeRow& row, Kind kind, const Wanted& wanted,
                 Sizes sizes);
  void add_memory32(CodeBytes& code, unsigned reg, std::uint32_t address);
  void add_memory16(CodeBytes& code, unsigned reg, std::uint32_t address);
  void add_immediate(CodeBytes& code, const OpcodeRow& row, Kind kind, const Wanted& wanted,
                     Sizes sizes);
  void add_branch(CodeBytes& code, unsigned bytes, bool backward);
  static std::uint32_t bit_string_offset(std::uint32_t number, bool operand32);

  const Terrain& terrain_;
  RandomSource& random_;
  std::vector<Kind> kinds_;
  std::vector<std::uint64_t> row_counts_;
  std::uint64_t wrapped_count_ = 0;
  std::vector<CodeBytes> planned_;
  std::array<std::uint32_t, 8> gpr_{};
  std::uint32_t at_ = 0;  // EIP after what is planned so far
  std::uint32_t eflags_ = 0;
  const std::vector<std::uint32_t>* earlier_ = nullptr;
};

}  // namespace strata::test
