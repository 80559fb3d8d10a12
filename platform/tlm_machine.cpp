#include "platform/tlm_machine.h"

#include <fmt/format.h>

#include <systemc>

#include "models/ata/ata_tlm.h"
#include "models/base/text_screen.h"
#include "models/bus/bus_tlm.h"
#include "models/cpu/cpu_tlm.h"
#include "models/debug/debug_tlm.h"
#include "models/debug/post_card.h"
#include "models/memory/memory_tlm.h"
#include "models/pic/pic_tlm.h"
#include "models/pit/pit_tlm.h"
#include "models/uart/uart_tlm.h"
#include "models/vga/vga_tlm.h"
#include "platform/clock_period.h"
#include "platform/disk/memory_disk.h"
#include "platform/machine_memory.h"
#include "platform/run_control.h"

namespace strata {
namespace {

/// Longest lead of an engine over SystemC's time: at 10 to 100 MIPS a few milliseconds of the host.
constexpr Cycle kQuantumInstructions = 1 << 17;
constexpr Cycle kHostTimeLeadsASecond = 200;

class TlmMachine final : public Machine {
 public:
  explicit TlmMachine(const MachineConfig& config);

  /// Second half of the construction: what can fail.
  std::optional<Error> make_engine(const SoftwareEngine& engine);

  RunOutcome run(RunControl& control) override;

  Cycle cycles() const override { return engine_->cycle(); }
  std::uint64_t instructions() const override { return engine_->instructions(); }
  std::map<std::string, std::uint64_t> exits() const override { return engine_->exits(); }
  TextScreen screen() const override { return vga_core_.snapshot(); }
  CpuState state() const override { return engine_->state(); }

 private:
  DebugSinks debug_sinks();
  void wire();
  CpuTlm::Config cpu_config(RunControl& control);
  RunOutcome outcome() const;

  const MachineConfig config_;
  const sc_core::sc_time period_;
  MachineMemory memory_;
  MemoryDisk no_disk_{0};
  VgaCore vga_core_;

  CpuTlm cpu_;
  BusTlm bus_;
  MemoryTlm memory_tlm_;
  VgaTlm vga_;
  AtaTlm ata_;
  PicTlm pic_;
  PitTlm pit_;
  UartTlm uart_;
  DebugTlm debug_;

  /// A device moves its wire in its timer's process and, during an access, in the CPU's.
  using Line = sc_core::sc_signal<bool, sc_core::SC_MANY_WRITERS>;
  Line interrupt_{"interrupt"};
  Line pit_irq_{"pit_irq"};
  Line uart_irq_{"uart_irq"};
  Line ata_irq_{"ata_irq"};

  std::optional<PostCard> post_card_;
  std::unique_ptr<Engine> engine_;
  std::optional<RunEnd> stop_;  // what RunControl said
  std::optional<std::uint8_t> exit_status_;
};

TlmMachine::TlmMachine(const MachineConfig& config)
    : config_(config),
      period_(clock_period(config.clock_hz)),
      memory_(config),
      cpu_("cpu"),
      bus_("bus"),
      memory_tlm_("memory", memory_.map()),
      vga_("vga", vga_core_, period_),
      ata_("ata", config.disk ? *config.disk : no_disk_, config.log, period_),
      pic_("pic", config.log, period_),
      pit_("pit", static_cast<std::uint32_t>(config.clock_hz), period_),
      uart_("uart", static_cast<std::uint32_t>(config.clock_hz), config.serial, period_),
      debug_("debug", debug_sinks(), config.log, period_) {
  wire();
}

DebugSinks TlmMachine::debug_sinks() {
  return {config_.post_code, config_.debug_console, [this](std::uint8_t status) {
            exit_status_ = status;
            cpu_.stop();
          }};
}

void TlmMachine::wire() {
  cpu_.io_socket.bind(bus_.io_socket);
  cpu_.memory_socket.bind(bus_.memory_socket);
  bus_.mem_socket.bind(memory_tlm_.target_socket);
  bus_.vga_socket.bind(vga_.target_socket);
  bus_.ata_socket.bind(ata_.target_socket);
  bus_.pic_socket.bind(pic_.target_socket);
  bus_.pit_socket.bind(pit_.target_socket);
  bus_.uart_socket.bind(uart_.target_socket);
  bus_.debug_socket.bind(debug_.target_socket);

  pit_.irq(pit_irq_);
  uart_.irq(uart_irq_);
  ata_.irq(ata_irq_);
  pic_.irq[STRATA_IRQ_PIT](pit_irq_);
  pic_.irq[STRATA_IRQ_UART](uart_irq_);
  pic_.irq[STRATA_IRQ_ATA](ata_irq_);
  pic_.intr(interrupt_);
  cpu_.interrupt(interrupt_);
}

std::optional<Error> TlmMachine::make_engine(const SoftwareEngine& engine) {
  std::uint8_t* text = engine.maps_text_memory ? vga_core_.text_memory() : nullptr;
  const bool shared = config_.vga_memory == VgaMemory::kShared;
  auto made = engine.make(cpu_, config_, memory_.regions(text, shared));
  if (!made) return Error{made.error()};
  engine_ = std::move(*made);
  return std::nullopt;
}

CpuTlm::Config TlmMachine::cpu_config(RunControl& control) {
  CpuTlm::Config config;
  config.period = period_;
  config.limit = control.max_cycles();
  config.quantum = engine_->on_host_time() ? config_.clock_hz / kHostTimeLeadsASecond
                                           : kQuantumInstructions * config_.cpi;
  // The debug ports report port 80 themselves.
  if (config_.post_port && *config_.post_port != STRATA_POST_PORT) {
    post_card_.emplace(*config_.post_port, config_.post_code, config_.log);
    config.port_written = [this](std::uint16_t port, unsigned bytes, std::uint32_t value) {
      post_card_->on_write(engine_->cycle(), port, bytes, value);
    };
  }
  config.acknowledge = [this](const sc_core::sc_time& lead) { return pic_.acknowledge(lead); };
  config.poll = [this, &control] {
    stop_ = control.poll(*this);
    return stop_.has_value();
  };
  return config;
}

RunOutcome TlmMachine::run(RunControl& control) {
  cpu_.start(*engine_, cpu_config(control));
  engine_->load_state(CpuState::reset(config_.cpu));
  // The kernel's own lines ("Simulation stopped by user") are no news to ours.
  sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_DO_NOTHING);
  sc_core::sc_start();
  return outcome();
}

RunOutcome TlmMachine::outcome() const {
  if (exit_status_) return {RunEnd::kExited, *exit_status_, ""};
  if (stop_) return {*stop_, 0, ""};
  switch (cpu_.end()) {
    case CpuTlm::End::kLimit: return {RunEnd::kCycleLimit, 0, ""};
    case CpuTlm::End::kShutdown:
      if (!engine_->failure().empty()) return {RunEnd::kHostFailed, 0, engine_->failure()};
      return {RunEnd::kShutdown, 0, ""};
    default: return {RunEnd::kHalted, 0, ""};
  }
}

}  // namespace

Result<std::unique_ptr<Machine>> make_tlm_machine(const MachineConfig& config,
                                                  const SoftwareEngine& engine) {
  auto machine = std::make_unique<TlmMachine>(config);
  if (auto error = machine->make_engine(engine)) return *error;
  return std::unique_ptr<Machine>(std::move(machine));
}

}  // namespace strata
