// The interpreter, strata86's golden model: fetches, decodes and executes one instruction after
// another over the opcode table of models/isa. Virtual time moves by `cpi` cycles an instruction,
// an iteration of a REP string instruction, and a delivered exception or interrupt.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>

#include "models/engine/engine.h"
#include "models/isa/exceptions.h"
#include "models/isa/processor.h"
#include "models/isa/retire_record.h"

namespace strata {

class Interpreter final : public Engine {
 public:
  /// Everything outside `regions` and every write to a region that is not writable goes to `bus`.
  /// The bus and the regions' memory outlive the interpreter.
  Interpreter(EngineBus& bus, std::span<const MemoryRegion> regions, Cycle cpi = 1,
              CpuFamily family = CpuFamily::k586);
  ~Interpreter() override;

  std::string_view name() const override { return "interp"; }
  void load_state(const CpuState& state) override;
  CpuState state() const override;
  Cycle cycle() const override { return cycle_; }
  void set_cycle(Cycle cycle) override;
  void advance_to(Cycle cycle) override;
  StopReason run(Cycle deadline) override;
  void set_interrupt_line(bool level) override;
  void raise_nmi() override;
  void request_stop() override;
  std::uint64_t instructions() const override { return instructions_; }
  std::map<std::string, std::uint64_t> exits() const override;

  /// Delivers the debug trap that is pending, else executes one instruction, one iteration of a REP
  /// string instruction, or the delivery of the exception it raises. Takes no interrupt and no NMI.
  /// The processor must not be shut down, nor halted without a pending trap.
  RetireRecord step();

  /// Takes external interrupt `vector` now, whatever EFLAGS.IF says; wakes a halted processor. The
  /// record's kind is kInterrupt, or kException with the fault that delivering it ended in.
  RetireRecord deliver_interrupt(std::uint8_t vector);

  /// Gives the time stamp counter a value; time itself stays.
  void set_time_stamp(std::uint64_t value) { processor_.set_time_stamp(value); }

  /// Takes a non-maskable interrupt now, whatever blocks it; wakes a halted processor. The record
  /// is as deliver_interrupt()'s, vector 2.
  RetireRecord deliver_nmi();

  /// Whether a triple fault has stopped the processor for good.
  bool shutdown() const { return shutdown_; }

 private:
  struct DecodeMemo;

  const Instruction* fetch(std::uint32_t eip);
  const Instruction* fetch_slowly();
  const Instruction* fetch_across_pages();
  bool find_code(std::uint32_t linear, GuestMemory::Region& run) const;
  bool open_window();
  void execute_until_break();
  void take_exception();
  bool take_event();
  bool interrupt_due() const;
  bool nmi_due() const;
  bool meets_instruction_breakpoint() const;
  void execute_watched(RetireRecord& record);
  void finish_watched(Outcome outcome, RetireRecord& record);
  void note_delivery(const Delivery& delivery, RetireKind kind, RetireRecord& record);
  RetireRecord begin_record() const;
  void end_record(RetireRecord& record);

  EngineBus& machine_;
  Processor processor_;
  std::unique_ptr<DecodeMemo> memo_;
  Instruction slow_instruction_;
  Cycle cpi_;
  Cycle cycle_ = 0;
  std::uint64_t instructions_ = 0;
  std::uint64_t order_ = 0;
  std::uint64_t halts_ = 0;
  std::uint64_t interrupts_ = 0;
  /// run() leaves its inner loop when cycle_ gets here; zero makes that the next boundary.
  std::atomic<Cycle> break_at_{0};
  std::atomic<bool> stop_requested_{false};
  bool interrupt_line_ = false;
  bool nmi_pending_ = false;
  bool shutdown_ = false;
};

}  // namespace strata
