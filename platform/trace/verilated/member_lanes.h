// Finds which of many small variables of a Verilated model changed, without a test for each: 16
// bytes of the model are compared with what they were at once, and only what differs is looked at.
// A test a variable costs little to execute and much to guess: which of hundreds finds a change is
// another in each cycle.
//
// Verilator puts variables of one width beside each other, so that blocks are well filled. A block
// that holds others, too, sees them change and ignores them.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <unordered_map>
#include <utility>
#include <vector>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "platform/trace/change_stream.h"

namespace strata {

inline constexpr std::size_t kLaneBlockBytes = 16;
inline constexpr std::size_t kRowBlocks = 4;
inline constexpr std::size_t kRowBytes = kRowBlocks * kLaneBlockBytes;

/// Copies a row of blocks from `now` to `before`, which is aligned; bit n: its lane n was another.
template <typename Unit>
std::uint64_t update_row(const void* const* now, Unit* before) {
#ifdef __SSE2__
  auto* const old = reinterpret_cast<__m128i*>(before);
  __m128i same[kRowBlocks];
#pragma GCC unroll 4
  for (std::size_t block = 0; block < kRowBlocks; ++block) {
    const __m128i value = _mm_load_si128(static_cast<const __m128i*>(now[block]));
    same[block] =
        sizeof(Unit) == 1 ? _mm_cmpeq_epi8(value, old[block]) : _mm_cmpeq_epi32(value, old[block]);
    _mm_store_si128(old + block, value);
  }
  const auto bits = [](__m128i lanes) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(lanes)));
  };
  if constexpr (sizeof(Unit) == 1) {
    return ~(bits(same[0]) | bits(same[1]) << 16 | bits(same[2]) << 32 | bits(same[3]) << 48);
  } else {
    const __m128i low = _mm_packs_epi32(same[0], same[1]);
    const __m128i high = _mm_packs_epi32(same[2], same[3]);
    return bits(_mm_packs_epi16(low, high)) ^ 0xFFFF;
  }
#else
  constexpr std::size_t kBlockLanes = kLaneBlockBytes / sizeof(Unit);
  std::uint64_t changed = 0;
  for (std::size_t lane = 0; lane < kRowBytes / sizeof(Unit); ++lane) {
    const Unit value = static_cast<const Unit*>(now[lane / kBlockLanes])[lane % kBlockLanes];
    changed |= std::uint64_t{value != before[lane]} << lane;
    before[lane] = value;
  }
  return changed;
#endif
}

/// Variables of one width: std::uint8_t for up to 8 bits, std::uint32_t for 17 to 32.
template <typename Unit>
class MemberLanes {
 public:
  /// `variable` has the place `code` in the state. Before arrange().
  void add(const Unit& variable, std::uint32_t code) { members_.push_back({&variable, code}); }

  /// All are added.
  void arrange();

  /// Records at `write` what is not in `state`, and takes the variables as they are as known.
  /// Returns the new `write`.
  std::uint32_t* record_all(const std::uint32_t* state, std::uint32_t* write);

  /// Records what changed since the latest call of either.
  std::uint32_t* record(std::uint32_t* write) {
    for (Group& group : groups_) {
      std::uint64_t changed = update(group);
      while (changed != 0) {
        const auto lane = static_cast<unsigned>(std::countr_zero(changed));
        changed &= changed - 1;
        write = put(group.code[lane], group.before[lane], write);
      }
    }
    return write;
  }

  /// Writes what was recorded latest into `state`.
  void save(std::uint32_t* state) const {
    for (const Group& group : groups_) {
      for (std::uint64_t left = group.members; left != 0; left &= left - 1) {
        const auto lane = static_cast<unsigned>(std::countr_zero(left));
        state[group.code[lane]] = group.before[lane];
      }
    }
  }

 private:
  static constexpr std::size_t kLanes = 64;
  static constexpr std::size_t kBlockLanes = kLaneBlockBytes / sizeof(Unit);
  static constexpr std::size_t kBlocks = kLanes / kBlockLanes;
  static constexpr std::size_t kRowLanes = kRowBytes / sizeof(Unit);
  alignas(kLaneBlockBytes) static constexpr std::uint8_t kNoBlock[kLaneBlockBytes] = {};

  struct Member {
    const Unit* variable;
    std::uint32_t code;
  };
  struct Group {
    alignas(kLaneBlockBytes) Unit before[kLanes];
    std::array<const void*, kBlocks> now;
    std::uint64_t members;  // bit n: lane n is one
    std::uint32_t code[kLanes];
  };

  static std::uintptr_t block_of(const Member& member) {
    return reinterpret_cast<std::uintptr_t>(member.variable) / kLaneBlockBytes;
  }

  void sort_members();

  static std::uint64_t update(Group& group) {
    std::uint64_t changed = 0;
    for (std::size_t row = 0; row < kBlocks / kRowBlocks; ++row) {
      changed |= update_row(&group.now[row * kRowBlocks], group.before + row * kRowLanes)
                 << (row * kRowLanes);
    }
    return changed & group.members;
  }

  static std::uint32_t* put(std::uint32_t code, Unit value, std::uint32_t* write) {
    if constexpr (sizeof(Unit) == 1) {
      *write = code | std::uint32_t{value} << kInlineShift;
      return write + 1;
    } else {
      write[0] = code;
      write[1] = value;
      return write + 2;
    }
  }

  std::vector<Member> members_;
  std::vector<Group> groups_;
};

/// Puts members in the order in which their changes are recorded: by block, and blocks by the
/// lowest place in them. Where the host has put a model's parts must not show in the waves.
template <typename Unit>
void MemberLanes<Unit>::sort_members() {
  std::unordered_map<std::uintptr_t, std::uint32_t> lowest;
  for (const Member& member : members_) {
    const auto known = lowest.try_emplace(block_of(member), member.code).first;
    known->second = std::min(known->second, member.code);
  }
  std::ranges::sort(members_, {}, [&](const Member& member) {
    return std::pair(lowest.at(block_of(member)), member.variable);
  });
}

template <typename Unit>
void MemberLanes<Unit>::arrange() {
  sort_members();
  std::size_t blocks = 0;
  std::uintptr_t latest = 0;
  for (const Member& member : members_) {
    const std::uintptr_t block = block_of(member);
    if (block != latest) {
      if (blocks % kBlocks == 0) {
        groups_.push_back({});
        groups_.back().now.fill(kNoBlock);
      }
      groups_.back().now[blocks % kBlocks] = reinterpret_cast<const void*>(block * kLaneBlockBytes);
      ++blocks;
      latest = block;
    }
    const auto in_block = reinterpret_cast<std::uintptr_t>(member.variable) % kLaneBlockBytes;
    const std::size_t lane = (blocks - 1) % kBlocks * kBlockLanes + in_block / sizeof(Unit);
    groups_.back().code[lane] = member.code;
    groups_.back().members |= std::uint64_t{1} << lane;
  }
}

template <typename Unit>
std::uint32_t* MemberLanes<Unit>::record_all(const std::uint32_t* state, std::uint32_t* write) {
  for (Group& group : groups_) update(group);
  for (const Member& member : members_) {
    if (state[member.code] != *member.variable) {
      write = put(member.code, *member.variable, write);
    }
  }
  return write;
}

}  // namespace strata
