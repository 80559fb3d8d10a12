#include "models/engine/kvm/kvm_engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include "models/base/system_error.h"
#include "models/engine/exit_watch.h"
#include "models/engine/kvm/kvm_host.h"
#include "models/engine/kvm/kvm_vm.h"
#include "models/engine/kvm/run_timer.h"
#include "models/engine/kvm/software_step.h"
#include "models/engine/linear_bytes.h"
#include "models/isa/decoder.h"
#include "models/isa/opcode_table.h"

namespace strata {
namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kNeverNs = std::numeric_limits<std::int64_t>::max();
constexpr const char* kNoPaging =
    "this host's KVM cannot run paged 32-bit guests, and this guest switches paging on; use "
    "--engine interp";
constexpr std::array<const char*, 10> kExitNames = {
    "port",     "mmio",          "hlt",   "interrupt-window", "signal",
    "shutdown", "software-step", "other", "interrupt",        "vm-exit"};

Cycle to_cycles(std::int64_t ns, std::uint64_t hz) {
  const auto time = static_cast<std::uint64_t>(ns);
  return time / kSecondNs * hz + time % kSecondNs * hz / kSecondNs;
}

/// The first nanosecond at which to_cycles() has reached `cycle`.
std::int64_t to_ns(Cycle cycle, std::uint64_t hz) {
  const std::uint64_t seconds = cycle / hz;
  constexpr std::uint64_t kTooFar = 1'000'000'000;  // 30 years
  if (seconds > kTooFar) return kNeverNs;
  return static_cast<std::int64_t>(seconds * kSecondNs + (cycle % hz * kSecondNs + hz - 1) / hz);
}

/// Hands `bytes` bytes of `data` to `write`(offset, bytes, value) in the pieces EngineBus takes.
template <typename Write>
void write_pieces(std::uint32_t address, unsigned bytes, const std::uint8_t* data, Write&& write) {
  for (unsigned done = 0, piece = 0; done < bytes; done += piece) {
    piece = bus_piece(address + done, bytes - done);
    std::uint32_t value = 0;
    std::memcpy(&value, data + done, piece);
    write(done, piece, value);
  }
}

/// Fills `bytes` bytes of `data` with what `read`(offset, bytes) gives for those pieces.
template <typename Read>
void read_pieces(std::uint32_t address, unsigned bytes, std::uint8_t* data, Read&& read) {
  for (unsigned done = 0, piece = 0; done < bytes; done += piece) {
    piece = bus_piece(address + done, bytes - done);
    const std::uint32_t value = read(done, piece);
    std::memcpy(data + done, &value, piece);
  }
}

}  // namespace

bool host_runs_paged_guests() {
  return describe_kvm().paging;
}

bool host_may_not_page() {
  return !shows_virtualisation();
}

bool host_emulates_guests() {
  return describe_kvm().kind == KvmKind::kEmulating;
}

Result<std::unique_ptr<KvmEngine>> KvmEngine::create(EngineBus& bus, const KvmConfig& config) {
  auto vm = KvmVm::create(config.device, config.memory, config.clock_hz, config.family);
  if (!vm) return vm.failure();
  if (config.kept_port_bytes != 0) {
    (*vm)->keep_writes(config.kept_port, config.kept_port_bytes);
  }
  if (const int error = RunTimer::refusal(); error != 0) {
    return system_error(
        fmt::format("the host gives no timer ({}); raise the limit of pending signals (ulimit -i), "
                    "or use --engine interp",
                    std::strerror(error)),
        error);
  }
  auto engine = std::make_unique<KvmEngine>(bus, std::move(*vm), config);
  if (const int error = engine->sleeper_->refusal(); error != 0) {
    return system_error(
        fmt::format("the host gives no event to sleep on ({}); raise the limit of open files "
                    "(ulimit -n), or use --engine interp",
                    std::strerror(error)),
        error);
  }
  return engine;
}

KvmEngine::KvmEngine(EngineBus& bus, std::unique_ptr<VirtualCpu> cpu, const KvmConfig& config)
    : bus_(bus),
      cpu_(std::move(cpu)),
      timer_(std::make_unique<RunTimer>(&cpu_->run().immediate_exit)),
      sleeper_(std::make_unique<Sleeper>()),
      memory_(config.memory),
      paging_(*cpu_, config.memory, config.host_may_not_page()),
      clock_hz_(config.clock_hz),
      family_(config.family),
      host_pages_(config.host_pages),
      host_emulates_(config.host_emulates),
      start_ns_(monotonic_ns()) {
  static_assert(kExitNames.size() == kExitKinds);
}

