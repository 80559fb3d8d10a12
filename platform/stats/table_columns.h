// The columns of tables of runs.
#pragma once

namespace strata {

inline constexpr int kLabelWidth = 29;
inline constexpr int kColumnWidth = 16;  // with the space before it

}  // namespace strata
