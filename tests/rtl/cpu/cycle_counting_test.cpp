// Where cycles go and what is counted, on loops in which it is known: two runs of a loop differ by
// so many rounds, and in each count by what a round has of it. One cycle an instruction, one lost
// to an address that needs the result right ahead of it (i486 Microprocessor Programmer's Reference
// Manual, appendix G), three to a branch that went elsewhere (execute is three stages behind
// decode).
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <string>
#include <vector>

#include "models/cpu/cycle_counter.h"
#include "tests/rtl/cpu/real_mode_rig.h"

namespace strata::test {
namespace {

using Counts = std::map<std::string, std::uint64_t>;
using Code = std::vector<std::uint8_t>;

constexpr std::uint32_t kData = 0x4000;
constexpr unsigned kMostCountedClocks = 100'000;
constexpr unsigned kRounds = 100;  // that two runs differ by

/// Every cause and event by its name.
void add_counts(const CycleCounter& counter, Counts& counts) {
  for (std::size_t cause = 0; cause < kCycleCauseNames.size(); ++cause) {
    counts[kCycleCauseNames[cause]] += counter.cycles()[cause];
  }
  for (std::size_t event = 0; event < kPerformanceEvents.size(); ++event) {
    counts[kPerformanceEvents[event].counter] += counter.happened()[event];
  }
}

/// A loop in 16-bit code at the beginning of a line, ECX rounds of it: EBX and ESI are kData.
class Loop {
 public:
  explicit Loop(const Code& body) : code_(body) {
    code_.insert(code_.end(), {0x66, 0x49, 0x75});  // dec ecx; jnz
    code_.push_back(static_cast<std::uint8_t>(-static_cast<int>(code_.size() + 1)));
    code_.push_back(0xF4);
  }

  void set_latency(unsigned clocks) { latency_ = clocks; }
  /// DS begins there.
  void set_data_base(std::uint32_t base) { data_base_ = base; }
  void set_cr0(std::uint32_t bits) { cr0_ = bits; }
  /// One page table for all of memory below 4 MiB, every page known to be accessed and dirty:
  /// what lies below 64 KiB is where it is, the rest is page 5.
  void set_paging() { paging_ = true; }

  Counts run(unsigned rounds, bool counted = true) const {
    RealModeRig rig({});
    CpuState& initial = rig.initial();
    rig.bench().set_latency(latency_);
    put(rig, RealModeRig::kCode, code_);
    put_dword(rig, kData, kData);
    initial.gpr[kEcx] = rounds;
    initial.gpr[kEbx] = initial.gpr[kEsi] = kData;
    initial.gpr[kEax] = 1;
    initial.seg[kDs].base = data_base_;
    initial.cr0 |= cr0_;
    if (paging_) make_pages(rig);
    rig.bench().cpu().count_cycles(counted);
    rig.bench().load(initial);
    const CpuModel& cpu = rig.bench().cpu();
    CycleCounter counter;
    Counts counts;
    for (; counts["clocks"] < kMostCountedClocks && !cpu.idle(); ++counts["clocks"]) {
      counts["retired"] += rig.bench().clock();
      if (counted) counter.count(cpu.cycle_cause(), cpu.happened());
    }
    add_counts(counter, counts);
    return counts;
  }

  /// What kRounds rounds have, without what is there none of; warm, unless each round is new.
  Counts of_rounds() const {
    Counts counts = run(2 * kRounds);
    for (const auto& [name, count] : run(kRounds)) counts[name] -= count;
    std::erase_if(counts, [](const auto& one) { return one.second == 0; });
    return counts;
  }

 private:
  static void put(RealModeRig& rig, std::uint32_t address, const Code& bytes) {
    for (std::size_t n = 0; n < bytes.size(); n += 2) {
      const unsigned high = n + 1 < bytes.size() ? bytes[n + 1] : 0;
      rig.set_word(address + static_cast<std::uint32_t>(n),
                   static_cast<std::uint16_t>(bytes[n] | high << 8));
    }
  }
  static void put_dword(RealModeRig& rig, std::uint32_t address, std::uint32_t value) {
    rig.set_word(address, static_cast<std::uint16_t>(value));
    rig.set_word(address + 2, static_cast<std::uint16_t>(value >> 16));
  }

