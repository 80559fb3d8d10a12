// The shadow page tables: i386 tables of two levels that the hardware walks, whose frames are the
// machine's, each made after one of the guest's tables. Which those are, and which were written,
// the monitor says.
//
// A shadow is found by what it is made from: a guest's directory; a guest's table with the access
// that the directory's entry grants, because the permissions of both levels together are in the
// last one; or a guest's directory entry of a 4 MiB page, of which it has the 4 KiB pieces.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "models/engine/monitor/machine_frames.h"

namespace strata {

enum class ShadowKind : std::uint8_t { kDirectory, kTable, kLargePage };

struct ShadowRole {
  ShadowKind kind = ShadowKind::kDirectory;
  std::uint32_t guest_frame = 0;  // of the guest's table; kLargePage: of the directory
  /// kTable: the directory entry's pte::kWritable and pte::kUser. kLargePage: which entry.
  std::uint32_t detail = 0;

  bool operator==(const ShadowRole&) const = default;
};

struct ShadowTable {
  ShadowRole role;
  std::uint32_t machine_frame = 0;
  std::array<std::uint32_t, 1024> entries{};
};

class ShadowTables {
 public:
  /// Tables held at most; then all are dropped.
  static constexpr std::size_t kMost = 1024;

  /// `protect`(frame, on) is called when the first shadow of a guest's table is made and when the
  /// last is dropped.
  using Protect = std::function<void(std::uint32_t guest_frame, bool on)>;
  ShadowTables(MachineFrames& frames, Protect protect)
      : frames_(frames), protect_(std::move(protect)) {}

  /// Null if there is none.
  ShadowTable* find(const ShadowRole& role);
  /// Makes an empty one if there is none. Others are never dropped by this.
  ShadowTable& get(const ShadowRole& role);
  /// The one an entry of a directory leads to.
  ShadowTable& at(std::uint32_t machine_frame) { return *tables_.at(machine_frame); }
  bool full() const { return tables_.size() + 2 > kMost; }

  /// The guest's entry `index` in a frame was written: what was made from it goes. True if the
  /// frame's shadows went too, because it was written often without being used.
  bool synchronise(std::uint32_t guest_frame, std::uint32_t index);
  /// A translation was made through this frame's shadows.
  void note_use(std::uint32_t guest_frame);

  void drop(std::uint32_t guest_frame);
  void drop_all();
  /// Takes the right to write from all entries that lead to a frame of the machine.
  void forbid_writing(std::uint32_t machine_frame);

 private:
  /// Writes into a guest's table without use in between that make it no table any more, but memory.
  static constexpr unsigned kMostWrites = 3;

  struct Traced {
    std::vector<ShadowTable*> shadows;
    unsigned writes = 0;
  };

  void unlink(std::uint32_t machine_frame);
  void free_table(ShadowTable& table);
  void drop_large(std::uint32_t guest_frame, std::uint32_t index);

  MachineFrames& frames_;
  Protect protect_;
  std::unordered_map<std::uint32_t, std::unique_ptr<ShadowTable>> tables_;  // by machine frame
  std::unordered_map<std::uint32_t, Traced> traced_;                        // by guest frame
};

}  // namespace strata
