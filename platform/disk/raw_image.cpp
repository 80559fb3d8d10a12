#include "platform/disk/raw_image.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace strata {
namespace {

Error image_error(const std::string& path, const std::string& what) {
  return Error{"disk image '" + path + "' " + what};
}

/// What to say of a failed system call on `path`.
std::string reason(int error_number) {
  switch (error_number) {
    case ENOENT: return "does not exist; 'strata disk create' makes one";
    case EACCES:
    case EPERM:
    case EROFS: return "is not readable and writable; the guest's drive needs both";
    default: return std::string("cannot be opened: ") + std::strerror(error_number);
  }
}

/// Moves a whole sector with `transfer` (pread or pwrite of what is left), over short transfers and
/// signals.
template <typename Transfer>
bool whole_sector(Transfer transfer) {
  std::size_t done = 0;
  while (done < kSectorBytes) {
    const ssize_t moved = transfer(done);
    if (moved < 0 && errno == EINTR) continue;
    if (moved <= 0) return false;
    done += static_cast<std::size_t>(moved);
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<RawImage>> RawImage::open(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return image_error(path, reason(errno));
  if (!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode)) {
    return image_error(path, "is not a file; a raw image file or a block device is needed");
  }
  // Root may open anything; a file that nobody may write was protected on purpose.
  const bool readable = status.st_mode & (S_IRUSR | S_IRGRP | S_IROTH);
  const bool writable = status.st_mode & (S_IWUSR | S_IWGRP | S_IWOTH);
  if (!readable || !writable) return image_error(path, reason(EACCES));
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return image_error(path, reason(errno));
  // A block device has no st_size; both have an end.
  const off_t bytes = ::lseek(descriptor, 0, SEEK_END);
  if (bytes <= 0 || bytes % static_cast<off_t>(kSectorBytes) != 0) {
    ::close(descriptor);
    if (bytes <= 0)
      return image_error(path, "is empty; at least one sector of 512 bytes is needed");
    return image_error(path, "has " + std::to_string(bytes) +
                                 " bytes; a whole number of 512-byte sectors is needed");
  }
  return std::unique_ptr<RawImage>(
      new RawImage(descriptor, static_cast<std::uint64_t>(bytes) / kSectorBytes));
}

RawImage::~RawImage() {
  ::close(descriptor_);
}

bool RawImage::read_sector(std::uint64_t lba, std::span<std::uint8_t, kSectorBytes> data) {
  if (lba >= sectors_) return false;
  return whole_sector([&](std::size_t done) {
    return ::pread(descriptor_, data.data() + done, kSectorBytes - done,
                   static_cast<off_t>(lba * kSectorBytes + done));
  });
}

bool RawImage::write_sector(std::uint64_t lba, std::span<const std::uint8_t, kSectorBytes> data) {
  if (lba >= sectors_) return false;
  return whole_sector([&](std::size_t done) {
    return ::pwrite(descriptor_, data.data() + done, kSectorBytes - done,
                    static_cast<off_t>(lba * kSectorBytes + done));
  });
}

bool RawImage::flush() {
  return ::fdatasync(descriptor_) == 0;
}

Result<std::uint64_t> create_image(const std::string& path, std::uint64_t bytes) {
  if (bytes == 0 || bytes % kSectorBytes != 0) {
    return image_error(path, "cannot have " + std::to_string(bytes) +
                                 " bytes; a multiple of 512 above 0 is needed");
  }
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    if (errno == EEXIST) return image_error(path, "already exists; choose another name");
    return image_error(path, std::string("cannot be created: ") + std::strerror(errno));
  }
  const int failure = ::ftruncate(descriptor, static_cast<off_t>(bytes)) == 0 ? 0 : errno;
  ::close(descriptor);
  if (failure != 0) {
    ::unlink(path.c_str());
    return image_error(path, std::string("cannot be made that big: ") + std::strerror(failure));
  }
  return bytes / kSectorBytes;
}

}  // namespace strata
