// The same guest once more without --patch, in a process of its own: what it shows has to be the
// same, and its traps and cycles are what patching is measured against.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "models/base/fnv1a.h"
#include "platform/disk/raw_image.h"
#include "platform/later_work.h"
#include "platform/loader/guest_image.h"
#include "platform/options.h"
#include "platform/stats/run_report.h"
#include "platform/temporary_folder.h"

namespace strata {

class UnpatchedRun {
 public:
  /// Both outlive it.
  UnpatchedRun(const RunOptions& options, const GuestImage& guest)
      : options_(options), guest_(guest) {}

  /// Before the patched run and all threads: keeps what the disk holds. `image` may be null.
  std::optional<Error> prepare(RawImage* image);

  /// What the patched guest says.
  void on_console(std::uint8_t byte) { console_.add({byte}); }
  void on_serial(std::uint8_t byte) { serial_.add({byte}); }

  /// After the patched run, of which `figures` are: runs the guest unpatched and adds its traps and
  /// cycles to `report`, and what differs.
  void compare(const RunReport& figures, PatchReport& report);

 private:
  std::string disk() const { return folder_.file("disk.img"); }
  std::vector<std::string> arguments() const;
  Result<std::string> run(const std::function<bool()>& cancelled) const;
  std::string compare_disks(const std::function<bool()>& cancelled) const;

  const RunOptions& options_;
  const GuestImage& guest_;
  TemporaryFolder folder_;
  LaterWork later_;
  bool has_disk_ = false;
  Fnv1a console_;
  Fnv1a serial_;
};

}  // namespace strata
