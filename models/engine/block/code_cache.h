// The blocks there are, by the host memory their code lies in, so that all ways to it - other
// linear or physical addresses - find the same. The pages are guarded: who writes into the bytes of
// a block kills that block, and nobody else's. A page that is written again and again (data beside
// code, code that changes itself) is given up: its blocks are checked against memory before each
// run instead, and end behind whatever may write.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "models/engine/block/block.h"
#include "models/isa/cpu_family.h"
#include "models/isa/guest_memory.h"

namespace strata {

class CodeCache final : public CodeGuard {
 public:
  struct Counts {
    std::uint64_t decoded = 0;      // blocks made
    std::uint64_t invalidated = 0;  // blocks whose bytes were written, or found changed
    std::uint64_t flushes = 0;      // all thrown away, for want of room
  };

  /// Steps that are kept before all blocks are thrown away: about 25 MB.
  static constexpr std::size_t kRoom = 1u << 19;

  /// `guard(page, on)`: guards a host page or ends that. `invalidated`: blocks have died, perhaps
  /// the one that runs.
  CodeCache(CpuFamily family, Cycle cpi, std::size_t room,
            std::function<void(const std::uint8_t*, bool)> guard,
            std::function<void()> invalidated);

  /// The block `offset` bytes into the page that begins at `page`, run in `mode`;
  /// decodes it if there is none yet. Null if its first instruction does not end in the page. No
  /// block runs meanwhile.
  Block* at(const std::uint8_t* page, std::uint32_t offset, Mode mode);

  /// Makes a checked block that of the bytes that are there now; it may be dead then. Does not run
  /// meanwhile.
  void check(Block& block);

  /// From now on the runs of new blocks are counted, and `killed` is told of each that has died.
  void count_runs(std::function<void(Block&)> killed) { killed_ = std::move(killed); }

  /// `block` dies as well when one of `bytes` bytes from `offset` on in its page is written.
  void depend(Block& block, unsigned number, std::uint32_t offset, std::uint32_t bytes);

  void on_code_write(const std::uint8_t* page, std::uint32_t offset, std::uint32_t bytes) override;

  /// Called when all blocks are gone: nothing may refer to one any more.
  void on_flush(std::function<void()> flushed) { flushed_ = std::move(flushed); }
  void flush();

  const Counts& counts() const { return counts_; }

 private:
  static constexpr std::uint32_t kPageBytes = GuestMemory::kPageMask + 1;
  static constexpr unsigned kGranuleBytes = kPageBytes / 64;
  /// Writes into a guarded page until it is given up.
  static constexpr unsigned kMostWrites = 64;
  /// Runs of a block on such a page, unchanged, until it is guarded again; doubled each time.
  static constexpr std::uint32_t kQuietRuns = 128;
  static constexpr unsigned kMostPatience = 20;
  static constexpr unsigned kMostInstructions = 64;

  struct Page {
    std::vector<Block*> blocks;
    std::uint64_t granules = 0;  // 64-byte pieces that hold bytes of blocks
    unsigned writes = 0;
    unsigned given_up = 0;  // so often
    bool checked = false;
  };

  bool ends_in_page(const std::uint8_t* page, std::uint32_t offset, Mode mode) const;
  Block* make(const std::uint8_t* start, std::uint32_t offset, Mode mode);
  void decode_steps(Block& block);
  bool renew_step(Block& block);
  static std::uint64_t granules(std::uint32_t offset, std::uint32_t bytes);
  void kill(Block& block);
  void give_up(const std::uint8_t* start, Page& page);
  void take_back(Page& page, std::uint32_t runs);
  static std::uint64_t key(const std::uint8_t* code, Mode mode) {
    return reinterpret_cast<std::uintptr_t>(code) << 2 | mode.number();
  }

  const CpuFamily family_;
  const std::uint32_t cpi_;
  const std::size_t room_;  // in steps
  std::function<void(const std::uint8_t*, bool)> guard_;
  std::function<void()> invalidated_;
  std::function<void()> flushed_ = [] {};
  std::function<void(Block&)> killed_;                   // empty: nobody counts
  std::unordered_map<const std::uint8_t*, Page> pages_;  // by their first byte
  std::unordered_map<std::uint64_t, Block*> by_code_;
  std::vector<std::unique_ptr<Block>> blocks_;  // dead ones too
  std::size_t steps_ = 0;
  Counts counts_;
};

}  // namespace strata
