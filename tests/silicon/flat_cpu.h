// A software engine as an executor of 32-bit user code in the same surroundings as the host's CPU:
// CPL 3, flat segments with Linux's selectors, page tables that map the same linear addresses with
// the same rights, exceptions through an IDT to a kernel's stack.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "models/engine/engine.h"
#include "tests/differential/outcome.h"
#include "tests/silicon/layout.h"
#include "tests/support/shared_bytes.h"
#include "tests/support/software_engines.h"

namespace strata::test {

class FlatCpu {
 public:
  /// The kernel's memory, which the host has not got: away from what operands like to be.
  static constexpr Range kKernel{0x37CA0000, 0x10000};

  /// Event::vector of a run that did not come to its end in time.
  static constexpr std::uint32_t kLost = 0xFFFFFFFD;

  /// What not every host lets a program have.
  struct Surroundings {
    bool low_memory;      // layout::kLow
    bool local_segments;  // layout::kLocal
  };

  FlatCpu(const Surroundings& surroundings, MakeSoftwareEngine make);
  ~FlatCpu();

  /// What is written there is said by wrote().
  std::uint8_t* code() { return memory(layout::kCode.base); }
  std::uint8_t* memory(std::uint32_t address);
  void wrote(std::uint32_t address, std::uint32_t bytes) { cpu_->memory_written(address, bytes); }

  void load(const Registers& start);
  Registers registers() const;
  const CpuState& state() const { return state_; }

  /// One instruction, or one iteration of a REP string instruction, with the trap it ends in. After
  /// an exception registers() are those the handler would return to.
  Event step();

  /// All at once from where load() has begun, to an exception or out by a jump to the 64-bit code
  /// segment at `end`: then registers() are those before it. Another end, or another time than
  /// `cycles` up to it, is an Event of kLost.
  Event run(std::uint32_t end, Cycle cycles);
  /// What the engine has counted by itself, of all runs.
  std::map<std::string, std::uint64_t> counters() const { return cpu_->counters(); }
  /// Since load().
  Cycle cycles() const { return cpu_->cycle() - begin_; }

 private:
  class Bus;
  void write_tables();
  void write_local_table();
  void map_pages(std::uint32_t& next_table, const Range& range, std::uint32_t physical,
                 std::uint32_t rights);
  void put(std::uint32_t address, std::uint32_t value);
  std::uint32_t get(std::uint32_t address) const;
  void put_descriptor(std::uint32_t table, std::uint32_t selector, std::uint32_t base,
                      std::uint32_t limit, std::uint32_t attributes);
  Event event_at_handler();
  Event take_frame(unsigned vector);

  Surroundings surroundings_;
  SharedBytes user_;
  SharedBytes system_;
  std::unique_ptr<Bus> bus_;
  std::unique_ptr<Engine> cpu_;
  CpuState state_;
  Cycle begin_ = 0;
};

}  // namespace strata::test
