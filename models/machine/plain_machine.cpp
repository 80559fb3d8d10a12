#include "models/machine/plain_machine.h"

#include <algorithm>
#include <cassert>

namespace strata {

unsigned PlainMachine::plug(Device& device, std::span<const BusWindow> windows,
                            EventQueue::Lines lines) {
  const unsigned slot = queue_.add(device, lines);
  devices_.push_back(&device);
  for (BusWindow window : windows) {
    window.device = slot;
    windows_.push_back(window);
  }
  map_ = BusMap(windows_);
  return slot;
}

void PlainMachine::set_interrupt(bool level) {
  interrupt_ = level;
  if (engine_ != nullptr) engine_->set_interrupt_line(level);
}

void PlainMachine::set_a20(bool open) {
  a20_ = open;
  if (engine_ != nullptr) engine_->set_a20(open);
}

void PlainMachine::restart(Cycle now, const CpuState& state) {
  now_ = now;
  asleep_since_.reset();
  reset_requested_ = false;
  queue_.refresh_all();
  engine_->load_state(state);
  engine_->set_cycle(now);
  set_a20(a20_);
  set_interrupt(interrupt_);
}

void PlainMachine::stop() {
  stopped_ = true;
  engine_->request_stop();
}

void PlainMachine::request_reset() {
  reset_requested_ = true;
  engine_->request_stop();
}

void PlainMachine::reset_cpu(const CpuState& state) {
  end_sleep();
  queue_.refresh_all();
  engine_->set_registers(state);
  set_interrupt(interrupt_);
}

/// Whether the machine has been reset: a device has asked for it, or the CPU has shut down.
bool PlainMachine::take_reset(StopReason reason) {
  const bool shutdown = reason == StopReason::kShutdown && engine_->failure().empty();
  if (!reset_requested_ && !(shutdown && reset_on_shutdown_)) return false;
  reset_requested_ = false;
  reset_();
  return true;
}

// ---- running ----

PlainMachine::End PlainMachine::run(const RunLimits& limits) {
  stopped_ = false;
  next_poll_ = now_;
  engine_->set_cycle(now_);
  for (;;) {
    if (stopped_) return End::kStopped;
    if (now_ >= limits.limit) return End::kLimit;
    deadline_ = next_stop(limits);
    const StopReason reason = engine_->run(deadline_);
    deadline_ = 0;
    run_events(engine_->cycle());
    take_outside_work();
    if (stopped_) return End::kStopped;
    if (take_reset(reason)) {
      poll(limits);
      continue;
    }
    if (reason == StopReason::kShutdown) return End::kShutdown;
    if (reason == StopReason::kHalted && !sleep(limits)) return End::kHalted;
    poll(limits);
  }
}

bool PlainMachine::sleep(const RunLimits& limits) {
  if (!asleep_since_) asleep_since_ = now_;
  const bool goes_on = sleep_until_interrupt(limits);
  const bool cut_off = goes_on && !stopped_ && !wakes();
  if (!cut_off) end_sleep();
  return goes_on;
}

void PlainMachine::end_sleep() {
  if (!asleep_since_) return;
  if (sleep_watch_) sleep_watch_(*asleep_since_, now_);
  asleep_since_.reset();
}

bool PlainMachine::wakes() const {
  return interrupt_ && (engine_->state().eflags & eflags::kIf) != 0;
}

/// HLT: time goes on from event to event until one brings an interrupt, or the run ends. False if
/// nothing can ever wake the CPU: interrupts are masked in it, or there is no event to come (SDM
/// vol. 2, HLT). There is no NMI.
bool PlainMachine::sleep_until_interrupt(const RunLimits& limits) {
  const bool interrupts_enabled = (engine_->state().eflags & eflags::kIf) != 0;
  while (!stopped_ && now_ < limits.limit) {
    const bool more = limits.awaited || queue_.next() != kNever || (under_way_ && under_way_());
    const bool woken = take_outside_work();
    if (interrupts_enabled && interrupt_) return true;
    if (!interrupts_enabled || !more) return false;
    // The request that wake() made would end each sleep to come: a halted engine only takes it.
    if (woken) engine_->run(now_);
    engine_->advance_to(next_stop(limits));
    run_events(engine_->cycle());
    poll(limits);
  }
  return true;
}

void PlainMachine::wake() {
  woken_ = true;
  engine_->request_stop();
}

bool PlainMachine::take_outside_work() {
  if (!woken_.exchange(false)) return false;
  finish_();
  return true;
}

/// How far the engine may go: the next event that can interrupt, the run's limit, the next poll.
Cycle PlainMachine::next_stop(const RunLimits& limits) const {
  return std::min({queue_.next_interrupting(), limits.limit, now_ + limits.quantum});
}

void PlainMachine::poll(const RunLimits& limits) {
  if (now_ < next_poll_) return;
  next_poll_ = now_ + limits.quantum;
  if (limits.poll()) stopped_ = true;
}

/// Brings the devices to `until`, each event at its own time.
void PlainMachine::run_events(Cycle until) {
  const Cycle since = now_;
  while (queue_.next() <= until) {
    now_ = queue_.next();
    queue_.run_next();
  }
  now_ = until;
  if (engine_->on_host_time()) hold_host_time(until - since);
}

/// Devices that take longer than the time they are brought over, as one that is clocked in every
/// cycle may, would have ever more to catch up with, and the guest would starve. Time has then
/// stood still for them.
void PlainMachine::hold_host_time(Cycle passed) {
  constexpr Cycle kLittle = 10'000;  // of the host's own doings
  const Cycle taken = engine_->cycle() - now_;
  if (taken > kLittle && taken > passed) engine_->set_cycle(now_);
}

EngineStep PlainMachine::step() {
  constexpr Cycle kLongestSleep = Cycle{1} << 28;
  stopped_ = false;
  engine_->set_cycle(now_);
  EngineStep step = engine_->step_once();
  if (step.reason == StopReason::kHalted) {
    RunLimits limits;
    limits.limit = now_ + kLongestSleep;
    if (sleep_until_interrupt(limits) && interrupt_) step = engine_->step_once();
  }
  run_events(engine_->cycle());
  take_outside_work();
  if (take_reset(step.reason)) step.reason = StopReason::kRequested;
  return step;
}

// ---- accesses ----

/// An engine on host time can be past an event that it has not stopped for.
inline void PlainMachine::take_engine_time() {
  const Cycle cycle = engine_->cycle();
  if (queue_.next() <= cycle) [[unlikely]] {
    run_events(cycle);
  }
  now_ = cycle;
}

/// The device may have an event earlier than any before.
inline void PlainMachine::end_access(unsigned slot) {
  queue_.refresh(slot);
  if (queue_.next_interrupting() < deadline_) [[unlikely]] {
    engine_->request_stop();
  }
}

void PlainMachine::wire_moved(unsigned slot) {
  end_access(slot);
}

/// The window that takes all of an access in one piece.
inline const BusWindow* PlainMachine::find_whole(WishboneSpace space, std::uint32_t address,
                                                 unsigned bytes) const {
  const BusWindow* window = map_.find(space, address);
  const std::uint32_t last = address + (bytes - 1);
  const bool whole = window != nullptr && address / 4 == last / 4 && last <= window->last;
  return whole ? window : nullptr;
}

inline std::uint32_t PlainMachine::read_window(const BusWindow& window, std::uint32_t address,
                                               unsigned bytes) {
  const std::uint32_t offset = window.offset_of(address);
  const std::uint32_t value = devices_[window.device]->read(offset, bytes, now_);
  end_access(window.device);
  return value;
}

inline void PlainMachine::write_window(const BusWindow& window, std::uint32_t address,
                                       unsigned bytes, std::uint32_t value) {
  devices_[window.device]->write(window.offset_of(address), bytes, value, now_);
  end_access(window.device);
}

inline std::uint32_t PlainMachine::read(WishboneSpace space, std::uint32_t address,
                                        unsigned bytes) {
  take_engine_time();
  const BusWindow* window = find_whole(space, address, bytes);
  if (window == nullptr) [[unlikely]] {
    return read_parts(space, address, bytes);
  }
  return read_window(*window, address, bytes);
}

inline void PlainMachine::write(WishboneSpace space, std::uint32_t address, unsigned bytes,
                                std::uint32_t value) {
  take_engine_time();
  const BusWindow* window = find_whole(space, address, bytes);
  if (window == nullptr) [[unlikely]] {
    return write_parts(space, address, bytes, value);
  }
  write_window(*window, address, bytes, value);
}

std::uint32_t PlainMachine::read_parts(WishboneSpace space, std::uint32_t address, unsigned bytes) {
  std::uint32_t value = 0;
  unsigned shift = 0;
  map_.for_each_part(space, address, bytes,
                     [&](const BusWindow* window, std::uint32_t at, unsigned size) {
                       const std::uint32_t part = window ? read_window(*window, at, size) : ~0u;
                       value |= low_bytes(part, size) << shift;
                       shift += 8 * size;
                     });
  return value;
}

void PlainMachine::write_parts(WishboneSpace space, std::uint32_t address, unsigned bytes,
                               std::uint32_t value) {
  unsigned shift = 0;
  map_.for_each_part(space, address, bytes,
                     [&](const BusWindow* window, std::uint32_t at, unsigned size) {
                       if (window) write_window(*window, at, size, low_bytes(value >> shift, size));
                       shift += 8 * size;
                     });
}

std::uint32_t PlainMachine::port_read(std::uint16_t port, unsigned bytes) {
  return read(kIoSpace, port, bytes);
}

void PlainMachine::port_write(std::uint16_t port, unsigned bytes, std::uint32_t value) {
  if (port_watch_) [[unlikely]] {
    port_watch_(engine_->cycle(), port, bytes, value);
  }
  write(kIoSpace, port, bytes, value);
}

std::uint32_t PlainMachine::port_write_block(std::uint16_t port, unsigned bytes,
                                             const std::uint8_t* data, std::uint32_t count) {
  const BusWindow* window = find_whole(kIoSpace, port, bytes);
  if (port_watch_ || window == nullptr) return 0;
  return devices_[window->device]->write_block(window->offset_of(port), bytes, data, count);
}

std::uint32_t PlainMachine::port_read_block(std::uint16_t port, unsigned bytes, std::uint8_t* data,
                                            std::uint32_t count) {
  const BusWindow* window = find_whole(kIoSpace, port, bytes);
  if (window == nullptr) return 0;
  return devices_[window->device]->read_block(window->offset_of(port), bytes, data, count);
}

std::uint32_t PlainMachine::mmio_read(std::uint32_t physical, unsigned bytes) {
  return read(kMemorySpace, physical, bytes);
}

void PlainMachine::mmio_write(std::uint32_t physical, unsigned bytes, std::uint32_t value) {
  write(kMemorySpace, physical, bytes, value);
}

std::uint8_t PlainMachine::acknowledge_interrupt() {
  take_engine_time();
  return acknowledge_(now_);
}

}  // namespace strata
