// Dynamic binary translation to x86-64: blocks that have run often are translated, all others run
// as in the engine that this one is built on. Both find, count and end blocks alike, so what is not
// worth translating, or cannot be, costs nothing more.
#pragma once

#include <memory>
#include <vector>

#include "models/base/file_descriptor.h"
#include "models/engine/block/block_engine.h"
#include "models/engine/jit/block_emitter.h"
#include "models/engine/jit/code_buffer.h"
#include "models/engine/jit/context.h"
#include "models/engine/jit/guest_window.h"
#include "models/engine/jit/host_faults.h"
#include "models/isa/opcode_table.h"

namespace strata {

class JitEngine final : public BlockEngine, private jit::FaultHandler {
 public:
  struct Settings {
    std::size_t steps = CodeCache::kRoom;      // as BlockEngine's
    std::size_t code = std::size_t{16} << 20;  // bytes of host code, until all is thrown away
    unsigned runs = 24;                        // of a block, until it is translated
    bool list = false;                         // keep what translations() shows
    bool every_block = false;                  // translate what is not worth it, too
    bool perf_map = false;  // name translated code to perf(1), in /tmp/perf-PID.map
  };
  struct Counts {
    std::uint64_t translated = 0;
    std::uint64_t entered = 0;       // from the engine
    std::uint64_t linked = 0;        // ways out that go on in a translation
    std::uint64_t dropped = 0;       // translations, one by one
    std::uint64_t flushes = 0;       // all of them
    std::uint64_t instructions = 0;  // by translated code
    std::uint64_t stepped = 0;       // of these, left to the interpreter
    std::uint64_t host_ns = 0;       // in translation
  };

  /// As BlockEngine's, on an x86-64 host with BMI2.
  JitEngine(strata::EngineBus& bus, std::span<const MemoryRegion> regions, Cycle cpi = 1,
            CpuFamily family = CpuFamily::k586)
      : JitEngine(bus, regions, cpi, family, Settings()) {}
  JitEngine(strata::EngineBus& bus, std::span<const MemoryRegion> regions, Cycle cpi,
            CpuFamily family, const Settings& settings);
  ~JitEngine() override;

  std::string_view name() const override { return "jit"; }
  std::map<std::string, std::uint64_t> counters() const override;

  std::string translations() const override;

  const Counts& translation_counts() const { return counts_; }

 private:
  using Enter = void (*)(Processor* processor, const std::uint8_t* code);

  bool run_translated(Block& block) override;
  void on_flush() override;
  void guard(const std::uint8_t* page, bool guarded) override;
  const std::uint8_t* go_on(const std::uint8_t* at) override;

  jit::Offsets offsets();
  void emit_common_code();
  std::int32_t budget() const;
  bool translatable(const Block& block) const;
  jit::Conditions conditions() const;
  bool page_inside_limit(const Block& block) const;
  Translation* ready(Block& block);
  Translation* translate(Block& block);
  bool lost_behind(Block& block, unsigned edge, std::uint32_t eip);
  void name_code(const Translation& translation) const;
  void drop(Translation& translation);
  void drop_all();
  void forget_translations();
  void link(TranslationEdge& edge, Translation& to);
  bool may_link(const Translation& from, const Translation& to) const;
  void unlink(TranslationEdge& edge);
  void redirect(std::size_t jump, std::size_t target);
  std::uint64_t tag();

  void run(Translation* translation);
  Translation* leave(bool& lost);
  Translation* follow(Block* next);
  std::uint32_t step(Translation& translation, std::uint32_t index);
  std::uint32_t repeat(Translation& translation, const Step& step);
  bool may_go_on(const Translation& translation) const;
  void begin_counting(std::int32_t left);

  const Settings settings_;
  FileDescriptor perf_map_;
  jit::JitContext context_;
  jit::GuestWindow window_;
  jit::CodeBuffer buffer_;
  std::unique_ptr<jit::HostCode> code_writer_;
  jit::CommonCode common_;
  std::size_t common_end_ = 0;
  Enter enter_ = nullptr;
  std::vector<std::unique_ptr<Translation>> translations_;  // by their place in the buffer
  std::uint64_t flush_number_ = 0;

  // While translated code runs:
  jit::Conditions granted_;
  std::int32_t budget_before_ = 0;
  Cycle cycle_before_ = 0;
  std::uint64_t instructions_before_ = 0;
  const Step* left_step_ = nullptr;
  Outcome left_outcome_ = Outcome::kDone;
  Translation* left_translation_ = nullptr;

  struct TaggedContext {
    JumpCache::Context context = 0;
    jit::Conditions conditions;
    std::uint32_t tag = 0;
  };
  std::array<TaggedContext, 16> tags_{};
  std::uint32_t next_tag_ = 1;

  Counts counts_;
  /// Of counts_.stepped, by row of the opcode table; the last: none.
  std::vector<std::uint64_t> fallbacks_ = std::vector<std::uint64_t>(opcode_rows().size() + 1);
};

}  // namespace strata
