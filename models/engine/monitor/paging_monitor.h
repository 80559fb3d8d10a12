// What both ways of paging a guest have in common: the machine's frames, the counts, and what they
// cost.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_set>

#include "models/engine/monitor/machine_frames.h"
#include "models/engine/monitor/paging_choice.h"
#include "models/isa/guest_memory.h"
#include "models/isa/translation_source.h"

namespace strata {

class PagingMonitor : public TranslationSource {
 public:
  void attach(std::function<void(std::uint32_t frame)> forget_frame) override {
    forget_frame_ = std::move(forget_frame);
  }
  std::map<std::string, std::uint64_t> counters() const override;
  /// Tables of its own at the moment.
  std::uint32_t tables_held() const { return frames_.tables(); }

 protected:
  PagingMonitor(GuestMemory& memory, const PagingChoice& choice)
      : memory_(memory), choice_(choice) {}

  /// What left the guest.
  struct Traps {
    std::uint64_t control = 0;       // MOV CR0, MOV CR4 that change paging
    std::uint64_t directory = 0;     // MOV CR3, a task's CR3
    std::uint64_t invalidate = 0;    // INVLPG
    std::uint64_t guest_fault = 0;   // #PF that the guest gets
    std::uint64_t hidden_fault = 0;  // #PF that it does not see: a shadow entry is filled
    std::uint64_t table_write = 0;   // an instruction that writes into a guest's table
    std::uint64_t host_fault = 0;    // the second level has no entry

    std::uint64_t all() const {
      return control + directory + invalidate + guest_fault + hidden_fault + table_write +
             host_fault;
    }
  };

  /// The hardware starts a walk; it reads an entry at `machine_address`.
  void begin_walk() { ++walks_; }
  void refer(std::uint64_t machine_address) {
    ++references_;
    lines_.insert(machine_address / kLineBytes);
  }
  static std::uint64_t address(std::uint32_t machine_frame, std::uint32_t offset) {
    return (std::uint64_t{machine_frame} << GuestMemory::kPageShift) | offset;
  }

  GuestMemory& memory_;
  const PagingChoice choice_;
  MachineFrames frames_;
  Traps traps_;
  std::uint64_t monitor_references_ = 0;  // entries the monitor reads itself
  std::uint64_t marks_ = 0;               // entries written for accessed and dirty bits
  std::function<void(std::uint32_t frame)> forget_frame_;

 private:
  static constexpr std::uint64_t kLineBytes = 64;

  std::uint64_t walks_ = 0;
  std::uint64_t references_ = 0;
  std::unordered_set<std::uint64_t> lines_;  // of the machine's memory, read by walks
};

/// Null for PagingKind::kOwn. `memory` is the guest's and outlives the monitor.
std::unique_ptr<PagingMonitor> make_paging_monitor(const PagingChoice& choice, GuestMemory& memory);

}  // namespace strata