KvmEngine::~KvmEngine() = default;

void KvmEngine::load_state(const CpuState& state) {
  share_.waive();
  exits_.fill(0);
  start_ns_ = monotonic_ns();
  set_registers(state);
}

void KvmEngine::set_registers(const CpuState& state) {
  failure_.clear();
  injection_.reset();
  shut_down_ = state.shutdown != 0;
  note_boundary(state);
  note_written(state, cpu_->write_state(state));
}

/// A KVM that cannot page may take a state that has paging on, and leave it off.
void KvmEngine::note_written(const CpuState& state, bool taken) {
  if (!taken) {
    fail(fmt::format("KVM refused the CPU state ({})", std::strerror(errno)));
  } else if ((state.cr0 & cr0::kPg) != 0 && (cpu_->read_state().cr0 & cr0::kPg) == 0) {
    shut_down_ = true;
    failure_ = kNoPaging;
  }
}

/// What the run loop must know of a state it did not get from KVM_RUN.
void KvmEngine::note_boundary(const CpuState& state) {
  halted_ = state.halted != 0 && (state.nmi_pending == 0 || state.nmi_blocked != 0);
  interrupts_enabled_ = (state.eflags & eflags::kIf) != 0;
  interruptible_ = interrupts_enabled_ && state.shadow == kNoShadow && state.pending_exception == 0;
}

CpuState KvmEngine::state() const {
  CpuState state = cpu_->read_state();
  state.halted = halted_;
  state.shutdown = shut_down_ && failure_.empty();
  return state;
}

Cycle KvmEngine::cycle() const {
  return to_cycles(monotonic_ns() - start_ns_, clock_hz_);
}

void KvmEngine::set_cycle(Cycle cycle) {
  start_ns_ = monotonic_ns() - to_ns(cycle, clock_hz_);
}

void KvmEngine::advance_to(Cycle cycle) {
  const std::int64_t ns = to_ns(cycle, clock_hz_);
  sleeper_->sleep_until(ns == kNeverNs ? kNeverNs : start_ns_ + ns, stop_);
}

/// KVM keeps it until its own rules let it in; a halted CPU then goes on.
void KvmEngine::raise_nmi() {
  if (!cpu_->raise_nmi()) {
    fail(fmt::format("KVM refused an NMI ({})", std::strerror(errno)));
  }
  CpuState state = cpu_->read_state();
  if (state.nmi_blocked == 0)
    injection_ = Injection{.nmi = true, .vector = vector::kNmi, .before = state};
  halted_ = halted_ && state.nmi_blocked != 0;
}

bool KvmEngine::signal_on_write(std::uint16_t port, std::uint32_t value, int event) {
  return cpu_->signal_on_write(port, value, event);
}

void KvmEngine::request_stop() {
  const int saved = errno;
  stop_ = true;
  timer_->kick();
  sleeper_->wake();
  errno = saved;
}

StopReason KvmEngine::run(Cycle deadline) {
  const std::int64_t ns = to_ns(deadline, clock_hz_);
  share_.begin_turn(monotonic_ns(), ns == kNeverNs ? kNeverNs : start_ns_ + ns);
  paging_.look();
  timer_->enter();
  const StopReason reason = run_loop();
  complete_access();
  timer_->leave();
  share_.end_turn(monotonic_ns());
  return reason;
}

StopReason KvmEngine::run_loop() {
  for (bool check_time = true; !shut_down_;) {
    if (check_time || timer_->raised() || (interrupts_enabled_ && !clock_for_enabled_)) {
      if (const auto reason = look_at_clock()) return *reason;
    }
    if (halted_ && !(interrupt_line_ && interrupts_enabled_)) return StopReason::kHalted;
    offer_interrupt();
    const bool left_by_guest = enter_guest();
    if (left_by_guest) {
      handle_exit();
      paging_.look_at_exit();
    }
    check_time = !left_by_guest;
  }
  return StopReason::kShutdown;
}

/// Why run() ends now, if it does; else sets the timer for when it will.
std::optional<StopReason> KvmEngine::look_at_clock() {
  timer_->take();
  if (stop_.exchange(false)) return StopReason::kRequested;
  clock_for_enabled_ = interrupts_enabled_;
  const std::int64_t end = share_.turn_end(interrupts_enabled_);
  if (monotonic_ns() >= end) return StopReason::kDeadline;
  if (end != kNeverNs) timer_->arm(end);
  return std::nullopt;
}

