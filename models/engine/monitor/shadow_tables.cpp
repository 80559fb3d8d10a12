#include "models/engine/monitor/shadow_tables.h"

#include <algorithm>

#include "models/isa/guest_memory.h"
#include "models/isa/page_walk.h"

namespace strata {
namespace {

bool leads_to(std::uint32_t entry, std::uint32_t machine_frame) {
  return (entry & pte::kPresent) != 0 && entry >> GuestMemory::kPageShift == machine_frame;
}

}  // namespace

ShadowTable* ShadowTables::find(const ShadowRole& role) {
  const auto traced = traced_.find(role.guest_frame);
  if (traced == traced_.end()) return nullptr;
  const auto& shadows = traced->second.shadows;
  const auto found = std::ranges::find(shadows, role, &ShadowTable::role);
  return found == shadows.end() ? nullptr : *found;
}

ShadowTable& ShadowTables::get(const ShadowRole& role) {
  if (ShadowTable* known = find(role)) return *known;
  auto made = std::make_unique<ShadowTable>();
  ShadowTable& table = *made;
  table.role = role;
  table.machine_frame = frames_.take_table();
  tables_[table.machine_frame] = std::move(made);
  Traced& traced = traced_[role.guest_frame];
  traced.shadows.push_back(&table);
  if (traced.shadows.size() == 1) protect_(role.guest_frame, true);
  return table;
}

void ShadowTables::note_use(std::uint32_t guest_frame) {
  const auto traced = traced_.find(guest_frame);
  if (traced != traced_.end()) traced->second.writes = 0;
}

/// No directory leads there any more.
void ShadowTables::unlink(std::uint32_t machine_frame) {
  for (auto& [frame, table] : tables_) {
    if (table->role.kind != ShadowKind::kDirectory) continue;
    for (std::uint32_t& entry : table->entries) {
      if (leads_to(entry, machine_frame)) entry = 0;
    }
  }
}

void ShadowTables::free_table(ShadowTable& table) {
  const std::uint32_t frame = table.machine_frame;
  if (table.role.kind != ShadowKind::kDirectory) unlink(frame);
  frames_.give_back(frame);
  tables_.erase(frame);
}

void ShadowTables::drop_large(std::uint32_t guest_frame, std::uint32_t index) {
  auto& shadows = traced_.at(guest_frame).shadows;
  const auto found = std::ranges::find(
      shadows, ShadowRole{ShadowKind::kLargePage, guest_frame, index}, &ShadowTable::role);
  if (found == shadows.end()) return;
  free_table(**found);
  shadows.erase(found);
}

bool ShadowTables::synchronise(std::uint32_t guest_frame, std::uint32_t index) {
  Traced& traced = traced_.at(guest_frame);
  drop_large(guest_frame, index);
  for (ShadowTable* shadow : traced.shadows) {
    if (shadow->role.kind != ShadowKind::kLargePage) shadow->entries[index] = 0;
  }
  if (++traced.writes < kMostWrites && !traced.shadows.empty()) return false;
  drop(guest_frame);
  return true;
}

void ShadowTables::drop(std::uint32_t guest_frame) {
  const auto traced = traced_.find(guest_frame);
  if (traced == traced_.end()) return;
  for (ShadowTable* shadow : traced->second.shadows) free_table(*shadow);
  traced_.erase(traced);
  protect_(guest_frame, false);
}

void ShadowTables::drop_all() {
  for (const auto& [frame, table] : tables_) frames_.give_back(frame);
  for (const auto& [guest_frame, traced] : traced_) protect_(guest_frame, false);
  tables_.clear();
  traced_.clear();
}

void ShadowTables::forbid_writing(std::uint32_t machine_frame) {
  for (auto& [frame, table] : tables_) {
    if (table->role.kind == ShadowKind::kDirectory) continue;
    for (std::uint32_t& entry : table->entries) {
      if (leads_to(entry, machine_frame)) entry &= ~(pte::kWritable | pte::kDirty);
    }
  }
}

}  // namespace strata
