// Who listens to the CPU's retirement port in the cycle-accurate machine: the wave recorder with
// its window, the lockstep check, and who counts. Built only when one of them was asked
// for.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "models/cpu/cpu_rtl.h"
#include "models/engine/lockstep/lockstep_checker.h"
#include "models/memory/memory_map.h"
#include "platform/machine_config.h"
#include "platform/trace/wave_recorder.h"

namespace strata {

/// Whether a device and not memory answers at a physical address of the cycle-accurate machine.
bool is_device_memory(std::uint32_t physical);

class RtlWatch : public RetireListener {
 public:
  /// `recorder` and `checker` may be null and outlive the watch, as does `memory`, where
  /// instruction bytes are looked up. `on_difference` is called once, at the first difference.
  RtlWatch(WaveRecorder* recorder, LockstepChecker* checker, const MemoryMap& memory,
           const TraceConfig& trace, std::function<void()> on_difference);

  /// Copies code at the linear address `linear`, as `state` or the latest retirement's state maps
  /// it; how many bytes there were.
  std::size_t read_code(const CpuState& state, std::uint32_t linear,
                        std::span<std::uint8_t> bytes) const;
  std::size_t read_code(const CpuModel& cpu, std::uint32_t linear,
                        std::span<std::uint8_t> bytes) const;

  /// Linear address of the guest's first instruction, where the waves' story begins.
  void expect_entry(std::optional<std::uint32_t> address) { entry_ = address; }

  /// Whether a machine that goes on at `cycle` can be watched on: files of waves have one time.
  bool can_go_on_at(Cycle cycle) const { return recorder_ == nullptr || cycle >= sampled_; }

  /// Tells `listener`, behind those before it, of each retirement and the linear address where
  /// execution goes on.
  using RetirementListener =
      std::function<void(const RetireRecord& record, std::uint32_t next, const CpuModel& cpu)>;
  void tell_retirements(RetirementListener listener) { listeners_.push_back(std::move(listener)); }

  /// Tells `listener`, as RetireListener::on_access(); null: nobody.
  using AccessListener = std::function<void(const WishboneRequest& request, std::uint32_t data)>;
  void tell_accesses(AccessListener listener) { accessed_ = std::move(listener); }

  /// The run has ended: the checker sees what the other masters have written.
  void end_checking(const CpuModel& cpu) { pass_on_foreign_writes(cpu, 0); }

  /// Waves are recorded from now on, or no longer, whatever the window; they stay as they are until
  /// it begins or ends.
  void switch_waves(bool on);

  /// The waves are closed.
  void end_waves() { recorder_ = nullptr; }

  /// Cycle `cycle` has been evaluated; `irq_lines` as the 8259 pair sees them.
  void sample(Cycle cycle, std::uint16_t irq_lines);

  /// A master other than the CPU has written to memory.
  void on_foreign_write(const WishboneRequest& request);

  void on_retire(const RetireRecord& record, const CpuModel& cpu) override;
  void on_access(const WishboneRequest& request, std::uint32_t data) override;
  void on_memory_write(std::uint32_t address) override;
  void on_acknowledge(std::uint8_t vector) override;
  void on_a20(bool open) override;

  /// Aligned dwords that the latest instructions wrote, those included whose retirement nobody has
  /// heard of yet.
  std::set<std::uint32_t> written_lately() const;

 private:
  /// More than one instruction writes: a task switch saves 26 dwords and pushes one, page walks
  /// write two a page.
  static constexpr std::size_t kLateWrites = 64;

  void move_window(Cycle cycle);
  void move_window_before(std::uint32_t next);
  void show(const RetireRecord& record, const CpuModel& cpu);
  void pass_on_foreign_writes(const CpuModel& cpu, std::size_t unseen);

  WaveRecorder* recorder_;
  LockstepChecker* checker_;
  const MemoryMap& memory_;
  TracePoint from_;
  TracePoint to_;
  std::optional<std::uint32_t> entry_;  // until it is reached
  std::function<void()> on_difference_;
  std::vector<RetirementListener> listeners_;
  AccessListener accessed_;
  std::vector<WishboneRequest> foreign_writes_;  // the checker has not seen them yet
  Cycle sampled_ = 0;                            // the latest cycle in the waves
  bool differs_ = false;
  std::array<std::uint32_t, kLateWrites> late_writes_{};
  std::size_t writes_ = 0;
};

}  // namespace strata