/// Injects the interrupt if the CPU takes one now and has had its share; else asks to be told when
/// it will. A guest with IF clear is asked too: from then on deadlines count.
void KvmEngine::offer_interrupt() {
  bool rests = false;
  if (halted_) share_.waive();
  if (interrupt_line_ && interruptible_) {
    rests = !share_.rested(monotonic_ns());
    if (rests) {
      timer_->arm(std::min(share_.rest_end(), share_.turn_end(true)));
    } else {
      inject_interrupt();
    }
  }
  halted_ = false;
  cpu_->run().request_interrupt_window = !rests && (interrupt_line_ || !interrupts_enabled_);
}

/// Gives its vector.
std::uint8_t KvmEngine::inject_interrupt() {
  const std::uint8_t vector = bus_.acknowledge_interrupt();
  injection_ = Injection{.vector = vector, .before = cpu_->read_state()};
  if (!cpu_->inject_interrupt(vector)) {
    fail(fmt::format("KVM refused an interrupt ({})", std::strerror(errno)));
  }
  ++exits_[kInterrupt];
  interruptible_ = false;
  share_.interrupted();
  return vector;
}

/// One KVM_RUN. True if the guest left it for a reason in kvm_run, false for a signal or an error.
bool KvmEngine::enter_guest() {
  access_pending_ = false;
  const bool measures = share_.measuring();
  if (measures || watch_ != nullptr) entered_ns_ = monotonic_ns();
  const int error = cpu_->enter();
  if (measures || watch_ != nullptr) left_ns_ = monotonic_ns();
  ++exits_[kVmExit];
  if (measures && error == 0) share_.note_trip(left_ns_ - entered_ns_);
  const kvm_run& run = cpu_->run();
  interrupts_enabled_ = run.if_flag != 0;
  interruptible_ = interrupts_enabled_ && run.ready_for_interrupt_injection != 0;
  const bool tells = watch_ != nullptr && error == 0;
  if (tells) watch_->on_leave(entered_ns_, left_ns_);
  carry_out_kept_writes();
  if (tells) watch_->on_kept();
  if (error == 0) return true;
  if (error == EINTR || error == EAGAIN) {
    ++exits_[kSignalExit];
    if (injection_ && !delivery_waits()) injection_.reset();
  } else {
    fail(fmt::format("KVM could not run the guest ({})", std::strerror(error)));
  }
  return false;
}

void KvmEngine::carry_out_kept_writes() {
  while (const auto kept = cpu_->take_kept_write()) {
    write_pieces(kept->port, kept->bytes, kept->data.data(),
                 [&](unsigned done, unsigned bytes, std::uint32_t value) {
                   ++exits_[kPortExit];
                   bus_.port_write(static_cast<std::uint16_t>(kept->port + done), bytes, value);
                 });
  }
}

/// With the registers that KVM leaves beside the reason of each exit (KVM_CAP_SYNC_REGS).
void KvmEngine::watch_exits(ExitWatch* watch) {
  watch_ = watch;
  cpu_->run().kvm_valid_regs = watch != nullptr ? KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS : 0;
}

std::uint32_t KvmEngine::linear_address() const {
  const kvm_run& run = cpu_->run();
  if (run.kvm_valid_regs == 0) return Engine::linear_address();
  const auto& regs = run.s.regs;
  return static_cast<std::uint32_t>(regs.sregs.cs.base + regs.regs.rip);
}

void KvmEngine::handle_exit() {
  answer_exit();
  if (watch_ != nullptr) watch_->on_handled(exit_reason(), monotonic_ns());
}

const char* KvmEngine::exit_reason() const {
  switch (cpu_->run().exit_reason) {
    case KVM_EXIT_IO: return kExitNames[kPortExit];
    case KVM_EXIT_MMIO: return kExitNames[kMmioExit];
    case KVM_EXIT_HLT: return kExitNames[kHltExit];
    case KVM_EXIT_IRQ_WINDOW_OPEN: return kExitNames[kWindowExit];
    case KVM_EXIT_INTR: return kExitNames[kSignalExit];
    case KVM_EXIT_SHUTDOWN: return kExitNames[kShutdownExit];
    case KVM_EXIT_INTERNAL_ERROR: return kExitNames[kSoftwareExit];
    default: return kExitNames[kOtherExit];
  }
}

