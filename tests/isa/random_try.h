// Random instructions of a row of the opcode table, from random states, for tests of what is said
// of rows: what one execution comes to, on a processor without an engine.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "models/isa/opcode_table.h"
#include "models/isa/processor.h"

namespace strata::test {

/// All of it is copied and compared for each execution, so it ends not far behind the data.
inline constexpr std::uint32_t kMemoryBytes = 0x9000;
inline constexpr std::uint32_t kCode = 0x1000;
inline constexpr std::uint32_t kDataBase = 0x4000;
inline constexpr std::uint32_t kGdt = 0x100;  // of random descriptors
inline constexpr std::uint32_t kGdtLimit = 0x1FF;
inline constexpr std::uint32_t kFlags = eflags::kStatus | eflags::kDf;

/// Ports that give something of themselves.
class Ports final : public EngineBus {
 public:
  std::uint32_t port_read(std::uint16_t port, unsigned) override { return port * 0x9E3779B9u; }
  void port_write(std::uint16_t port, unsigned, std::uint32_t value) override {
    written = written * 31 + port + value;
  }
  std::uint32_t mmio_read(std::uint32_t, unsigned) override { return ~0u; }
  void mmio_write(std::uint32_t, unsigned, std::uint32_t) override {}
  std::uint8_t acknowledge_interrupt() override { return 0; }
  std::uint32_t written = 0;
};

class Random {
 public:
  std::uint32_t next() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::uint32_t>(state_ >> 32);
  }
  std::uint32_t below(std::uint32_t limit) { return next() % limit; }

 private:
  std::uint64_t state_ = 1;
};

/// What an execution came to.
struct Executed {
  Outcome outcome = Outcome::kFault;
  unsigned vector = 0;
  CpuState state;
  std::uint32_t next_eip = 0;
  std::uint32_t written = 0;  // to ports
  std::vector<std::uint8_t> memory;
};

struct Try {
  std::size_t row = 0;
  Instruction instruction;
  std::vector<std::uint8_t> bytes;
  std::size_t displacement_at = 0;  // index in bytes
  CpuState start;
};

/// The declared registers of an instruction, its operands' among them.
struct Declared {
  unsigned read = 0;
  unsigned written = 0;
};

class Bench {
 public:
  Bench() : memory_(kMemoryBytes), image_(kMemoryBytes), p_(ports_, CpuFamily::k586) {
    p_.memory.map(0, kMemoryBytes, memory_.data(), true);
    for (std::uint8_t& byte : image_) byte = static_cast<std::uint8_t>(random.next());
    // No gates and tasks: what a task switch does is no instruction's own.
    for (std::uint32_t at = kGdt; at <= kGdt + kGdtLimit; at += 8) image_[at + 5] |= attr::kS;
  }

  /// What the first execution of a try comes to; valid until the next one's.
  const Executed& run_first(const Try& t) { return run(t, t.start, first_); }

  /// What another execution comes to; valid until the next call.
  Executed& run(const Try& t, const CpuState& start) { return run(t, start, other_); }

  /// The doubleword a run finds at a linear address.
  std::uint32_t initial(std::uint32_t linear) const {
    std::uint32_t value;
    std::memcpy(&value, &image_[linear], 4);
    return value;
  }
  const std::uint8_t* at(std::uint32_t linear) const { return &image_[linear]; }
  /// Changes what runs find from now on; twice is not at all.
  void flip(std::uint32_t linear, std::uint32_t bits) {
    const std::uint32_t value = initial(linear) ^ bits;
    std::memcpy(&image_[linear], &value, 4);
  }

  Random random;

 private:
  Executed& run(const Try& t, const CpuState& start, Executed& r) {
    std::memcpy(memory_.data(), image_.data(), kMemoryBytes);
    std::memcpy(memory_.data() + kCode, t.bytes.data(), t.bytes.size());
    ports_.written = 0;
    p_.load_state(start);
    p_.debug_hits = 0;
    p_.next_eip = p_.eip + t.instruction.length;
    r.outcome = t.instruction.execute(p_, t.instruction);
    r.vector = r.outcome == Outcome::kFault ? p_.fault().vector : 0u;
    r.next_eip = p_.next_eip;
    r.state = p_.state();
    r.written = ports_.written;
    r.memory = memory_;
    return r;
  }

  std::vector<std::uint8_t> memory_;
  std::vector<std::uint8_t> image_;
  Executed first_, other_;  // their memories are large
  Ports ports_;
  Processor p_;
};

/// How states differ from the usual.
enum class Mood { kReal, kProtected, kHostile };

/// The row's instruction at an absolute address, or with random registers.
Try random_try(Bench& bench, std::size_t number, Mood mood, bool memory, bool operand32);

}  // namespace strata::test