  static void make_pages(RealModeRig& rig) {
    constexpr std::uint32_t kDirectory = 0x2000;
    constexpr std::uint32_t kTable = 0x3000;
    constexpr std::uint32_t kPresentAccessedDirty = 0x63;
    put_dword(rig, kDirectory, kTable | kPresentAccessedDirty);
    for (std::uint32_t page = 0; page < 1024; ++page) {
      const std::uint32_t frame = page < 16 ? page : 5;
      put_dword(rig, kTable + 4 * page, frame << 12 | kPresentAccessedDirty);
    }
    CpuState& initial = rig.initial();
    initial.cr0 |= cr0::kPe | cr0::kPg;
    initial.cr3 = kDirectory;
    initial.seg[kDs].limit = 0xFFFFFFFF;
    initial.gpr[kEbx] = 0x10000;
  }

  Code code_;
  unsigned latency_ = 1;
  std::uint32_t data_base_ = 0;
  std::uint32_t cr0_ = 0;
  bool paging_ = false;
};

std::uint64_t at(const Counts& counts, const std::string& name) {
  const auto found = counts.find(name);
  return found == counts.end() ? 0 : found->second;
}

std::uint64_t sum_of_causes(const Counts& counts) {
  std::uint64_t sum = 0;
  for (const char* cause : kCycleCauseNames) sum += at(counts, cause);
  return sum;
}

/// The cycles of a hundred rounds are those of `instructions` a round and `lost` by cause, and no
/// others.
void expect_cycles(const Counts& rounds, unsigned instructions, const Counts& lost) {
  Counts expected = lost;
  expected["execute"] = instructions * kRounds;
  std::uint64_t cycles = 0;
  for (const auto& [cause, count] : expected) cycles += count;
  EXPECT_EQ(at(rounds, "clocks"), cycles);
  EXPECT_EQ(at(rounds, "retired"), instructions * kRounds);
  for (const char* cause : kCycleCauseNames) {
    EXPECT_EQ(at(rounds, cause), at(expected, cause)) << cause;
  }
}

const Code kLoad = {0x67, 0x66, 0x8B, 0x03};      // mov eax,[ebx]
const Code kStore = {0x67, 0x66, 0x89, 0x03};     // mov [ebx],eax
const Code kNextLine = {0x66, 0x83, 0xC3, 0x10};  // add ebx,16
const Code kStay = {0x66, 0x83, 0xC3, 0x00};      // add ebx,0

Code operator+(Code first, const Code& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

TEST(CpuCycleCounting, LoopOfRegistersLosesNone) {
  const Counts rounds = Loop(kStay).of_rounds();
  expect_cycles(rounds, 3, {});
  EXPECT_EQ(at(rounds, "branches.conditional"), kRounds);
  EXPECT_EQ(at(rounds, "mispredictions.conditional"), 0u);
  EXPECT_EQ(at(rounds, "branch-targets.hits"), kRounds);
  EXPECT_EQ(at(rounds, "code-cache.misses"), 0u);
}

TEST(CpuCycleCounting, AddressDependencyIsOneCycle) {
  const Counts rounds = Loop(kStay + kLoad).of_rounds();
  expect_cycles(rounds, 4, {{"address", kRounds}});
  EXPECT_EQ(at(rounds, "data-cache.read-hits"), kRounds);
  EXPECT_EQ(at(rounds, "data-cache.read-misses"), 0u);
}

TEST(CpuCycleCounting, LoadUseIsOneCycle) {
  const Code load_address = {0x67, 0x66, 0x8B, 0x1E};  // mov ebx,[esi]
  const Counts rounds = Loop(load_address + kLoad).of_rounds();
  expect_cycles(rounds, 4, {{"load-use", kRounds}});
  EXPECT_EQ(at(rounds, "data-cache.read-hits"), 2 * kRounds);
}

// Taken and not taken in turn: the two-bit counter of a branch that was taken first is always
// wrong. What it goes over is executed every other time.
TEST(CpuCycleCounting, MispredictionIsThreeCycles) {
  const Code alternate = {0x66, 0x83, 0xF0, 0x01, 0x74, 0x01, 0x90};  // xor eax,1; jz over; nop
  const Counts rounds = Loop(alternate).of_rounds();
  EXPECT_EQ(at(rounds, "branches.conditional"), 2 * kRounds);
  EXPECT_EQ(at(rounds, "mispredictions.conditional"), kRounds);
  EXPECT_EQ(at(rounds, "misprediction"), 3 * kRounds);
  EXPECT_EQ(at(rounds, "execute"), 4 * kRounds + kRounds / 2);
  EXPECT_EQ(at(rounds, "clocks"), 7 * kRounds + kRounds / 2);
}

TEST(CpuCycleCounting, BranchesByKind) {
  const Code kinds = {0xE8, 0x02, 0x00, 0xEB, 0x01, 0xC3,  // call 05; jmp 06; 05: ret
                      0xB8, 0x0B, 0x04, 0xFF, 0xE0,        // 06: mov ax,40Bh; jmp ax
                      0xB8, 0x05, 0x04, 0xFF, 0xD0};       // 0B: mov ax,405h; call ax
  const Counts rounds = Loop(kinds).of_rounds();
  EXPECT_EQ(at(rounds, "branches.call"), kRounds);
  EXPECT_EQ(at(rounds, "branches.jump"), kRounds);
  EXPECT_EQ(at(rounds, "branches.return"), 2 * kRounds);
  EXPECT_EQ(at(rounds, "branches.indirect-jump"), kRounds);
  EXPECT_EQ(at(rounds, "branches.indirect-call"), kRounds);
  EXPECT_EQ(at(rounds, "branches.conditional"), kRounds);
  for (const char* kind : {"call", "jump", "return", "indirect-jump", "indirect-call"}) {
    EXPECT_EQ(at(rounds, std::string("mispredictions.") + kind), 0u) << kind;
  }
}

// An indirect jump that is not known is taken to go on behind itself; it is known when it has gone
// elsewhere once.
TEST(CpuCycleCounting, IndirectJumpsAreMispredictedOnce) {
  const Code jump = {0xB8, 0x06, 0x04, 0xFF, 0xE0, 0x90};  // mov ax,406h; jmp ax; nop
  const Counts counts = Loop(jump).run(kRounds);
  EXPECT_EQ(at(counts, "branches.indirect-jump"), kRounds);
  EXPECT_EQ(at(counts, "mispredictions.indirect-jump"), 1u);
  EXPECT_EQ(at(counts, "mispredictions.conditional"), 1u) << "the end of the loop";
  EXPECT_EQ(at(counts, "misprediction"), 2u * 3);
}

// A return that finds another address than its call has left goes where decode has not gone on.
TEST(CpuCycleCounting, ReturnsElsewhereAreMispredicted) {
  const Code elsewhere = {0xE8, 0x03, 0x00, 0x90, 0xEB, 0x04,  // call 06; nop; 04: jmp 0A
                          0x58, 0x40, 0x50, 0xC3};             // 06: pop ax; inc ax; push ax; ret
  const Counts rounds = Loop(elsewhere).of_rounds();
  EXPECT_EQ(at(rounds, "retired"), (6 + 2) * kRounds) << "all but the NOP";
  EXPECT_EQ(at(rounds, "branches.return"), kRounds);
  EXPECT_EQ(at(rounds, "mispredictions.return"), kRounds);
  EXPECT_EQ(at(rounds, "mispredictions.call"), 0u);
  EXPECT_EQ(at(rounds, "misprediction"), 3 * kRounds);
}

// Ten functions that call each other, with a return stack of eight: the outer two returns find the
// places of the inner two.
TEST(CpuCycleCounting, ReturnsFromDeeperThanTheStackAreMispredicted) {
  constexpr unsigned kDepth = 10;
  Code nested = {0xE8, 0x02, 0x00, 0xEB, 4 * kDepth - 3};  // call 05; jmp behind
  for (unsigned n = 1; n < kDepth; ++n) {
    nested = nested + Code{0xE8, 0x01, 0x00, 0xC3};  // call the next one; ret
  }
  const Counts rounds = Loop(nested + Code{0xC3}).of_rounds();
  EXPECT_EQ(at(rounds, "branches.call"), kDepth * kRounds);
  EXPECT_EQ(at(rounds, "branches.return"), kDepth * kRounds);
  EXPECT_EQ(at(rounds, "mispredictions.return"), 2 * kRounds);
  EXPECT_EQ(at(rounds, "misprediction"), 2 * 3 * kRounds);
}

// Each time the other of two functions: it was the wrong one last time. The returns know better.
TEST(CpuCycleCounting, IndirectCallsOfTwoFunctionsInTurnAreMispredicted) {
  const Code in_turn = {0x83, 0xF7, 0x01, 0x8D, 0x85, 0x0B, 0x04,  // xor di,1; lea ax,[di+40Bh]
                        0xFF, 0xD0, 0xEB, 0x02,                    // call ax; jmp 0D
                        0x90, 0xC3};                               // 0B: nop; 0C: ret
  const Counts rounds = Loop(in_turn).of_rounds();
  EXPECT_EQ(at(rounds, "branches.indirect-call"), kRounds);
  EXPECT_EQ(at(rounds, "mispredictions.indirect-call"), kRounds);
  EXPECT_EQ(at(rounds, "mispredictions.return"), 0u);
  EXPECT_EQ(at(rounds, "misprediction"), 3 * kRounds);
}

// Every round reads a new line: what a clock more of latency costs is all of the miss.
TEST(CpuCycleCounting, DataCacheMissesAreWhatTheBusTakes) {
  Loop loop(kLoad + kNextLine);
  loop.set_latency(10);
  const Counts fast = loop.of_rounds();
  loop.set_latency(11);
  const Counts slow = loop.of_rounds();
  EXPECT_EQ(at(fast, "data-cache.read-misses"), kRounds);
  EXPECT_EQ(at(fast, "data-cache.read-hits"), 0u);
  EXPECT_EQ(at(fast, "data-cache.fills"), kRounds);
  EXPECT_EQ(at(fast, "data-cache.uncached-reads"), 0u);
  EXPECT_EQ(at(slow, "data-miss"), at(fast, "data-miss") + kRounds);
  EXPECT_EQ(at(slow, "clocks"), at(fast, "clocks") + kRounds);
  EXPECT_GE(at(fast, "data-miss"), 10 * kRounds);
  EXPECT_EQ(at(fast, "execute") + at(fast, "data-miss") + at(fast, "bus"), at(fast, "clocks"));
}

// The same word, of a device: the slave says that it is not to be cached.
TEST(CpuCycleCounting, ReadsOfDevicesAreUncached) {
  Loop loop(kLoad);
  loop.set_data_base(RealModeRig::kDevice - kData);
  loop.set_latency(10);
  const Counts fast = loop.of_rounds();
  loop.set_latency(11);
  const Counts slow = loop.of_rounds();
  EXPECT_EQ(at(fast, "data-cache.uncached-reads"), kRounds);
  EXPECT_EQ(at(fast, "data-cache.read-misses"), 0u);
  EXPECT_EQ(at(fast, "data-cache.fills"), 0u);
  EXPECT_EQ(at(fast, "data-miss"), 0u);
  EXPECT_EQ(at(slow, "uncached"), at(fast, "uncached") + kRounds);
  EXPECT_EQ(at(fast, "execute") + at(fast, "uncached"), at(fast, "clocks"));
}

// Its first read, too, is no miss, though only its answer says so; nor is that of one of its pages
// in turn with another's.
TEST(CpuCycleCounting, FirstReadsOfDevicesAreUncached) {
  const Code next_page = {0x67, 0x66, 0x8B, 0x83, 0x00, 0x10, 0x00, 0x00};  // mov eax,[ebx+1000h]
  Loop loop(kLoad + next_page);
  loop.set_data_base(RealModeRig::kDevice - kData);
  const Counts rounds = loop.of_rounds();
  EXPECT_EQ(at(rounds, "data-cache.uncached-reads"), 2 * kRounds);
  EXPECT_EQ(at(rounds, "data-miss"), 0u);
  const Counts all = loop.run(kRounds);
  EXPECT_EQ(at(all, "data-cache.uncached-reads"), 2 * kRounds);
  EXPECT_EQ(at(all, "data-cache.read-misses"), 0u);
  EXPECT_EQ(at(all, "data-cache.read-hits"), 0u);
  EXPECT_EQ(at(all, "data-miss"), 0u);
  EXPECT_EQ(at(all, "uncached"), at(rounds, "uncached"));
}

// What has been told of a read that is under way is not taken back.
TEST(CpuCycleCounting, SettledCyclesStayAsTheyWereTold) {
  constexpr std::uint32_t kUncachedRead = event_bit("data-cache.uncached-reads");
  constexpr std::uint32_t kReadMiss = event_bit("data-cache.read-misses");
  const auto miss = [](CycleCounter& counter, std::uint32_t happened) {
    return counter.count(CycleCause::kDataMiss, happened);
  };
  CycleCounter counter;
  miss(counter, 0);
  counter.settle();
  miss(counter, 0);
  EXPECT_EQ(miss(counter, kUncachedRead), 2u);
  miss(counter, kReadMiss);  // of memory, and right behind it one of a device
  EXPECT_EQ(miss(counter, kUncachedRead), 1u);
  Counts counts;
  add_counts(counter, counts);
  EXPECT_EQ(at(counts, "data-miss"), 2u);
  EXPECT_EQ(at(counts, "uncached"), 3u);
}

// What CR0.CD or a page keeps from being cached is neither hit nor miss.
TEST(CpuCycleCounting, ReadsOfMemoryThatIsNotCachedAreUncached) {
  Loop loop(kLoad);
  loop.set_cr0(cr0::kCd);
  const Counts all = loop.run(kRounds);
  EXPECT_EQ(at(all, "data-cache.uncached-reads"), kRounds);
  EXPECT_EQ(at(all, "data-cache.read-misses"), 0u);
  EXPECT_EQ(at(all, "data-cache.fills"), 0u);
  EXPECT_EQ(at(all, "data-miss"), 0u);
}

TEST(CpuCycleCounting, PortsAreUncached) {
  Loop loop({0xE4, 0x80});  // in al,80h
  loop.set_latency(10);
  const Counts fast = loop.of_rounds();
  loop.set_latency(11);
  const Counts slow = loop.of_rounds();
  EXPECT_EQ(at(fast, "data-cache.uncached-reads"), kRounds);
  EXPECT_EQ(at(fast, "data-cache.read-misses"), 0u);
  EXPECT_EQ(at(slow, "uncached"), at(fast, "uncached") + kRounds);
}

// A store a round, of which the bus takes longer than the loop: what it lacks is room.
TEST(CpuCycleCounting, StoreBufferFull) {
  Loop loop(kStore);
  loop.set_latency(20);
  const Counts rounds = loop.of_rounds();
  EXPECT_EQ(at(rounds, "data-cache.write-misses"), kRounds);
  EXPECT_EQ(at(rounds, "data-cache.write-hits"), 0u);
  EXPECT_EQ(at(rounds, "execute"), 3 * kRounds);
  EXPECT_GT(at(rounds, "store-buffer"), 10 * kRounds);
  EXPECT_EQ(at(rounds, "execute") + at(rounds, "store-buffer"), at(rounds, "clocks"));
}

Code store_at(std::uint8_t offset) {
  return {0x67, 0x66, 0x89, 0x43, offset};  // mov [ebx+offset],eax
}

// While the bus has one store and knows the next, the third waits in the buffer, where the fourth
// joins it: if it is into the same doubleword, of a line that is there.
TEST(CpuCycleCounting, StoresIntoOneDoublewordMerge) {
  const Code first = store_at(0) + store_at(4) + store_at(8);
  for (const bool same : {true, false}) {
    for (const bool cached : {true, false}) {
      Loop loop((cached ? kLoad : kStay) + first + store_at(same ? 8 : 12));
      loop.set_latency(20);
      const Counts rounds = loop.of_rounds();
      EXPECT_EQ(at(rounds, "store-buffer.merges"), same && cached ? kRounds : 0u);
      EXPECT_EQ(at(rounds, cached ? "data-cache.write-hits" : "data-cache.write-misses"),
                4 * kRounds);
      // A word takes the bus for its latency and one clock more.
      EXPECT_EQ(at(rounds, "clocks"), (same && cached ? 3 : 4) * 21u * kRounds);
    }
  }
}

// What waits in the buffer answers a load of it whose line is gone, if it is all that is asked for.
TEST(CpuCycleCounting, StoresAreForwardedToLoadsThatMiss) {
  const Code stores = store_at(0) + store_at(4) + store_at(8);
  // As long as the store of all of it: so the load is in the queue when the code is thrown out.
  const Code store_byte = {0x90, 0x67, 0x88, 0x43, 0x0C};  // nop; mov [ebx+0Ch],al
  const Code flush = {0x0F, 0x09};                         // wbinvd
  const Code load = {0x67, 0x66, 0x8B, 0x4B, 0x0C};        // mov ecx,[ebx+0Ch]
  for (const bool whole : {true, false}) {
    Loop loop(Code{0x66, 0x51} + kLoad + stores + (whole ? store_at(12) : store_byte) + flush +
              load + Code{0x66, 0x59});  // push ecx ... pop ecx
    loop.set_latency(20);
    const Counts rounds = loop.of_rounds();
    EXPECT_EQ(at(rounds, "store-buffer.forwards"), whole ? kRounds : 0u);
    // The POP, both loads; one that is not answered so brings the line for the next round's first.
    EXPECT_EQ(at(rounds, "data-cache.read-misses"), (whole ? 3 : 2) * kRounds);
    EXPECT_EQ(at(rounds, "store-buffer.merges"), 0u);
  }
}

// Read and write go to the bus, one behind the other, whatever the cache has: with the clock in
// which each is asked for and the one that ends it, six a round that are not latency. The rest of
// the loop is executed while the write is on the bus.
TEST(CpuCycleCounting, LockedAccessesAreUncached) {
  const Code locked_add = {0xF0, 0x01, 0x07};  // lock add [bx],ax
  const Code exchange = {0x87, 0x07};          // xchg [bx],ax
  for (const Code& locked : {locked_add, exchange}) {
    for (const unsigned latency : {1u, 2u, 10u}) {
      Loop loop(locked);
      loop.set_latency(latency);
      const Counts rounds = loop.of_rounds();
      expect_cycles(rounds, 3,
                    {{"uncached", (latency + 2) * kRounds}, {"bus", (latency + 1) * kRounds}});
      EXPECT_EQ(at(rounds, "data-cache.uncached-reads"), kRounds);
      EXPECT_EQ(at(rounds, "data-cache.write-misses"), kRounds);
    }
    const Counts cached = Loop(kLoad + locked).of_rounds();
    EXPECT_EQ(at(cached, "data-cache.uncached-reads"), kRounds);
    EXPECT_EQ(at(cached, "data-cache.read-hits"), kRounds);
    EXPECT_EQ(at(cached, "data-cache.read-misses"), 0u);
    EXPECT_EQ(at(cached, "data-cache.write-hits"), kRounds);
    EXPECT_EQ(at(cached, "store-buffer.merges"), 0u);
  }
}

// A load behind a store takes what that stores, if it is in the cache.
TEST(CpuCycleCounting, LoadBehindAStoreOfItsWordWaitsForNothing) {
  const Counts rounds = Loop(kLoad + kStore + kLoad + kStay).of_rounds();
  expect_cycles(rounds, 6, {});
  EXPECT_EQ(at(rounds, "data-cache.write-hits"), kRounds);
  EXPECT_EQ(at(rounds, "data-cache.read-hits"), 2 * kRounds);
}

// One over two words has to pass.
TEST(CpuCycleCounting, LoadBehindAStoreOverTwoWordsWaits) {
  const Counts rounds = Loop(kLoad + store_at(2) + kLoad + kStay).of_rounds();
  EXPECT_EQ(at(rounds, "memory"), kRounds);
}

// While a store is on its way to the bus a load that misses cannot go there.
TEST(CpuCycleCounting, LoadWaitsForTheBus) {
  const Code store = {0x67, 0x66, 0x89, 0x06};  // mov [esi],eax
  Loop loop(store + kLoad + kNextLine);
  loop.set_latency(20);
  EXPECT_GT(at(loop.of_rounds(), "bus"), 10 * kRounds);
}

// Three prefixes are one more than decode takes with an instruction.
TEST(CpuCycleCounting, ThirdPrefixIsACycleOfDecode) {
  const Counts rounds = Loop(Code{0x3E} + kLoad).of_rounds();
  expect_cycles(rounds, 3, {{"decode", kRounds}});
}

TEST(CpuCycleCounting, DivisionIsMultiCycle) {
  // or eax,-1; xor edx,edx; div esi
  const Code code = {0x66, 0x83, 0xC8, 0xFF, 0x66, 0x31, 0xD2, 0x66, 0xF7, 0xF6};
  const Counts rounds = Loop(code).of_rounds();
  EXPECT_EQ(at(rounds, "execute"), 5 * kRounds);
  EXPECT_GE(at(rounds, "multi-cycle"), 16 * kRounds) << "two bits of the quotient a cycle";
  EXPECT_EQ(at(rounds, "execute") + at(rounds, "multi-cycle"), at(rounds, "clocks"));
}

TEST(CpuCycleCounting, MicrocodeIsWhatIsNotSimple) {
  // mov es,ax; nop
  const Counts rounds = Loop({0x8E, 0xC0, 0x90}).of_rounds();
  EXPECT_EQ(at(rounds, "execute"), 3 * kRounds) << "all but the MOV";
  EXPECT_GT(at(rounds, "microcode"), kRounds);
  EXPECT_EQ(at(rounds, "execute") + at(rounds, "microcode"), at(rounds, "clocks"));
}

// A new page a round: two entries are read, of which the directory's is in the data cache, and
// those of the table are four to a line. Loads and walks are all there is to read.
TEST(CpuCycleCounting, TlbMissesAndTheReadsOfTheirWalks) {
  Loop loop(kLoad + Code{0x66, 0x81, 0xC3, 0x00, 0x10, 0x00, 0x00});  // add ebx,1000h
  loop.set_paging();
  const Counts rounds = loop.of_rounds();
  EXPECT_EQ(at(rounds, "data-tlb.misses"), kRounds);
  EXPECT_EQ(at(rounds, "data-tlb.hits"), 0u);
  EXPECT_EQ(at(rounds, "code-tlb.misses"), 0u);
  EXPECT_EQ(at(rounds, "code-tlb.hits"), at(rounds, "code-cache.hits"));
  EXPECT_EQ(at(rounds, "data-cache.read-misses"), kRounds / 4);
  EXPECT_EQ(at(rounds, "data-cache.read-hits"), 3 * kRounds - kRounds / 4);
  EXPECT_GE(at(rounds, "tlb-miss"), 2 * kRounds);
  EXPECT_EQ(at(rounds, "execute") + at(rounds, "tlb-miss"), at(rounds, "clocks"));
}

TEST(CpuCycleCounting, TlbHitsAreTheAccessesOfAKnownPage) {
  Loop loop(kLoad + kStore + kStay);
  loop.set_paging();
  const Counts rounds = loop.of_rounds();
  EXPECT_EQ(at(rounds, "data-tlb.hits"), 2 * kRounds);
  EXPECT_EQ(at(rounds, "data-tlb.misses"), 0u);
  EXPECT_EQ(at(rounds, "tlb-miss"), 0u);
}

/// A kibibyte of NOPs, `kibibytes` times: every line of it is new.
Counts straight_code(unsigned kibibytes) {
  constexpr std::uint32_t kNops = 0x1000;
  RealModeRig rig({0xE9, 0xFD, 0x0B});  // jmp 1000h
  for (std::uint32_t n = 0; n < kibibytes * 1024; n += 2) rig.set_word(kNops + n, 0x9090);
  rig.set_word(kNops + kibibytes * 1024, 0xF4F4);
  rig.bench().cpu().count_cycles(true);
  rig.bench().load(rig.initial());
  const CpuModel& cpu = rig.bench().cpu();
  CycleCounter counter;
  Counts counts;
  for (; counts["clocks"] < kMostCountedClocks && !cpu.idle(); ++counts["clocks"]) {
    rig.bench().clock();
    counter.count(cpu.cycle_cause(), cpu.happened());
  }
  add_counts(counter, counts);
  return counts;
}

TEST(CpuCycleCounting, CodeCacheMissesAreTheLinesOfNewCode) {
  Counts counts = straight_code(2);
  for (const auto& [name, count] : straight_code(1)) counts[name] -= count;
  EXPECT_EQ(counts["code-cache.misses"], 1024u / 16);
  EXPECT_EQ(counts["code-cache.hits"], 0u);
  EXPECT_EQ(counts["execute"], 1024u);
  EXPECT_EQ(counts["execute"] + counts["code-miss"], counts["clocks"]);
}

TEST(CpuCycleCounting, CausesAddUpAndCountingChangesNothing) {
  for (const Code& body : {kStay + kLoad, kLoad + kNextLine, kStore + kLoad, Code{0xE4, 0x80}}) {
    const Counts counted = Loop(body).run(kRounds);
    EXPECT_EQ(sum_of_causes(counted), at(counted, "clocks"));
    const Counts not_counted = Loop(body).run(kRounds, false);
    EXPECT_EQ(at(not_counted, "clocks"), at(counted, "clocks"));
    EXPECT_EQ(at(not_counted, "retired"), at(counted, "retired"));
  }
}

}  // namespace
}  // namespace strata::test