void KvmEngine::answer_exit() {
  const kvm_run& run = cpu_->run();
  if (run.exit_reason != KVM_EXIT_SHUTDOWN) injection_.reset();
  switch (run.exit_reason) {
    case KVM_EXIT_IO: return handle_port_exit();
    case KVM_EXIT_MMIO: return handle_mmio_exit();
    case KVM_EXIT_HLT:
      ++exits_[kHltExit];
      halted_ = true;
      return;
    case KVM_EXIT_IRQ_WINDOW_OPEN: ++exits_[kWindowExit]; return;
    case KVM_EXIT_INTR: ++exits_[kSignalExit]; return;
    case KVM_EXIT_SHUTDOWN: return note_shutdown();
    case KVM_EXIT_DEBUG: return note_break();
    case KVM_EXIT_INTERNAL_ERROR:
      if (run.internal.suberror == KVM_INTERNAL_ERROR_EMULATION) return step_in_software();
      return fail(fmt::format("KVM met an internal error {}", run.internal.suberror));
    case KVM_EXIT_FAIL_ENTRY:
      return fail(fmt::format("the CPU refused the guest's state (reason {:#x})",
                              run.fail_entry.hardware_entry_failure_reason));
    default:
      return fail(fmt::format("KVM left the guest for an unknown reason {}", run.exit_reason));
  }
}

/// One exit may carry a batch: `count` elements of a string instruction, all for one port.
void KvmEngine::handle_port_exit() {
  access_pending_ = true;
  kvm_run& run = cpu_->run();
  const auto io = run.io;
  std::uint8_t* data = reinterpret_cast<std::uint8_t*>(&run) + io.data_offset;
  for (std::uint32_t i = 0; i < io.count; ++i, data += io.size) {
    const auto port = [&](unsigned done) { return static_cast<std::uint16_t>(io.port + done); };
    if (io.direction == KVM_EXIT_IO_OUT) {
      write_pieces(io.port, io.size, data, [&](unsigned done, unsigned bytes, std::uint32_t value) {
        ++exits_[kPortExit];
        bus_.port_write(port(done), bytes, value);
      });
    } else {
      read_pieces(io.port, io.size, data, [&](unsigned done, unsigned bytes) {
        ++exits_[kPortExit];
        return bus_.port_read(port(done), bytes);
      });
    }
  }
}

/// KVM's accesses have up to 8 bytes, and any number where one crosses a page.
void KvmEngine::handle_mmio_exit() {
  access_pending_ = true;
  auto& mmio = cpu_->run().mmio;
  const auto address = static_cast<std::uint32_t>(mmio.phys_addr);
  if (mmio.is_write) {
    write_pieces(address, mmio.len, mmio.data,
                 [&](unsigned done, unsigned bytes, std::uint32_t value) {
                   ++exits_[kMmioExit];
                   bus_.mmio_write(address + done, bytes, value);
                 });
  } else {
    read_pieces(address, mmio.len, mmio.data, [&](unsigned done, unsigned bytes) {
      ++exits_[kMmioExit];
      return bus_.mmio_read(address + done, bytes);
    });
  }
}

/// Brings the CPU to an instruction boundary: the instruction whose access was the last exit is
/// finished by the next KVM_RUN, which immediate_exit keeps from running any further.
void KvmEngine::complete_access() {
  while (access_pending_ && !shut_down_) {
    timer_->pass_once();
    if (enter_guest()) handle_exit();
  }
  // immediate_exit stays set: the next run() starts with take().
}

EngineStep KvmEngine::step_once() {
  if (shut_down_) return {StopReason::kShutdown};
  if (halted_ && !(interrupt_line_ && interrupts_enabled_)) return {StopReason::kHalted};
  EngineStep step;
  if (interrupt_line_ && interruptible_) {
    step.interrupt = inject_interrupt();
  } else if (const CpuState state = cpu_->read_state();
             state.pending_exception == 0 && nmi_due(state)) {
    step.interrupt = vector::kNmi;
    injection_ = Injection{.nmi = true, .vector = vector::kNmi, .before = state};
  }
  halted_ = false;
  timer_->enter();
  timer_->take();
  step_in_kvm();
  timer_->leave();
  if (shut_down_) step.reason = StopReason::kShutdown;
  return step;
}

/// Runs until KVM reports a step, or the guest has come as far by a way that reports none: HLT, a
/// software step, an instruction whose access was answered here. Some report HLT as a step.
void KvmEngine::step_in_kvm() {
  stepped_ = false;
  cpu_->run().request_interrupt_window = 0;
  const CpuState before = cpu_->read_state();
  while (!stepped_ && !halted_ && !shut_down_) {
    // Anew each time: the instruction may have taken TF, which stepping uses, away.
    if (!cpu_->single_step(true)) {
      fail(fmt::format("KVM cannot single-step ({})", std::strerror(errno)));
      break;
    }
    if (!enter_guest()) {
      timer_->take();
      continue;
    }
    const std::uint64_t software_steps = exits_[kSoftwareExit];
    handle_exit();
    if (exits_[kSoftwareExit] != software_steps) break;
    if (!access_pending_) continue;
    complete_access();
    timer_->take();
    if (cpu_->read_state().eip != before.eip) break;
  }
  cpu_->single_step(false);
  paging_.forget();
  if (stepped_ && steps_hlt(before)) {
    ++exits_[kHltExit];
    halted_ = true;
  }
}

