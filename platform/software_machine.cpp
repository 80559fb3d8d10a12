#include "platform/software_machine.h"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include "models/ata/ata_core.h"
#include "models/base/shared_line.h"
#include "models/base/text_screen.h"
#include "models/debug/debug_core.h"
#include "models/debug/post_card.h"
#include "models/engine/engine_debug.h"
#include "models/engine/linear_bytes.h"
#include "models/keyboard/keyboard_core.h"
#include "models/machine/bus_map.h"
#include "models/machine/plain_machine.h"
#include "models/pic/pic_core.h"
#include "models/pit/pit_core.h"
#include "models/pv/pv_core.h"
#include "models/rtc/rtc_contents.h"
#include "models/rtc/rtc_core.h"
#include "models/slot/slot_device.h"
#include "models/uart/uart_core.h"
#include "models/vga/vga_core.h"
#include "platform/counter_watch.h"
#include "platform/disk/memory_disk.h"
#include "platform/explain/exit_bus.h"
#include "platform/locked_disk.h"
#include "platform/machine_memory.h"
#include "platform/profile/engine_profile.h"
#include "platform/profile/label_spans.h"
#include "platform/profile/recording.h"
#include "platform/ring_thread.h"
#include "platform/run_control.h"
#include "platform/sensitive/patcher.h"
#include "platform/sensitive/sensitive_counts.h"

namespace strata {
namespace {

/// Cycles between two looks at RunControl: at 10 to 200 MIPS a few milliseconds of the host.
constexpr Cycle kQuantumInstructions = 1 << 17;
constexpr Cycle kHostTimeLooksASecond = 200;
constexpr unsigned kIrqLines = 16;

/// Linear address of the instruction to come.
std::uint32_t linear_eip(const CpuState& state) {
  return state.seg[kCs].base + state.eip;
}

/// Steps with what devices do meanwhile.
class MachineDebug final : public EngineDebug {
 public:
  MachineDebug(Engine& engine, PlainMachine& machine, std::vector<MemoryRegion> memory,
               CpuFamily family, std::function<bool()> ended)
      : EngineDebug(engine, std::move(memory), family),
        machine_(machine),
        ended_(std::move(ended)) {}

 private:
  Step make_step() override {
    const Step step = to_step(machine_.step());
    return ended_() ? Step{DebugStop::kEnded} : step;
  }

  PlainMachine& machine_;
  std::function<bool()> ended_;
};

class EngineMachine final : public SoftwareMachine {
 public:
  explicit EngineMachine(const MachineConfig& config);

  /// Second half of the construction: what can fail.
  std::optional<Error> make_engine(MakeEngine make);

  void plug(Device& device, std::span<const BusWindow> windows) override;
  Wire irq(unsigned line) override;
  void reset() override;
  RunOutcome run(RunControl& control) override;
  void press(std::span<const KeyCode> keys) override;

  Cycle cycles() const override { return machine_.now(); }
  std::uint64_t instructions() const override { return engine_->instructions(); }
  std::map<std::string, std::uint64_t> exits() const override { return engine_->exits(); }
  TextScreen screen() const override { return vga_.snapshot(); }
  CpuState state() const override { return engine_->state(); }
  const Recording* recording() override;
  DebugTarget& debug_target() override { return *debug_target_; }
  std::map<std::string, std::uint64_t> counters() const override { return engine_->counters(); }
  std::string translations() const override { return engine_->translations(); }
  MachineState save_state() override;
  std::optional<Error> load_state(const MachineState& state) override;

