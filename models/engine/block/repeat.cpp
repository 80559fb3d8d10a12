#include "models/engine/block/repeat.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "models/engine/words_together.h"
#include "models/isa/semantics/string.h"

namespace strata {
namespace {

using namespace semantics;

/// How many elements of `size` bytes there are from `offset` on up to the end of its page, and of
/// what the address size reaches.
std::uint32_t room(std::uint32_t linear, std::uint32_t offset, std::uint32_t mask,
                   std::uint32_t size) {
  const std::uint32_t in_page = GuestMemory::kPageMask + 1 - (linear & GuestMemory::kPageMask);
  return std::min(in_page / size, (mask - offset) / size);
}

/// An index register and where it points.
struct End {
  unsigned index;
  unsigned segment;
  std::uint32_t offset;

  End(const Processor& p, const Instruction& i, unsigned register_number, unsigned in_segment)
      : index(register_number),
        segment(in_segment),
        offset(p.gpr[register_number] & i.address_mask) {}

  std::uint32_t room_for(const Processor& p, const Instruction& i, std::uint32_t size) const {
    return room(p.system.seg[segment].base + offset, offset, i.address_mask, size);
  }
  void move(Processor& p, const Instruction& i, std::uint32_t bytes) const {
    p.set_masked(index, i.address_mask, p.gpr[index] + bytes);
  }
};

/// Both ends of a run of `count` elements in one page are plain.
template <typename T>
std::uint8_t* destination_of(const Processor& p, const End& end, std::uint32_t count) {
  const std::uint32_t last = end.offset + (count - 1) * std::uint32_t{sizeof(T)};
  const bool plain = p.plain_to_write<T>(end.segment, last) != nullptr;
  return plain ? p.plain_to_write<T>(end.segment, end.offset) : nullptr;
}

template <typename T>
const std::uint8_t* source_of(const Processor& p, const End& end, std::uint32_t count) {
  const std::uint32_t last = end.offset + (count - 1) * std::uint32_t{sizeof(T)};
  const bool plain = p.plain_to_read<T>(end.segment, last) != nullptr;
  return plain ? p.plain_to_read<T>(end.segment, end.offset) : nullptr;
}

/// One after the other: where the destination lies a little above the source, elements that were
/// copied are copied on.
template <typename T>
void copy_upward(std::uint8_t* to, const std::uint8_t* from, std::size_t count) {
  if (to <= from || to >= from + count * sizeof(T)) {
    std::memmove(to, from, count * sizeof(T));
    return;
  }
  for (std::size_t n = 0; n < count; ++n) {
    T element;
    std::memcpy(&element, from + n * sizeof(T), sizeof(T));
    std::memcpy(to + n * sizeof(T), &element, sizeof(T));
  }
}

template <typename T>
std::uint32_t move_together(Processor& p, const Instruction& i, std::uint32_t most) {
  const End from(p, i, kEsi, i.segment);
  const End to(p, i, kEdi, kEs);
  const std::uint32_t count =
      std::min({most, from.room_for(p, i, sizeof(T)), to.room_for(p, i, sizeof(T))});
  if (count == 0) return 0;
  const std::uint8_t* source = source_of<T>(p, from, count);
  std::uint8_t* target = destination_of<T>(p, to, count);
  if (source == nullptr || target == nullptr) return 0;
  copy_upward<T>(target, source, count);
  from.move(p, i, count * sizeof(T));
  to.move(p, i, count * sizeof(T));
  return count;
}

template <typename T>
std::uint32_t store_together(Processor& p, const Instruction& i, std::uint32_t most) {
  const End to(p, i, kEdi, kEs);
  const std::uint32_t count = std::min(most, to.room_for(p, i, sizeof(T)));
  if (count == 0) return 0;
  std::uint8_t* target = destination_of<T>(p, to, count);
  if (target == nullptr) return 0;
  const T value = p.reg<T>(kEax);
  for (std::uint32_t n = 0; n < count; ++n) {
    std::memcpy(target + n * sizeof(T), &value, sizeof(T));
  }
  to.move(p, i, count * sizeof(T));
  return count;
}

struct Together {
  Handler handler;
  std::uint32_t (*run)(Processor&, const Instruction&, std::uint32_t);
};

template <typename T>
constexpr std::array<Together, 2> together() {
  return {{{String<Movs>::run<T>, move_together<T>}, {String<Stos>::run<T>, store_together<T>}}};
}

constexpr std::array kTogether = {together<std::uint8_t>(), together<std::uint16_t>(),
                                  together<std::uint32_t>()};

}  // namespace

std::uint32_t repeat_together(Processor& p, const Instruction& instruction, std::uint32_t most) {
  const std::uint32_t left = (p.gpr[kEcx] & instruction.address_mask) - 1;
  most = std::min(most, left);
  if (most == 0 || p.flag(eflags::kDf)) return 0;
  for (const auto& of_size : kTogether) {
    for (const Together& one : of_size) {
      if (one.handler != instruction.execute) continue;
      const std::uint32_t done = one.run(p, instruction, most);
      p.set_masked(kEcx, instruction.address_mask, p.gpr[kEcx] - done);
      return done;
    }
  }
  return move_words_together(p, instruction, most);
}

}  // namespace strata
