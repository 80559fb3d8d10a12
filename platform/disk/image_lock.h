// Who has an image. Two guests that write to one file system destroy it.
#pragma once

#include <optional>
#include <string>

namespace strata {

/// Takes the lock of the open file `descriptor` (flock: gone with its last descriptor, however the
/// process ends), shared or for this process alone. Nothing, or who has it: "strata (process 123)".
/// On a file system without locks there is nobody to ask.
std::optional<std::string> lock_image(int descriptor, bool shared);

}  // namespace strata
