#include "platform/stats/difference.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "models/base/file_descriptor.h"
#include "models/base/system_error.h"

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

/// Several images read side by side, a block at a time.
class Images {
 public:
  static Result<Images> open(const std::vector<FinalImage>& images);

  static constexpr std::size_t kBlock = 256u << 10;

  std::uint64_t longest() const { return std::ranges::max(sizes_); }

  /// The first sector's begin from `at` on that is not a hole in all of them; longest() where
  /// nothing but holes follows.
  std::uint64_t skip_holes(std::uint64_t at) const;

  /// Reads kBlock bytes of each at `at`; fewer of those that end before.
  std::optional<Error> read(std::uint64_t at);

  bool blocks_equal() const {
    return std::ranges::all_of(blocks_, [&](const auto& block) { return block == blocks_[0]; });
  }
  /// The `sector`th of the block.
  std::string sector(std::size_t image, std::size_t sector) const {
    const std::string& block = blocks_[image];
    return block.substr(std::min(sector * kSectorBytes, block.size()), kSectorBytes);
  }

 private:
  std::vector<std::string> paths_;
  std::vector<FileDescriptor> files_;
  std::vector<std::uint64_t> sizes_;
  std::vector<std::string> blocks_;
};

Error unreadable(const std::string& path, int error) {
  return system_error(fmt::format("{}: cannot be read: {}", path, std::strerror(error)), error);
}

Result<Images> Images::open(const std::vector<FinalImage>& images) {
  Images all;
  for (const FinalImage& image : images) {
    FileDescriptor file(::open(image.path.c_str(), O_RDONLY | O_CLOEXEC));
    const off_t size = file.valid() ? ::lseek(file.get(), 0, SEEK_END) : -1;
    if (size < 0) return unreadable(image.path, errno);
    all.paths_.push_back(image.path);
    all.files_.push_back(std::move(file));
    all.sizes_.push_back(static_cast<std::uint64_t>(size));
  }
  all.blocks_.resize(images.size());
  return all;
}

std::uint64_t Images::skip_holes(std::uint64_t at) const {
  std::uint64_t first = longest();
  // The end of one is a difference, also where the others have a hole.
  if (std::ranges::min(sizes_) != first) return at;
  for (const FileDescriptor& file : files_) {
    const off_t data = ::lseek(file.get(), static_cast<off_t>(at), SEEK_DATA);
    if (data < 0 && errno == ENXIO) continue;  // a hole up to the end
    // Where the file system knows no holes, everything is data.
    first = std::min(first, data < 0 ? at : static_cast<std::uint64_t>(data));
  }
  return std::max(at, first / kSectorBytes * kSectorBytes);
}

std::optional<Error> Images::read(std::uint64_t at) {
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const auto bytes = std::min<std::uint64_t>(kBlock, sizes_[i] - std::min(at, sizes_[i]));
    blocks_[i].resize(bytes);
    for (std::size_t done = 0; done < bytes;) {
      const ssize_t count = ::pread(files_[i].get(), blocks_[i].data() + done, bytes - done,
                                    static_cast<off_t>(at + done));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return unreadable(paths_[i], count < 0 ? errno : ENODATA);
      done += static_cast<std::size_t>(count);
    }
  }
  return std::nullopt;
}

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

/// The first byte at which one of `sectors` is not like the first of them.
std::size_t first_difference(const std::vector<std::string>& sectors) {
  std::size_t first = kSectorBytes;
  for (const std::string& sector : sectors) {
    const auto [a, b] = std::ranges::mismatch(sectors[0], sector);
    if (a != sectors[0].end() || b != sector.end()) {
      first = std::min(first, static_cast<std::size_t>(a - sectors[0].begin()));
    }
  }
  return first;
}

/// Of sector `number`, which `content` gives of each image.
Difference sector_difference(const std::vector<FinalImage>& images, std::uint64_t number,
                             const std::function<std::string(std::size_t)>& content) {
  std::vector<std::string> sectors;
  for (std::size_t i = 0; i < images.size(); ++i) sectors.push_back(content(i));
  const std::size_t first = first_difference(sectors);
  const auto engine = [&](std::size_t i) { return images[i].engine; };
  const auto bytes = [&](std::size_t i) { return bytes_text(sectors[i], first); };
  return {"sector", number, sides_of(images.size(), engine, content, bytes)};
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

Result<std::optional<Difference>> compare_images(const std::vector<FinalImage>& images,
                                                 const std::function<bool()>& cancelled) {
  using Found = std::optional<Difference>;
  auto opened = Images::open(images);
  if (!opened) return opened.failure();
  Images& files = opened.value();
  std::uint64_t at = files.skip_holes(0);
  for (; at < files.longest(); at = files.skip_holes(at + Images::kBlock)) {
    if (cancelled && cancelled()) return Error{"interrupted while the disk images were compared"};
    if (auto error = files.read(at)) return *error;
    if (files.blocks_equal()) continue;
    std::size_t sector = 0;
    const auto key = [&](std::size_t image) { return files.sector(image, sector); };
    while (all_equal(images.size(), key)) ++sector;
    return Found(sector_difference(images, at / kSectorBytes + sector, key));
  }
  return Found();
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
