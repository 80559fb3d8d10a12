// The exits of the cycle-accurate machine: accesses of ports and devices as they finish on the bus,
// each with the instruction that made it and the cycles that instruction took, from the retirement
// before it to its own; deliveries of interrupts, sleep, and calls of port ABBA up to their end.
//
// A store to a device may leave the store buffer after its instruction has retired. Which one it
// was is found by the address: that of the oldest instruction with this memory operand that no
// store was found for.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <vector>

#include "models/base/wishbone_wires.h"
#include "models/isa/cpu_family.h"
#include "models/isa/cpu_state.h"
#include "models/isa/retire_record.h"
#include "platform/explain/exit_record.h"
#include "platform/profile/recording.h"

namespace strata {

class RtlExits {
 public:
  /// `read` gives code at the moment; what `sinks` name outlives the object.
  RtlExits(std::vector<ExitSink*> sinks, CpuFamily family, ReadCode read);

  /// A finished bus access of the CPU other than a fetch or an acknowledge.
  void on_access(const WishboneRequest& request, std::uint32_t data);

  /// `state` is that behind `record`; of the cycles up to it the CPU has slept `halted`.
  void on_retire(const RetireRecord& record, const CpuState& state, Cycle halted);

  /// In cycle `now` call `number` of port ABBA has ended.
  void on_call(std::uint32_t number, Cycle now);

 private:
  struct Store {
    std::uint32_t physical = 0;  // of the aligned dword; with paging its low 12 bits are right
    std::uint32_t address = 0;   // of the instruction
    ExitTime left = 0;
    ExitTime back = 0;
  };
  struct Call {
    std::uint32_t number = 0;
    std::uint32_t address = 0;
    ExitTime left = 0;
  };

  void tell(const ExitRecord& exit);
  void tell_store(const ExitRecord& access);
  void tell_accesses(const RetireRecord& record);
  bool makes_call(const ExitRecord& access);
  void tell_interrupt(const RetireRecord& record, Cycle halted);
  void note_store(const RetireRecord& record);

  std::vector<ExitSink*> sinks_;
  const CpuFamily family_;
  const ReadCode read_;
  ReadExitInstruction read_instruction_;
  CpuState before_;  // behind the retirement before
  Cycle last_ = 0;   // of that retirement
  std::uint32_t last_address_ = 0;
  std::vector<ExitRecord> accesses_;  // whose instruction has not retired
  std::deque<Store> stores_;          // of instructions that have, not seen on the bus
  std::deque<Call> calls_;            // that go on
  std::uint32_t number_ = 0;          // of the call, as far as it has been written
};

}  // namespace strata
