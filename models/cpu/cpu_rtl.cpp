#include "models/cpu/cpu_rtl.h"

#include <bit>
#include <utility>

#include "models/machine/bus_map.h"

namespace strata {

CpuRtl::CpuRtl(const sc_core::sc_module_name& name, ClockDriver& clock, VerilatedContext* context,
               CpuFamily family, const CacheShape& caches)
    : ClockedModule(name, clock), model_(context, this->name(), family, caches) {
  SC_HAS_PROCESS(CpuRtl);
  SC_METHOD(interrupt_method);
  sensitive << interrupt;
  dont_initialize();
}

void CpuRtl::interrupt_method() {
  if (sleeping_ && interrupts_enabled_ && !model_.shutdown()) {
    sleeping_ = false;
    wake();
  }
}

void CpuRtl::sample_a20(bool tell) {
  if (a20.size() == 0 || a20->read() == a20_) return;
  a20_ = a20->read();
  model_.set_a20(a20_);
  if (tell && listener_ != nullptr) listener_->on_a20(a20_);
}

void CpuRtl::snoop(std::uint32_t address) {
  model_.snoop(address);
  wake();
}

bool CpuRtl::clock_edge(Cycle cycle) {
  const WishboneResponse& answer = response.read();
  model_.set_response(answer);
  model_.set_interrupt(interrupt.read());
  sample_a20(true);
  model_.set_cycle(cycle);
  if (listener_ != nullptr && answer.ack) report_access(answer);
  model_.clock();
  ++clocked_;
  if (counting_) count_cycle(cycle);
  // A request is held until its ack.
  const bool held = driven_.stb && !answer.ack;
  if (!held && (model_.strobe() || driven_.cyc)) drive_bus(cycle);
  if (model_.retired()) report_retirement(cycle);
  if (!model_.idle()) return true;
  if (interrupt.read() && interrupts_enabled_ && !model_.shutdown()) return true;
  fall_asleep();
  return false;
}

void CpuRtl::count_cycle(Cycle cycle) {
  const CycleCause cause = model_.cycle_cause();
  const unsigned uncached = counter_.count(cause, model_.happened());
  if (cycle_watched_) cycle_watched_(cycle, cause, uncached);
}

void CpuRtl::fall_asleep() {
  sleeping_ = true;
  if (!model_.shutdown()) halts_ += !halt_counted_;
  halt_counted_ = true;
  if (ended_ && (shutdown() || stuck())) ended_();
}

void CpuRtl::drive_bus(Cycle cycle) {
  const WishboneRequest now = model_.request();
  if (now == driven_) return;
  if (driven_.stb && driven_.tga == kInterruptAcknowledge) {
    acknowledged_ = static_cast<std::uint8_t>(response.read().dat);
  }
  if (now.stb && now.tga == kIoSpace) {
    ++port_accesses_;
    if (now.we && port_written_) {
      const auto lane = static_cast<unsigned>(std::countr_zero(now.sel));
      port_written_(cycle, static_cast<std::uint16_t>(now.adr + lane),
                    static_cast<unsigned>(std::popcount(now.sel)), now.dat >> (8 * lane));
    }
  }
  if (listener_ != nullptr && now.stb && now.we && now.tga == kMemorySpace) {
    listener_->on_memory_write(now.adr);
  }
  const bool data = now.stb && now.tga == kMemorySpace && now.tgc != kTgcCode;
  if (data && machine_bus_map().find(kMemorySpace, now.adr) != nullptr) ++device_accesses_;
  driven_ = now;
  request.write(driven_);
}

void CpuRtl::report_access(const WishboneResponse& answer) {
  if (driven_.tgc != kTgcData) return;
  if (driven_.tga == kInterruptAcknowledge) {
    listener_->on_acknowledge(static_cast<std::uint8_t>(answer.dat));
  } else {
    listener_->on_access(driven_, driven_.we ? driven_.dat : answer.dat);
  }
}

void CpuRtl::report_retirement(Cycle cycle) {
  RetireRecord record = model_.record();
  record.order = order_++;
  record.cycle = cycle;
  interrupts_enabled_ = record.eflags & eflags::kIf;
  halt_counted_ = false;
  switch (record.kind) {
    case RetireKind::kInstruction: instructions_ += !record.partial; break;
    case RetireKind::kException:
      ++exceptions_;
      note_interrupt();
      break;
    case RetireKind::kInterrupt:
      ++interrupts_;
      note_interrupt();
      break;
  }
  if (listener_ != nullptr) listener_->on_retire(record, model_);
}

/// What retires as an exception may be what the delivery of an interrupt ended in.
void CpuRtl::note_interrupt() {
  if (model_.retired_nmi()) {
    taken_interrupt_ = vector::kNmi;
  } else if (acknowledged_) {
    taken_interrupt_ = std::exchange(acknowledged_, std::nullopt);
  }
}

void CpuRtl::count_cycles() {
  counting_ = true;
  model_.count_cycles(true);
}

CycleCounts CpuRtl::cycle_counts(Cycle cycles) const {
  CycleCounts counts = counter_.cycles();
  counts[static_cast<std::size_t>(CycleCause::kHalted)] += cycles - clocked_;
  return counts;
}

void CpuRtl::drain(bool drain) {
  model_.set_drain(drain);
}

void CpuRtl::load_state(const CpuState& state) {
  model_.set_cycle(clock().cycle());
  sample_a20(false);
  model_.set_interrupt(false);  // the pin's new level comes with the next edge
  model_.load(state);
  interrupts_enabled_ = state.eflags & eflags::kIf;
  halt_counted_ = state.halted != 0;
  sleeping_ = false;
  acknowledged_.reset();
  wake();
}

CpuState CpuRtl::state() {
  model_.set_cycle(clock().cycle());
  return model_.look();
}

}  // namespace strata