/// Whether the step from `before` was a HLT, which ends behind it.
bool KvmEngine::steps_hlt(const CpuState& before) const {
  std::array<std::uint8_t, Processor::kMaxLength> bytes;
  const std::size_t count =
      read_linear_bytes(plain_memory(memory_), before, before.seg[kCs].base + before.eip, bytes);
  Instruction instruction;
  const bool big = (before.seg[kCs].attributes & attr::kBig) != 0;
  return decode(std::span(bytes).first(count), big, family_, instruction) &&
         instruction.row != kUndefinedRow &&
         opcode_rows()[instruction.row].mnemonic == std::string_view("HLT") &&
         cpu_->read_state().eip == before.eip + instruction.length;
}

/// KVM stands before an instruction it cannot emulate; some versions have queued #UD for it.
void KvmEngine::step_in_software() {
  ++exits_[kSoftwareExit];
  CpuState state = cpu_->read_state();
  if (static_cast<std::uint8_t>(state.pending_exception) == vector::kInvalidOpcode) {
    state.pending_exception = 0;
  }
  if (!SoftwareStep::supports(state)) {
    return fail(fmt::format("KVM could not emulate the instruction at {:04x}:{:08x}",
                            state.seg[kCs].selector, state.eip));
  }
  const bool alive = software().step_state(state);
  go_on_in_software(state, alive);
}

SoftwareStep& KvmEngine::software() {
  if (!software_) software_ = std::make_unique<SoftwareStep>(bus_, memory_, family_);
  return *software_;
}

void KvmEngine::go_on_in_software(const CpuState& state, bool alive) {
  shut_down_ = !alive;
  note_boundary(state);
  note_written(state, cpu_->write_registers(state));
}

/// A triple fault; or a KVM that cannot page has met a guest that does; or one that emulates ends
/// so what it cannot do (seen: interrupts and faults that go to another level). The last is done
/// here, which also tells whether it is a triple fault.
void KvmEngine::note_shutdown() {
  ++exits_[kShutdownExit];
  if (paging_.wants_paging() && !host_pages_()) {
    shut_down_ = true;
    failure_ = kNoPaging;
    return;
  }
  const CpuState state = cpu_->read_state();
  if (state.shutdown != 0 || !SoftwareStep::supports(state) || !host_emulates_()) {
    shut_down_ = true;
  } else if (delivery_failed(state)) {
    ++exits_[kSoftwareExit];
    CpuState after = injection_->before;
    const bool alive = injection_->nmi ? software().nmi_state(after)
                                       : software().interrupt_state(after, injection_->vector);
    go_on_in_software(after, alive);
  } else {
    step_in_software();
  }
  injection_.reset();
}

/// A single step, or the guest's handler of the #GP that is this KVM's own.
void KvmEngine::note_break() {
  stepped_ = true;
  if (!paging_.was_refused() || host_pages_()) return;
  shut_down_ = true;
  failure_ = kNoPaging;
}

/// Whether KVM has still to deliver what it was given.
bool KvmEngine::delivery_waits() const {
  const CpuState state = cpu_->read_state();
  return injection_->nmi ? state.nmi_pending != 0 : state.pending_exception != 0;
}

/// Whether the guest, in `state`, stands where it was to be interrupted.
bool KvmEngine::delivery_failed(const CpuState& state) const {
  if (!injection_) return false;
  const CpuState& before = injection_->before;
  return state.eip == before.eip && state.seg[kCs] == before.seg[kCs] &&
         state.gpr[kEsp] == before.gpr[kEsp];
}

void KvmEngine::fail(std::string what) {
  ++exits_[kOtherExit];
  shut_down_ = true;
  failure_ =
      paging_.wants_paging() && !host_pages_()
          ? kNoPaging
          : std::move(what) + "; this host's KVM cannot go on with this guest, use --engine interp";
}

std::map<std::string, std::uint64_t> KvmEngine::exits() const {
  std::map<std::string, std::uint64_t> out;
  for (unsigned kind = 0; kind < kExitKinds; ++kind) {
    if (exits_[kind] != 0) out[kExitNames[kind]] = exits_[kind];
  }
  return out;
}

}  // namespace strata
