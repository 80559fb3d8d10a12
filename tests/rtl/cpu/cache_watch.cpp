#include "tests/rtl/cpu/cache_watch.h"

#include <algorithm>
#include <cstring>
#include <sstream>

namespace strata::test {
namespace {

/// Clocks from a store of another master to the edge at which its line is thrown out: one into the
/// CPU (rtl/cpu/cpu_bus_unit.sv), one to the tags.
constexpr std::uint64_t kSnoopClocks = 2;

}  // namespace

std::string CacheWatch::check() {
  while (!told_.empty() && bench_.clocks() - told_.front().second >= kSnoopClocks) {
    told_.pop_front();
  }
  stores_.clear();
  const CpuModel::Request now = bench_.cpu().request();
  if (now.stb && now.we && now.tga == kMemorySpace) stores_.push_back({now.adr, now.sel, now.dat});
  const auto buffered = bench_.cpu().buffered_stores();
  stores_.insert(stores_.end(), buffered.begin(), buffered.end());
  const std::string code = check(CpuModel::Cache::kInstruction);
  return code.empty() ? check(CpuModel::Cache::kData) : code;
}

std::string CacheWatch::check(CpuModel::Cache cache) {
  for (const CpuModel::CachedLine& line : bench_.cpu().cached_lines(cache)) {
    if (!is_known(line.address)) continue;
    ++compared_;
    for (std::uint32_t n = 0; n < line.words.size(); ++n) {
      const std::uint32_t address = line.address + 4 * n;
      if (line.words[n] == word(address)) continue;
      std::ostringstream text;
      text << (cache == CpuModel::Cache::kData ? "data" : "instruction") << " cache at " << std::hex
           << address << ": " << line.words[n] << ", memory has " << word(address) << std::dec
           << ", clock " << bench_.clocks();
      return text.str();
    }
  }
  return "";
}

bool CacheWatch::is_known(std::uint32_t line) const {
  return std::ranges::none_of(told_, [&](const auto& told) { return told.first == line; });
}

std::uint32_t CacheWatch::word(std::uint32_t address) const {
  std::uint32_t value = 0;
  std::memcpy(&value, &memory_[address], sizeof value);
  for (const CpuModel::BufferedStore& store : stores_) {
    if (store.address != address) continue;
    for (unsigned lane = 0; lane < 4; ++lane) {
      if ((store.sel >> lane & 1) == 0) continue;
      const std::uint32_t mask = 0xFFu << (8 * lane);
      value = (value & ~mask) | (store.data & mask);
    }
  }
  return value;
}

}  // namespace strata::test
