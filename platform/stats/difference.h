// Where the final screens or disk images of several runs differ, and which engine stands alone.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "models/base/result.h"

namespace strata {

/// What one engine left behind.
struct FinalScreen {
  std::string engine;
  std::vector<std::string> row_hashes;  // of characters and colours, see hash_rows()
  std::vector<std::string> rows;        // the characters as text
  std::string hash;                     // of all of it, the cursor included
};

struct FinalImage {
  std::string engine;
  std::string path;
};

/// Engines that have the same at the first place where not all have.
struct Agreement {
  std::vector<std::string> engines;
  std::string shown;  // what they have there, for a person
};

struct Difference {
  std::string unit;         // "row", "sector", "cursor"
  std::uint64_t place = 0;  // from 0; of "cursor" nothing
  std::vector<Agreement> sides;

  /// The engine that differs where all others agree; empty if there is none.
  std::string odd_one() const;
};

/// The first row in which two screens differ.
std::optional<Difference> compare_screens(const std::vector<FinalScreen>& screens);

/// The first sector (512 bytes) in which two of `images`, of which there is at least one, differ.
/// Reads blocks, and no holes that all have. An error names the file, or says that `cancelled`
/// wanted an end.
Result<std::optional<Difference>> compare_images(const std::vector<FinalImage>& images,
                                                 const std::function<bool()>& cancelled = {});

/// "row 3, kvm alone", then a line for each side.
std::string to_text(const Difference& difference);

}  // namespace strata
