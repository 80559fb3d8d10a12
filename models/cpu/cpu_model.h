// The Verilated CPU behind plain C++ (its header and <systemc> do not compile together): its
// bus port, retirement port and load/unload port.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "models/base/wishbone_wires.h"
#include "models/cpu/cache_shape.h"
#include "models/cpu/cycle_cause.h"
#include "models/isa/cpu_state.h"
#include "models/isa/retire_record.h"

class VerilatedContext;
class VerilatedVcdC;
class Vcpu;

namespace strata {

class CpuModel {
 public:
  /// What the CPU drives on its Wishbone port; adr is a byte address, bits 1:0 zero.
  using Request = WishboneRequest;

  /// Holds reset for two clocks; the first clock() after it starts fetching at the reset vector.
  /// `caches` are within built_caches().
  CpuModel(VerilatedContext* context, const char* name, CpuFamily family = CpuFamily::k586,
           const CacheShape& caches = built_caches());
  ~CpuModel();

  void set_response(const WishboneResponse& response);
  void set_interrupt(bool level);
  /// The A20M# pin; high at first.
  void set_a20(bool level);
  /// At the next clock(), another master's store to the aligned dword at `address` is known to be
  /// in memory: what has been fetched of it is fetched again.
  void snoop(std::uint32_t address);

  /// What the time stamp counter counts; from the next clock() on.
  void set_cycle(std::uint64_t cycle);

  /// The NMI pin: its rising edge asks for one.
  void set_nmi(bool level);

  /// Whether what record() reports, or the shutdown, is the delivery of an NMI or what that ended
  /// in.
  bool retired_nmi() const;

  /// How many of the latest calls of snoop(), at most 255, what record() reports had not seen when
  /// it read memory.
  std::uint8_t unseen_snoops() const;

  /// Of the dword that the latest call of snoop() but `later` named, the byte lanes that stores of
  /// the CPU go over: stores of what retires before that call is seen, which were not on the bus
  /// yet. Known when it is seen, of the latest kKnownSnoops calls with keep_state() in force.
  unsigned overwritten_lanes(std::size_t later) const;
  static constexpr std::size_t kKnownSnoops = 255;

  /// Bytes of an aligned dword of memory, whose store has retired and is not on the bus yet.
  struct BufferedStore {
    std::uint32_t address = 0;
    unsigned sel = 0;  // byte lanes
    std::uint32_t data = 0;
  };
  /// All of them, in the order they will be.
  std::vector<BufferedStore> buffered_stores() const;

  enum class Cache { kInstruction, kData };
  struct CachedLine {
    std::uint32_t address = 0;  // physical
    std::array<std::uint32_t, kCacheLine / 4> words{};
  };
  /// The lines that accesses hit now.
  std::vector<CachedLine> cached_lines(Cache cache) const;

  /// One rising and one falling edge.
  void clock();

  /// The bus strobe, the one output that is looked at every cycle; the rest of a request is stable
  /// while it is high.
  bool strobe() const;
  Request request() const;

  /// The cause of the last cycle of what record() reports was cycle_cause() so many clocks ago.
  static constexpr unsigned kReportDelay = 1;

  /// Whether an instruction, exception or interrupt retired two clocks ago, and what. `order` and
  /// `cycle` are the caller's to fill in.
  bool retired() const;
  RetireRecord record() const;

  /// Whether every further clock() copies the architectural state for state().
  enum class KeepState : std::uint8_t { kOff, kWhilePaging, kOn };
  void keep_state(KeepState keep);

  /// The state right after what record() reports, if the latest clock copied it; tsc is that of
  /// this clock.
  CpuState state() const;

  // Of the state right after what record() reports, copied or not.
  std::uint32_t code_base() const { return code_base_; }  // of CS
  bool code32() const { return code32_; }                 // CS.D
  bool paging() const { return paging_; }                 // CR0.PG

  /// The state now, as of the latest instruction boundary; not a cycle of the CPU. tsc is that of
  /// set_cycle().
  CpuState look();

  /// Replaces the architectural state and restarts fetching; takes one clock. The bus must be idle.
  void load(const CpuState& state);

  /// While on, the CPU stops at the next instruction boundary; drained() says that it has and that
  /// the bus is quiet. Off again, it goes on as if nothing had been.
  void set_drain(bool drain);
  bool drained() const;

  /// Makes every further clock say what it went to.
  void count_cycles(bool count);

  /// What the latest clock went to.
  CycleCause cycle_cause() const;

  /// What happened in the latest clock, a bit an event (kPerformanceEvents); while cycles are
  /// counted.
  std::uint32_t happened() const;

  /// Halted with nothing under way: nothing changes until the interrupt pin does.
  bool idle() const;

  /// Triple fault (SDM vol. 3, 6.15, shutdown).
  bool shutdown() const;

  void trace(VerilatedVcdC* file, int levels);

 private:
  std::unique_ptr<Vcpu> rtl_;
  KeepState keeps_state_ = KeepState::kOff;
  std::uint32_t code_base_ = 0;
  bool code32_ = false;
  bool paging_ = false;

  /// A call of snoop(), and overwritten_lanes() of it so far.
  struct Snoop {
    std::uint32_t address = 0;
    unsigned overwritten = 0;
  };
  std::uint8_t executing_snoops() const;
  void note_overwritten(std::size_t unseen);

  std::uint8_t snoops_ = 0;           // calls, modulo 256
  std::vector<Snoop> latest_snoops_;  // the latest last
};

}  // namespace strata