 private:
  DebugSinks debug_sinks();
  PvSinks pv_sinks();
  void watch_exits(const std::vector<MemoryRegion>& memory);
  void watch_sensitive(const std::vector<MemoryRegion>& memory);
  PvMemory pv_memory();
  void tell_written(std::span<const std::uint8_t> bytes);
  void exit(std::uint8_t status);
  void pull_reset();
  unsigned plug_own(Device& device, unsigned number);
  unsigned plug_pulling(Device& device, std::span<const BusWindow> windows, int irq);
  void plug_slots();
  void plug_post_card();
  void start_ring_thread();
  void serve_ring();
  void end_rings();
  void settle();
  void start();
  NamedDevices stateful_devices();
  RunOutcome outcome(PlainMachine::End end, const RunControl& control) const;
  PlainMachine::End run_counted(const PlainMachine::RunLimits& limits);
  void take_counts(std::uint32_t address, std::uint64_t instructions);

  const MachineConfig config_;
  MachineMemory memory_;
  MemoryDisk no_disk_{0};
  LockedDisk disk_;

  PlainMachine machine_;
  // What several devices of the board pull: each has an input of its own.
  SharedLine a20_{[this](bool open) { machine_.set_a20(open); }};
  SharedLine reset_{[this](bool asked) {
    if (asked) machine_.request_reset();
  }};
  VgaCore vga_;
  PicCore pic_;
  AtaCore ata_;
  PitCore pit_;
  UartCore uart_;
  DebugCore debug_;
  PvCore pv_;
  RtcCore rtc_;
  KeyboardCore keyboard_;
  unsigned keyboard_slot_ = 0;
  std::vector<std::unique_ptr<SlotDevice>> slots_;
  std::vector<Device*> devices_;      // all that are plugged in
  std::vector<StateBytes> power_on_;  // of stateful_devices()

