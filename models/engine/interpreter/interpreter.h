// The interpreter, strata86's golden model: fetches, decodes and executes one instruction after
// another over the opcode table of models/isa. What comes between instructions is SoftwareEngine's.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "models/engine/software_engine.h"
#include "models/isa/instruction.h"

namespace strata {

class Interpreter final : public SoftwareEngine {
 public:
  /// As SoftwareEngine's.
  Interpreter(EngineBus& bus, std::span<const MemoryRegion> regions, Cycle cpi = 1,
              CpuFamily family = CpuFamily::k586);
  ~Interpreter() override;

  std::string_view name() const override { return "interp"; }

 private:
  struct DecodeMemo;

  const Instruction* fetch_one() override;
  void execute_until_break() override;
  void execute_and_count_until_break();
  const Instruction* fetch(std::uint32_t eip);
  const Instruction* fetch_slowly();
  const Instruction* fetch_across_pages();
  bool find_code(std::uint32_t linear, GuestMemory::Region& run) const;
  bool open_window();
  std::uint32_t repeat_at_once(const Instruction& instruction);

  std::unique_ptr<DecodeMemo> memo_;
  Instruction slow_instruction_;
};

}  // namespace strata
