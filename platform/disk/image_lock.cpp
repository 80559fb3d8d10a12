#include "platform/disk/image_lock.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <sstream>

namespace strata {
namespace {

/// The process that holds a flock() on the file with number `inode`, or 0: /proc/locks has lines
/// like "1: FLOCK  ADVISORY  WRITE 123 fe:00:4711 0 EOF" (proc(5)).
int holder_of(ino_t inode) {
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    std::istringstream fields(line);
    std::string number, kind, advisory, access, file;
    int process = 0;
    fields >> number >> kind >> advisory >> access >> process >> file;
    const std::size_t colon = file.rfind(':');
    if (kind != "FLOCK" || colon == std::string::npos) continue;
    if (file.substr(colon + 1) == std::to_string(inode)) return process;
  }
  return 0;
}

std::string describe_holder(int descriptor) {
  struct stat status {};
  const int process = ::fstat(descriptor, &status) == 0 ? holder_of(status.st_ino) : 0;
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
