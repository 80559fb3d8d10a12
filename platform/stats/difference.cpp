#include "platform/stats/difference.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <functional>

namespace strata {
namespace {

constexpr std::size_t kSectorBytes = 512;

/// Groups the engines 0..count by `key`, in order; `shown` is asked for the first of each.
std::vector<Agreement> sides_of(std::size_t count,
                                const std::function<std::string(std::size_t)>& engine,
                                const std::function<std::string(std::size_t)>& key,
                                const std::function<std::string(std::size_t)>& shown) {
  std::vector<Agreement> sides;
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < count; ++i) {
    const auto found = std::ranges::find(keys, key(i));
    const auto side = static_cast<std::size_t>(found - keys.begin());
    if (found == keys.end()) {
      keys.push_back(key(i));
      sides.push_back({{}, shown(i)});
    }
    sides[side].engines.push_back(engine(i));
  }
  return sides;
}

bool all_equal(std::size_t count, const std::function<std::string(std::size_t)>& key) {
  for (std::size_t i = 1; i < count; ++i) {
    if (key(i) != key(0)) return false;
  }
  return true;
}

std::string row_text(const FinalScreen& screen, std::size_t row) {
  std::string text = row < screen.rows.size() ? screen.rows[row] : "";
  text.resize(text.find_last_not_of(' ') + 1);
  return '"' + text + '"';
}

/// Several images read side by side, a sector at a time.
class Images {
 public:
  explicit Images(const std::vector<FinalImage>& images) : images_(images) {
    for (const FinalImage& image : images) files_.emplace_back(image.path, std::ios::binary);
    sectors_.resize(images.size());
  }

  /// False at the end of all.
  bool next() {
    bool any = false;
    for (std::size_t i = 0; i < files_.size(); ++i) {
      sectors_[i].resize(kSectorBytes);
      files_[i].read(sectors_[i].data(), kSectorBytes);
      sectors_[i].resize(static_cast<std::size_t>(files_[i].gcount()));
      any |= !sectors_[i].empty();
    }
    return any;
  }

  std::optional<Error> failure() const {
    for (std::size_t i = 0; i < files_.size(); ++i) {
      if (!files_[i].is_open() || files_[i].bad()) {
        return Error{fmt::format("{}: cannot be read", images_[i].path)};
      }
    }
    return std::nullopt;
  }

  const std::string& sector(std::size_t i) const { return sectors_[i]; }

  /// The first byte at which one of the sectors is not like the first.
  std::size_t first_byte() const {
    std::size_t first = kSectorBytes;
    for (const std::string& sector : sectors_) {
      const auto [a, b] = std::ranges::mismatch(sectors_[0], sector);
      if (a != sectors_[0].end() || b != sector.end()) {
        first = std::min(first, static_cast<std::size_t>(a - sectors_[0].begin()));
      }
    }
    return first;
  }

 private:
  const std::vector<FinalImage>& images_;
  std::vector<std::ifstream> files_;
  std::vector<std::string> sectors_;
};

/// "byte 1feh: aa 55 00 00", from the first byte that differs on.
std::string bytes_text(const std::string& sector, std::size_t first) {
  if (first >= sector.size()) return "the image ends before it";
  constexpr std::size_t kShown = 8;
  std::string text = fmt::format("byte {:x}h:", first);
  for (std::size_t i = first; i < std::min(first + kShown, sector.size()); ++i) {
    text += fmt::format(" {:02x}", static_cast<unsigned char>(sector[i]));
  }
  return text;
}

}  // namespace

std::string Difference::odd_one() const {
  if (sides.size() != 2 || sides[0].engines.size() + sides[1].engines.size() < 3) return "";
  for (const Agreement& side : sides) {
    if (side.engines.size() == 1) return side.engines[0];
  }
  return "";
}

std::optional<Difference> compare_screens(const std::vector<FinalScreen>& screens) {
  const auto engine = [&](std::size_t i) { return screens[i].engine; };
  const auto whole = [&](std::size_t i) { return screens[i].hash; };
  if (screens.empty() || all_equal(screens.size(), whole)) return std::nullopt;
  for (std::size_t row = 0; row < screens[0].row_hashes.size(); ++row) {
    const auto key = [&](std::size_t i) {
      return row < screens[i].row_hashes.size() ? screens[i].row_hashes[row] : "";
    };
    if (all_equal(screens.size(), key)) continue;
    const auto text = [&](std::size_t i) { return row_text(screens[i], row); };
    Difference difference{"row", row, sides_of(screens.size(), engine, key, text)};
    if (all_equal(screens.size(), text)) {
      for (Agreement& side : difference.sides) side.shown += " in other colours";
    }
    return difference;
  }
  const auto nothing = [](std::size_t) { return std::string("the same text"); };
  return Difference{"cursor", 0, sides_of(screens.size(), engine, whole, nothing)};
}

Result<std::optional<Difference>> compare_images(const std::vector<FinalImage>& images) {
  Images files(images);
  const auto engine = [&](std::size_t i) { return images[i].engine; };
  const auto key = [&](std::size_t i) { return files.sector(i); };
  std::optional<Difference> difference;
  for (std::uint64_t sector = 0; !difference && files.next(); ++sector) {
    if (all_equal(images.size(), key)) continue;
    const auto bytes = [&](std::size_t i) {
      return bytes_text(files.sector(i), files.first_byte());
    };
    difference = Difference{"sector", sector, sides_of(images.size(), engine, key, bytes)};
  }
  if (auto error = files.failure()) return *error;
  return difference;
}

std::string to_text(const Difference& difference) {
  std::string text = difference.unit;
  if (difference.unit != "cursor") text += fmt::format(" {}", difference.place);
  if (const std::string odd = difference.odd_one(); !odd.empty()) text += ", " + odd + " alone";
  text += '\n';
  for (const Agreement& side : difference.sides) {
    text += fmt::format("  {}: {}\n", fmt::join(side.engines, ", "), side.shown);
  }
  return text;
}

}  // namespace strata
