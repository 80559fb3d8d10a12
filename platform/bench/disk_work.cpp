#include "platform/bench/disk_work.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <vector>

#include "models/base/file_descriptor.h"
#include "models/base/system_error.h"
#include "sw/benchmarks/disk_ways/sector_pattern.h"

namespace strata {
namespace {

constexpr std::size_t kBytes = 4 * SECTOR_PATTERN_WORDS;
constexpr std::uint64_t kBatch = SECTOR_PATTERN_BUFFERS;
using Words = std::vector<std::uint32_t>;

Error image_error(const std::string& image, const char* what) {
  const int error = errno;
  return system_error("image " + image + ": " + what + ": " + std::strerror(error), error);
}

Error stopped() {
  return Error{"interrupted"};
}

/// The sectors of batches that begin at a multiple of 127: what differs are their stamps.
class Batch {
 public:
  Batch() : words_(kBatch * SECTOR_PATTERN_WORDS) {
    for (std::uint32_t i = 0; i < kBatch; ++i) fill_buffer(sector(i), i);
  }
  void stamp(std::uint64_t first, std::uint64_t count, std::uint32_t seed) {
    for (std::uint64_t i = 0; i < count; ++i) {
      put_stamp(sector(i), sector_stamp(static_cast<std::uint32_t>(first + i), seed));
    }
  }
  const std::uint32_t* data() const { return words_.data(); }

 private:
  std::uint32_t* sector(std::uint64_t i) { return &words_[i * SECTOR_PATTERN_WORDS]; }
  Words words_;
};

bool write_whole(int file, const void* data, std::size_t bytes) {
  const auto* from = static_cast<const char*>(data);
  while (bytes != 0) {
    const ssize_t put = ::write(file, from, bytes);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    from += put;
    bytes -= static_cast<std::size_t>(put);
  }
  return true;
}

bool read_whole(int file, void* data, std::size_t bytes) {
  auto* to = static_cast<char*>(data);
  while (bytes != 0) {
    const ssize_t got = ::read(file, to, bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) errno = ENODATA;
    if (got <= 0) return false;
    to += got;
    bytes -= static_cast<std::size_t>(got);
  }
  return true;
}

/// Calls `move`(first, count) for each batch.
template <typename Move>
Result<bool> each_batch(std::uint64_t sectors, const Cancelled& cancelled, Move move) {
  for (std::uint64_t first = 0; first < sectors; first += kBatch) {
    if (first % (kBatch * 64) == 0 && cancelled()) return stopped();
    Result<bool> moved = move(first, std::min(kBatch, sectors - first));
    if (!moved || !*moved) return moved;
  }
  return true;
}

}  // namespace

Result<bool> fill_pattern(const std::string& image, std::uint64_t sectors, std::uint32_t seed,
                          const Cancelled& cancelled) {
  const FileDescriptor file(::open(image.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.valid()) return image_error(image, "cannot be opened");
  Batch batch;
  return each_batch(sectors, cancelled, [&](std::uint64_t first, std::uint64_t count) {
    batch.stamp(first, count, seed);
    if (write_whole(file.get(), batch.data(), count * kBytes)) return Result<bool>(true);
    return Result<bool>(image_error(image, "cannot be written"));
  });
}

Result<bool> has_pattern(const std::string& image, std::uint64_t sectors, std::uint32_t seed,
                         const Cancelled& cancelled) {
  const FileDescriptor file(::open(image.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return image_error(image, "cannot be opened");
  Batch batch;
  Words found(kBatch * SECTOR_PATTERN_WORDS);
  return each_batch(sectors, cancelled, [&](std::uint64_t first, std::uint64_t count) {
    if (!read_whole(file.get(), found.data(), count * kBytes)) {
      return Result<bool>(image_error(image, "cannot be read"));
    }
    batch.stamp(first, count, seed);
    return Result<bool>(std::memcmp(found.data(), batch.data(), count * kBytes) == 0);
  });
}

Result<double> copy_as_dd(const std::string& image, std::uint64_t sectors, unsigned block_sectors,
                          bool reading, const Cancelled& cancelled) {
  const FileDescriptor file(::open(image.c_str(), (reading ? O_RDONLY : O_WRONLY) | O_CLOEXEC));
  if (!file.valid()) return image_error(image, "cannot be opened");
  const FileDescriptor other(
      ::open(reading ? "/dev/null" : "/dev/zero", (reading ? O_WRONLY : O_RDONLY) | O_CLOEXEC));
  if (!other.valid()) return image_error("/dev/zero", "cannot be opened");
  std::vector<char> block(block_sectors * kBytes);
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t done = 0; done < sectors;) {
    if (cancelled()) return stopped();
    const std::uint64_t now = std::min<std::uint64_t>(block_sectors, sectors - done);
    const std::size_t bytes = now * kBytes;
    const int from = reading ? file.get() : other.get();
    const int to = reading ? other.get() : file.get();
    if (!read_whole(from, block.data(), bytes)) return image_error(image, "cannot be read");
    if (!write_whole(to, block.data(), bytes)) return image_error(image, "cannot be written");
    done += now;
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace strata
