// What `strata bench` has measured, as values, and as text for people and programs.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/base/types.h"

namespace strata {

enum class BenchDevice { kDisk, kScreen };

/// One run of a guest: an engine, a way to the device, a number of sectors or frames.
struct BenchCell {
  std::string engine;
  std::string way;
  bool reading = false;
  std::uint64_t count = 0;
  double seconds = 0;  // of the host, between the guest's marks
  Cycle cycles = 0;    // as the engine counts them, between the marks
  std::map<std::string, std::uint64_t> exits_by_kind = {};
  bool verified = false;     // what was moved has been looked at and is right
  std::string missing = {};  // empty, or why there are no figures

  bool finished() const { return missing.empty(); }
  /// How often the guest was left: on KVM returns of KVM_RUN, elsewhere accesses to devices and
  /// HLT, which leave the guest on KVM.
  std::uint64_t exits() const;
};

/// The same without a guest: as `dd` does it, from /dev/zero or to /dev/null.
struct BenchReference {
  bool reading = false;
  std::uint64_t sectors = 0;
  unsigned block_sectors = 0;  // moved by one system call
  double seconds = 0;
};

/// Microseconds of an exit on KVM: in a loop around KVM_RUN that does nothing with it, and in this
/// program, with a device behind it.
struct KvmExitCost {
  double bare = 0;
  double machine = 0;
};

struct BenchTable {
  BenchDevice device = BenchDevice::kDisk;
  std::string host;
  std::string note;  // what a reader must know of an engine's figures; may be empty
  std::optional<KvmExitCost> kvm_exit;
  std::vector<BenchReference> references;
  std::vector<BenchCell> cells;
  bool interrupted = false;  // there would have been more
};

/// For people: seconds by count, then what the largest count finished says of one sector or frame.
std::string to_table(const BenchTable& table);
/// platform/stats/README.md describes the document.
std::string to_json(const BenchTable& table);
/// A head line and a line a cell that has figures.
std::string to_csv(const BenchTable& table);
/// A script for gnuplot that draws `prefix`.png and `prefix`.svg.
std::string to_gnuplot(const BenchTable& table, const std::string& prefix);

}  // namespace strata
