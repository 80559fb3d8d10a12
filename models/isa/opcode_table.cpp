#include "models/isa/opcode_table.h"

#include <algorithm>
#include <array>

#include "models/isa/semantics/binary_arithmetic.h"
#include "models/isa/semantics/bit_byte.h"
#include "models/isa/semantics/control_register.h"
#include "models/isa/semantics/control_transfer.h"
#include "models/isa/semantics/coprocessor.h"
#include "models/isa/semantics/data_transfer.h"
#include "models/isa/semantics/decimal_arithmetic.h"
#include "models/isa/semantics/exchange.h"
#include "models/isa/semantics/flag_control.h"
#include "models/isa/semantics/input_output.h"
#include "models/isa/semantics/logical.h"
#include "models/isa/semantics/procedure.h"
#include "models/isa/semantics/processor_control.h"
#include "models/isa/semantics/protection.h"
#include "models/isa/semantics/segment_register.h"
#include "models/isa/semantics/shift_rotate.h"
#include "models/isa/semantics/string.h"
#include "models/isa/semantics/system.h"

namespace strata {
namespace {

using namespace semantics;

using Byte = std::uint8_t;
using Word = std::uint16_t;
using Dword = std::uint32_t;

constexpr OpcodeMap kOne = OpcodeMap::kOneByte;
constexpr OpcodeMap k0F = OpcodeMap::kTwoByte;

// How a handler family fills the four places of a row.

/// One function, whatever the operand size.
template <Handler kHandler>
consteval Handlers one() {
  return {{{kHandler, kHandler}, {kHandler, kHandler}}};
}

/// Byte operands, none in ModR/M.
template <class Op>
consteval Handlers byte() {
  return one<Op::template run<Byte>>();
}

/// Operands by operand size, none in ModR/M (or memory only).
template <class Op>
consteval Handlers full() {
  constexpr Handler kWord = Op::template run<Word>;
  constexpr Handler kDword = Op::template run<Dword>;
  return {{{kWord, kWord}, {kDword, kDword}}};
}

/// Byte operand in ModR/M.
template <class Op>
consteval Handlers rm_byte() {
  constexpr Handler kRegister = Op::template run<Byte, false>;
  constexpr Handler kMemory = Op::template run<Byte, true>;
  return {{{kRegister, kMemory}, {kRegister, kMemory}}};
}

/// Operand in ModR/M by operand size.
template <class Op>
consteval Handlers rm_full() {
  return {{{Op::template run<Word, false>, Op::template run<Word, true>},
           {Op::template run<Dword, false>, Op::template run<Dword, true>}}};
}

// clang-format off
constexpr OpcodeRow kRows[] = {
    {kOne, 0x00, kAnyReg, "ADD", Form::kEG, rm_byte<RmReg<Add>>(), Lock::kYes},
    {kOne, 0x01, kAnyReg, "ADD", Form::kEG, rm_full<RmReg<Add>>(), Lock::kYes},
    {kOne, 0x02, kAnyReg, "ADD", Form::kEG, rm_byte<RegRm<Add>>(), Lock::kNo},
    {kOne, 0x03, kAnyReg, "ADD", Form::kEG, rm_full<RegRm<Add>>(), Lock::kNo},
    {kOne, 0x04, kAnyReg, "ADD", Form::kIb, byte<AccImm<Add>>(), Lock::kNo},
    {kOne, 0x05, kAnyReg, "ADD", Form::kIz, full<AccImm<Add>>(), Lock::kNo},
    {kOne, 0x06, kAnyReg, "PUSH ES", Form::kNone, full<PushSegment<kEs>>(), Lock::kNo},
    {kOne, 0x07, kAnyReg, "POP ES", Form::kNone, full<PopSegment<kEs>>(), Lock::kNo},
    {kOne, 0x08, kAnyReg, "OR", Form::kEG, rm_byte<RmReg<Or>>(), Lock::kYes},
    {kOne, 0x09, kAnyReg, "OR", Form::kEG, rm_full<RmReg<Or>>(), Lock::kYes},
    {kOne, 0x0A, kAnyReg, "OR", Form::kEG, rm_byte<RegRm<Or>>(), Lock::kNo},
    {kOne, 0x0B, kAnyReg, "OR", Form::kEG, rm_full<RegRm<Or>>(), Lock::kNo},
    {kOne, 0x0C, kAnyReg, "OR", Form::kIb, byte<AccImm<Or>>(), Lock::kNo},
    {kOne, 0x0D, kAnyReg, "OR", Form::kIz, full<AccImm<Or>>(), Lock::kNo},
    {kOne, 0x0E, kAnyReg, "PUSH CS", Form::kNone, full<PushSegment<kCs>>(), Lock::kNo},
    {kOne, 0x10, kAnyReg, "ADC", Form::kEG, rm_byte<RmReg<Adc>>(), Lock::kYes},
    {kOne, 0x11, kAnyReg, "ADC", Form::kEG, rm_full<RmReg<Adc>>(), Lock::kYes},
    {kOne, 0x12, kAnyReg, "ADC", Form::kEG, rm_byte<RegRm<Adc>>(), Lock::kNo},
    {kOne, 0x13, kAnyReg, "ADC", Form::kEG, rm_full<RegRm<Adc>>(), Lock::kNo},
    {kOne, 0x14, kAnyReg, "ADC", Form::kIb, byte<AccImm<Adc>>(), Lock::kNo},
    {kOne, 0x15, kAnyReg, "ADC", Form::kIz, full<AccImm<Adc>>(), Lock::kNo},
    {kOne, 0x16, kAnyReg, "PUSH SS", Form::kNone, full<PushSegment<kSs>>(), Lock::kNo},
    {kOne, 0x17, kAnyReg, "POP SS", Form::kNone, full<PopSegment<kSs>>(), Lock::kNo},
    {kOne, 0x18, kAnyReg, "SBB", Form::kEG, rm_byte<RmReg<Sbb>>(), Lock::kYes},
    {kOne, 0x19, kAnyReg, "SBB", Form::kEG, rm_full<RmReg<Sbb>>(), Lock::kYes},
    {kOne, 0x1A, kAnyReg, "SBB", Form::kEG, rm_byte<RegRm<Sbb>>(), Lock::kNo},
    {kOne, 0x1B, kAnyReg, "SBB", Form::kEG, rm_full<RegRm<Sbb>>(), Lock::kNo},
    {kOne, 0x1C, kAnyReg, "SBB", Form::kIb, byte<AccImm<Sbb>>(), Lock::kNo},
    {kOne, 0x1D, kAnyReg, "SBB", Form::kIz, full<AccImm<Sbb>>(), Lock::kNo},
    {kOne, 0x1E, kAnyReg, "PUSH DS", Form::kNone, full<PushSegment<kDs>>(), Lock::kNo},
    {kOne, 0x1F, kAnyReg, "POP DS", Form::kNone, full<PopSegment<kDs>>(), Lock::kNo},
    {kOne, 0x20, kAnyReg, "AND", Form::kEG, rm_byte<RmReg<And>>(), Lock::kYes},
    {kOne, 0x21, kAnyReg, "AND", Form::kEG, rm_full<RmReg<And>>(), Lock::kYes},
    {kOne, 0x22, kAnyReg, "AND", Form::kEG, rm_byte<RegRm<And>>(), Lock::kNo},
    {kOne, 0x23, kAnyReg, "AND", Form::kEG, rm_full<RegRm<And>>(), Lock::kNo},
    {kOne, 0x24, kAnyReg, "AND", Form::kIb, byte<AccImm<And>>(), Lock::kNo},
    {kOne, 0x25, kAnyReg, "AND", Form::kIz, full<AccImm<And>>(), Lock::kNo},
    {kOne, 0x27, kAnyReg, "DAA", Form::kNone, one<daa>(), Lock::kNo},
    {kOne, 0x28, kAnyReg, "SUB", Form::kEG, rm_byte<RmReg<Sub>>(), Lock::kYes},
    {kOne, 0x29, kAnyReg, "SUB", Form::kEG, rm_full<RmReg<Sub>>(), Lock::kYes},
    {kOne, 0x2A, kAnyReg, "SUB", Form::kEG, rm_byte<RegRm<Sub>>(), Lock::kNo},
    {kOne, 0x2B, kAnyReg, "SUB", Form::kEG, rm_full<RegRm<Sub>>(), Lock::kNo},
    {kOne, 0x2C, kAnyReg, "SUB", Form::kIb, byte<AccImm<Sub>>(), Lock::kNo},
    {kOne, 0x2D, kAnyReg, "SUB", Form::kIz, full<AccImm<Sub>>(), Lock::kNo},
    {kOne, 0x2F, kAnyReg, "DAS", Form::kNone, one<das>(), Lock::kNo},
    {kOne, 0x30, kAnyReg, "XOR", Form::kEG, rm_byte<RmReg<Xor>>(), Lock::kYes},
    {kOne, 0x31, kAnyReg, "XOR", Form::kEG, rm_full<RmReg<Xor>>(), Lock::kYes},
    {kOne, 0x32, kAnyReg, "XOR", Form::kEG, rm_byte<RegRm<Xor>>(), Lock::kNo},
    {kOne, 0x33, kAnyReg, "XOR", Form::kEG, rm_full<RegRm<Xor>>(), Lock::kNo},
    {kOne, 0x34, kAnyReg, "XOR", Form::kIb, byte<AccImm<Xor>>(), Lock::kNo},
    {kOne, 0x35, kAnyReg, "XOR", Form::kIz, full<AccImm<Xor>>(), Lock::kNo},
    {kOne, 0x37, kAnyReg, "AAA", Form::kNone, one<ascii_adjust<0x106>>(), Lock::kNo},
    {kOne, 0x38, kAnyReg, "CMP", Form::kEG, rm_byte<RmReg<Cmp>>(), Lock::kNo},
    {kOne, 0x39, kAnyReg, "CMP", Form::kEG, rm_full<RmReg<Cmp>>(), Lock::kNo},
    {kOne, 0x3A, kAnyReg, "CMP", Form::kEG, rm_byte<RegRm<Cmp>>(), Lock::kNo},
    {kOne, 0x3B, kAnyReg, "CMP", Form::kEG, rm_full<RegRm<Cmp>>(), Lock::kNo},
    {kOne, 0x3C, kAnyReg, "CMP", Form::kIb, byte<AccImm<Cmp>>(), Lock::kNo},
    {kOne, 0x3D, kAnyReg, "CMP", Form::kIz, full<AccImm<Cmp>>(), Lock::kNo},
    {kOne, 0x3F, kAnyReg, "AAS", Form::kNone, one<ascii_adjust<-0x106>>(), Lock::kNo},
    {kOne, 0x40, kAnyReg, "INC", Form::kZ, full<UnaryReg<Inc>>(), Lock::kNo},
    {kOne, 0x48, kAnyReg, "DEC", Form::kZ, full<UnaryReg<Dec>>(), Lock::kNo},
    {kOne, 0x50, kAnyReg, "PUSH", Form::kZ, full<PushReg>(), Lock::kNo},
    {kOne, 0x58, kAnyReg, "POP", Form::kZ, full<PopReg>(), Lock::kNo},
    {kOne, 0x60, kAnyReg, "PUSHA", Form::kNone, full<PushAll>(), Lock::kNo},
    {kOne, 0x61, kAnyReg, "POPA", Form::kNone, full<PopAll>(), Lock::kNo},
    {kOne, 0x62, kAnyReg, "BOUND", Form::kGM, full<Bound>(), Lock::kNo},
    {kOne, 0x63, kAnyReg, "ARPL", Form::kEG, rm_full<AdjustRpl>(), Lock::kNo},
    {kOne, 0x68, kAnyReg, "PUSH", Form::kIz, full<PushImm>(), Lock::kNo},
    {kOne, 0x69, kAnyReg, "IMUL", Form::kEGIz, rm_full<ImulRegRmImm>(), Lock::kNo},
    {kOne, 0x6A, kAnyReg, "PUSH", Form::kIb, full<PushImm>(), Lock::kNo},
    {kOne, 0x6B, kAnyReg, "IMUL", Form::kEGIb, rm_full<ImulRegRmImm>(), Lock::kNo},
    {kOne, 0x6C, kAnyReg, "INS", Form::kNone, byte<String<Ins>>(), Lock::kNo},
    {kOne, 0x6D, kAnyReg, "INS", Form::kNone, full<String<Ins>>(), Lock::kNo},
    {kOne, 0x6E, kAnyReg, "OUTS", Form::kNone, byte<String<Outs>>(), Lock::kNo},
    {kOne, 0x6F, kAnyReg, "OUTS", Form::kNone, full<String<Outs>>(), Lock::kNo},
    {kOne, 0x70, kAnyReg, "JO", Form::kJb, full<JumpIf<0>>(), Lock::kNo},
    {kOne, 0x71, kAnyReg, "JNO", Form::kJb, full<JumpIf<1>>(), Lock::kNo},
    {kOne, 0x72, kAnyReg, "JB", Form::kJb, full<JumpIf<2>>(), Lock::kNo},
    {kOne, 0x73, kAnyReg, "JNB", Form::kJb, full<JumpIf<3>>(), Lock::kNo},
    {kOne, 0x74, kAnyReg, "JZ", Form::kJb, full<JumpIf<4>>(), Lock::kNo},
    {kOne, 0x75, kAnyReg, "JNZ", Form::kJb, full<JumpIf<5>>(), Lock::kNo},
    {kOne, 0x76, kAnyReg, "JBE", Form::kJb, full<JumpIf<6>>(), Lock::kNo},
    {kOne, 0x77, kAnyReg, "JNBE", Form::kJb, full<JumpIf<7>>(), Lock::kNo},
    {kOne, 0x78, kAnyReg, "JS", Form::kJb, full<JumpIf<8>>(), Lock::kNo},
    {kOne, 0x79, kAnyReg, "JNS", Form::kJb, full<JumpIf<9>>(), Lock::kNo},
    {kOne, 0x7A, kAnyReg, "JP", Form::kJb, full<JumpIf<10>>(), Lock::kNo},
    {kOne, 0x7B, kAnyReg, "JNP", Form::kJb, full<JumpIf<11>>(), Lock::kNo},
    {kOne, 0x7C, kAnyReg, "JL", Form::kJb, full<JumpIf<12>>(), Lock::kNo},
    {kOne, 0x7D, kAnyReg, "JNL", Form::kJb, full<JumpIf<13>>(), Lock::kNo},
    {kOne, 0x7E, kAnyReg, "JLE", Form::kJb, full<JumpIf<14>>(), Lock::kNo},
    {kOne, 0x7F, kAnyReg, "JNLE", Form::kJb, full<JumpIf<15>>(), Lock::kNo},
    {kOne, 0x80, 0, "ADD", Form::kEIb, rm_byte<RmImm<Add>>(), Lock::kYes},
    {kOne, 0x80, 1, "OR", Form::kEIb, rm_byte<RmImm<Or>>(), Lock::kYes},
    {kOne, 0x80, 2, "ADC", Form::kEIb, rm_byte<RmImm<Adc>>(), Lock::kYes},
    {kOne, 0x80, 3, "SBB", Form::kEIb, rm_byte<RmImm<Sbb>>(), Lock::kYes},
    {kOne, 0x80, 4, "AND", Form::kEIb, rm_byte<RmImm<And>>(), Lock::kYes},
    {kOne, 0x80, 5, "SUB", Form::kEIb, rm_byte<RmImm<Sub>>(), Lock::kYes},
    {kOne, 0x80, 6, "XOR", Form::kEIb, rm_byte<RmImm<Xor>>(), Lock::kYes},
    {kOne, 0x80, 7, "CMP", Form::kEIb, rm_byte<RmImm<Cmp>>(), Lock::kNo},
    {kOne, 0x81, 0, "ADD", Form::kEIz, rm_full<RmImm<Add>>(), Lock::kYes},
    {kOne, 0x81, 1, "OR", Form::kEIz, rm_full<RmImm<Or>>(), Lock::kYes},
    {kOne, 0x81, 2, "ADC", Form::kEIz, rm_full<RmImm<Adc>>(), Lock::kYes},
    {kOne, 0x81, 3, "SBB", Form::kEIz, rm_full<RmImm<Sbb>>(), Lock::kYes},
    {kOne, 0x81, 4, "AND", Form::kEIz, rm_full<RmImm<And>>(), Lock::kYes},
    {kOne, 0x81, 5, "SUB", Form::kEIz, rm_full<RmImm<Sub>>(), Lock::kYes},
    {kOne, 0x81, 6, "XOR", Form::kEIz, rm_full<RmImm<Xor>>(), Lock::kYes},
    {kOne, 0x81, 7, "CMP", Form::kEIz, rm_full<RmImm<Cmp>>(), Lock::kNo},
    {kOne, 0x82, 0, "ADD", Form::kEIb, rm_byte<RmImm<Add>>(), Lock::kYes},
    {kOne, 0x82, 1, "OR", Form::kEIb, rm_byte<RmImm<Or>>(), Lock::kYes},
    {kOne, 0x82, 2, "ADC", Form::kEIb, rm_byte<RmImm<Adc>>(), Lock::kYes},
    {kOne, 0x82, 3, "SBB", Form::kEIb, rm_byte<RmImm<Sbb>>(), Lock::kYes},
    {kOne, 0x82, 4, "AND", Form::kEIb, rm_byte<RmImm<And>>(), Lock::kYes},
    {kOne, 0x82, 5, "SUB", Form::kEIb, rm_byte<RmImm<Sub>>(), Lock::kYes},
    {kOne, 0x82, 6, "XOR", Form::kEIb, rm_byte<RmImm<Xor>>(), Lock::kYes},
    {kOne, 0x82, 7, "CMP", Form::kEIb, rm_byte<RmImm<Cmp>>(), Lock::kNo},
    {kOne, 0x83, 0, "ADD", Form::kEIb, rm_full<RmImm<Add>>(), Lock::kYes},
    {kOne, 0x83, 1, "OR", Form::kEIb, rm_full<RmImm<Or>>(), Lock::kYes},
    {kOne, 0x83, 2, "ADC", Form::kEIb, rm_full<RmImm<Adc>>(), Lock::kYes},
    {kOne, 0x83, 3, "SBB", Form::kEIb, rm_full<RmImm<Sbb>>(), Lock::kYes},
    {kOne, 0x83, 4, "AND", Form::kEIb, rm_full<RmImm<And>>(), Lock::kYes},
    {kOne, 0x83, 5, "SUB", Form::kEIb, rm_full<RmImm<Sub>>(), Lock::kYes},
    {kOne, 0x83, 6, "XOR", Form::kEIb, rm_full<RmImm<Xor>>(), Lock::kYes},
    {kOne, 0x83, 7, "CMP", Form::kEIb, rm_full<RmImm<Cmp>>(), Lock::kNo},
    {kOne, 0x84, kAnyReg, "TEST", Form::kEG, rm_byte<RmReg<Test>>(), Lock::kNo},
    {kOne, 0x85, kAnyReg, "TEST", Form::kEG, rm_full<RmReg<Test>>(), Lock::kNo},
    {kOne, 0x86, kAnyReg, "XCHG", Form::kEG, rm_byte<XchgRmReg>(), Lock::kYes},
    {kOne, 0x87, kAnyReg, "XCHG", Form::kEG, rm_full<XchgRmReg>(), Lock::kYes},
    {kOne, 0x88, kAnyReg, "MOV", Form::kEG, rm_byte<MovRmReg>(), Lock::kNo},
    {kOne, 0x89, kAnyReg, "MOV", Form::kEG, rm_full<MovRmReg>(), Lock::kNo},
    {kOne, 0x8A, kAnyReg, "MOV", Form::kEG, rm_byte<MovRegRm>(), Lock::kNo},
    {kOne, 0x8B, kAnyReg, "MOV", Form::kEG, rm_full<MovRegRm>(), Lock::kNo},
    {kOne, 0x8C, kAnyReg, "MOV", Form::kEG, rm_full<MovRmSegment>(), Lock::kNo},
    {kOne, 0x8D, kAnyReg, "LEA", Form::kGM, full<Lea>(), Lock::kNo},
    {kOne, 0x8E, kAnyReg, "MOV", Form::kEG, rm_full<MovSegmentRm>(), Lock::kNo},
    {kOne, 0x8F, 0, "POP", Form::kE, rm_full<PopRm>(), Lock::kNo},
    {kOne, 0x90, kAnyReg, "XCHG", Form::kZ, full<XchgAccReg>(), Lock::kNo},
    {kOne, 0x98, kAnyReg, "CBW", Form::kNone, full<ConvertInAcc>(), Lock::kNo},
    {kOne, 0x99, kAnyReg, "CWD", Form::kNone, full<ConvertToDouble>(), Lock::kNo},
    {kOne, 0x9A, kAnyReg, "CALL FAR", Form::kA, full<CallFar>(), Lock::kNo},
    {kOne, 0x9B, kAnyReg, "WAIT", Form::kNone, one<wait>(), Lock::kNo},
    {kOne, 0x9C, kAnyReg, "PUSHF", Form::kNone, full<PushFlags>(), Lock::kNo},
    {kOne, 0x9D, kAnyReg, "POPF", Form::kNone, full<PopFlags>(), Lock::kNo},
    {kOne, 0x9E, kAnyReg, "SAHF", Form::kNone, one<sahf>(), Lock::kNo},
    {kOne, 0x9F, kAnyReg, "LAHF", Form::kNone, one<lahf>(), Lock::kNo},
    {kOne, 0xA0, kAnyReg, "MOV", Form::kO, byte<MovAccOffset>(), Lock::kNo},
    {kOne, 0xA1, kAnyReg, "MOV", Form::kO, full<MovAccOffset>(), Lock::kNo},
    {kOne, 0xA2, kAnyReg, "MOV", Form::kO, byte<MovOffsetAcc>(), Lock::kNo},
    {kOne, 0xA3, kAnyReg, "MOV", Form::kO, full<MovOffsetAcc>(), Lock::kNo},
    {kOne, 0xA4, kAnyReg, "MOVS", Form::kNone, byte<String<Movs>>(), Lock::kNo},
    {kOne, 0xA5, kAnyReg, "MOVS", Form::kNone, full<String<Movs>>(), Lock::kNo},
    {kOne, 0xA6, kAnyReg, "CMPS", Form::kNone, byte<String<Cmps>>(), Lock::kNo},
    {kOne, 0xA7, kAnyReg, "CMPS", Form::kNone, full<String<Cmps>>(), Lock::kNo},
    {kOne, 0xA8, kAnyReg, "TEST", Form::kIb, byte<AccImm<Test>>(), Lock::kNo},
    {kOne, 0xA9, kAnyReg, "TEST", Form::kIz, full<AccImm<Test>>(), Lock::kNo},
    {kOne, 0xAA, kAnyReg, "STOS", Form::kNone, byte<String<Stos>>(), Lock::kNo},
    {kOne, 0xAB, kAnyReg, "STOS", Form::kNone, full<String<Stos>>(), Lock::kNo},
    {kOne, 0xAC, kAnyReg, "LODS", Form::kNone, byte<String<Lods>>(), Lock::kNo},
    {kOne, 0xAD, kAnyReg, "LODS", Form::kNone, full<String<Lods>>(), Lock::kNo},
    {kOne, 0xAE, kAnyReg, "SCAS", Form::kNone, byte<String<Scas>>(), Lock::kNo},
    {kOne, 0xAF, kAnyReg, "SCAS", Form::kNone, full<String<Scas>>(), Lock::kNo},
    {kOne, 0xB0, kAnyReg, "MOV", Form::kZIb, byte<MovRegImm>(), Lock::kNo},
    {kOne, 0xB8, kAnyReg, "MOV", Form::kZIz, full<MovRegImm>(), Lock::kNo},
    {kOne, 0xC0, 0, "ROL", Form::kEIb, rm_byte<ShiftImm<Rol>>(), Lock::kNo},
    {kOne, 0xC0, 1, "ROR", Form::kEIb, rm_byte<ShiftImm<Ror>>(), Lock::kNo},
    {kOne, 0xC0, 2, "RCL", Form::kEIb, rm_byte<ShiftImm<Rcl>>(), Lock::kNo},
    {kOne, 0xC0, 3, "RCR", Form::kEIb, rm_byte<ShiftImm<Rcr>>(), Lock::kNo},
    {kOne, 0xC0, 4, "SHL", Form::kEIb, rm_byte<ShiftImm<Shl>>(), Lock::kNo},
    {kOne, 0xC0, 5, "SHR", Form::kEIb, rm_byte<ShiftImm<Shr>>(), Lock::kNo},
    {kOne, 0xC0, 6, "SHL", Form::kEIb, rm_byte<ShiftImm<Shl>>(), Lock::kNo},
    {kOne, 0xC0, 7, "SAR", Form::kEIb, rm_byte<ShiftImm<Sar>>(), Lock::kNo},
    {kOne, 0xC1, 0, "ROL", Form::kEIb, rm_full<ShiftImm<Rol>>(), Lock::kNo},
    {kOne, 0xC1, 1, "ROR", Form::kEIb, rm_full<ShiftImm<Ror>>(), Lock::kNo},
    {kOne, 0xC1, 2, "RCL", Form::kEIb, rm_full<ShiftImm<Rcl>>(), Lock::kNo},
    {kOne, 0xC1, 3, "RCR", Form::kEIb, rm_full<ShiftImm<Rcr>>(), Lock::kNo},
    {kOne, 0xC1, 4, "SHL", Form::kEIb, rm_full<ShiftImm<Shl>>(), Lock::kNo},
    {kOne, 0xC1, 5, "SHR", Form::kEIb, rm_full<ShiftImm<Shr>>(), Lock::kNo},
    {kOne, 0xC1, 6, "SHL", Form::kEIb, rm_full<ShiftImm<Shl>>(), Lock::kNo},
    {kOne, 0xC1, 7, "SAR", Form::kEIb, rm_full<ShiftImm<Sar>>(), Lock::kNo},
    {kOne, 0xC2, kAnyReg, "RET", Form::kIw, full<ReturnNear>(), Lock::kNo},
    {kOne, 0xC3, kAnyReg, "RET", Form::kNone, full<ReturnNear>(), Lock::kNo},
    {kOne, 0xC4, kAnyReg, "LES", Form::kGM, full<LoadFarPointer<kEs>>(), Lock::kNo},
    {kOne, 0xC5, kAnyReg, "LDS", Form::kGM, full<LoadFarPointer<kDs>>(), Lock::kNo},
    {kOne, 0xC6, 0, "MOV", Form::kEIb, rm_byte<MovRmImm>(), Lock::kNo},
    {kOne, 0xC7, 0, "MOV", Form::kEIz, rm_full<MovRmImm>(), Lock::kNo},
    {kOne, 0xC8, kAnyReg, "ENTER", Form::kIwIb, full<Enter>(), Lock::kNo},
    {kOne, 0xC9, kAnyReg, "LEAVE", Form::kNone, full<Leave>(), Lock::kNo},
    {kOne, 0xCA, kAnyReg, "RETF", Form::kIw, full<ReturnFar>(), Lock::kNo},
    {kOne, 0xCB, kAnyReg, "RETF", Form::kNone, full<ReturnFar>(), Lock::kNo},
    {kOne, 0xCC, kAnyReg, "INT3", Form::kNone, one<int3>(), Lock::kNo},
    {kOne, 0xCD, kAnyReg, "INT", Form::kIb, one<int_imm>(), Lock::kNo},
    {kOne, 0xCE, kAnyReg, "INTO", Form::kNone, one<into>(), Lock::kNo},
    {kOne, 0xCF, kAnyReg, "IRET", Form::kNone, full<InterruptReturn>(), Lock::kNo},
    {kOne, 0xD0, 0, "ROL", Form::kE, rm_byte<ShiftOne<Rol>>(), Lock::kNo},
    {kOne, 0xD0, 1, "ROR", Form::kE, rm_byte<ShiftOne<Ror>>(), Lock::kNo},
    {kOne, 0xD0, 2, "RCL", Form::kE, rm_byte<ShiftOne<Rcl>>(), Lock::kNo},
    {kOne, 0xD0, 3, "RCR", Form::kE, rm_byte<ShiftOne<Rcr>>(), Lock::kNo},
    {kOne, 0xD0, 4, "SHL", Form::kE, rm_byte<ShiftOne<Shl>>(), Lock::kNo},
    {kOne, 0xD0, 5, "SHR", Form::kE, rm_byte<ShiftOne<Shr>>(), Lock::kNo},
    {kOne, 0xD0, 6, "SHL", Form::kE, rm_byte<ShiftOne<Shl>>(), Lock::kNo},
    {kOne, 0xD0, 7, "SAR", Form::kE, rm_byte<ShiftOne<Sar>>(), Lock::kNo},
    {kOne, 0xD1, 0, "ROL", Form::kE, rm_full<ShiftOne<Rol>>(), Lock::kNo},
    {kOne, 0xD1, 1, "ROR", Form::kE, rm_full<ShiftOne<Ror>>(), Lock::kNo},
    {kOne, 0xD1, 2, "RCL", Form::kE, rm_full<ShiftOne<Rcl>>(), Lock::kNo},
    {kOne, 0xD1, 3, "RCR", Form::kE, rm_full<ShiftOne<Rcr>>(), Lock::kNo},
    {kOne, 0xD1, 4, "SHL", Form::kE, rm_full<ShiftOne<Shl>>(), Lock::kNo},
    {kOne, 0xD1, 5, "SHR", Form::kE, rm_full<ShiftOne<Shr>>(), Lock::kNo},
    {kOne, 0xD1, 6, "SHL", Form::kE, rm_full<ShiftOne<Shl>>(), Lock::kNo},
    {kOne, 0xD1, 7, "SAR", Form::kE, rm_full<ShiftOne<Sar>>(), Lock::kNo},
    {kOne, 0xD2, 0, "ROL", Form::kE, rm_byte<ShiftCl<Rol>>(), Lock::kNo},
    {kOne, 0xD2, 1, "ROR", Form::kE, rm_byte<ShiftCl<Ror>>(), Lock::kNo},
    {kOne, 0xD2, 2, "RCL", Form::kE, rm_byte<ShiftCl<Rcl>>(), Lock::kNo},
    {kOne, 0xD2, 3, "RCR", Form::kE, rm_byte<ShiftCl<Rcr>>(), Lock::kNo},
    {kOne, 0xD2, 4, "SHL", Form::kE, rm_byte<ShiftCl<Shl>>(), Lock::kNo},
    {kOne, 0xD2, 5, "SHR", Form::kE, rm_byte<ShiftCl<Shr>>(), Lock::kNo},
    {kOne, 0xD2, 6, "SHL", Form::kE, rm_byte<ShiftCl<Shl>>(), Lock::kNo},
    {kOne, 0xD2, 7, "SAR", Form::kE, rm_byte<ShiftCl<Sar>>(), Lock::kNo},
    {kOne, 0xD3, 0, "ROL", Form::kE, rm_full<ShiftCl<Rol>>(), Lock::kNo},
    {kOne, 0xD3, 1, "ROR", Form::kE, rm_full<ShiftCl<Ror>>(), Lock::kNo},
    {kOne, 0xD3, 2, "RCL", Form::kE, rm_full<ShiftCl<Rcl>>(), Lock::kNo},
    {kOne, 0xD3, 3, "RCR", Form::kE, rm_full<ShiftCl<Rcr>>(), Lock::kNo},
    {kOne, 0xD3, 4, "SHL", Form::kE, rm_full<ShiftCl<Shl>>(), Lock::kNo},
    {kOne, 0xD3, 5, "SHR", Form::kE, rm_full<ShiftCl<Shr>>(), Lock::kNo},
    {kOne, 0xD3, 6, "SHL", Form::kE, rm_full<ShiftCl<Shl>>(), Lock::kNo},
    {kOne, 0xD3, 7, "SAR", Form::kE, rm_full<ShiftCl<Sar>>(), Lock::kNo},
    {kOne, 0xD4, kAnyReg, "AAM", Form::kIb, one<aam>(), Lock::kNo},
    {kOne, 0xD5, kAnyReg, "AAD", Form::kIb, one<aad>(), Lock::kNo},
    {kOne, 0xD6, kAnyReg, "SALC", Form::kNone, one<set_al_from_carry>(), Lock::kNo},
    {kOne, 0xD7, kAnyReg, "XLAT", Form::kNone, one<xlat>(), Lock::kNo},
    {kOne, 0xD8, kAnyReg, "ESC", Form::kE, one<escape<EscapeStore::kNone>>(), Lock::kNo},
    {kOne, 0xD9, kAnyReg, "ESC", Form::kE, one<escape<EscapeStore::kMemory>>(), Lock::kNo},
    {kOne, 0xDA, kAnyReg, "ESC", Form::kE, one<escape<EscapeStore::kNone>>(), Lock::kNo},
    {kOne, 0xDB, kAnyReg, "ESC", Form::kE, one<escape<EscapeStore::kNone>>(), Lock::kNo},
    {kOne, 0xDC, kAnyReg, "ESC", Form::kE, one<escape<EscapeStore::kNone>>(), Lock::kNo},
    {kOne, 0xDD, kAnyReg, "ESC", Form::kE, one<escape<EscapeStore::kMemory>>(), Lock::kNo},
    {kOne, 0xDE, kAnyReg, "ESC", Form::kE, one<escape<EscapeStore::kNone>>(), Lock::kNo},
    {kOne, 0xDF, kAnyReg, "ESC", Form::kE, one<escape<EscapeStore::kAx>>(), Lock::kNo},
    {kOne, 0xE0, kAnyReg, "LOOPNE", Form::kJb, full<Loop<LoopKind::kWhileNotEqual>>(), Lock::kNo},
    {kOne, 0xE1, kAnyReg, "LOOPE", Form::kJb, full<Loop<LoopKind::kWhileEqual>>(), Lock::kNo},
    {kOne, 0xE2, kAnyReg, "LOOP", Form::kJb, full<Loop<LoopKind::kPlain>>(), Lock::kNo},
    {kOne, 0xE3, kAnyReg, "JCXZ", Form::kJb, full<JumpIfCounterZero>(), Lock::kNo},
    {kOne, 0xE4, kAnyReg, "IN", Form::kIb, byte<InImm>(), Lock::kNo},
    {kOne, 0xE5, kAnyReg, "IN", Form::kIb, full<InImm>(), Lock::kNo},
    {kOne, 0xE6, kAnyReg, "OUT", Form::kIb, byte<OutImm>(), Lock::kNo},
    {kOne, 0xE7, kAnyReg, "OUT", Form::kIb, full<OutImm>(), Lock::kNo},
    {kOne, 0xE8, kAnyReg, "CALL", Form::kJz, full<CallRelative>(), Lock::kNo},
    {kOne, 0xE9, kAnyReg, "JMP", Form::kJz, full<JumpRelative>(), Lock::kNo},
    {kOne, 0xEA, kAnyReg, "JMP FAR", Form::kA, full<JumpFar>(), Lock::kNo},
    {kOne, 0xEB, kAnyReg, "JMP", Form::kJb, full<JumpRelative>(), Lock::kNo},
    {kOne, 0xEC, kAnyReg, "IN", Form::kNone, byte<InDx>(), Lock::kNo},
    {kOne, 0xED, kAnyReg, "IN", Form::kNone, full<InDx>(), Lock::kNo},
    {kOne, 0xEE, kAnyReg, "OUT", Form::kNone, byte<OutDx>(), Lock::kNo},
    {kOne, 0xEF, kAnyReg, "OUT", Form::kNone, full<OutDx>(), Lock::kNo},
    {kOne, 0xF1, kAnyReg, "INT1", Form::kNone, one<int1>(), Lock::kNo},
    {kOne, 0xF4, kAnyReg, "HLT", Form::kNone, one<hlt>(), Lock::kNo},
    {kOne, 0xF5, kAnyReg, "CMC", Form::kNone, one<complement_carry>(), Lock::kNo},
    {kOne, 0xF6, 0, "TEST", Form::kEIb, rm_byte<RmImm<Test>>(), Lock::kNo},
    {kOne, 0xF6, 1, "TEST", Form::kEIb, rm_byte<RmImm<Test>>(), Lock::kNo},
    {kOne, 0xF6, 2, "NOT", Form::kE, rm_byte<UnaryRm<Not>>(), Lock::kYes},
    {kOne, 0xF6, 3, "NEG", Form::kE, rm_byte<UnaryRm<Neg>>(), Lock::kYes},
    {kOne, 0xF6, 4, "MUL", Form::kE, rm_byte<Mul>(), Lock::kNo},
    {kOne, 0xF6, 5, "IMUL", Form::kE, rm_byte<ImulAcc>(), Lock::kNo},
    {kOne, 0xF6, 6, "DIV", Form::kE, rm_byte<Div>(), Lock::kNo},
    {kOne, 0xF6, 7, "IDIV", Form::kE, rm_byte<Idiv>(), Lock::kNo},
    {kOne, 0xF7, 0, "TEST", Form::kEIz, rm_full<RmImm<Test>>(), Lock::kNo},
    {kOne, 0xF7, 1, "TEST", Form::kEIz, rm_full<RmImm<Test>>(), Lock::kNo},
    {kOne, 0xF7, 2, "NOT", Form::kE, rm_full<UnaryRm<Not>>(), Lock::kYes},
    {kOne, 0xF7, 3, "NEG", Form::kE, rm_full<UnaryRm<Neg>>(), Lock::kYes},
    {kOne, 0xF7, 4, "MUL", Form::kE, rm_full<Mul>(), Lock::kNo},
    {kOne, 0xF7, 5, "IMUL", Form::kE, rm_full<ImulAcc>(), Lock::kNo},
    {kOne, 0xF7, 6, "DIV", Form::kE, rm_full<Div>(), Lock::kNo},
    {kOne, 0xF7, 7, "IDIV", Form::kE, rm_full<Idiv>(), Lock::kNo},
    {kOne, 0xF8, kAnyReg, "CLC", Form::kNone, one<assign_carry<false>>(), Lock::kNo},
    {kOne, 0xF9, kAnyReg, "STC", Form::kNone, one<assign_carry<true>>(), Lock::kNo},
    {kOne, 0xFA, kAnyReg, "CLI", Form::kNone, one<clear_interrupt>(), Lock::kNo},
    {kOne, 0xFB, kAnyReg, "STI", Form::kNone, one<set_interrupt>(), Lock::kNo},
    {kOne, 0xFC, kAnyReg, "CLD", Form::kNone, one<clear_direction>(), Lock::kNo},
    {kOne, 0xFD, kAnyReg, "STD", Form::kNone, one<set_direction>(), Lock::kNo},
    {kOne, 0xFE, 0, "INC", Form::kE, rm_byte<UnaryRm<Inc>>(), Lock::kYes},
    {kOne, 0xFE, 1, "DEC", Form::kE, rm_byte<UnaryRm<Dec>>(), Lock::kYes},
    {kOne, 0xFF, 0, "INC", Form::kE, rm_full<UnaryRm<Inc>>(), Lock::kYes},
    {kOne, 0xFF, 1, "DEC", Form::kE, rm_full<UnaryRm<Dec>>(), Lock::kYes},
    {kOne, 0xFF, 2, "CALL", Form::kE, rm_full<CallRm>(), Lock::kNo},
    {kOne, 0xFF, 3, "CALL FAR", Form::kM, full<CallFarMemory>(), Lock::kNo},
    {kOne, 0xFF, 4, "JMP", Form::kE, rm_full<JumpRm>(), Lock::kNo},
    {kOne, 0xFF, 5, "JMP FAR", Form::kM, full<JumpFarMemory>(), Lock::kNo},
    {kOne, 0xFF, 6, "PUSH", Form::kE, rm_full<PushRm>(), Lock::kNo},
    {k0F, 0x00, 0, "SLDT", Form::kE, rm_full<StoreSelector<&CpuState::ldtr>>(), Lock::kNo},
    {k0F, 0x00, 1, "STR", Form::kE, rm_full<StoreSelector<&CpuState::tr>>(), Lock::kNo},
    {k0F, 0x00, 2, "LLDT", Form::kE, rm_full<LoadLdt>(), Lock::kNo},
    {k0F, 0x00, 3, "LTR", Form::kE, rm_full<LoadTask>(), Lock::kNo},
    {k0F, 0x00, 4, "VERR", Form::kE, rm_full<VerifySegment<false>>(), Lock::kNo},
    {k0F, 0x00, 5, "VERW", Form::kE, rm_full<VerifySegment<true>>(), Lock::kNo},
    {k0F, 0x01, 0, "SGDT", Form::kM, full<StoreTable<&CpuState::gdtr>>(), Lock::kNo},
    {k0F, 0x01, 1, "SIDT", Form::kM, full<StoreTable<&CpuState::idtr>>(), Lock::kNo},
    {k0F, 0x01, 2, "LGDT", Form::kM, full<LoadTable<&CpuState::gdtr>>(), Lock::kNo},
    {k0F, 0x01, 3, "LIDT", Form::kM, full<LoadTable<&CpuState::idtr>>(), Lock::kNo},
    {k0F, 0x01, 4, "SMSW", Form::kE, rm_full<Smsw>(), Lock::kNo},
    {k0F, 0x01, 6, "LMSW", Form::kE, rm_full<Lmsw>(), Lock::kNo},
    {k0F, 0x01, 7, "INVLPG", Form::kM, one<invlpg>(), Lock::kNo, CpuFamily::k486},
    {k0F, 0x02, kAnyReg, "LAR", Form::kEG, rm_full<LoadAccessRights>(), Lock::kNo},
    {k0F, 0x03, kAnyReg, "LSL", Form::kEG, rm_full<LoadLimit>(), Lock::kNo},
    {k0F, 0x06, kAnyReg, "CLTS", Form::kNone, one<clts>(), Lock::kNo},
    {k0F, 0x08, kAnyReg, "INVD", Form::kNone, one<invalidate_caches>(), Lock::kNo, CpuFamily::k486},
    {k0F, 0x09, kAnyReg, "WBINVD", Form::kNone, one<invalidate_caches>(), Lock::kNo, CpuFamily::k486},
    {k0F, 0x0B, kAnyReg, "UD2", Form::kNone, one<undefined_opcode>(), Lock::kNo, CpuFamily::k586},
    {k0F, 0x20, kAnyReg, "MOV", Form::kRS, one<mov_from_control>(), Lock::kNo},
    {k0F, 0x21, kAnyReg, "MOV", Form::kRS, one<mov_from_debug>(), Lock::kNo},
    {k0F, 0x22, kAnyReg, "MOV", Form::kRS, one<mov_to_control>(), Lock::kNo},
    {k0F, 0x23, kAnyReg, "MOV", Form::kRS, one<mov_to_debug>(), Lock::kNo},
    {k0F, 0x24, kAnyReg, "MOV", Form::kRS, one<mov_from_test>(), Lock::kNo},
    {k0F, 0x26, kAnyReg, "MOV", Form::kRS, one<mov_to_test>(), Lock::kNo},
    {k0F, 0x30, kAnyReg, "WRMSR", Form::kNone, one<wrmsr>(), Lock::kNo, CpuFamily::k586},
    {k0F, 0x31, kAnyReg, "RDTSC", Form::kNone, one<rdtsc>(), Lock::kNo, CpuFamily::k586},
    {k0F, 0x32, kAnyReg, "RDMSR", Form::kNone, one<rdmsr>(), Lock::kNo, CpuFamily::k586},
    {k0F, 0x40, kAnyReg, "CMOVO", Form::kEG, rm_full<MoveIf<0>>(), Lock::kNo, CpuFamily::k586},
    {k0F, 0x41, kAnyReg, "CMOVNO", Form::kEG, rm_full<MoveIf<1>>(), Lock::kNo, CpuFamily::k586},
    {k0F, 0x42, kAnyReg, "CMOVB", Form::kEG, rm_full<MoveIf<2>>(), Lock::kNo, CpuFamily::k586},
    {k0F, 0x43, kAnyReg, "CMOVNB", Form::kEG, rm_full<MoveIf<3>>(), Lock::kNo, CpuFamily::k586},
    {k0F, 0x44, kAnyReg, "CMOVZ", Form::kEG, rm_full<MoveIf<4>>(), Lock::kNo, CpuFamily::k586},
    {k0F, 0x45, kAnyReg, "CMOVNZ", Form::kEG, rm_full<MoveIf<5>>(), Lock::kNo, CpuFamily::k586},
    {k0F, 0x46, kAnyReg, "CMOVBE", Form::kEG, rm_full<MoveIf<6>>(), Lock::kNo, CpuFamily::k586},
    {k0F, 0x47, kAnyReg, "CMOVNBE", Form::kEG, rm_full<MoveIf<7>>(), Lock::kNo, CpuFamily::k586},
    {k0F, 0x48, kAnyReg, "CMOVS", Form::kEG, rm_full<MoveIf<8>>(), Lock::kNo, CpuFamily::k586},
    {k0F, 0x49, kAnyReg, "CMOVNS", Form::kEG, rm_full<MoveIf<9>>(), Lock::kNo, CpuFamily::k586},
    {k0F, 0x4A, kAnyReg, "CMOVP", Form::kEG, rm_full<MoveIf<10>>(), Lock::kNo, CpuFamily::k586},
    {k0F, 0x4B, kAnyReg, "CMOVNP", Form::kEG, rm_full<MoveIf<11>>(), Lock::kNo, CpuFamily::k586},
    {k0F, 0x4C, kAnyReg, "CMOVL", Form::kEG, rm_full<MoveIf<12>>(), Lock::kNo, CpuFamily::k586},
    {k0F, 0x4D, kAnyReg, "CMOVNL", Form::kEG, rm_full<MoveIf<13>>(), Lock::kNo, CpuFamily::k586},
    {k0F, 0x4E, kAnyReg, "CMOVLE", Form::kEG, rm_full<MoveIf<14>>(), Lock::kNo, CpuFamily::k586},
    {k0F, 0x4F, kAnyReg, "CMOVNLE", Form::kEG, rm_full<MoveIf<15>>(), Lock::kNo, CpuFamily::k586},
    {k0F, 0x80, kAnyReg, "JO", Form::kJz, full<JumpIf<0>>(), Lock::kNo},
    {k0F, 0x81, kAnyReg, "JNO", Form::kJz, full<JumpIf<1>>(), Lock::kNo},
    {k0F, 0x82, kAnyReg, "JB", Form::kJz, full<JumpIf<2>>(), Lock::kNo},
    {k0F, 0x83, kAnyReg, "JNB", Form::kJz, full<JumpIf<3>>(), Lock::kNo},
    {k0F, 0x84, kAnyReg, "JZ", Form::kJz, full<JumpIf<4>>(), Lock::kNo},
    {k0F, 0x85, kAnyReg, "JNZ", Form::kJz, full<JumpIf<5>>(), Lock::kNo},
    {k0F, 0x86, kAnyReg, "JBE", Form::kJz, full<JumpIf<6>>(), Lock::kNo},
    {k0F, 0x87, kAnyReg, "JNBE", Form::kJz, full<JumpIf<7>>(), Lock::kNo},
    {k0F, 0x88, kAnyReg, "JS", Form::kJz, full<JumpIf<8>>(), Lock::kNo},
    {k0F, 0x89, kAnyReg, "JNS", Form::kJz, full<JumpIf<9>>(), Lock::kNo},
    {k0F, 0x8A, kAnyReg, "JP", Form::kJz, full<JumpIf<10>>(), Lock::kNo},
    {k0F, 0x8B, kAnyReg, "JNP", Form::kJz, full<JumpIf<11>>(), Lock::kNo},
    {k0F, 0x8C, kAnyReg, "JL", Form::kJz, full<JumpIf<12>>(), Lock::kNo},
    {k0F, 0x8D, kAnyReg, "JNL", Form::kJz, full<JumpIf<13>>(), Lock::kNo},
    {k0F, 0x8E, kAnyReg, "JLE", Form::kJz, full<JumpIf<14>>(), Lock::kNo},
    {k0F, 0x8F, kAnyReg, "JNLE", Form::kJz, full<JumpIf<15>>(), Lock::kNo},
    {k0F, 0x90, kAnyReg, "SETO", Form::kE, rm_byte<SetIf<0>>(), Lock::kNo},
    {k0F, 0x91, kAnyReg, "SETNO", Form::kE, rm_byte<SetIf<1>>(), Lock::kNo},
    {k0F, 0x92, kAnyReg, "SETB", Form::kE, rm_byte<SetIf<2>>(), Lock::kNo},
    {k0F, 0x93, kAnyReg, "SETNB", Form::kE, rm_byte<SetIf<3>>(), Lock::kNo},
    {k0F, 0x94, kAnyReg, "SETZ", Form::kE, rm_byte<SetIf<4>>(), Lock::kNo},
    {k0F, 0x95, kAnyReg, "SETNZ", Form::kE, rm_byte<SetIf<5>>(), Lock::kNo},
    {k0F, 0x96, kAnyReg, "SETBE", Form::kE, rm_byte<SetIf<6>>(), Lock::kNo},
    {k0F, 0x97, kAnyReg, "SETNBE", Form::kE, rm_byte<SetIf<7>>(), Lock::kNo},
    {k0F, 0x98, kAnyReg, "SETS", Form::kE, rm_byte<SetIf<8>>(), Lock::kNo},
    {k0F, 0x99, kAnyReg, "SETNS", Form::kE, rm_byte<SetIf<9>>(), Lock::kNo},
    {k0F, 0x9A, kAnyReg, "SETP", Form::kE, rm_byte<SetIf<10>>(), Lock::kNo},
    {k0F, 0x9B, kAnyReg, "SETNP", Form::kE, rm_byte<SetIf<11>>(), Lock::kNo},
    {k0F, 0x9C, kAnyReg, "SETL", Form::kE, rm_byte<SetIf<12>>(), Lock::kNo},
    {k0F, 0x9D, kAnyReg, "SETNL", Form::kE, rm_byte<SetIf<13>>(), Lock::kNo},
    {k0F, 0x9E, kAnyReg, "SETLE", Form::kE, rm_byte<SetIf<14>>(), Lock::kNo},
    {k0F, 0x9F, kAnyReg, "SETNLE", Form::kE, rm_byte<SetIf<15>>(), Lock::kNo},
    {k0F, 0xA0, kAnyReg, "PUSH FS", Form::kNone, full<PushSegment<kFs>>(), Lock::kNo},
    {k0F, 0xA1, kAnyReg, "POP FS", Form::kNone, full<PopSegment<kFs>>(), Lock::kNo},
    {k0F, 0xA2, kAnyReg, "CPUID", Form::kNone, one<semantics::cpuid>(), Lock::kNo, CpuFamily::k486},
    {k0F, 0xA3, kAnyReg, "BT", Form::kEG, rm_full<BitReg<BitTest>>(), Lock::kNo},
    {k0F, 0xA4, kAnyReg, "SHLD", Form::kEGIb, rm_full<DoubleShiftImm<Shld>>(), Lock::kNo},
    {k0F, 0xA5, kAnyReg, "SHLD", Form::kEG, rm_full<DoubleShiftCl<Shld>>(), Lock::kNo},
    {k0F, 0xA8, kAnyReg, "PUSH GS", Form::kNone, full<PushSegment<kGs>>(), Lock::kNo},
    {k0F, 0xA9, kAnyReg, "POP GS", Form::kNone, full<PopSegment<kGs>>(), Lock::kNo},
    {k0F, 0xAB, kAnyReg, "BTS", Form::kEG, rm_full<BitReg<BitSet>>(), Lock::kYes},
    {k0F, 0xAC, kAnyReg, "SHRD", Form::kEGIb, rm_full<DoubleShiftImm<Shrd>>(), Lock::kNo},
    {k0F, 0xAD, kAnyReg, "SHRD", Form::kEG, rm_full<DoubleShiftCl<Shrd>>(), Lock::kNo},
    {k0F, 0xAF, kAnyReg, "IMUL", Form::kEG, rm_full<ImulRegRm>(), Lock::kNo},
    {k0F, 0xB0, kAnyReg, "CMPXCHG", Form::kEG, rm_byte<CompareExchange>(), Lock::kYes, CpuFamily::k486},
    {k0F, 0xB1, kAnyReg, "CMPXCHG", Form::kEG, rm_full<CompareExchange>(), Lock::kYes, CpuFamily::k486},
    {k0F, 0xB2, kAnyReg, "LSS", Form::kGM, full<LoadFarPointer<kSs>>(), Lock::kNo},
    {k0F, 0xB3, kAnyReg, "BTR", Form::kEG, rm_full<BitReg<BitReset>>(), Lock::kYes},
    {k0F, 0xB4, kAnyReg, "LFS", Form::kGM, full<LoadFarPointer<kFs>>(), Lock::kNo},
    {k0F, 0xB5, kAnyReg, "LGS", Form::kGM, full<LoadFarPointer<kGs>>(), Lock::kNo},
    {k0F, 0xB6, kAnyReg, "MOVZX", Form::kEG, rm_full<MovExtend<std::uint8_t, false>>(), Lock::kNo},
    {k0F, 0xB7, kAnyReg, "MOVZX", Form::kEG, rm_full<MovExtend<std::uint16_t, false>>(), Lock::kNo},
    {k0F, 0xBA, 4, "BT", Form::kEIb, rm_full<BitImm<BitTest>>(), Lock::kNo},
    {k0F, 0xBA, 5, "BTS", Form::kEIb, rm_full<BitImm<BitSet>>(), Lock::kYes},
    {k0F, 0xBA, 6, "BTR", Form::kEIb, rm_full<BitImm<BitReset>>(), Lock::kYes},
    {k0F, 0xBA, 7, "BTC", Form::kEIb, rm_full<BitImm<BitComplement>>(), Lock::kYes},
    {k0F, 0xBB, kAnyReg, "BTC", Form::kEG, rm_full<BitReg<BitComplement>>(), Lock::kYes},
    {k0F, 0xBC, kAnyReg, "BSF", Form::kEG, rm_full<BitScan<false>>(), Lock::kNo},
    {k0F, 0xBD, kAnyReg, "BSR", Form::kEG, rm_full<BitScan<true>>(), Lock::kNo},
    {k0F, 0xBE, kAnyReg, "MOVSX", Form::kEG, rm_full<MovExtend<std::uint8_t, true>>(), Lock::kNo},
    {k0F, 0xBF, kAnyReg, "MOVSX", Form::kEG, rm_full<MovExtend<std::uint16_t, true>>(), Lock::kNo},
    {k0F, 0xC0, kAnyReg, "XADD", Form::kEG, rm_byte<ExchangeAdd>(), Lock::kYes, CpuFamily::k486},
    {k0F, 0xC1, kAnyReg, "XADD", Form::kEG, rm_full<ExchangeAdd>(), Lock::kYes, CpuFamily::k486},
    {k0F, 0xC7, 1, "CMPXCHG8B", Form::kM, one<compare_exchange_8_bytes>(), Lock::kYes, CpuFamily::k586},
    {k0F, 0xC8, kAnyReg, "BSWAP", Form::kZ, full<ByteSwap>(), Lock::kNo, CpuFamily::k486},
};
// clang-format on

constexpr std::size_t kRowCount = std::size(kRows);

constexpr FormTraits form_traits(Form form) {
  FormTraits traits{false, false, false, false, ImmediateKind::kNone};
  switch (form) {
    case Form::kNone: break;
    case Form::kE:
    case Form::kEG: traits.modrm = true; break;
    case Form::kEIb:
    case Form::kEGIb:
      traits.modrm = true;
      traits.immediate = ImmediateKind::kByte;
      break;
    case Form::kEIz:
    case Form::kEGIz:
      traits.modrm = true;
      traits.immediate = ImmediateKind::kFull;
      break;
    case Form::kM:
    case Form::kGM:
      traits.modrm = true;
      traits.memory_only = true;
      break;
    case Form::kRS:
      traits.modrm = true;
      traits.register_only = true;
      break;
    case Form::kZ: traits.register_in_opcode = true; break;
    case Form::kZIb:
      traits.register_in_opcode = true;
      traits.immediate = ImmediateKind::kByte;
      break;
    case Form::kZIz:
      traits.register_in_opcode = true;
      traits.immediate = ImmediateKind::kFull;
      break;
    case Form::kIb:
    case Form::kJb: traits.immediate = ImmediateKind::kByte; break;
    case Form::kIw: traits.immediate = ImmediateKind::kWord; break;
    case Form::kIz:
    case Form::kJz: traits.immediate = ImmediateKind::kFull; break;
    case Form::kIwIb: traits.immediate = ImmediateKind::kEnter; break;
    case Form::kA: traits.immediate = ImmediateKind::kFar; break;
    case Form::kO: traits.immediate = ImmediateKind::kAddress; break;
  }
  return traits;
}

/// Row of every opcode and reg field.
struct Index {
  std::array<std::array<std::uint16_t, 8>, 256> row[2];
  std::array<bool, 256> modrm[2];
  std::array<CpuFamily, 256> since[2];  // of a group: its first member
};

constexpr Index build_index() {
  Index index{};
  for (auto& map : index.row) {
    for (auto& opcode : map) {
      opcode.fill(kUndefinedRow);
    }
  }
  for (auto& map : index.since) {
    map.fill(CpuFamily::k586);
  }
  for (std::size_t n = 0; n < kRowCount; ++n) {
    const OpcodeRow& row = kRows[n];
    const FormTraits traits = form_traits(row.form);
    const std::size_t map = row.map == OpcodeMap::kTwoByte ? 1 : 0;
    const unsigned opcodes = traits.register_in_opcode ? 8 : 1;
    for (unsigned opcode = row.opcode; opcode < row.opcode + opcodes; ++opcode) {
      index.modrm[map][opcode] = traits.modrm;
      index.since[map][opcode] = std::min(index.since[map][opcode], row.since);
      for (unsigned reg = 0; reg < 8; ++reg) {
        if (row.group == kAnyReg || static_cast<unsigned>(row.group) == reg) {
          index.row[map][opcode][reg] = static_cast<std::uint16_t>(n);
        }
      }
    }
  }
  return index;
}

constexpr Index kIndex = build_index();

std::size_t map_number(OpcodeMap map) {
  return map == OpcodeMap::kTwoByte ? 1 : 0;
}

}  // namespace

FormTraits traits_of(Form form) {
  return form_traits(form);
}

std::span<const OpcodeRow> opcode_rows() {
  return kRows;
}

std::uint16_t find_opcode(OpcodeMap map, std::uint8_t opcode, unsigned reg, CpuFamily family) {
  const std::uint16_t row = kIndex.row[map_number(map)][opcode][reg];
  return row != kUndefinedRow && family >= kRows[row].since ? row : kUndefinedRow;
}

bool opcode_has_modrm(OpcodeMap map, std::uint8_t opcode, CpuFamily family) {
  const std::size_t n = map_number(map);
  return kIndex.modrm[n][opcode] && family >= kIndex.since[n][opcode];
}

}  // namespace strata
