// The interpreter as an executor of 32-bit user code in the same surroundings as the host's CPU:
// CPL 3, flat segments with Linux's selectors, page tables that map the same linear addresses with
// the same rights, exceptions through an IDT to a kernel's stack.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "models/engine/interpreter/interpreter.h"
#include "tests/differential/outcome.h"
#include "tests/silicon/layout.h"

namespace strata::test {

class FlatInterpreter {
 public:
  /// The kernel's memory, which the host has not got: away from what operands like to be.
  static constexpr Range kKernel{0x37CA0000, 0x10000};

  /// What not every host lets a program have.
  struct Surroundings {
    bool low_memory;      // layout::kLow
    bool local_segments;  // layout::kLocal
  };

  explicit FlatInterpreter(const Surroundings& surroundings);
  ~FlatInterpreter();

  std::uint8_t* code() { return memory(layout::kCode.base); }
  std::uint8_t* memory(std::uint32_t address);

  void load(const Registers& start);
  Registers registers() const;
  const CpuState& state() const { return state_; }

  /// One instruction, or one iteration of a REP string instruction, with the trap it ends in. After
  /// an exception registers() are those the handler would return to.
  Event step();

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
  Event take_frame(unsigned vector);

  Surroundings surroundings_;
  std::vector<std::uint8_t> user_;
  std::vector<std::uint8_t> system_;
  std::unique_ptr<Bus> bus_;
  std::unique_ptr<Interpreter> cpu_;
  CpuState state_;
};

}  // namespace strata::test
