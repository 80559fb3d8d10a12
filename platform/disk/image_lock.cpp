#include "platform/disk/image_lock.h"

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <fstream>
#include <iomanip>
#include <sstream>

namespace strata {
namespace {

/// The device of a file as /proc/locks writes it, unless its file system has a number of its own
/// for that.
std::string device_text(dev_t device) {
  std::ostringstream text;
  text << std::hex << std::setfill('0') << std::setw(2) << major(device) << ':' << std::setw(2)
       << minor(device);
  return text.str();
}

/// The process that holds a flock() on the file, or 0: /proc/locks has lines like
/// "1: FLOCK  ADVISORY  WRITE 123 fe:00:4711 0 EOF" (proc(5)). Another device may have a file of
/// the same number, so one of the same device comes first.
int holder_of(const struct stat& status) {
  const std::string device = device_text(status.st_dev);
  int holder = 0;
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    std::istringstream fields(line);
    std::string number, kind, advisory, access, file;
    int process = 0;
    fields >> number >> kind >> advisory >> access >> process >> file;
    const std::size_t colon = file.rfind(':');
    if (kind != "FLOCK" || colon == std::string::npos) continue;
    if (file.substr(colon + 1) != std::to_string(status.st_ino)) continue;
    if (file.substr(0, colon) == device) return process;
    if (holder == 0) holder = process;
  }
  return holder;
}

std::string describe_holder(int descriptor) {
  struct stat status {};
  const int process = ::fstat(descriptor, &status) == 0 ? holder_of(status) : 0;
  if (process <= 0) return "another process";
  std::ifstream comm("/proc/" + std::to_string(process) + "/comm");
  std::string name;
  std::getline(comm, name);
  if (name.empty()) name = "a program";
  return name + " (process " + std::to_string(process) + ")";
}

}  // namespace

std::optional<std::string> lock_image(int descriptor, bool shared) {
  const int operation = (shared ? LOCK_SH : LOCK_EX) | LOCK_NB;
  if (::flock(descriptor, operation) == 0 || errno != EWOULDBLOCK) return std::nullopt;
  return describe_holder(descriptor);
}

}  // namespace strata
