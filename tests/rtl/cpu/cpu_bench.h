// The Verilated CPU with plain memory, ports and an interrupt controller around it, and no
// SystemC. The responder is a Wishbone B4 slave (registered feedback bursts, 4.3): after `latency`
// clocks it acknowledges a classic cycle once, a four-word wrapping burst in four consecutive
// clocks (unless delays are asked for), and it does not look at the request in the clock after the
// last acknowledge.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "models/cpu/cpu_model.h"
#include "models/engine/engine.h"
#include "models/engine/lockstep/lockstep_checker.h"
#include "tests/rtl/bus/verilated_context.h"

namespace strata::test {

/// What answers outside plain memory. Addresses are bytes, accesses 1 to 4 bytes within a word.
class BenchDevice {
 public:
  virtual ~BenchDevice() = default;
  virtual std::uint32_t read(bool port, std::uint32_t address, unsigned bytes) = 0;
  virtual void write(bool port, std::uint32_t address, unsigned bytes, std::uint32_t value) = 0;
  /// The vector of an interrupt acknowledge; the bench then lowers the interrupt pin.
  virtual std::uint8_t acknowledge() = 0;
};

/// Ports and addresses with nothing behind them.
class NoDevice : public BenchDevice {
 public:
  std::uint32_t read(bool, std::uint32_t, unsigned) override { return ~0u; }
  void write(bool, std::uint32_t, unsigned, std::uint32_t) override {}
  std::uint8_t acknowledge() override { return 0; }
};

/// For a checker beside the bench: whatever is in no region. Stores into a region that is not
/// writable reach nobody and may be joined to one on the way, so the bench tells nobody of them.
inline BusFeed::IsDevice outside(std::vector<MemoryRegion> regions) {
  return [regions = std::move(regions)](std::uint32_t physical) {
    return std::ranges::none_of(regions, [physical](const MemoryRegion& region) {
      return physical - region.base < region.size;
    });
  };
}

class CpuBench {
 public:
  /// Plain memory, as engines see it; the regions' memory and the device outlive the bench. In a
  /// build with RTL assertions `seed` makes the values of registers that have not been reset.
  CpuBench(std::span<const MemoryRegion> regions, BenchDevice& device,
           CpuFamily family = CpuFamily::k586, std::uint32_t seed = 1,
           const CacheShape& caches = built_caches());
  ~CpuBench();

  /// Clocks from a request to its first acknowledge, at least 1.
  void set_latency(unsigned clocks) { latency_ = clocks; }

  static constexpr unsigned kMostDelay = 40;
  /// Beside the latency, delays at random from `seed` on before every acknowledge, also between
  /// those of a burst: mostly few clocks, sometimes up to kMostDelay. 0: none.
  void set_delays(std::uint32_t seed) { delays_ = seed; }
  /// To go on with the same delays elsewhere.
  std::uint32_t delays() const { return delays_; }

  /// The time stamp counter stands still from now on.
  void hold_time() { time_held_ = true; }

  /// From now on hands every device access and acknowledged interrupt to `checker`; null: to
  /// nobody.
  void set_checker(LockstepChecker* checker) { checker_ = checker; }

  void set_interrupt(bool level);
  /// A pulse on the NMI pin, which begins with the next clock.
  void raise_nmi();
  bool interrupt() const { return interrupt_; }

  /// Another bus master stores into plain memory, in front of the next clock, which tells the CPU;
  /// one such store a clock. `bytes` within a dword. The checker follows when what retires has seen
  /// it.
  void write_elsewhere(std::uint32_t address, unsigned bytes, std::uint32_t value);
  /// The same, storing what is there: whenever it is seen, nothing has changed.
  void touch_elsewhere(std::uint32_t address);
  /// Whether another master may have the bus: no locked instruction does.
  bool bus_is_free() const { return !cpu_->request().lock; }
  /// Tells the checker of all that is left: nothing else will retire.
  void finish_writes_elsewhere() { pass_on_writes_elsewhere(0); }

  /// Replaces the state and restarts; the CPU must be idle or just constructed.
  void load(const CpuState& state);

  /// One clock. True if something retired; record() and state() then say what.
  bool clock();

  const RetireRecord& record() const { return record_; }
  CpuState state() const { return cpu_->state(); }
  std::uint64_t clocks() const { return clocks_; }

  /// NMIs taken so far.
  std::uint64_t nmis() const { return nmis_; }

  /// Vectors acknowledged so far.
  std::uint64_t acknowledges() const { return acknowledges_; }

  CpuModel& cpu() { return *cpu_; }

  /// From the next clock on writes a VCD of the whole CPU to `path`; times are clocks().
  void record_waves(const std::string& path);

 private:
  std::uint8_t* plain(std::uint32_t address, bool write) const;
  std::uint32_t answer(const CpuModel::Request& request);
  std::uint32_t access_device(const CpuModel::Request& request);
  void store(const CpuModel::Request& request, std::uint8_t* word);
  std::uint8_t tag_of(std::uint32_t address) const;
  void respond();
  void pass_on_writes_elsewhere(std::size_t unseen);
  unsigned delay();

  struct WriteElsewhere {
    std::uint32_t address = 0;
    unsigned bytes = 0;  // 0: what was there
    std::uint32_t value = 0;
  };

  struct WavesDeleter {
    void operator()(VerilatedVcdC* waves) const;
  };

  std::vector<MemoryRegion> regions_;
  BenchDevice& device_;
  LockstepChecker* checker_ = nullptr;
  std::vector<WriteElsewhere> writes_elsewhere_;  // that the checker has not seen
  OwnedContext context_;
  std::unique_ptr<CpuModel> cpu_;
  std::unique_ptr<VerilatedVcdC, WavesDeleter> waves_;
  RetireRecord record_;
  std::uint64_t clocks_ = 0;
  std::uint64_t acknowledges_ = 0;
  std::uint64_t nmis_ = 0;
  bool time_held_ = false;
  unsigned latency_ = 1;
  std::uint32_t delays_ = 0;
  unsigned wait_ = 0;   // clocks until the next acknowledge
  unsigned beats_ = 0;  // acknowledges still to come; 0: no request is being served
  std::uint32_t beat_address_ = 0;
  std::uint8_t tag_ = kTgdNone;  // of what is answered
  bool turnaround_ = false;      // the clock after the last acknowledge
  bool interrupt_ = false;
  unsigned nmi_clocks_ = 0;  // left of the pulse
};

}  // namespace strata::test
