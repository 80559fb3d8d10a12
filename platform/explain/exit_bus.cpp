#include "platform/explain/exit_bus.h"

#include <chrono>
#include <utility>

#include "models/machine/memory_map.h"
#include "platform/explain/exit_instruction.h"

namespace strata {
namespace {

/// CLOCK_MONOTONIC, as ExitWatch has it.
std::int64_t monotonic_ns() {
  return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

bool code_is_32_bits(const CpuState& state) {
  return (state.seg[kCs].attributes & attr::kBig) != 0;
}

}  // namespace

ExitBus::ExitBus(EngineBus& machine, const SymbolTable& symbols, CpuFamily family, Cycle cpi)
    : machine_(machine),
      symbols_(symbols),
      family_(family),
      cpi_(static_cast<ExitTime>(cpi)),
      start_ns_(monotonic_ns()) {}

void ExitBus::attach(Engine& engine, ReadMapped read) {
  engine_ = &engine;
  read_ = std::move(read);
  read_instruction_ = [this](std::uint32_t address) {
    const CpuState state = engine_->state();
    const bool code32 = code_is_32_bits(state);
    return ExitInstruction{code_at(address, code32, family_, read_in(state)), code32};
  };
  engine.watch_exits(this);
}

/// With a state that is asked for once: on KVM that takes system calls.
ReadCode ExitBus::read_in(const CpuState& state) const {
  return [this, &state](std::uint32_t linear, std::span<std::uint8_t> bytes) {
    return read_(state, linear, bytes);
  };
}

ExitTime ExitBus::now() const {
  return engine_->on_host_time() ? monotonic_ns() - start_ns_
                                 : static_cast<ExitTime>(engine_->cycle());
}

// ---- accesses ----

ExitTime ExitBus::begin_access() {
  call_.reset();
  return now();
}

/// On host time part of the exit under way, which is of its first access's kind and place; else an
/// exit by itself, which takes its instruction's time.
void ExitBus::end_access(ExitRecord access, ExitTime begun) {
  if (call_) {
    access.kind = ExitKind::kCall;
    access.place = *call_;
  }
  access.accesses = 1;
  access.begun = begun;
  if (engine_->on_host_time()) {
    access.ended = now();
    if (exit_.accesses != 0) {
      access.accesses += exit_.accesses;
      access.bytes += exit_.bytes;
      access.begun = exit_.begun;
      if (!call_) access.place = exit_.place;
    }
    access.left = outside_ ? exit_.left : access.begun;
    access.back = access.ended;
    exit_ = access;
    if (outside_) return;
    exit_.kept = true;
    tell(std::exchange(exit_, {}));
    return;
  }
  access.left = begun;
  access.ended = access.back = begun + cpi_;
  access.address = engine_->linear_address();
  join_parts(access);
}

/// The port of calls is not aligned: the bus carries a call in two parts, of which the second makes
/// it.
void ExitBus::join_parts(ExitRecord access) {
  const bool is_call = access.kind == ExitKind::kCall;
  const bool is_part = !is_call && access.kind == ExitKind::kPort && access.write &&
                       access.place - STRATA_PV_PORT < STRATA_PV_PORTS;
  if (is_call && part_ && part_->address == access.address && part_->left == access.left) {
    access.accesses += part_->accesses;
    access.bytes += part_->bytes;
    part_.reset();
  }
  tell_parts();
  if (is_part) {
    part_ = access;
  } else {
    tell(access);
  }
}

void ExitBus::tell_parts() {
  if (part_) tell(*std::exchange(part_, std::nullopt));
  if (halt_) tell(*std::exchange(halt_, std::nullopt));
}

std::uint32_t ExitBus::port_read(std::uint16_t port, unsigned bytes) {
  const ExitTime begun = begin_access();
  const std::uint32_t value = machine_.port_read(port, bytes);
  end_access({.kind = ExitKind::kPort, .place = port, .value = value, .bytes = bytes}, begun);
  return value;
}

void ExitBus::port_write(std::uint16_t port, unsigned bytes, std::uint32_t value) {
  const ExitTime begun = begin_access();
  machine_.port_write(port, bytes, value);
  end_access(
      {.kind = ExitKind::kPort, .write = true, .place = port, .value = value, .bytes = bytes},
      begun);
}

std::uint32_t ExitBus::mmio_read(std::uint32_t physical, unsigned bytes) {
  const ExitTime begun = begin_access();
  const std::uint32_t value = machine_.mmio_read(physical, bytes);
  end_access({.kind = ExitKind::kMemory, .place = physical, .value = value, .bytes = bytes}, begun);
  return value;
}

void ExitBus::mmio_write(std::uint32_t physical, unsigned bytes, std::uint32_t value) {
  const ExitTime begun = begin_access();
  machine_.mmio_write(physical, bytes, value);
  end_access(
      {.kind = ExitKind::kMemory, .write = true, .place = physical, .value = value, .bytes = bytes},
      begun);
}

/// No exit by itself on any engine: it is taken between two of them.
std::uint8_t ExitBus::acknowledge_interrupt() {
  const ExitTime begun = now();
  const std::uint8_t vector = machine_.acknowledge_interrupt();
  const ExitTime ended = engine_->on_host_time() ? now() : begun + cpi_;
  tell_parts();
  tell({.kind = ExitKind::kInterrupt,
        .place = vector,
        .address = engine_->linear_address(),
        .left = begun,
        .begun = begun,
        .ended = ended,
        .back = ended});
  return vector;
}

// ---- leaving and going back ----

void ExitBus::on_leave(std::int64_t entered, std::int64_t left) {
  tell_parts();
  if (!entered_) start_ns_ = entered;
  entered_ = outside_ = true;
  exit_ = {};
  exit_.left = left - start_ns_;
  for (ExitSink* sink : sinks_) sink->on_guest(entered - start_ns_, exit_.left);
}

void ExitBus::on_kept() {
  if (exit_.accesses == 0) return;
  exit_.kept = true;
  tell(std::exchange(exit_, {}));
  exit_.left = now();
}

void ExitBus::on_handled(const char* reason, std::int64_t now) {
  outside_ = false;
  ExitRecord exit = std::exchange(exit_, {});
  exit.back = now - start_ns_;
  if (exit.accesses == 0) {
    const bool halted = reason == std::string_view("hlt");
    exit.kind = halted ? ExitKind::kHalt : ExitKind::kHost;
    exit.reason = reason;
    exit.begun = exit.left;
    exit.ended = exit.back;
  }
  exit.address = find_address(exit);
  if (exit.kind == ExitKind::kHalt) {
    halt_ = exit;
  } else {
    tell(exit);
  }
}

/// What KVM says is where the CPU stands; a HLT is behind it on every engine.
std::uint32_t ExitBus::find_address(const ExitRecord& exit) {
  const std::uint32_t stands = engine_->linear_address();
  if (exit.kind == ExitKind::kHalt) return stands - 1;
  if (exit.kind == ExitKind::kHost) return stands;
  const Place place{stands, exit.kind, exit.write, exit.place};
  const auto known = addresses_.find(place);
  if (known != addresses_.end()) return known->second;
  const CpuState state = engine_->state();
  const std::uint32_t found = find_exit_instruction(exit, stands, code_is_32_bits(state), family_,
                                                    symbols_, read_in(state));
  return addresses_[place] = found;
}

void ExitBus::on_sleep(Cycle from, Cycle to) {
  if (engine_->on_host_time()) {
    if (halt_) halt_->ended = halt_->back = now();
    return tell_parts();
  }
  const auto begin = static_cast<ExitTime>(from);
  const auto end = static_cast<ExitTime>(to);
  tell_parts();
  tell({.kind = ExitKind::kHalt,
        .address = engine_->linear_address() - 1,
        .left = begin,
        .begun = begin,
        .ended = end,
        .back = end});
}

void ExitBus::on_label(const std::string& text) {
  for (ExitSink* sink : sinks_) sink->on_label(now(), text);
}

void ExitBus::on_waves(bool on) {
  for (ExitSink* sink : sinks_) sink->on_waves(now(), on);
}

void ExitBus::tell(ExitRecord exit) {
  for (ExitSink* sink : sinks_) sink->on_exit(exit, read_instruction_);
}

}  // namespace strata
