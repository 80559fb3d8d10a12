#include "models/engine/monitor/nested_paging.h"

namespace strata {

/// The machine's frame by the host's table. Where an entry is missing the guest is left and the
/// monitor makes it: 0.
std::uint32_t NestedPaging::machine_frame(std::uint32_t guest_frame) {
  const std::uint32_t found = host_.find(
      guest_frame,
      [this](std::uint32_t frame, std::uint32_t offset) { refer(address(frame, offset)); });
  if (found == 0) {
    ++traps_.host_fault;
    host_.map(guest_frame, frames_.of(guest_frame));
  }
  return found;
}

/// A host fault ends the walk, whatever is read behind it.
NestedPaging::Walked NestedPaging::walk(std::uint32_t linear, Privilege privilege, Access access,
                                        std::uint32_t& entry, std::uint32_t& error_code) {
  begin_walk();
  bool host_fault = false;
  const auto read = [&](std::uint32_t at) {
    const std::uint32_t frame = machine_frame(at >> GuestMemory::kPageShift);
    host_fault = frame == 0;
    if (host_fault) return std::uint32_t{0};
    refer(address(frame, at & GuestMemory::kPageMask));
    const std::uint32_t guest_frame = frames_.guest_frame(frame);
    return memory_.read<std::uint32_t>((guest_frame << GuestMemory::kPageShift) |
                                       (at & GuestMemory::kPageMask));
  };
  PageWalk guest;
  error_code = access_code(privilege, access);
  const bool present = walk_pages(mode_, linear, read, guest, error_code);
  if (host_fault) return Walked::kHostFault;
  if (!present) return Walked::kFault;
  entry = guest.entry(linear);
  if (!permits(entry, privilege, access, mode_.write_protect)) {
    error_code |= page_fault::kPresent;
    return Walked::kFault;
  }
  const std::uint32_t frame = machine_frame(entry >> GuestMemory::kPageShift);
  if (frame == 0) return Walked::kHostFault;
  mark_used(guest, access, [this](std::uint32_t at, std::uint32_t value) {
    ++marks_;
    memory_.write<std::uint32_t>(at, value);
  });
  entry = (guest.entry(linear) & ~pte::kFrame) |
          (frames_.guest_frame(frame) << GuestMemory::kPageShift);
  return Walked::kFound;
}

bool NestedPaging::find(std::uint32_t linear, Privilege privilege, Access access,
                        std::uint32_t& entry, std::uint32_t& error_code) {
  Walked walked = Walked::kHostFault;
  while (walked == Walked::kHostFault) {
    walked = walk(linear, privilege, access, entry, error_code);
  }
  return walked == Walked::kFound;
}

}  // namespace strata
