// An FST file read back by fstapi's own reader.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace strata::test {

using FstChanges = std::map<std::uint64_t, std::string>;  // by time; the last of a time counts

struct FstHistory {
  int exponent = 0;                           // of the time unit in seconds
  std::map<std::string, FstChanges> changes;  // by full name without range
};

FstHistory read_fst(const std::string& path);

}  // namespace strata::test
