#include "tests/differential/shrink.h"

#include <algorithm>

namespace strata::test {
namespace {

using Fails = std::function<bool(const Sequence&)>;

/// Takes `candidate` if it fails too.
bool accept(Sequence& current, const Sequence& candidate, const Fails& fails) {
  if (!fails(candidate)) return false;
  current = candidate;
  return true;
}

CodeBytes nops(std::uint32_t count) {
  CodeBytes code;
  for (std::uint32_t n = 0; n < count; ++n) code.add(0x90);
  return code;
}

bool is_nops(const CodeBytes& code) {
  return std::all_of(code.bytes().begin(), code.bytes().end(),
                     [](std::uint8_t byte) { return byte == 0x90; });
}

/// The failure may show earlier: the sequence without its tail.
void cut_tail(Sequence& current, const Fails& fails) {
  while (current.pieces.size() > 1) {
    Sequence candidate = current;
    candidate.end = candidate.pieces.back().eip;
    candidate.pieces.pop_back();
    if (!accept(current, candidate, fails)) return;
  }
}

/// The sequence without its first instructions, as many as can go.
void cut_head(Sequence& current, const Fails& fails) {
  for (std::size_t count = current.pieces.size() - 1; count > 0; --count) {
    Sequence candidate = current;
    candidate.pieces.erase(candidate.pieces.begin(),
                           candidate.pieces.begin() + static_cast<std::ptrdiff_t>(count));
    candidate.start.eip = candidate.pieces.front().eip;
    if (accept(current, candidate, fails)) return;
  }
}

void blank_instructions(Sequence& current, const Fails& fails) {
  for (std::size_t n = 0; n < current.pieces.size(); ++n) {
    if (is_nops(current.pieces[n].code)) continue;
    Sequence candidate = current;
    candidate.pieces[n].code = nops(candidate.pieces[n].code.size());
    accept(current, candidate, fails);
  }
}

/// Removes a run of NOPs and moves what follows up; branches over it may then miss.
void close_gaps(Sequence& current, const Fails& fails) {
  for (std::size_t n = 0; n < current.pieces.size();) {
    Sequence candidate = current;
    const std::uint32_t size = candidate.pieces[n].code.size();
    if (!is_nops(candidate.pieces[n].code)) {
      ++n;
      continue;
    }
    candidate.pieces.erase(candidate.pieces.begin() + static_cast<std::ptrdiff_t>(n));
    for (std::size_t later = n; later < candidate.pieces.size(); ++later) {
      candidate.pieces[later].eip -= size;
    }
    candidate.end -= size;
    if (!accept(current, candidate, fails)) ++n;
  }
}

/// A prefix byte becomes a NOP in front.
void drop_prefixes(Sequence& current, const Fails& fails) {
  for (std::size_t n = 0; n < current.pieces.size(); ++n) {
    const auto bytes = current.pieces[n].code.bytes();
    static constexpr std::uint8_t kPrefixes[] = {0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65,
                                                 0x66, 0x67, 0xF0, 0xF2, 0xF3};
    if (bytes.size() < 2 ||
        std::find(std::begin(kPrefixes), std::end(kPrefixes), bytes[0]) == std::end(kPrefixes)) {
      continue;
    }
    Sequence candidate = current;
    CodeBytes rest;
    for (const std::uint8_t byte : bytes.subspan(1)) rest.add(byte);
    candidate.pieces[n] = {current.pieces[n].eip + 1, rest};
    candidate.pieces.insert(candidate.pieces.begin() + static_cast<std::ptrdiff_t>(n),
                            {current.pieces[n].eip, nops(1)});
    accept(current, candidate, fails);
  }
}

void simplify_registers(Sequence& current, const Fails& fails) {
  for (unsigned n = 0; n < current.start.gpr.size(); ++n) {
    for (const std::uint32_t value : {0u, 1u}) {
      if (current.start.gpr[n] <= value) break;
      Sequence candidate = current;
      candidate.start.gpr[n] = value;
      if (accept(current, candidate, fails)) break;
    }
  }
  Sequence candidate = current;
  candidate.start.eflags &= eflags::kIf | eflags::kReserved1;
  accept(current, candidate, fails);
}

}  // namespace

Sequence shrink(const Sequence& sequence, const std::function<bool(const Sequence&)>& fails) {
  Sequence current = sequence;
  cut_tail(current, fails);
  for (int round = 0; round < 2; ++round) {
    blank_instructions(current, fails);
    cut_head(current, fails);
    close_gaps(current, fails);
    drop_prefixes(current, fails);
    simplify_registers(current, fails);
  }
  return current;
}

}  // namespace strata::test