  std::optional<PostCard> post_card_;
  std::unique_ptr<ExitBus> exit_bus_;  // null: nobody wants to know
  std::unique_ptr<Engine> engine_;
  std::optional<EngineProfile> profile_;
  LabelSpans labels_;
  Recording recording_;
  std::unique_ptr<MachineDebug> debug_target_;
  std::optional<RunEnd> stop_;  // what RunControl said
  std::optional<std::uint8_t> exit_status_;
  bool resetting_ = false;  // the wires change meanwhile, and no engine is told
  std::mutex rings_mutex_;
  std::vector<PvCore::RingService> rings_;   // served, and not yet shown to the guest
  std::unique_ptr<RingThread> ring_thread_;  // null: the doorbell is an access like any other
};

EngineMachine::EngineMachine(const MachineConfig& config)
    : config_(config),
      memory_(config),
      disk_(config.disk ? *config.disk : no_disk_),
      pic_([this](bool level) { machine_.set_interrupt(level); }, config.log),
      ata_(disk_, irq(STRATA_IRQ_ATA), config.log),
      pit_(irq(STRATA_IRQ_PIT), config.clock_hz,
           {.a20 = a20_.input(false), .reset = reset_.input()}),
      uart_(static_cast<std::uint32_t>(config.clock_hz), config.serial, irq(STRATA_IRQ_UART),
            config.serial_input),
      debug_(debug_sinks(), config.log),
      pv_(pv_memory(), disk_, pv_sinks(), irq(STRATA_IRQ_PV), config.log),
      rtc_(irq(STRATA_IRQ_RTC), config.clock_hz,
           rtc_contents({config.rtc_start, config.memory_bytes, disk_.sector_count()})),
      keyboard_({irq(STRATA_IRQ_KEYBOARD), a20_.input(true), reset_.input()}, config.clock_hz) {
  plug_own(vga_, STRATA_DEVICE_VGA);
  plug_own(ata_, STRATA_DEVICE_ATA);
  plug_own(pic_, STRATA_DEVICE_PIC);
  plug_own(pit_, STRATA_DEVICE_PIT);
  plug_own(uart_, STRATA_DEVICE_UART);
  plug_own(debug_, STRATA_DEVICE_DEBUG);
  plug_own(pv_, STRATA_DEVICE_PV);
  plug_own(rtc_, STRATA_DEVICE_RTC);
  keyboard_slot_ = plug_own(keyboard_, STRATA_DEVICE_KEYBOARD);
  plug_slots();
  pic_.on_mask([this](std::uint16_t lines) { machine_.set_masked_lines(lines); });
  machine_.set_acknowledge([this](Cycle now) { return pic_.acknowledge(now); });
  plug_post_card();
  for (const auto& [name, device] : stateful_devices()) power_on_.push_back(device->save(0));
  machine_.set_reset([this] { pull_reset(); }, config.reset_on_shutdown);
}

DebugSinks EngineMachine::debug_sinks() {
  return {config_.post_code, config_.debug_console, [this](std::uint8_t status) { exit(status); }};
}

void EngineMachine::exit(std::uint8_t status) {
  exit_status_ = status;
  machine_.stop();
}

PvSinks EngineMachine::pv_sinks() {
  return {.console = config_.debug_console,
          .exit = [this](std::uint8_t status) { exit(status); },
          .region =
              [this](bool begin) {
                if (config_.counting != nullptr) config_.counting->on_mark(begin, *this);
                config_.on_mark(begin, *this);
              },
          .waves =
              [this](bool on) {
                if (exit_bus_) exit_bus_->on_waves(on);
              },
          .label =
              [this](const std::string& text) {
                if (exit_bus_) exit_bus_->on_label(text);
                if (profile_) labels_.on_label(text, machine_.now(), engine_->instructions());
              },
          .instructions = [this] { return engine_->instructions(); },
          .done =
              [this](std::uint32_t number) {
                if (exit_bus_) exit_bus_->on_call(number);
              }};
}

PvMemory EngineMachine::pv_memory() {
  std::vector<PvMemory::Window> windows;
  for (const BusWindow* window : machine_bus_map().memory_windows()) {
    windows.push_back({window->first, window->last});
  }
  return {memory_.ram(),
          {vga_.text_memory(), VgaCore::kTextBytes},
          std::move(windows),
          [this](std::span<const std::uint8_t> bytes) { tell_written(bytes); }};
}

/// The engine learns what a bus master has written.
void EngineMachine::tell_written(std::span<const std::uint8_t> bytes) {
  if (!engine_) return;
  const std::span<const std::uint8_t> ram = memory_.ram();
  const bool in_ram = bytes.data() >= ram.data() && bytes.data() < ram.data() + ram.size();
  const std::uint8_t* begin = in_ram ? ram.data() : vga_.text_memory();
  const std::uint32_t base = in_ram ? 0 : STRATA_VGA_TEXT_BASE;
  engine_->memory_written(base + static_cast<std::uint32_t>(bytes.data() - begin),
                          static_cast<std::uint32_t>(bytes.size()));
}

void EngineMachine::plug(Device& device, std::span<const BusWindow> windows) {
  devices_.push_back(&device);
  power_on_.push_back(device.save(0));
  machine_.plug(device, windows);
}

/// One that pulls line `irq` of the interrupt controllers and no other; -1: none.
unsigned EngineMachine::plug_pulling(Device& device, std::span<const BusWindow> windows, int irq) {
  devices_.push_back(&device);
  return machine_.plug(device, windows, irq < 0 ? 0 : EventQueue::Lines{1} << irq);
}

unsigned EngineMachine::plug_own(Device& device, unsigned number) {
  std::vector<BusWindow> windows;
  for (const BusWindow& window : machine_bus_map().windows()) {
    if (window.device == number) windows.push_back(window);
  }
  return plug_pulling(device, windows, machine_devices()[number].irq);
}

void EngineMachine::plug_slots() {
  for (const Slot& slot : slots()) {
    Wire wire = [](bool) {};
    if (slot.irq >= 0) wire = irq(static_cast<unsigned>(slot.irq));
    slots_.push_back(std::make_unique<SlotDevice>(slot, std::move(wire)));
    plug_pulling(*slots_.back(), {&slot.window, 1}, slot.irq);
  }
}

Wire EngineMachine::irq(unsigned line) {
  return [this, line](bool level) {
    if (!resetting_) pic_.set_irq(line, level, machine_.now());
  };
}

/// The debug ports report port 80 themselves.
void EngineMachine::plug_post_card() {
  if (!config_.post_port || *config_.post_port == STRATA_POST_PORT) return;
  post_card_.emplace(*config_.post_port, config_.post_code, config_.log);
  machine_.set_port_watch(
      [this](Cycle now, std::uint16_t port, unsigned bytes, std::uint32_t value) {
        post_card_->on_write(now, port, bytes, value);
      });
}

/// Text memory is memory to every engine; trapping, it is so for reading only.
std::optional<Error> EngineMachine::make_engine(MakeEngine make) {
  const bool shared = config_.vga_memory == VgaMemory::kShared;
  std::vector<MemoryRegion> memory = memory_.regions(vga_.text_memory(), shared);
  if (const auto& page = config_.shared_page) {
    memory.push_back({page->address, SharedPage::kBytes, page->host, true});
  }
  if (!config_.exits.empty()) {
    exit_bus_ =
        std::make_unique<ExitBus>(machine_, config_.guest->symbols, config_.cpu, config_.cpi);
  }
  EngineBus& bus = exit_bus_ ? static_cast<EngineBus&>(*exit_bus_) : machine_;
  auto engine = make(bus, config_, memory);
  if (!engine) return engine.failure();
  engine_ = std::move(*engine);
  machine_.attach(*engine_);
  start_ring_thread();
  if (exit_bus_) watch_exits(memory);
  watch_sensitive(memory);
  if (config_.profile != nullptr) {
    profile_.emplace(*config_.profile, config_.cpi);
    engine_->watch_execution(&*profile_);
  }
  debug_target_ = std::make_unique<MachineDebug>(*engine_, machine_, memory, config_.cpu,
                                                 [this] { return exit_status_.has_value(); });
  start();
  return std::nullopt;
}

/// Where the engine can tell of the doorbell without leaving the guest, the ring has a thread.
void EngineMachine::start_ring_thread() {
  auto thread = std::make_unique<RingThread>([this] { serve_ring(); });
  if (thread->event() < 0) return;
  if (!engine_->signal_on_write(STRATA_PV_PORT, STRATA_PV_CALL_RING, thread->event())) return;
  ring_thread_ = std::move(thread);
  machine_.set_outside_work([this] { return ring_thread_->under_way(); }, [this] { end_rings(); });
  ring_thread_->start();
}

void EngineMachine::serve_ring() {
  const PvCore::RingService service = pv_.serve_ring();
  {
    const std::scoped_lock lock(rings_mutex_);
    rings_.push_back(service);
  }
  machine_.wake();
}

void EngineMachine::end_rings() {
  std::vector<PvCore::RingService> served;
  {
    const std::scoped_lock lock(rings_mutex_);
    served.swap(rings_);
  }
  for (const PvCore::RingService& service : served) pv_.end_ring(service, machine_.now());
}

/// Between two runs nothing is under way.
void EngineMachine::settle() {
  if (!ring_thread_) return;
  ring_thread_->settle();
  machine_.take_outside_work();
}

void EngineMachine::watch_exits(const std::vector<MemoryRegion>& memory) {
  for (ExitSink* sink : config_.exits) exit_bus_->add(*sink);
  exit_bus_->attach(*engine_, [memory](const CpuState& state, std::uint32_t linear,
                                       std::span<std::uint8_t> bytes) {
    return read_linear_bytes(plain_memory(memory), state, linear, bytes);
  });
  machine_.set_sleep_watch([this](Cycle from, Cycle to) { exit_bus_->on_sleep(from, to); });
}

void EngineMachine::watch_sensitive(const std::vector<MemoryRegion>& memory) {
  const auto read = [memory](const CpuState& state, std::uint32_t linear,
                             std::span<std::uint8_t> bytes) {
    return read_linear_bytes(plain_memory(memory), state, linear, bytes);
  };
  const auto write = [memory](const CpuState& state, std::uint32_t linear,
                              std::span<const std::uint8_t> bytes) {
    return write_linear_bytes(memory, state, linear, bytes);
  };
  if (config_.sensitive != nullptr) {
    config_.sensitive->attach(read);
    engine_->watch_instructions(config_.sensitive);
  } else if (config_.patcher != nullptr) {
    config_.patcher->attach(read, write);
    engine_->watch_instructions(config_.patcher);
  }
}

/// Code is as memory has it now.
const Recording* EngineMachine::recording() {
  if (!profile_) return nullptr;
  profile_->finish({engine_->cycle(), engine_->instructions()});
  const std::vector<MemoryRegion> memory = memory_.regions(vga_.text_memory(), true);
  const PlainMemory plain = plain_memory(memory);
  recording_ = profile_->recording(
      [&, state = engine_->state()](std::uint32_t linear, std::span<std::uint8_t> bytes) {
        return read_linear_bytes(plain, state, linear, bytes);
      },
      config_.cpu);
  recording_.labels = labels_.spans(engine_->cycle(), engine_->instructions());
  return &recording_;
}

void EngineMachine::reset() {
  memory_.power_on(config_);
  std::fill_n(vga_.text_memory(), VgaCore::kTextBytes, std::uint8_t{0});
  resetting_ = true;
  for (Device* device : devices_) device->reset();
  resetting_ = false;
  // A chip that is reset still sees its lines; at power-on it has seen none.
  for (unsigned line = 0; line < kIrqLines; ++line) pic_.set_irq(line, false, 0);
  pic_.reset();
  start();
}

/// Time 0: wires have their levels and the CPU is in reset. OUT of the timer's counter 0 is high.
void EngineMachine::start() {
  exit_status_.reset();
  stop_.reset();
  machine_.restart(0, CpuState::reset(config_.cpu));
  pic_.set_irq(STRATA_IRQ_PIT, pit_.out0(), 0);
}

/// RAM stays as it is and time goes on.
void EngineMachine::pull_reset() {
  settle();
  const Cycle now = machine_.now();
  if (config_.log != nullptr) config_.log->record(now, "board", "reset");
  for (Device* device : devices_) device->advance(now);
  auto power_on = power_on_.cbegin();
  for (const auto& [name, device] : stateful_devices()) device->pull_reset(*power_on++, now);
  machine_.reset_cpu(CpuState::reset(config_.cpu));
}

/// In the order of MachineState.
NamedDevices EngineMachine::stateful_devices() {
  NamedDevices devices{{"pic", &pic_},     {"pit", &pit_}, {"uart", &uart_},
                       {"debug", &debug_}, {"vga", &vga_}, {"ata", &ata_},
                       {"pv", &pv_},       {"rtc", &rtc_}, {"keyboard", &keyboard_}};
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    devices.emplace_back(slots()[i].name, slots_[i].get());
  }
  // The machine's own and those in slots have been plugged in first.
  const std::size_t own = devices.size();
  for (std::size_t i = own; i < devices_.size(); ++i) {
    devices.emplace_back("plugged" + std::to_string(i - own), devices_[i]);
  }
  return devices;
}

MachineState EngineMachine::save_state() {
  const Cycle now = machine_.now();
  MachineState state{.hardware = hardware_of(config_),
                     .cycle = now,
                     .cpu = engine_->state(),
                     .devices = {},
                     .ram = memory_.ram()};
  for (Device* device : devices_) device->advance(now);
  for (const auto& [name, device] : stateful_devices()) {
    state.devices.push_back({name, device->save(now)});
  }
  return state;
}

std::optional<Error> EngineMachine::load_state(const MachineState& state) {
  const auto own = stateful_devices();
  if (auto error = check_hardware(state, config_, own)) return error;
  if (auto error = load_devices(state, own)) return error;
  std::ranges::copy(state.ram, memory_.ram().begin());
  exit_status_.reset();
  stop_.reset();
  machine_.restart(state.cycle, state.cpu);
  return std::nullopt;
}

void EngineMachine::press(std::span<const KeyCode> keys) {
  keyboard_.press(keys, machine_.now());
  machine_.wire_moved(keyboard_slot_);
}

RunOutcome EngineMachine::run(RunControl& control) {
  // What others have written there since the last turn.
  if (const auto& page = config_.shared_page) {
    engine_->memory_written(page->address, SharedPage::kBytes);
  }
  PlainMachine::RunLimits limits;
  limits.limit = control.next_stop();
  limits.awaited = control.awaited();
  limits.quantum = engine_->on_host_time() ? config_.clock_hz / kHostTimeLooksASecond
                                           : kQuantumInstructions * config_.cpi;
  limits.poll = [this, &control] {
    stop_ = control.poll(*this);
    return stop_.has_value();
  };
  const PlainMachine::End end =
      config_.counting != nullptr ? run_counted(limits) : machine_.run(limits);
  settle();
  const RunOutcome result = outcome(end, control);
  if (result.end != RunEnd::kTurnOver) machine_.end_sleep();
  return result;
}

/// In pieces that end where something is counted: for a region each instruction is one.
PlainMachine::End EngineMachine::run_counted(const PlainMachine::RunLimits& limits) {
  CounterWatch& counting = *config_.counting;
  Cycle next_poll = 0;
  PlainMachine::RunLimits piece = limits;
  piece.poll = [&] {
    if (machine_.now() < next_poll) return false;
    next_poll = machine_.now() + limits.quantum;
    return limits.poll();
  };
  for (;;) {
    const Cycle step = counting.watches_region() ? machine_.now() + 1 : kNever;
    piece.limit = std::min({limits.limit, counting.next_interval(), step});
    const std::uint32_t address = linear_eip(engine_->state());
    const std::uint64_t instructions = engine_->instructions();
    const PlainMachine::End end = machine_.run(piece);
    if (counting.watches_region()) take_counts(address, instructions);
    if (machine_.now() >= counting.next_interval()) counting.on_interval(*this);
    if (end != PlainMachine::End::kLimit || machine_.now() >= limits.limit) return end;
  }
}

/// A piece of at most one instruction has run: that at `address`, if there are more instructions
/// now.
void EngineMachine::take_counts(std::uint32_t address, std::uint64_t instructions) {
  const CpuState state = engine_->state();
  config_.counting->on_retire(
      {.event = engine_->instructions() == instructions,
       .jumped = true,
       .address = address,
       .next = linear_eip(state)},
      [&state] { return state.gpr[kEsp]; }, *this);
}

RunOutcome EngineMachine::outcome(PlainMachine::End end, const RunControl& control) const {
  if (exit_status_) return {RunEnd::kExited, *exit_status_, ""};
  if (stop_) return {*stop_, 0, ""};
  switch (end) {
    case PlainMachine::End::kLimit: {
      const bool all = machine_.now() >= control.max_cycles();
      return {all ? RunEnd::kCycleLimit : RunEnd::kTurnOver, 0, ""};
    }
    case PlainMachine::End::kShutdown:
      if (!engine_->failure().empty()) return {RunEnd::kHostFailed, 0, engine_->failure()};
      return {RunEnd::kShutdown, 0, ""};
    default: return {RunEnd::kHalted, 0, ""};
  }
}

}  // namespace

Result<std::unique_ptr<SoftwareMachine>> make_software_machine(const MachineConfig& config,
                                                               MakeEngine make_engine) {
  auto machine = std::make_unique<EngineMachine>(config);
  if (auto error = machine->make_engine(make_engine)) return *error;
  return std::unique_ptr<SoftwareMachine>(std::move(machine));
}

}  // namespace strata
