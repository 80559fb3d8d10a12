#include "platform/rtl_machine.h"

#include <fmt/format.h>
#include <verilated.h>

#include <algorithm>
#include <deque>
#include <set>
#include <span>
#include <systemc>
#include <utility>
#include <vector>

#include "models/base/initial_values.h"
#include "models/base/text_screen.h"
#include "models/base/verilated_model.h"
#include "models/bus/bus_rtl.h"
#include "models/cpu/cpu_rtl.h"
#include "models/debug/post_card.h"
#include "models/isa/disassemble.h"
#include "models/memory/wb_memory.h"
#include "models/pv/pv_sinks.h"
#include "platform/clock_period.h"
#include "platform/counter_watch.h"
#include "platform/foreign_writes.h"
#include "platform/last_instruction.h"
#include "platform/machine_memory.h"
#include "platform/profile/label_spans.h"
#include "platform/profile/recording.h"
#include "platform/profile/retirement_profile.h"
#include "platform/quiet_outputs.h"
#include "platform/rtl_debug.h"
#include "platform/rtl_devices.h"
#include "platform/rtl_exits.h"
#include "platform/rtl_figures.h"
#include "platform/rtl_timing.h"
#include "platform/rtl_watch.h"
#include "platform/run_control.h"
#include "platform/trace/wave_recorder.h"

namespace strata {
namespace {

/// The SystemC kernel's own messages tell the user nothing: "Simulation stopped by user", and that
/// a machine which sleeps past the end of a step did nothing in it.
void silence_kernel() {
  using sc_core::sc_report_handler;
  sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_DO_NOTHING);
  sc_report_handler::set_actions(sc_core::SC_ID_NO_SC_START_ACTIVITY_, sc_core::SC_DO_NOTHING);
}

/// Cycles between two looks at RunControl: a few milliseconds of the host.
constexpr Cycle kPollCycles = 2048;

/// Quiet cycles after which nothing of an access is left anywhere: its ack has come back, its
/// strobe is gone.
constexpr unsigned kRestCycles = 8;

class RtlMachine final : public Machine {
 public:
  explicit RtlMachine(const MachineConfig& config);

  /// Second half of the construction: what can fail.
  std::optional<Error> make_observers();

  RunOutcome run(RunControl& control) override;
  void press(std::span<const KeyCode> keys) override { devices_.press(keys, cycles_ + 1); }

  Cycle cycles() const override { return cycles_; }
  std::uint64_t instructions() const override {
    return std::max(cpu_.instructions(), instructions_at_exit_);
  }
  std::map<std::string, std::uint64_t> exits() const override {
    return rtl_exit_counts(cpu_, wb_memory_);
  }
  TextScreen screen() const override { return devices_.screen(); }
  std::optional<FrameBuffer> picture() const override { return devices_.picture(); }
  CpuState state() const override { return cpu_.state(); }
  MachineState save_state() override;
  std::optional<Error> load_state(const MachineState& state) override;
  std::map<std::string, std::uint64_t> counters() const override {
    return rtl_counters(cpu_, wb_memory_, {cycles_, cycles_ - skipped_}, config_.count_cycles);
  }
  DebugTarget& debug_target() override;
  const Recording* recording() override;

 private:
  std::function<void(std::uint8_t)> on_exit(bool by_call);
  PvSinks pv_sinks();
  void on_label(const std::string& text);
  void plug_post_card();
  void wire();
  std::optional<Error> make_recorder();
  void make_profile();
  void watch_exits();
  void register_models();
  void count_region();
  std::optional<DebugStop> go_on();
  void load_cpu(const CpuState& state, bool memory_changed);
  std::optional<RunEnd> advance(RunControl& control);
  void run_to(Cycle cycle);
  bool simulate_to(const sc_core::sc_time& target);
  bool has_ended() const;
  void drain();
  bool take_reset();
  bool asleep() const;
  RunOutcome outcome(RunEnd end);
  void count_exit();
  bool check_end(RunEnd end);

  QuietOutputs outputs_;
  const MachineConfig config_;
  const sc_core::sc_time period_;
  MachineMemory memory_;
  MemoryMap map_;
  VerilatedContext context_;

