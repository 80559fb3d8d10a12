// A virtual CPU that behaves like a KVM which emulates, without a kernel: instructions are the
// interpreter's, exits and flags of kvm_run those of Documentation/virt/kvm/api.rst. For what
// KvmEngine does around KVM_RUN, on hosts without KVM and with KVMs unlike the host's.
//
// Leaves out what the tests do not need: reads from ports and devices (all ones, no exit), batches
// of string instructions.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

#include "models/engine/interpreter/interpreter.h"
#include "models/engine/kvm/virtual_cpu.h"

namespace strata::test {

class SimulatedCpu final : public VirtualCpu, private EngineBus {
 public:
  struct Quirks {
    // else MOV to CR0 with PG set is #GP, and PG is dropped from a state, as by KVMs that cannot
    // shadow 32-bit tables
    bool pages = true;
    // else an interrupt or a fault that goes to another level does, with the CPU before it
    bool levels = true;
    bool leaves_for_hlt = true;  // else a single-stepped HLT is a step like any other
  };

  SimulatedCpu(std::span<const MemoryRegion> memory, Quirks quirks)
      : quirks_(quirks), memory_(memory.front()), interpreter_(*this, memory) {}

  kvm_run& run() override { return block_.run; }

  int enter() override {
    const CpuState start = interpreter_.state();
    if (vector_ && !interpreter_.shutdown()) interpreter_.deliver_interrupt(*vector_);
    vector_.reset();
    if (ends_between_levels(start)) return leave(KVM_EXIT_SHUTDOWN, 0);
    if (std::atomic_ref(block_.run.immediate_exit).load() != 0) return leave(KVM_EXIT_INTR, EINTR);
    for (;;) {
      const CpuState before = interpreter_.state();
      take_nmi();
      if (ends_between_levels(before)) return leave(KVM_EXIT_SHUTDOWN, 0);
      const CpuState state = interpreter_.state();
      if (interpreter_.shutdown()) return leave(KVM_EXIT_SHUTDOWN, 0);
      if (state.halted != 0) {
        wake();
        return leave(KVM_EXIT_HLT, 0);
      }
      if (block_.run.request_interrupt_window != 0 && open(state)) {
        return leave(KVM_EXIT_IRQ_WINDOW_OPEN, 0);
      }
      if (std::atomic_ref(block_.run.immediate_exit).load() != 0) {
        return leave(KVM_EXIT_INTR, EINTR);
      }
      if (break_at_ == state.seg[kCs].base + state.eip) return leave(KVM_EXIT_DEBUG, 0);
      port_written_ = false;
      step(state);
      if (ends_between_levels(state)) return leave(KVM_EXIT_SHUTDOWN, 0);
      ++steps;
      if (port_written_) return leave(KVM_EXIT_IO, 0);
      if (single_step_ && (interpreter_.state().halted == 0 || !quirks_.leaves_for_hlt)) {
        wake();
        return leave(KVM_EXIT_DEBUG, 0);
      }
    }
  }

  bool single_step(bool on) override {
    single_step_ = on;
    break_at_.reset();
    return true;
  }
  bool break_at(std::optional<std::uint32_t> linear) override {
    single_step_ = false;
    break_at_ = linear;
    return true;
  }
  bool inject_interrupt(std::uint8_t vector) override {
    vector_ = vector;
    return open(interpreter_.state());
  }
  bool raise_nmi() override {
    interpreter_.raise_nmi();
    return true;
  }
  bool write_state(const CpuState& state) override {
    CpuState taken = state;
    if (!quirks_.pages) taken.cr0 &= ~cr0::kPg;
    interpreter_.load_state(taken);
    wake();
    return true;
  }
  bool write_registers(const CpuState& state) override { return write_state(state); }
  CpuState read_state() const override { return interpreter_.state(); }

  std::uint64_t steps = 0;  // instructions the guest has run

 private:
  /// One instruction. NW without CD makes a #GP of the MOV to CR0 that must not switch paging on.
  void step(const CpuState& state) {
    const std::uint32_t linear = state.seg[kCs].base + state.eip;
    const bool in_memory = linear + 3 <= memory_.size;
    const std::uint8_t* code = memory_.host + (in_memory ? linear : 0);
    const bool mov = in_memory && code[0] == 0x0F && code[1] == 0x22 && (code[2] & 0xF8) == 0xC0;
    if (quirks_.pages || !mov || (state.gpr[code[2] & 7] & cr0::kPg) == 0) {
      interpreter_.step();
      return;
    }
    CpuState refused = state;
    refused.gpr[code[2] & 7] = cr0::kNw;
    interpreter_.load_state(refused);
    interpreter_.step();
    refused = interpreter_.state();
    refused.gpr[code[2] & 7] = state.gpr[code[2] & 7];
    interpreter_.load_state(refused);
  }

  /// Whether the quirk ends the CPU here; it is then as it was.
  bool ends_between_levels(const CpuState& before) {
    const auto level = [](const CpuState& s) {
      return s.seg[kSs].attributes >> attr::kDplShift & 3;
    };
    const CpuState after = interpreter_.state();
    if (quirks_.levels || level(after) == level(before) || (after.cr0 & cr0::kPe) == 0)
      return false;
    interpreter_.load_state(before);
    return true;
  }

  /// KVM does not sleep by itself here: who enters again goes on behind the HLT (api.rst, KVM_RUN).
  void wake() {
    CpuState state = interpreter_.state();
    if (state.halted == 0) return;
    state.halted = 0;
    interpreter_.load_state(state);
  }

  /// One that waits comes in unless another is in service (SDM vol. 3, 6.7.1).
  void take_nmi() {
    CpuState state = interpreter_.state();
    if (state.nmi_pending == 0 || state.nmi_blocked != 0 || state.shutdown != 0) return;
    state.nmi_pending = 0;
    interpreter_.load_state(state);
    interpreter_.deliver_nmi();
  }

  static bool open(const CpuState& state) {
    return (state.eflags & eflags::kIf) != 0 && state.shadow == kNoShadow;
  }

  int leave(std::uint32_t reason, int error) {
    const CpuState state = interpreter_.state();
    block_.run.exit_reason = reason;
    block_.run.if_flag = (state.eflags & eflags::kIf) != 0;
    block_.run.ready_for_interrupt_injection = open(state);
    return error;
  }

  std::uint32_t port_read(std::uint16_t, unsigned) override { return ~0u; }
  void port_write(std::uint16_t port, unsigned bytes, std::uint32_t value) override {
    port_written_ = true;
    auto& io = block_.run.io;
    io.direction = KVM_EXIT_IO_OUT;
    io.port = port;
    io.size = static_cast<std::uint8_t>(bytes);
    io.count = 1;
    io.data_offset = offsetof(Block, data);
    std::memcpy(block_.data, &value, sizeof value);
  }
  std::uint32_t mmio_read(std::uint32_t, unsigned) override { return ~0u; }
  void mmio_write(std::uint32_t, unsigned, std::uint32_t) override {}
  std::uint8_t acknowledge_interrupt() override { return 0; }

  struct Block {
    kvm_run run{};
    std::uint8_t data[4]{};
  };

  Quirks quirks_;
  const MemoryRegion memory_;  // from address 0 on
  Interpreter interpreter_;
  Block block_;
  std::optional<std::uint8_t> vector_;
  bool port_written_ = false;
  bool single_step_ = false;
  std::optional<std::uint32_t> break_at_;
};

}  // namespace strata::test
