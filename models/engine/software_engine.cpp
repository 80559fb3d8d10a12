#include "models/engine/software_engine.h"

#include <cassert>

#include "models/engine/execution_watch.h"
#include "models/engine/instruction_watch.h"
#include "models/isa/debug_registers.h"
#include "models/isa/opcode_table.h"

namespace strata {

SoftwareEngine::SoftwareEngine(EngineBus& bus, std::span<const MemoryRegion> regions, Cycle cpi,
                               CpuFamily family)
    : processor_(bus, family), cpi_(cpi), bus_(bus) {
  processor_.attach_clock(cycle_);
  for (const MemoryRegion& region : regions) {
    processor_.memory.map(region.base, region.size, region.host, region.writable);
  }
}

void SoftwareEngine::load_state(const CpuState& state) {
  cycle_ = state.tsc;
  instructions_ = 0;
  order_ = 0;
  set_registers(state);
}

void SoftwareEngine::set_registers(const CpuState& state) {
  processor_.load_state(state);
  processor_.set_time_stamp(state.tsc);
  processor_.attention = true;
  asleep_ = state.halted != 0;
}

CpuState SoftwareEngine::state() const {
  CpuState state = processor_.state();
  state.tsc = processor_.time_stamp();
  return state;
}

void SoftwareEngine::set_cycle(Cycle cycle) {
  const std::uint64_t time_stamp = processor_.time_stamp();
  cycle_ = cycle;
  processor_.set_time_stamp(time_stamp);
}

void SoftwareEngine::advance_to(Cycle cycle) {
  if (cycle > cycle_) {
    if (watch_ != nullptr) watch_->on_sleep(linear_eip() - 1, cycle - cycle_);
    cycle_ = cycle;
  }
}

void SoftwareEngine::set_interrupt_line(bool level) {
  interrupt_line_ = level;
  processor_.attention = true;
}

void SoftwareEngine::set_a20(bool open) {
  a20_ = open;
  processor_.attention = true;
}

void SoftwareEngine::settle_a20() {
  if (a20_ == processor_.memory.a20_open()) return;
  before_a20();
  processor_.set_a20(a20_);
}

void SoftwareEngine::raise_nmi() {
  processor_.system.nmi_pending = 1;
  processor_.attention = true;
}

void SoftwareEngine::request_stop() {
  stop_requested_.store(true);
  break_at_.store(0);
}

std::map<std::string, std::uint64_t> SoftwareEngine::exits() const {
  return {{"port", processor_.memory.port_accesses()},
          {"mmio", processor_.memory.device_accesses()},
          {"hlt", halts_},
          {"interrupt", interrupts_}};
}

void SoftwareEngine::page_through(std::unique_ptr<TranslationSource> monitor,
                                  unsigned tlb_entries) {
  monitor_ = std::move(monitor);
  processor_.set_source(*monitor_, tlb_entries);
}

std::map<std::string, std::uint64_t> SoftwareEngine::counters() const {
  if (monitor_ == nullptr) return {};
  auto counters = monitor_->counters();
  counters["paging.tlb.lookups"] = processor_.tlb_counts().lookups;
  counters["paging.tlb.misses"] = processor_.tlb_counts().misses;
  return counters;
}

void SoftwareEngine::memory_written(std::uint32_t physical, std::uint32_t bytes) {
  if (monitor_ != nullptr) monitor_->on_foreign_write(physical, bytes);
}

// ---- running ----

bool SoftwareEngine::interrupt_due() const {
  return interrupt_line_ && processor_.flag(eflags::kIf) && processor_.system.shadow == kNoShadow;
}

void SoftwareEngine::take_exception() {
  processor_.system.shadow = kNoShadow;
  processor_.system.shutdown = deliver_exception(processor_).shutdown;
  processor_.attention = true;
}

/// What comes before the next instruction, by priority (SDM vol. 3, table 6-2): the trap of the one
/// before, NMI, external interrupt. False if there is nothing; else `interrupt` is the vector of
/// the latter two.
bool SoftwareEngine::take_event(std::optional<std::uint8_t>& interrupt) {
  Processor& p = processor_;
  const std::uint32_t resume = linear_eip();
  if (p.system.pending_exception != 0) {
    p.system.shutdown = deliver_debug_trap(p).shutdown;
  } else if (nmi_due(p.system)) {
    p.system.nmi_pending = 0;
    interrupt = vector::kNmi;
    p.system.shutdown = strata::deliver_nmi(p).shutdown;
  } else if (interrupt_due()) {
    ++interrupts_;
    interrupt = bus_.acknowledge_interrupt();
    p.system.shutdown = deliver_external_interrupt(p, *interrupt).shutdown;
  } else {
    return false;
  }
  asleep_ = false;
  cycle_ += cpi_;
  if (watch_ != nullptr) {
    ++watch_->at(linear_eip(), p.code_big()).others;
    watch_->on_event(resume, linear_eip(), {cycle_, instructions_});
  }
  return true;
}

/// Once for each HLT, however often the engine is asked to run meanwhile.
void SoftwareEngine::fall_asleep() {
  halts_ += !asleep_;
  asleep_ = true;
}

void SoftwareEngine::execute_until_break() {
  do {
    execute_and_count();
  } while (!must_break() && !processor_.watched());
}

StopReason SoftwareEngine::run(Cycle deadline) {
  Processor& p = processor_;
  for (;;) {
    // Set before the request is looked at: a signal between the two still ends the inner loop.
    break_at_.store(deadline);
    if (stop_requested_.exchange(false)) {
      return StopReason::kRequested;
    }
    settle_a20();
    if (shutdown()) {
      return StopReason::kShutdown;
    }
    if (cycle_ >= deadline) {
      return StopReason::kDeadline;
    }
    if (std::optional<std::uint8_t> interrupt; take_event(interrupt)) {
      continue;
    }
    if (p.system.halted != 0) {
      fall_asleep();
      return StopReason::kHalted;
    }
    if (one_at_a_time()) {
      execute_and_count();
      continue;
    }
    // With a shadow, one instruction and then here again; handlers set attention for the rest.
    p.attention = p.system.shadow != kNoShadow;
    p.system.shadow = kNoShadow;
    execute_until_break();
  }
}

// ---- one at a time ----

EngineStep SoftwareEngine::step_once() {
  settle_a20();
  if (shutdown()) return {StopReason::kShutdown};
  EngineStep step;
  if (take_event(step.interrupt)) return step;
  if (processor_.system.halted != 0) {
    fall_asleep();
    return {StopReason::kHalted};
  }
  execute_and_count();
  return step;
}

RetireRecord SoftwareEngine::begin_record() const {
  RetireRecord record;
  record.order = order_;
  record.cycle = cycle_;
  record.eip = processor_.eip;
  record.linear_eip = processor_.system.seg[kCs].base + processor_.eip;
  return record;
}

void SoftwareEngine::end_record(RetireRecord& record) {
  ++order_;
  cycle_ += cpi_;
  record.next_eip = processor_.eip;
  record.eflags = processor_.eflags_image();
}

void SoftwareEngine::note_delivery(const Delivery& delivery, RetireKind kind,
                                   RetireRecord& record) {
  processor_.system.shutdown = delivery.shutdown;
  record.kind = delivery.faulted ? RetireKind::kException : kind;
  record.vector = delivery.vector;
  record.error_code = delivery.error_code;
}

/// RF lets the instruction it was set for pass, MOV SS and POP SS the one behind them (SDM vol. 3,
/// 17.3.1.1).
bool SoftwareEngine::meets_instruction_breakpoint() const {
  const Processor& p = processor_;
  return any_breakpoint(p.system) && !p.flag(eflags::kRf) && p.system.shadow != kMovSsShadow &&
         instruction_breakpoints(p.system, p.system.seg[kCs].base + p.eip) != 0;
}

void SoftwareEngine::execute_and_count() {
  const std::uint32_t linear = linear_eip();
  const bool code32 = processor_.code_big();
  RetireRecord record;
  execute_watched(record);
  cycle_ += cpi_;
  if (watch_ != nullptr) count(record, linear, code32);
}

void SoftwareEngine::count(const RetireRecord& record, std::uint32_t linear, bool code32) {
  ExecutionWatch::Count& counts = watch_->at(linear, code32);
  const ExecutionWatch::Moment now{cycle_, instructions_};
  if (record.kind == RetireKind::kException) {
    ++counts.others;
    watch_->on_event(linear, linear_eip(), now);
  } else if (record.partial) {
    ++counts.others;
  } else {
    ++counts.executions;
    watch_->on_transfer(transfer_of(watched_row_), linear, linear + record.length, linear_eip(),
                        now);
  }
}

/// One instruction or iteration with all that debugging adds.
void SoftwareEngine::execute_watched(RetireRecord& record) {
  Processor& p = processor_;
  if (meets_instruction_breakpoint()) {
    p.system.shadow = kNoShadow;
    p.system.dr[6] |= instruction_breakpoints(p.system, p.system.seg[kCs].base + p.eip);
    note_delivery(deliver_debug_trap(p), RetireKind::kException, record);
    return;
  }
  p.system.shadow = kNoShadow;
  p.debug_hits = p.flag(eflags::kTf) ? dr6::kBs : 0;
  p.control_flags &= ~eflags::kRf;
  finish_watched(execute_fetched(record), record);
}

Outcome SoftwareEngine::execute_fetched(RetireRecord& record) {
  Processor& p = processor_;
  InstructionWatch* const watch = instruction_watch_;
  const Instruction* instruction = fetch_one();
  while (instruction != nullptr && watch != nullptr && watch->on_fetched(p, *instruction)) {
    instruction = fetch_one();
  }
  if (instruction == nullptr) return Outcome::kFault;
  record.length = instruction->length;
  watched_row_ = instruction->row;
  p.next_eip = p.eip + instruction->length;
  const Outcome outcome = instruction->execute(p, *instruction);
  if (watch != nullptr) watch->on_executed(p, *instruction, outcome);
  return outcome;
}

/// A trap is due after what has completed, but for loads of SS.
void SoftwareEngine::finish_watched(Outcome outcome, RetireRecord& record) {
  Processor& p = processor_;
  record.partial = outcome == Outcome::kRepeat;
  if (outcome == Outcome::kFault) {
    p.system.shadow = kNoShadow;
    note_delivery(deliver_exception(p), RetireKind::kException, record);
    return;
  }
  if (outcome == Outcome::kDone) {
    p.eip = p.next_eip;
    ++instructions_;
  }
  if (p.debug_hits != 0 && p.system.shadow != kMovSsShadow) {
    p.system.dr[6] |= p.debug_hits;
    p.system.pending_exception = kPendingDebugTrap;
  }
}

RetireRecord SoftwareEngine::step() {
  settle_a20();
  Processor& p = processor_;
  const bool trap = p.system.pending_exception != 0;
  assert((p.system.halted == 0 || trap) && !shutdown());
  RetireRecord record = begin_record();
  if (trap) {
    note_delivery(deliver_debug_trap(p), RetireKind::kException, record);
  } else {
    execute_watched(record);
  }
  end_record(record);
  return record;
}

RetireRecord SoftwareEngine::deliver_interrupt(std::uint8_t vector) {
  settle_a20();
  assert(!shutdown());
  RetireRecord record = begin_record();
  ++interrupts_;
  note_delivery(deliver_external_interrupt(processor_, vector), RetireKind::kInterrupt, record);
  end_record(record);
  return record;
}

RetireRecord SoftwareEngine::deliver_nmi() {
  settle_a20();
  assert(!shutdown());
  RetireRecord record = begin_record();
  processor_.system.nmi_pending = 0;
  note_delivery(strata::deliver_nmi(processor_), RetireKind::kInterrupt, record);
  end_record(record);
  return record;
}

}  // namespace strata
