// Shapes of the CPU's caches as people write them: SIZE/WAYS/LINE, 8K/4/16, or off.
#pragma once

#include <string>

#include "models/base/result.h"
#include "models/cpu/cache_shape.h"

namespace strata {

/// "8K/4/16".
std::string cache_text(const CacheShape& shape);

/// A shape that `built` has room for. An error is one line that says which are.
Result<CacheShape> parse_cache_shape(const std::string& text,
                                     const CacheShape& built = built_caches());

}  // namespace strata
