// Exits by kind, by port or page, and by instruction: what --explain counts while a guest runs.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <tuple>

#include "platform/explain/exit_record.h"

namespace strata {

struct ExitCounts {
  std::uint64_t exits = 0;
  std::uint64_t accesses = 0;
  std::uint64_t bytes = 0;
  ExitTime time = 0;  // from leaving the guest to the device's end

  void add(const ExitCounts& other);
};

class ExitTable final : public ExitSink {
 public:
  struct Key {
    ExitKind kind = ExitKind::kPort;
    bool write = false;
    std::uint32_t place = 0;    // of memory the page
    std::uint32_t address = 0;  // of the instruction
    std::string reason;

    auto operator<=>(const Key&) const = default;
  };
  struct Row {
    ExitCounts counts;
    ExitInstruction code;
  };

  /// What a guest has done by the registers of a device that calls of port ABBA do as well.
  struct Work {
    ExitCounts disk;  // accesses of the ATA registers that move sectors
    std::uint64_t disk_sectors = 0;
    ExitCounts screen;                // stores to the text memory that left the guest
    std::uint64_t screen_cells = 0;   // of two bytes
    ExitCounts console;               // bytes to the debug console
    std::uint64_t console_lines = 0;  // calls they would have been: lines, of 256 bytes at most
    std::map<std::uint32_t, ExitCounts> calls;  // by number
  };

  void on_exit(const ExitRecord& exit, const ReadExitInstruction& read) override;
  void on_guest(ExitTime entered, ExitTime left) override;

  const std::map<Key, Row>& rows() const { return rows_; }

  /// The shortest time in the guest before an access, on host time: a way in and out again with
  /// next to nothing between. 0: not known.
  ExitTime transition() const { return shortest_.value_or(0); }

  Work work() const;

 private:
  void note_work(const ExitRecord& exit, const ExitCounts& counts);
  void note_disk(const ExitRecord& exit, const ExitCounts& counts);

  std::map<Key, Row> rows_;
  Work work_;
  std::uint64_t disk_bytes_ = 0;
  ExitCounts disk_setup_;  // of the command to come
  bool sets_up_ = false;
  bool moves_sectors_ = false;  // the latest command does
  std::uint64_t screen_bytes_ = 0;
  std::uint64_t line_bytes_ = 0;
  ExitTime in_guest_ = 0;  // before the exit under way
  std::optional<ExitTime> shortest_;
};

}  // namespace strata
