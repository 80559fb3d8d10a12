// The second rung of the ladder: basic blocks, fetched and decoded once and then run by threaded
// dispatch. Everything an instruction does is the interpreter's semantics; what comes between
// instructions is SoftwareEngine's. States, times and counts are the interpreter's at each
// boundary.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "models/engine/block/block.h"
#include "models/engine/block/code_cache.h"
#include "models/engine/block/single_instructions.h"
#include "models/engine/software_engine.h"

namespace strata {

/// Between a block that runs and the machine: while a device is called EIP, the clock and the count
/// of instructions are those of the instruction that calls.
class BlockBus : public EngineBus {
 public:
  explicit BlockBus(EngineBus& bus) : bus_(bus) {}

  std::uint32_t port_read(std::uint16_t port, unsigned bytes) override;
  void port_write(std::uint16_t port, unsigned bytes, std::uint32_t value) override;
  std::uint32_t port_write_block(std::uint16_t port, unsigned bytes, const std::uint8_t* data,
                                 std::uint32_t count) override;
  std::uint32_t port_read_block(std::uint16_t port, unsigned bytes, std::uint8_t* data,
                                std::uint32_t count) override;
  std::uint32_t mmio_read(std::uint32_t physical, unsigned bytes) override;
  void mmio_write(std::uint32_t physical, unsigned bytes, std::uint32_t value) override;
  std::uint8_t acknowledge_interrupt() override;

 protected:
  virtual void before_access() = 0;
  virtual void after_access() = 0;

 private:
  template <typename Access>
  auto carry_out(Access&& access);

  EngineBus& bus_;
};

class BlockEngine : private BlockBus, public SoftwareEngine {
 public:
  /// As SoftwareEngine's; `room`: decoded instructions that are kept, before all are thrown away.
  BlockEngine(EngineBus& bus, std::span<const MemoryRegion> regions, Cycle cpi = 1,
              CpuFamily family = CpuFamily::k586, std::size_t room = CodeCache::kRoom);
  ~BlockEngine() override;

  std::string_view name() const override { return "block"; }
  void load_state(const CpuState& state) override;
  void memory_written(std::uint32_t physical, std::uint32_t bytes) override;

  const CodeCache::Counts& counts() const { return code_.counts(); }

 protected:
  /// Runs the block, which is counted, another way, and perhaps others behind it; false: not done.
  virtual bool run_translated(Block& block);
  /// All blocks are gone.
  virtual void on_flush();
  /// Guards a host page that code was taken from, or ends that.
  virtual void guard(const std::uint8_t* page, bool guarded);

  Block* find();
  JumpCache::Context context() const;
  /// Runs one block, which is certain, and ends inside CS and before the clock must be looked at.
  void run_one(Block& block);
  /// Counts the end of an instruction that has counted nothing yet, with what it ended in.
  void end_instruction(const Instruction& instruction, Outcome outcome, bool repeats);

  BlockRun run_;
  CodeCache code_;

 private:
  const Instruction* fetch_one() override;
  void execute_until_break() override;
  void before_a20() override { code_.flush(); }
  void before_access() override;
  void after_access() override;

  void run_from(Block* block);
  bool inside_limit(const Block& block) const;
  bool may_run(Block& block, Block* before);
  Block* end_block(const Block& block);
  void end_early(const Block& block);
  void repeat(const Instruction& instruction);
  void step_through(const Block& block);
  Outcome execute_one(const Instruction* instruction);

  SingleInstructions singles_;
  Instruction single_;  // what had to be fetched the long way
};

}  // namespace strata
