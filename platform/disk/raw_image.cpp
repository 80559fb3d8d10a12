#include "platform/disk/raw_image.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "models/base/system_error.h"
#include "platform/disk/image_lock.h"

namespace strata {
namespace {

Error image_error(const std::string& path, const std::string& what) {
  return Error{"disk image '" + path + "' " + what};
}

Error image_error(const std::string& path, const std::string& what, int error_number) {
  return system_error(image_error(path, what + ": " + std::strerror(error_number)).message,
                      error_number);
}

/// IOV_MAX of Linux.
constexpr std::size_t kMostVectors = 1024;

/// Says why a system call has just failed.
std::string cannot(const char* what) {
  return std::string("could not ") + what + ": " + std::strerror(errno);
}

/// What to say of a failed system call on an image to be opened.
Error open_error(const std::string& path, int error_number, bool own) {
  switch (error_number) {
    case ENOENT: return image_error(path, "does not exist; 'strata disk create' makes one");
    case EACCES:
    case EPERM:
    case EROFS:
      return image_error(path, own ? "is not readable and writable; the guest's drive needs both"
                                   : "is not readable; the guest's drive needs that");
    case EISDIR:
      return image_error(path, "is not a file; a raw image file or a block device is needed");
    default: return image_error(path, "cannot be opened", error_number);
  }
}

/// What of `pieces` comes behind the first `skip` bytes, for one preadv or pwritev.
template <typename Pieces>
std::size_t fill_vectors(Pieces pieces, std::size_t skip, std::span<iovec> vectors) {
  std::size_t filled = 0;
  for (const auto piece : pieces) {
    if (filled == vectors.size()) break;
    const std::size_t gone = std::min(skip, piece.size());
    skip -= gone;
    if (gone == piece.size()) continue;
    // A vector says nothing of constness; pwritev only reads.
    auto* begin = const_cast<std::uint8_t*>(piece.data() + gone);
    vectors[filled++] = {begin, piece.size() - gone};
  }
  return filled;
}

/// Moves `pieces` to or from `offset` with `transfer` (preadv or pwritev), over short transfers and
/// signals. Bytes moved; if not all were, errno says why.
template <typename Pieces, typename Transfer>
std::size_t move_all(int file, std::uint64_t offset, Pieces pieces, Transfer transfer) {
  std::array<iovec, kMostVectors> vectors;
  std::size_t done = 0;
  while (const std::size_t count = fill_vectors(pieces, done, vectors)) {
    const ssize_t moved =
        transfer(file, vectors.data(), static_cast<int>(count), static_cast<off_t>(offset + done));
    if (moved < 0 && errno == EINTR) continue;
    if (moved == 0) errno = ENODATA;  // no error of the host's says that the file has ended
    if (moved <= 0) break;
    done += static_cast<std::size_t>(moved);
  }
  return done;
}

std::optional<Error> check_size(const std::string& path, off_t bytes) {
  if (bytes <= 0) return image_error(path, "is empty; at least one sector of 512 bytes is needed");
  if (bytes % static_cast<off_t>(kSectorBytes) != 0) {
    return image_error(path, "has " + std::to_string(bytes) +
                                 " bytes; a whole number of 512-byte sectors is needed");
  }
  if (static_cast<std::uint64_t>(bytes) <= kMostSectors * kSectorBytes) return std::nullopt;
  return image_error(path, "has " + std::to_string(bytes) + " bytes; the drive can address " +
                               std::to_string(kMostSectors * kSectorBytes) +
                               " (128 GiB less a sector) at most");
}

/// Copies bytes [begin, end); errno says why not: ECANCELED when `cancelled` wanted so.
bool copy_range(int from, int to, off_t begin, off_t end, const std::function<bool()>& cancelled) {
  std::vector<char> buffer(1 << 20);
  while (begin < end) {
    if (cancelled && cancelled()) {
      errno = ECANCELED;
      return false;
    }
    const auto want = std::min(static_cast<std::size_t>(end - begin), buffer.size());
    const ssize_t got = ::pread(from, buffer.data(), want, begin);
    if (got == 0) errno = ENODATA;
    if (got <= 0) return false;
    for (ssize_t done = 0; done < got;) {
      const ssize_t put =
          ::pwrite(to, buffer.data() + done, static_cast<std::size_t>(got - done), begin + done);
      if (put < 0) return false;
      done += put;
    }
    begin += got;
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<RawImage>> RawImage::open(const std::string& path, ImageUse use) {
  const bool own = use == ImageUse::kOwn;
  // Not blocking: a pipe or terminal must not hold the check below.
  FileDescriptor file(
      ::open(path.c_str(), (own ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!file.valid()) return open_error(path, errno, own);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return open_error(path, errno, own);
  if (!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode)) {
    return open_error(path, EISDIR, own);
  }
  // Root may open anything; a file that nobody may write was protected on purpose.
  const bool readable = status.st_mode & (S_IRUSR | S_IRGRP | S_IROTH);
  const bool writable = status.st_mode & (S_IWUSR | S_IWGRP | S_IWOTH);
  if (!readable || (own && !writable)) return open_error(path, EACCES, own);
  // A block device has no st_size; both have an end.
  const off_t bytes = ::lseek(file.get(), 0, SEEK_END);
  if (auto error = check_size(path, bytes)) return *error;
  if (const auto holder = lock_image(file.get(), !own)) {
    return image_error(path, "is in use by " + *holder +
                                 "; wait for its end, or use a copy; runs that only read it can "
                                 "share it (--disk FILE,share)");
  }
  const auto sectors = static_cast<std::uint64_t>(bytes) / kSectorBytes;
  return std::unique_ptr<RawImage>(new RawImage(path, std::move(file), sectors, use));
}

bool RawImage::fail(const std::string& what) {
  if (failure_.empty()) failure_ = image_error(path_, what).message;
  return false;
}

/// Somebody may delete or cut the file off while the guest runs. A write would make it long again,
/// with zeroes where sectors were; one that was under way when it happened does. So the length
/// found here need not be the one it was cut to, and is not said.
///
/// Only what is needed is asked for: who is told a file's times makes the kernel write them down at
/// the next write (multigrain timestamps, Linux 6.13), which costs half as much as the write.
bool RawImage::is_whole() {
  struct statx status {};
  if (::statx(file_.get(), "", AT_EMPTY_PATH, STATX_TYPE | STATX_NLINK | STATX_SIZE, &status) !=
      0) {
    return fail(cannot("be looked at"));
  }
  if (!S_ISREG(status.stx_mode)) return true;
  if (status.stx_nlink == 0) {
    return fail("was deleted while the guest ran; what the guest wrote is lost");
  }
  if (status.stx_size >= sectors_ * kSectorBytes) return true;
  return fail("was cut off while the guest ran; sectors are lost");
}

template <typename Transfer, typename Pieces>
std::uint64_t RawImage::move_sectors(std::uint64_t lba, Pieces pieces, const char* what,
                                     Transfer transfer) {
  std::size_t bytes = 0;
  for (const auto piece : pieces) bytes += piece.size();
  const std::uint64_t sectors = bytes / kSectorBytes;
  if (lba > sectors_ || sectors > sectors_ - lba || !is_whole()) return 0;
  const std::size_t moved = move_all(file_.get(), lba * kSectorBytes, pieces, transfer);
  if (moved != bytes) fail(cannot(what));
  return moved / kSectorBytes;
}

bool RawImage::read_sector(std::uint64_t lba, std::span<std::uint8_t, kSectorBytes> data) {
  const std::span<std::uint8_t> piece = data;
  return read_sectors(lba, {&piece, 1}) == 1;
}

bool RawImage::write_sector(std::uint64_t lba, std::span<const std::uint8_t, kSectorBytes> data) {
  const std::span<const std::uint8_t> piece = data;
  return write_sectors(lba, {&piece, 1}) == 1;
}

std::uint64_t RawImage::read_sectors(std::uint64_t lba, ReadPieces pieces) {
  return move_sectors(lba, pieces, "be read", ::preadv);
}

std::uint64_t RawImage::write_sectors(std::uint64_t lba, WritePieces pieces) {
  if (use_ == ImageUse::kShare) return 0;
  return move_sectors(lba, pieces, "be written", ::pwritev);
}

bool RawImage::flush() {
  if (use_ == ImageUse::kShare) return true;
  return is_whole() && (::fdatasync(file_.get()) == 0 || fail(cannot("be flushed")));
}

Result<bool> RawImage::copy_to(const std::string& path, const std::function<bool()>& cancelled) {
  FileDescriptor copy(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  const auto bytes = static_cast<off_t>(sectors_ * kSectorBytes);
  bool ok = copy.valid() && ::ftruncate(copy.get(), bytes) == 0;
  for (off_t at = 0; ok && at < bytes;) {
    const off_t data = ::lseek(file_.get(), at, SEEK_DATA);
    if (data < 0 && errno == ENXIO) break;  // a hole up to the end
    // Where the file system knows no holes, everything is data.
    const off_t begin = data < 0 ? at : data;
    const off_t hole = ::lseek(file_.get(), begin, SEEK_HOLE);
    at = hole < 0 ? bytes : std::min(hole, bytes);
    ok = copy_range(file_.get(), copy.get(), begin, at, cancelled);
  }
  const int failure = errno;
  // Behind its end a file that was cut off looks like a hole.
  if (ok && ::lseek(file_.get(), 0, SEEK_END) < bytes) {
    return image_error(path_, "was cut off while it was copied");
  }
  if (copy.reset() && ok) return true;
  return image_error(path_, "cannot be copied to " + path, failure);
}

Result<std::uint64_t> create_image(const std::string& path, std::uint64_t bytes) {
  if (bytes == 0 || bytes % kSectorBytes != 0) {
    return image_error(path, "cannot have " + std::to_string(bytes) +
                                 " bytes; a multiple of 512 above 0 is needed");
  }
  if (bytes > kMostSectors * kSectorBytes) {
    return image_error(
        path, "cannot have " + std::to_string(bytes) + " bytes; a drive has less than 128G");
  }
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file.valid()) {
    if (errno == EEXIST) return image_error(path, "already exists; choose another name");
    return image_error(path, "cannot be created", errno);
  }
  if (::ftruncate(file.get(), static_cast<off_t>(bytes)) != 0 || !file.reset()) {
    const int failure = errno;
    ::unlink(path.c_str());
    return image_error(path, "cannot be made that big", failure);
  }
  return bytes / kSectorBytes;
}

}  // namespace strata
