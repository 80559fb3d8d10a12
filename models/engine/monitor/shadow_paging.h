// Shadow paging: the hardware walks tables of the monitor's that lead from the guest's linear
// addresses to the machine's frames at once. The guest's own tables are write-protected; each write
// to them is a trap in which the shadow is put right.
#pragma once

#include "models/engine/monitor/paging_monitor.h"
#include "models/engine/monitor/shadow_tables.h"

namespace strata {

class ShadowPaging final : public PagingMonitor, private GuestMemory::WriteTrap {
 public:
  ShadowPaging(GuestMemory& memory, const PagingChoice& choice);

  void reset(const PagingMode& mode) override;
  void on_control(const PagingMode& mode) override;
  void on_directory(const PagingMode& mode) override;
  void on_invalidate(std::uint32_t linear) override;
  void on_foreign_write(std::uint32_t physical, std::uint32_t bytes) override;
  bool find(std::uint32_t linear, Privilege privilege, Access access, std::uint32_t& entry,
            std::uint32_t& error_code) override;
  bool write_protects() const override { return true; }

 private:
  void on_write(std::uint32_t physical, unsigned bytes, std::uint32_t value) override;
  void protect(std::uint32_t guest_frame, bool on);
  void start(const PagingMode& mode);
  bool walk_shadow(std::uint32_t linear, Privilege privilege, Access access, std::uint32_t& entry);
  bool walk_guest(std::uint32_t linear, Privilege privilege, Access access, PageWalk& guest,
                  std::uint32_t& error_code);
  void mark_guest(PageWalk& guest, Access access);
  ShadowTable* last_table(const PageWalk& guest);
  std::uint32_t shadow_entry(const PageWalk& guest, std::uint32_t linear, Privilege privilege,
                             Access access);
  std::uint32_t tlb_entry(std::uint32_t shadow) const;

  ShadowTables tables_;
  std::uint32_t empty_root_;  // machine frame of a directory without entries
  PagingMode mode_;
};

}  // namespace strata
