#include "platform/rtl_exits.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "models/isa/decoder.h"
#include "models/machine/bus_map.h"
#include "models/machine/memory_map.h"

namespace strata {
namespace {

constexpr std::uint32_t kInPage = 0xFFC;  // of an aligned dword
constexpr std::size_t kMostStores = 64;

ExitTime time_of(Cycle cycle) {
  return static_cast<ExitTime>(cycle);
}

/// Of the memory operand, or of the destination of MOVS, STOS and INS.
std::uint32_t operand_address(const Instruction& instruction, std::uint8_t opcode,
                              const CpuState& state) {
  if (!instruction.memory) {
    const bool is_offset = (opcode & 0xFC) == 0xA0;  // MOV moffs
    const std::uint32_t offset =
        is_offset ? instruction.displacement : state.gpr[kEdi] & instruction.address_mask;
    return state.seg[is_offset ? instruction.segment : unsigned{kEs}].base + offset;
  }
  const auto value = [&](unsigned reg) { return reg == kNoRegister ? 0 : state.gpr[reg]; };
  const std::uint32_t offset =
      (value(instruction.base) + (value(instruction.index) << instruction.scale) +
       instruction.displacement) &
      instruction.address_mask;
  return state.seg[instruction.segment].base + offset;
}

bool is_call_port(const ExitRecord& access) {
  return access.kind == ExitKind::kPort && access.write &&
         access.place - STRATA_PV_PORT < STRATA_PV_PORTS;
}

}  // namespace

RtlExits::RtlExits(std::vector<ExitSink*> sinks, CpuFamily family, ReadCode read)
    : sinks_(std::move(sinks)), family_(family), read_(std::move(read)) {
  read_instruction_ = [this](std::uint32_t address) {
    const bool code32 = (before_.seg[kCs].attributes & attr::kBig) != 0;
    return ExitInstruction{code_at(address, code32, family_, read_), code32};
  };
}

void RtlExits::tell(const ExitRecord& exit) {
  for (ExitSink* sink : sinks_) sink->on_exit(exit, read_instruction_);
}

void RtlExits::on_access(const WishboneRequest& request, std::uint32_t data) {
  const bool port = request.tga == kIoSpace;
  if (!port && machine_bus_map().find(kMemorySpace, request.adr) == nullptr) return;
  const auto lane = static_cast<unsigned>(std::countr_zero(request.sel));
  const ExitRecord access{.kind = port ? ExitKind::kPort : ExitKind::kMemory,
                          .write = request.we,
                          .place = request.adr + lane,
                          .value = data >> (8 * lane),
                          .accesses = 1,
                          .bytes = static_cast<std::uint64_t>(std::popcount(request.sel))};
  if (!port && request.we) {
    tell_store(access);
  } else {
    accesses_.push_back(access);
  }
}

/// It may be that of an instruction that has retired; else it is one that is still to.
void RtlExits::tell_store(const ExitRecord& access) {
  const auto is_it = [&](const Store& store) {
    return (store.physical & kInPage) == (access.place & kInPage);
  };
  const auto found = std::ranges::find_if(stores_, is_it);
  if (found == stores_.end()) return accesses_.push_back(access);
  ExitRecord exit = access;
  exit.address = found->address;
  exit.left = exit.begun = found->left;
  exit.ended = exit.back = found->back;
  stores_.erase(stores_.begin(), found + 1);
  tell(exit);
}

void RtlExits::on_retire(const RetireRecord& record, const CpuState& state, Cycle halted) {
  if (record.kind == RetireKind::kInterrupt) tell_interrupt(record, halted);
  const bool stored =
      !accesses_.empty() && accesses_.front().kind == ExitKind::kMemory && accesses_.front().write;
  tell_accesses(record);
  if (record.kind == RetireKind::kInstruction && !stored) note_store(record);
  last_ = record.cycle;
  last_address_ = record.linear_eip;
  before_ = state;
}

/// The first has the instruction's time.
void RtlExits::tell_accesses(const RetireRecord& record) {
  ExitTime left = time_of(last_);
  for (ExitRecord& access : accesses_) {
    access.address = record.linear_eip;
    access.left = access.begun = left;
    access.ended = access.back = time_of(record.cycle);
    left = access.back;
    if (makes_call(access)) {
      calls_.push_back({number_, access.address, time_of(last_)});
    } else if (!is_call_port(access)) {
      tell(access);
    }
  }
  accesses_.clear();
}

/// The port is not aligned: the bus carries its four bytes in two accesses, and the last byte makes
/// the call.
bool RtlExits::makes_call(const ExitRecord& access) {
  if (!is_call_port(access)) return false;
  for (std::uint32_t i = 0; i < access.bytes; ++i) {
    const std::uint32_t shift = 8 * (access.place + i - STRATA_PV_PORT);
    number_ = (number_ & ~(0xFFu << shift)) | (access.value >> (8 * i) & 0xFF) << shift;
  }
  return access.place + access.bytes == STRATA_PV_PORT + STRATA_PV_PORTS;
}

void RtlExits::tell_interrupt(const RetireRecord& record, Cycle halted) {
  const ExitTime awake = time_of(last_ + halted);
  if (halted != 0) {
    tell({.kind = ExitKind::kHalt,
          .address = last_address_,
          .left = time_of(last_),
          .begun = time_of(last_),
          .ended = awake,
          .back = awake});
  }
  tell({.kind = ExitKind::kInterrupt,
        .place = record.vector,
        .address = record.linear_eip,
        .left = awake,
        .begun = awake,
        .ended = time_of(record.cycle),
        .back = time_of(record.cycle)});
}

/// Of what may store: whatever has a memory operand, and string instructions.
void RtlExits::note_store(const RetireRecord& record) {
  std::array<std::uint8_t, kMostCodeBytes> bytes{};
  const std::size_t length = read_(record.linear_eip, bytes);
  const bool code32 = (before_.seg[kCs].attributes & attr::kBig) != 0;
  Instruction instruction;
  if (!decode(std::span(bytes).first(length), code32, family_, instruction)) return;
  const bool fits = instruction.length != 0 && instruction.length <= length;
  if (!fits) return;
  std::uint8_t opcode = 0;
  for (unsigned at = 0; at < instruction.length; ++at) {
    opcode = bytes[at];
    if (!is_prefix(opcode)) break;
  }
  const std::uint8_t form = opcode & 0xFE;
  const bool string = form == 0xA4 || form == 0xAA || form == 0x6C;
  const bool offset = form == 0xA2;
  if (!instruction.memory && !string && !offset) return;
  const std::uint32_t physical = operand_address(instruction, opcode, before_) & ~3u;
  const bool paged = (before_.cr0 & cr0::kPg) != 0;
  if (!paged && machine_bus_map().find(kMemorySpace, physical) == nullptr) return;
  stores_.push_back({physical, record.linear_eip, time_of(last_), time_of(record.cycle)});
  if (stores_.size() > kMostStores) stores_.pop_front();
}

/// What was called before and has not ended never will: it came while another went on.
void RtlExits::on_call(std::uint32_t number, Cycle now) {
  const auto found = std::ranges::find(calls_, number, &Call::number);
  if (found == calls_.end()) return;
  const ExitRecord exit{.kind = ExitKind::kCall,
                        .write = true,
                        .place = number,
                        .value = number,
                        .address = found->address,
                        .accesses = 2,
                        .bytes = STRATA_PV_PORTS,
                        .left = found->left,
                        .begun = found->left,
                        .ended = time_of(now),
                        .back = time_of(now)};
  calls_.erase(found);
  tell(exit);
}

}  // namespace strata
