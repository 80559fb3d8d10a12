// Modules of a multiboot guest (Multiboot specification 0.6.96, section 3.3): files that lie in
// memory behind the guest, each at a page, with a text, and the list that names them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/base/result.h"
#include "platform/loader/guest_image.h"
#include "platform/loader/memory_layout.h"
#include "platform/loader/multiboot.h"

namespace strata {

/// Reads `modules`, each FILE or FILE=TEXT, whose text without TEXT is the file's name. They and
/// the list come into the RAM above 1 MiB behind all of `taken`, in this order.
Result<ModuleList> add_modules(std::span<const std::string> modules,
                               std::span<const AddressRange> taken, std::uint64_t memory_bytes,
                               GuestImage& image);

}  // namespace strata
