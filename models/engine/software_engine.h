// What stands around an instruction in every engine that carries instructions out itself -
// interpreter, blocks, the one instruction KVM leaves to software: events and their priority, the
// interrupt shadow, halting, deadlines and stops, debug traps and breakpoints. An engine adds how
// instructions are found (fetch) and how many are run together (execute_until_break).
//
// Virtual time moves by `cpi` cycles an instruction, an iteration of a REP string instruction, and
// a delivered exception or interrupt.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "models/engine/engine.h"
#include "models/isa/exceptions.h"
#include "models/isa/processor.h"
#include "models/isa/retire_record.h"
#include "models/isa/translation_source.h"

namespace strata {

class SoftwareEngine : public Engine {
 public:
  void load_state(const CpuState& state) override;
  CpuState state() const override;
  void set_registers(const CpuState& state) override;
  Cycle cycle() const override { return cycle_; }
  void set_cycle(Cycle cycle) override;
  void advance_to(Cycle cycle) override;
  StopReason run(Cycle deadline) override;
  EngineStep step_once() override;
  void set_interrupt_line(bool level) override;
  void set_a20(bool open) override;
  void raise_nmi() override;
  void request_stop() override;
  void watch_execution(ExecutionWatch* watch) override { watch_ = watch; }
  void watch_instructions(InstructionWatch* watch) override { instruction_watch_ = watch; }
  std::uint32_t linear_address() const override { return linear_eip(); }
  std::uint64_t instructions() const override { return instructions_; }
  std::map<std::string, std::uint64_t> exits() const override;
  std::map<std::string, std::uint64_t> counters() const override;
  void memory_written(std::uint32_t physical, std::uint32_t bytes) override;

  /// The memory as the guest has it, for a monitor.
  GuestMemory& guest_memory() { return processor_.memory; }

  /// From now on the guest is paged by `monitor`, with a TLB as of Mmu::set_source().
  void page_through(std::unique_ptr<TranslationSource> monitor, unsigned tlb_entries);

  /// Delivers the debug trap that is pending, else executes one instruction, one iteration of a REP
  /// string instruction, or the delivery of the exception it raises. Takes no interrupt and no NMI.
  /// The processor must not be shut down, nor halted without a pending trap.
  RetireRecord step();

  /// Takes external interrupt `vector` now, whatever EFLAGS.IF says; wakes a halted processor. The
  /// record's kind is kInterrupt, or kException with the fault that delivering it ended in.
  RetireRecord deliver_interrupt(std::uint8_t vector);

  /// Takes a non-maskable interrupt now, whatever blocks it; wakes a halted processor. The record
  /// is as deliver_interrupt()'s, vector 2.
  RetireRecord deliver_nmi();

  /// Gives the time stamp counter a value; time itself stays.
  void set_time_stamp(std::uint64_t value) { processor_.set_time_stamp(value); }

  /// Whether a triple fault has stopped the processor for good.
  bool shutdown() const { return processor_.system.shutdown != 0; }

 protected:
  /// Everything outside `regions` and every write to a region that is not writable goes to `bus`.
  /// The bus and the regions' memory outlive the engine.
  SoftwareEngine(EngineBus& bus, std::span<const MemoryRegion> regions, Cycle cpi,
                 CpuFamily family);

  /// The instruction at Processor::eip, valid until the next call; null with the fault raised.
  virtual const Instruction* fetch_one() = 0;

  /// Executes instructions one after another until must_break(), at least one. Each that is done
  /// counts in instructions_, each step of time in cycle_; a fault goes to take_exception(). An
  /// engine that has a faster way than fetch_one() replaces it.
  virtual void execute_until_break();

  /// Whether the next boundary needs a look: at the clock, a stop request, or an event. Zero in
  /// break_at_ makes that the next boundary.
  bool must_break() const { return cycle_ >= next_break() || processor_.attention; }

  /// From which cycle on a boundary needs that look because of the clock.
  Cycle next_break() const { return break_at_.load(std::memory_order_relaxed); }

  /// How long no boundary needs that look because of the clock.
  Cycle cycles_to_break() const {
    const Cycle break_at = next_break();
    return break_at > cycle_ ? break_at - cycle_ : 0;
  }

  /// Memory is about to be at other addresses, between two instructions.
  virtual void before_a20() {}

  void take_exception();

  /// Linear address of what runs next.
  std::uint32_t linear_eip() const { return processor_.system.seg[kCs].base + processor_.eip; }

  Processor processor_;
  Cycle cpi_;
  Cycle cycle_ = 0;
  std::uint64_t instructions_ = 0;
  ExecutionWatch* watch_ = nullptr;

 private:
  void settle_a20();
  bool take_event(std::optional<std::uint8_t>& interrupt);
  void fall_asleep();
  bool interrupt_due() const;
  bool meets_instruction_breakpoint() const;
  bool one_at_a_time() const { return processor_.watched() || instruction_watch_ != nullptr; }
  void execute_watched(RetireRecord& record);
  Outcome execute_fetched(RetireRecord& record);
  void execute_and_count();
  void count(const RetireRecord& record, std::uint32_t linear, bool code32);
  void finish_watched(Outcome outcome, RetireRecord& record);
  void note_delivery(const Delivery& delivery, RetireKind kind, RetireRecord& record);
  RetireRecord begin_record() const;
  void end_record(RetireRecord& record);

  EngineBus& bus_;
  std::unique_ptr<TranslationSource> monitor_;  // null: the guest's tables are used as they are
  std::uint64_t order_ = 0;
  std::uint64_t halts_ = 0;
  std::uint64_t interrupts_ = 0;
  std::atomic<Cycle> break_at_{0};
  std::atomic<bool> stop_requested_{false};
  InstructionWatch* instruction_watch_ = nullptr;
  bool interrupt_line_ = false;
  bool a20_ = true;                // the pin
  bool asleep_ = false;            // halted, and counted as such
  std::uint16_t watched_row_ = 0;  // of the opcode table, of what execute_watched() executed
};

}  // namespace strata
