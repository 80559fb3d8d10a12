#include "models/engine/monitor/paging_monitor.h"

#include "models/engine/monitor/nested_paging.h"
#include "models/engine/monitor/shadow_paging.h"

namespace strata {

std::map<std::string, std::uint64_t> PagingMonitor::counters() const {
  return {{"paging.traps", traps_.all()},
          {"paging.traps.control", traps_.control},
          {"paging.traps.cr3", traps_.directory},
          {"paging.traps.invlpg", traps_.invalidate},
          {"paging.traps.guest_fault", traps_.guest_fault},
          {"paging.traps.hidden_fault", traps_.hidden_fault},
          {"paging.traps.table_write", traps_.table_write},
          {"paging.traps.host_fault", traps_.host_fault},
          {"paging.walks", walks_},
          {"paging.references", references_},
          {"paging.monitor_references", monitor_references_},
          {"paging.marks", marks_},
          {"paging.most_tables", frames_.most_tables()},
          {"paging.lines", lines_.size()},
          {"paging.estimated_cycles",
           traps_.all() * choice_.trap_cycles +
               (references_ + monitor_references_) * choice_.reference_cycles}};
}

std::unique_ptr<PagingMonitor> make_paging_monitor(const PagingChoice& choice,
                                                   GuestMemory& memory) {
  switch (choice.kind) {
    case PagingKind::kShadow: return std::make_unique<ShadowPaging>(memory, choice);
    case PagingKind::kNested: return std::make_unique<NestedPaging>(memory, choice);
    case PagingKind::kOwn: break;
  }
  return nullptr;
}

}  // namespace strata