  ClockDriver clock_;
  mutable CpuRtl cpu_;
  BusRtl bus_;
  WbMemory wb_memory_;
  RtlDevices devices_;
  std::optional<PostCard> post_card_;

  PortWires cpu_wires_{"cpu", clock_};
  std::deque<PortWires> master_wires_;  // of masters that nobody is here; at rest
  PortWires mem_wires_{"mem", clock_};

  std::unique_ptr<WaveRecorder> recorder_;
  std::unique_ptr<MachineMemory> check_memory_;
  std::unique_ptr<LockstepChecker> checker_;
  std::optional<RetirementProfile> profile_;
  std::optional<RtlExits> exits_;
  LabelSpans labels_;
  Recording recording_;
  std::unique_ptr<RtlWatch> watch_;
  std::unique_ptr<RtlDebug> debug_target_;

  Cycle cycles_ = 0;
  Cycle skipped_ = 0;  // of cycles_, by loading states (modulo 2^64)
  std::optional<std::uint8_t> exit_status_;
  bool exit_by_call_ = false;               // of port ABBA, and not by the exit port
  std::uint64_t instructions_at_exit_ = 0;  // with the one that ended the run
  bool differs_ = false;
  bool reset_requested_ = false;
  bool awaited_ = false;  // RunControl::awaited()
  bool rests_ = false;    // the clock has come to rest, and no device will bring an interrupt
};

VerilatedContext* prepare(VerilatedContext& context, const MachineConfig& config) {
  randomize_initial_values(context, static_cast<std::uint32_t>(config.seed));
  context.threads(kModelThreads);
  context.traceEverOn(!config.trace.vcd_file.empty() || !config.trace.fst_file.empty());
  return &context;
}

RtlMachine::RtlMachine(const MachineConfig& config)
    : outputs_(config),
      config_(outputs_.config()),
      period_(clock_period(config_.clock_hz)),
      memory_(config_),
      map_(memory_.map()),
      clock_("clock", period_),
      cpu_("cpu", clock_, prepare(context_, config_), config_.cpu, config_.caches),
      bus_("bus", clock_, &context_),
      wb_memory_("memory", clock_, memory_.map(), memory_timing(config_)),
      devices_(config_, clock_, &context_, bus_, on_exit(false), pv_sinks()) {
  bus_.delay_accesses(config_.bus_delay);
  wire();
  plug_post_card();
  cpu_.on_end([this] { clock_.pause(); });
  devices_.on_reset([this] {
    reset_requested_ = true;
    clock_.pause();
  });
  clock_.on_rest([this] {
    rests_ = devices_.asleep();
    if (rests_) clock_.pause();
  });
  watch_foreign_writes(bus_, cpu_, [this](const WishboneRequest& request) {
    if (watch_ != nullptr) watch_->on_foreign_write(request);
  });
}

std::function<void(std::uint8_t)> RtlMachine::on_exit(bool by_call) {
  return [this, by_call](std::uint8_t status) {
    exit_status_ = status;
    exit_by_call_ = by_call;
    clock_.pause();
  };
}

/// In the middle of a run cycles() is brought up to the call, as all figures are.
PvSinks RtlMachine::pv_sinks() {
  return {.console = config_.debug_console,
          .exit = on_exit(true),
          .region =
              [this](bool begins) {
                cycles_ = clock_.cycle();
                if (config_.counting != nullptr) config_.counting->on_mark(begins, *this);
                config_.on_mark(begins, *this);
              },
          .waves =
              [this](bool on) {
                if (watch_ != nullptr) watch_->switch_waves(on);
              },
          .label = [this](const std::string& text) { on_label(text); },
          .instructions = [this] { return cpu_.instructions(); },
          .done =
              [this](std::uint32_t number) {
                if (exits_) exits_->on_call(number, clock_.cycle());
              }};
}

void RtlMachine::on_label(const std::string& text) {
  if (recorder_ != nullptr) recorder_->set_label(text);
  if (profile_) labels_.on_label(text, clock_.cycle(), cpu_.instructions());
}

/// The debug ports report port 80 themselves.
void RtlMachine::plug_post_card() {
  if (!config_.post_port || *config_.post_port == STRATA_POST_PORT) return;
  post_card_.emplace(*config_.post_port, config_.post_code, config_.log);
  cpu_.watch_port_writes(
      [this](Cycle now, std::uint16_t port, unsigned bytes, std::uint32_t value) {
        post_card_->on_write(now, port, bytes, value);
      });
}

void RtlMachine::wire() {
  cpu_wires_.bind(cpu_);
  cpu_wires_.bind(bus_.master(STRATA_MASTER_CPU));
  cpu_.interrupt(devices_.intr());
  cpu_.a20(devices_.a20());
  for (unsigned master = STRATA_MASTER_PV + 1; master < BusRtl::masters(); ++master) {
    master_wires_.emplace_back("master" + std::to_string(master), clock_).bind(bus_.master(master));
  }
  mem_wires_.bind(bus_.slave(STRATA_DEVICE_MEM));
  mem_wires_.bind(wb_memory_);
}

std::optional<Error> RtlMachine::make_observers() {
  if (!config_.trace.vcd_file.empty() || !config_.trace.fst_file.empty()) {
    if (auto error = make_recorder()) return error;
  }
  if (config_.count_cycles) cpu_.count_cycles();
  const bool counts_region = config_.counting != nullptr && config_.counting->watches_region();
  // The waves show what each cycle went to; nobody needs to add them up for that.
  if (recorder_ != nullptr) cpu_.model().count_cycles(true);
  if (config_.check) {
    check_memory_ = std::make_unique<MachineMemory>(config_);
    checker_ = std::make_unique<LockstepChecker>(check_memory_->regions(nullptr, false),
                                                 CpuState::reset(config_.cpu), config_.cpu,
                                                 is_device_memory);
  }
  const bool profiles = config_.profile != nullptr;
  const bool explains = !config_.exits.empty();
  if (recorder_ == nullptr && checker_ == nullptr && !counts_region && !profiles && !explains) {
    return std::nullopt;
  }
  watch_ = std::make_unique<RtlWatch>(recorder_.get(), checker_.get(), map_, config_.trace, [this] {
    differs_ = true;
    clock_.pause();
  });
  watch_->expect_entry(config_.guest->entry);
  if (counts_region) count_region();
  if (profiles) make_profile();
  if (explains) watch_exits();
  using KeepState = CpuModel::KeepState;
  const bool wants_state = checker_ != nullptr || counts_region || explains;
  cpu_.model().keep_state(wants_state ? KeepState::kOn : KeepState::kWhilePaging);
  cpu_.set_listener(watch_.get());
  if (recorder_ != nullptr) {
    clock_.on_edge([this](Cycle cycle) {
      if (!outputs_.quiet()) watch_->sample(cycle, devices_.irq_lines());
    });
  }
  return std::nullopt;
}

/// In the middle of a run cycles() is brought up to the retirement, as all figures are.
void RtlMachine::count_region() {
  watch_->tell_retirements(
      [this](const RetireRecord& record, std::uint32_t next, const CpuModel& cpu) {
        cycles_ = record.cycle;
        config_.counting->on_retire(
            {.event = record.kind != RetireKind::kInstruction,
             .jumped = record.next_eip != record.eip + record.length,
             .address = record.linear_eip,
             .next = next},
            [&cpu] { return cpu.state().gpr[kEsp]; }, *this);
      });
}

void RtlMachine::make_profile() {
  profile_.emplace(*config_.profile, config_.cpu, CpuModel::kReportDelay);
  cpu_.count_cycles();
  cpu_.watch_cycles([this](Cycle now, CycleCause cause, unsigned uncached) {
    profile_->on_cycle(now, cause);
    if (uncached != 0) profile_->on_uncached(uncached);
  });
  watch_->tell_retirements(
      [this](const RetireRecord& record, std::uint32_t next, const CpuModel& cpu) {
        profile_->on_retire(record, next, cpu.code32(), [&](std::uint32_t linear, auto bytes) {
          return watch_->read_code(cpu, linear, bytes);
        });
      });
}

/// Cycles asleep up to each retirement come from the causes of cycles.
void RtlMachine::watch_exits() {
  cpu_.count_cycles();
  exits_.emplace(config_.exits, config_.cpu, [this](std::uint32_t linear, auto bytes) {
    return watch_->read_code(cpu_.model().state(), linear, bytes);
  });
  watch_->tell_accesses([this](const WishboneRequest& request, std::uint32_t data) {
    exits_->on_access(request, data);
  });
  watch_->tell_retirements([this, slept = Cycle{0}](const RetireRecord& record, std::uint32_t,
                                                    const CpuModel& cpu) mutable {
    Cycle halted = 0;
    if (record.kind == RetireKind::kInterrupt) {
      const Cycle all =
          cpu_.cycle_counts(record.cycle)[static_cast<std::size_t>(CycleCause::kHalted)];
      halted = all - std::exchange(slept, all);
    }
    exits_->on_retire(record, cpu.state(), halted);
  });
}

const Recording* RtlMachine::recording() {
  if (!profile_) return nullptr;
  const bool executed = cpu_.instructions() < instructions_at_exit_;
  profile_->finish(cycles_, executed,
                   [this, state = cpu_.state()](std::uint32_t linear, auto bytes) {
                     return watch_->read_code(state, linear, bytes);
                   });
  recording_ = profile_->recording();
  recording_.labels = labels_.spans(cycles_, instructions());
  return &recording_;
}

std::optional<Error> RtlMachine::make_recorder() {
  WaveOptions options;
  options.vcd_path = config_.trace.vcd_file;
  options.fst_path = config_.trace.fst_file;
  options.last_cycles = config_.trace.last;
  options.clock_period_ps = period_.value();
  options.describe = [family = config_.cpu](const RetiredCode& code) {
    return disassemble(std::span(code.bytes).first(code.length), code.code32, code.eip, family);
  };
  options.symbol_at = [guest = config_.guest](std::uint32_t address) {
    return guest->symbols.at(address);
  };
  auto recorder = WaveRecorder::create(std::move(options));
  if (!recorder) return recorder.failure();
  recorder_ = std::move(*recorder);
  register_models();
  return std::nullopt;
}

void RtlMachine::register_models() {
  const auto add = [this](auto& module) {
    recorder_->add_model(
        [&module](VerilatedVcdC* file, int levels) { module.trace(file, levels); });
  };
  add(cpu_);
  add(bus_);
  add(devices_);
}

RunOutcome RtlMachine::run(RunControl& control) {
  silence_kernel();
  std::optional<RunEnd> end;
  cpu_.drain(false);  // a debugger may have held it
  awaited_ = control.awaited();
  while (!end) end = advance(control);
  if (*end == RunEnd::kTurnOver) return {*end, 0, ""};
  RunOutcome result = outcome(*end);
  // What could not be written is known to the program (Output).
  if (recorder_ != nullptr) {
    watch_->end_waves();
    const auto summary = recorder_->close();
    result.empty_window = summary.ok() && summary.value().sampled_cycles == 0;
    recorder_.reset();  // the waves are those up to the end of the first run
  }
  return result;
}

/// Runs until `cycle`, or until something ends the run: cycles() is then the cycle it ended in.
void RtlMachine::run_to(Cycle cycle) {
  // Past the edge: the kernel leaves what is due at the very end for the next start.
  const auto target = clock_.time_of(cycle) + period_ / 2;
  clock_.run_ahead_to(cycle);
  const bool ended = simulate_to(target);
  // Where everything sleeps until later the kernel's time has stayed behind.
  while (!ended && sc_core::sc_time_stamp() < target) {
    sc_core::sc_start(target - sc_core::sc_time_stamp(), sc_core::SC_RUN_TO_TIME);
  }
  cycles_ = ended ? clock_.cycle() : cycle;
}

/// Runs until something ends the run (true), or until `target`.
bool RtlMachine::simulate_to(const sc_core::sc_time& target) {
  do {
    rests_ = false;
    sc_core::sc_start(target - sc_core::sc_time_stamp(), sc_core::SC_EXIT_ON_STARVATION);
    if (has_ended()) return true;
    // What the last edge has changed may wake somebody.
    while (rests_ && sc_core::sc_pending_activity_at_current_time()) {
      sc_core::sc_start(sc_core::SC_ZERO_TIME);
    }
    if (asleep()) return !awaited_;
  } while (rests_);
  return false;
}

bool RtlMachine::has_ended() const {
  return exit_status_ || differs_ || reset_requested_ || cpu_.stuck() || cpu_.shutdown();
}

/// Everything sleeps and nothing that is to come wakes the CPU: it has halted for good, even though
/// a timer may still count (SDM vol. 2, HLT; as PlainMachine::sleep_until_interrupt()).
bool RtlMachine::asleep() const {
  if (clock_.running()) return false;
  return devices_.asleep() || !sc_core::sc_pending_activity();
}

/// A piece of the run; nothing while it goes on.
std::optional<RunEnd> RtlMachine::advance(RunControl& control) {
  const Cycle left = control.next_stop() - std::min(control.next_stop(), cycles_);
  Cycle piece = std::min(left, kPollCycles);
  if (config_.counting != nullptr) {
    piece = std::min(piece, config_.counting->next_interval() - cycles_);
  }
  if (piece > 0) run_to(cycles_ + piece);
  if (config_.counting != nullptr && cycles_ >= config_.counting->next_interval()) {
    config_.counting->on_interval(*this);
  }
  if (differs_) return RunEnd::kCheckFailed;
  if (exit_status_) return RunEnd::kExited;
  if (take_reset()) return control.poll(*this);
  if (cpu_.shutdown()) return RunEnd::kShutdown;
  if (cpu_.stuck() || (!awaited_ && asleep())) return RunEnd::kHalted;
  if (cycles_ >= control.max_cycles()) return RunEnd::kCycleLimit;
  if (cycles_ >= control.turn_end()) return RunEnd::kTurnOver;
  return control.poll(*this);
}

DebugTarget& RtlMachine::debug_target() {
  silence_kernel();
  if (!debug_target_) {
    debug_target_ = std::make_unique<RtlDebug>(
        cpu_, config_.cpu, memory_.regions(nullptr, false), [this] { return go_on(); },
        [this](const CpuState& state) { load_cpu(state, true); });
  }
  debug_target_->hold();
  return *debug_target_;
}

/// The CPU is drained; devices may have been loaded, and their wires have their levels now. The
/// checker gets what others than the CPU have done to memory.
void RtlMachine::load_cpu(const CpuState& state, bool memory_changed) {
  while (sc_core::sc_pending_activity_at_current_time()) sc_core::sc_start(sc_core::SC_ZERO_TIME);
  cpu_.load_state(state);
  if (checker_ == nullptr) return;
  if (memory_changed) std::ranges::copy(memory_.ram(), check_memory_->ram().begin());
  checker_->restart(state);
  checker_->set_a20(devices_.a20().read());
}

/// A cycle of a run in a debugger's hands.
std::optional<DebugStop> RtlMachine::go_on() {
  run_to(cycles_ + 1);
  if (differs_ || exit_status_) return DebugStop::kEnded;
  if (take_reset()) return std::nullopt;
  if (cpu_.shutdown()) return DebugStop::kShutdown;
  if (cpu_.stuck() || asleep()) return DebugStop::kHalted;
  return std::nullopt;
}

/// Brings the CPU to an instruction boundary, calls of port ABBA to their end and the bus to rest;
/// devices go on meanwhile.
void RtlMachine::drain() {
  cpu_.drain(true);
  for (unsigned quiet = 0; quiet < kRestCycles;) {
    run_to(cycles_ + 1);
    quiet = cpu_.drained() && !devices_.busy() ? quiet + 1 : 0;
  }
  cpu_.drain(false);
}

/// Resets the machine if a device asks for it, or the CPU has shut down and that is wanted. As the
/// Pentium takes INIT, the CPU takes it at an instruction's end: of the one that asked. RAM stays
/// and time goes on.
bool RtlMachine::take_reset() {
  const bool shutdown = cpu_.shutdown() && config_.reset_on_shutdown;
  if (!reset_requested_ && !shutdown) return false;
  reset_requested_ = false;
  if (shutdown && checker_ != nullptr && !checker_->on_shutdown()) {
    differs_ = true;
    return false;
  }
  drain();
  if (config_.log != nullptr) config_.log->record(cycles_, "board", "reset");
  devices_.pull_reset(cycles_);
  if (watch_ != nullptr) watch_->end_checking(cpu_.model());
  load_cpu(CpuState::reset(config_.cpu), false);
  return true;
}

/// The CPU and the memory's timing start afresh afterwards, as they will where the state is loaded,
/// so that both go on the same to the cycle.
MachineState RtlMachine::save_state() {
  drain();
  MachineState state{.hardware = hardware_of(config_),
                     .cycle = cycles_,
                     .cpu = cpu_.state(),
                     .devices = {},
                     .ram = memory_.ram()};
  for (const auto& [name, device] : devices_.stateful()) {
    state.devices.push_back({name, device->save(cycles_)});
  }
  wb_memory_.timing().restart(cycles_, cycles_);
  load_cpu(state.cpu, true);
  return state;
}

std::optional<Error> RtlMachine::load_state(const MachineState& state) {
  if (watch_ != nullptr && !watch_->can_go_on_at(state.cycle)) {
    return Error{"waves cannot go back in time: the state is of a cycle that has been recorded"};
  }
  const auto own = devices_.stateful();
  if (auto error = check_hardware(state, config_, own)) return error;
  outputs_.set_quiet(true);
  drain();
  outputs_.set_quiet(false);
  wb_memory_.timing().restart(cycles_, state.cycle);
  skipped_ += state.cycle - cycles_;
  clock_.set_cycle(state.cycle);
  cycles_ = state.cycle;
  if (auto error = load_devices(state, own)) return error;
  std::ranges::copy(state.ram, memory_.ram().begin());
  load_cpu(state.cpu, true);
  exit_status_.reset();
  return std::nullopt;
}

RunOutcome RtlMachine::outcome(RunEnd end) {
  if (checker_ != nullptr && !check_end(end)) end = RunEnd::kCheckFailed;
  RunOutcome result;
  result.end = end;
  if (end == RunEnd::kExited) result.status = *exit_status_;
  if (end == RunEnd::kExited && !exit_by_call_) count_exit();
  if (end == RunEnd::kCheckFailed) result.report = checker_->report();
  return result;
}

/// The OUT to the exit port has been carried out, as on the software engines; it would retire
/// behind the cycle the run ends in.
void RtlMachine::count_exit() {
  const std::vector<MemoryRegion> regions = memory_.regions(nullptr, false);
  const bool over = is_over_with_access(cpu_.state(), config_.cpu, plain_memory(regions));
  instructions_at_exit_ = cpu_.instructions() + (over ? 1 : 0);
}

/// What retirement alone does not show: the shutdown, and memory. A run that ends by itself has no
/// store under way; one that is cut off, by a call too, may have cut through an instruction.
bool RtlMachine::check_end(RunEnd end) {
  if (end == RunEnd::kCheckFailed) return false;
  if (end == RunEnd::kShutdown && !checker_->on_shutdown()) return false;
  watch_->end_checking(cpu_.model());
  const bool exit_port = end == RunEnd::kExited && !exit_by_call_;
  if (exit_port) {  // the OUT to the exit port is on the bus and has not retired
    const WishboneRequest& out = cpu_.request.read();
    watch_->on_access(out, out.dat);
    checker_->finish_instruction();
  }
  const bool by_itself = exit_port || end == RunEnd::kHalted || end == RunEnd::kShutdown;
  std::set<std::uint32_t> under_way;
  if (!by_itself) {
    under_way = watch_->written_lately();
    for (const auto& store : cpu_.model().buffered_stores()) under_way.insert(store.address);
  }
  return checker_->on_end(memory_.regions(nullptr, false), under_way);
}

}  // namespace

Result<std::unique_ptr<Machine>> make_rtl_machine(const MachineConfig& config) {
  auto machine = std::make_unique<RtlMachine>(config);
  if (auto error = machine->make_observers()) return *error;
  return std::unique_ptr<Machine>(std::move(machine));
}

}  // namespace strata
