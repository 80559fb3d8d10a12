// Nested paging: the hardware walks the guest's tables, and each address it meets there is a
// guest's, for which it walks the host's table first. The monitor is left alone but for frames
// touched first.
#pragma once

#include "models/engine/monitor/host_table.h"
#include "models/engine/monitor/paging_monitor.h"

namespace strata {

class NestedPaging final : public PagingMonitor {
 public:
  NestedPaging(GuestMemory& memory, const PagingChoice& choice)
      : PagingMonitor(memory, choice), host_(choice.host_levels, frames_) {}

  void reset(const PagingMode& mode) override { mode_ = mode; }
  void on_control(const PagingMode& mode) override { mode_ = mode; }
  void on_directory(const PagingMode& mode) override { mode_ = mode; }
  void on_invalidate(std::uint32_t) override {}
  void on_foreign_write(std::uint32_t, std::uint32_t) override {}
  bool find(std::uint32_t linear, Privilege privilege, Access access, std::uint32_t& entry,
            std::uint32_t& error_code) override;
  bool write_protects() const override { return false; }

 private:
  enum class Walked { kFound, kFault, kHostFault };

  Walked walk(std::uint32_t linear, Privilege privilege, Access access, std::uint32_t& entry,
              std::uint32_t& error_code);
  std::uint32_t machine_frame(std::uint32_t guest_frame);

  HostTable host_;
  PagingMode mode_;
};

}  // namespace strata
