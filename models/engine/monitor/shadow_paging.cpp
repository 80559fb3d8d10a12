#include "models/engine/monitor/shadow_paging.h"

#include <cassert>
#include <cstring>

namespace strata {
namespace {

constexpr unsigned kShift = GuestMemory::kPageShift;
constexpr std::uint32_t kIndexMask = 0x3FF;

/// In a shadow entry, of the bits that are the system's: a piece of a 4 MiB page of the guest's.
constexpr std::uint32_t kOfLargePage = 1u << 9;

std::uint32_t directory_index(std::uint32_t linear) {
  return linear >> 22;
}
std::uint32_t table_index(std::uint32_t linear) {
  return (linear >> kShift) & kIndexMask;
}

}  // namespace

ShadowPaging::ShadowPaging(GuestMemory& memory, const PagingChoice& choice)
    : PagingMonitor(memory, choice),
      tables_(frames_, [this](std::uint32_t frame, bool on) { protect(frame, on); }),
      empty_root_(frames_.take_table()) {
  memory.set_write_trap(*this);
}

// ---- what the guest does to its control registers ----

void ShadowPaging::start(const PagingMode& mode) {
  mode_ = mode;
  tables_.drop_all();
}

void ShadowPaging::reset(const PagingMode& mode) {
  start(mode);
}

/// WP, PSE and PGE are in what the shadows say; without paging the guest writes where it likes.
void ShadowPaging::on_control(const PagingMode& mode) {
  ++traps_.control;
  start(mode);
}

/// The shadows of a directory that was used before are still right: its writes have been seen.
void ShadowPaging::on_directory(const PagingMode& mode) {
  ++traps_.directory;
  mode_ = mode;
}

/// The TLB forgets the page; the shadow was put right when the guest's entry was written.
void ShadowPaging::on_invalidate(std::uint32_t) {
  ++traps_.invalidate;
}

// ---- writes into the guest's tables ----

/// A frame becomes a table of the guest's: nothing may write to it any more without a trap, not by
/// a shadow entry and not by the TLB.
void ShadowPaging::protect(std::uint32_t guest_frame, bool on) {
  if (!on) return memory_.unprotect(guest_frame);
  memory_.protect(guest_frame);
  if (frames_.known(guest_frame) != 0) tables_.forbid_writing(frames_.known(guest_frame));
  forget_frame_(guest_frame);
}

/// The instruction is carried out for the guest. A piece lies in one entry.
void ShadowPaging::on_write(std::uint32_t physical, unsigned bytes, std::uint32_t value) {
  const std::uint32_t frame = physical >> kShift;
  std::memcpy(memory_.readable_pages()[frame] + (physical & GuestMemory::kPageMask), &value, bytes);
  tables_.synchronise(frame, (physical / 4) & kIndexMask);
}

void ShadowPaging::on_foreign_write(std::uint32_t physical, std::uint32_t bytes) {
  const std::uint32_t last = (physical + bytes - 1) >> kShift;
  for (std::uint32_t frame = physical >> kShift; frame <= last; ++frame) tables_.drop(frame);
}

// ---- translating ----

/// What the hardware does at a TLB miss: two references, or one where the directory has no entry.
bool ShadowPaging::walk_shadow(std::uint32_t linear, Privilege privilege, Access access,
                               std::uint32_t& entry) {
  begin_walk();
  const ShadowTable* root = tables_.find({ShadowKind::kDirectory, mode_.directory >> kShift, 0});
  const std::uint32_t root_frame = root != nullptr ? root->machine_frame : empty_root_;
  refer(address(root_frame, 4 * directory_index(linear)));
  const std::uint32_t upper = root != nullptr ? root->entries[directory_index(linear)] : 0;
  if ((upper & pte::kPresent) == 0) return false;
  const ShadowTable& table = tables_.at(upper >> kShift);
  refer(address(table.machine_frame, 4 * table_index(linear)));
  const std::uint32_t lower = table.entries[table_index(linear)];
  if ((lower & pte::kPresent) == 0) return false;
  entry = tlb_entry(lower);
  return permits(entry, privilege, access, true);
}

/// The TLB of the model is one of guest's frames: the machine's frame is said as the guest's in it.
std::uint32_t ShadowPaging::tlb_entry(std::uint32_t shadow) const {
  const std::uint32_t large = (shadow & kOfLargePage) != 0 ? pte::kLarge : 0;
  return (frames_.guest_frame(shadow >> kShift) << kShift) |
         (shadow & ~(pte::kFrame | kOfLargePage)) | large;
}

bool ShadowPaging::walk_guest(std::uint32_t linear, Privilege privilege, Access access,
                              PageWalk& guest, std::uint32_t& error_code) {
  error_code = access_code(privilege, access);
  const auto read = [this](std::uint32_t at) {
    ++monitor_references_;
    return memory_.read<std::uint32_t>(at);
  };
  if (!walk_pages(mode_, linear, read, guest, error_code)) return false;
  if (permits(guest.entry(linear), privilege, access, mode_.write_protect)) return true;
  error_code |= page_fault::kPresent;
  return false;
}

/// The guest finds in its tables what its processor would have written. Nothing the shadows hold is
/// made from an entry without these bits, so they stay right.
void ShadowPaging::mark_guest(PageWalk& guest, Access access) {
  mark_used(guest, access, [this](std::uint32_t at, std::uint32_t value) {
    ++marks_;
    if (memory_.is_protected(at >> kShift)) {
      std::memcpy(memory_.readable_pages()[at >> kShift] + (at & GuestMemory::kPageMask), &value,
                  sizeof(value));
    } else {
      memory_.write<std::uint32_t>(at, value);
    }
  });
}

/// The shadow that has the entry of this page, and the way there in the directory's shadow; null
/// where the guest's tables are not in plain memory: their changes cannot be seen, so nothing is
/// kept of them.
ShadowTable* ShadowPaging::last_table(const PageWalk& guest) {
  if (tables_.full()) tables_.drop_all();
  const std::uint32_t above = guest.directory_at >> kShift;
  const std::uint32_t below = guest.table_at >> kShift;
  if (!memory_.is_plain(above) || (!guest.large && !memory_.is_plain(below))) return nullptr;
  const std::uint32_t index = (guest.directory_at / 4) & kIndexMask;
  const std::uint32_t rights = guest.directory & (pte::kWritable | pte::kUser);
  ShadowTable& upper = tables_.get({ShadowKind::kDirectory, above, 0});
  ShadowTable& lower = guest.large ? tables_.get({ShadowKind::kLargePage, above, index})
                                   : tables_.get({ShadowKind::kTable, below, rights});
  upper.entries[index] = (lower.machine_frame << kShift) | pte::kPresent | pte::kWritable |
                         pte::kUser | pte::kAccessed;
  tables_.note_use(above);
  if (!guest.large) tables_.note_use(below);
  return &lower;
}

/// Writing waits for the guest's dirty bit, and is never allowed to its tables. What a supervisor
/// may write only because CR0.WP is clear, is not the user's while it may.
std::uint32_t ShadowPaging::shadow_entry(const PageWalk& guest, std::uint32_t linear,
                                         Privilege privilege, Access access) {
  const std::uint32_t both = guest.entry(linear);
  const std::uint32_t frame = both >> kShift;
  std::uint32_t rights = both & pte::kUser;
  if ((both & pte::kDirty) != 0 && (both & pte::kWritable) != 0) rights |= pte::kWritable;
  const bool despite = access == Access::kWrite && privilege == Privilege::kSupervisor &&
                       (both & pte::kWritable) == 0;
  if (despite) rights = pte::kWritable;
  if (memory_.is_protected(frame)) rights &= ~pte::kWritable;
  if ((rights & pte::kWritable) != 0) rights |= pte::kDirty;
  const std::uint32_t global = mode_.global_pages ? both & pte::kGlobal : 0;
  return (frames_.of(frame) << kShift) | pte::kPresent | pte::kAccessed | rights | global |
         (guest.large ? kOfLargePage : 0);
}

bool ShadowPaging::find(std::uint32_t linear, Privilege privilege, Access access,
                        std::uint32_t& entry, std::uint32_t& error_code) {
  if (walk_shadow(linear, privilege, access, entry)) return true;
  // The hardware's page fault: from here on it is the monitor that runs.
  PageWalk guest;
  if (!walk_guest(linear, privilege, access, guest, error_code)) {
    ++traps_.guest_fault;
    return false;
  }
  mark_guest(guest, access);
  ShadowTable* table = last_table(guest);
  const std::uint32_t shadow = shadow_entry(guest, linear, privilege, access);
  entry = tlb_entry(shadow);
  if (table != nullptr) table->entries[table_index(linear)] = shadow;
  if (access == Access::kWrite && memory_.is_protected(entry >> kShift)) {
    ++traps_.table_write;
    return true;
  }
  ++traps_.hidden_fault;
  if (table == nullptr) return true;
  // The instruction starts again.
  const bool found = walk_shadow(linear, privilege, access, entry);
  assert(found);
  return found;
}

}  // namespace strata
