#include "platform/trace/fst_files.h"

#include <fcntl.h>
#include <fstapi.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cstdio>
#include <cstring>
#include <list>
#include <mutex>
#include <utility>
#include <vector>

namespace strata {
namespace {

/// A file that is memory. What fstapi maps of it is the memory itself.
struct Scratch {
  std::vector<char> bytes;
  std::size_t position = 0;
  std::FILE* file = nullptr;
  int number = 0;  // what fstapi gets for a descriptor
  bool mapped = false;
};

// Numbers no descriptor of a process has (the kernel's largest fs.nr_open is below).
constexpr int kFirstNumber = 0x7000'0000;

std::mutex scratch_mutex;
std::list<Scratch> scratch_files;
int next_number = kFirstNumber;

/// The Output the next file opened for writing stands for.
thread_local Output* next_output = nullptr;

template <typename Predicate>
Scratch* find_scratch(Predicate predicate) {
  const std::lock_guard lock(scratch_mutex);
  const auto found = std::ranges::find_if(scratch_files, predicate);
  return found == scratch_files.end() ? nullptr : &*found;
}

Scratch& scratch_of(void* cookie) {
  return *static_cast<Scratch*>(cookie);
}

void grow(Scratch& scratch, std::size_t size) {
  if (size <= scratch.bytes.size()) return;
  assert(!scratch.mapped && "what is mapped must stay where it is");
  scratch.bytes.resize(size);
}

ssize_t read_scratch(void* cookie, char* out, std::size_t size) {
  Scratch& scratch = scratch_of(cookie);
  const std::size_t begin = std::min(scratch.position, scratch.bytes.size());
  const std::size_t count = std::min(size, scratch.bytes.size() - begin);
  if (count != 0) std::memcpy(out, scratch.bytes.data() + begin, count);
  scratch.position += count;
  return static_cast<ssize_t>(count);
}

ssize_t write_scratch(void* cookie, const char* from, std::size_t size) {
  Scratch& scratch = scratch_of(cookie);
  if (size == 0) return 0;
  grow(scratch, scratch.position + size);
  std::memcpy(scratch.bytes.data() + scratch.position, from, size);
  scratch.position += size;
  return static_cast<ssize_t>(size);
}

int seek_scratch(void* cookie, off64_t* offset, int whence) {
  Scratch& scratch = scratch_of(cookie);
  off64_t base = 0;
  if (whence == SEEK_CUR) base = static_cast<off64_t>(scratch.position);
  if (whence == SEEK_END) base = static_cast<off64_t>(scratch.bytes.size());
  if (base + *offset < 0) return -1;
  *offset += base;
  scratch.position = static_cast<std::size_t>(*offset);
  return 0;
}

int close_scratch(void* cookie) {
  const std::lock_guard lock(scratch_mutex);
  scratch_files.remove_if([cookie](const Scratch& scratch) { return &scratch == cookie; });
  return 0;
}

std::FILE* open_scratch() {
  const std::lock_guard lock(scratch_mutex);
  Scratch& scratch = scratch_files.emplace_back();
  scratch.number = next_number++;
  scratch.file =
      fopencookie(&scratch, "w+", {read_scratch, write_scratch, seek_scratch, close_scratch});
  if (scratch.file == nullptr) scratch_files.pop_back();
  return scratch_files.empty() ? nullptr : scratch_files.back().file;
}

Output& output_of(void* cookie) {
  return *static_cast<Output*>(cookie);
}

/// 0 is how a stream says that it failed (fopencookie(3)).
ssize_t write_output(void* cookie, const char* from, std::size_t size) {
  return output_of(cookie).write({from, size}) ? static_cast<ssize_t>(size) : 0;
}

int seek_output(void* cookie, off64_t* offset, int whence) {
  const off64_t at = ::lseek64(output_of(cookie).descriptor(), *offset, whence);
  if (at < 0) return -1;
  *offset = at;
  return 0;
}

}  // namespace

void* create_fst_writer(Output& file, const std::string& path) {
  next_output = &file;
  void* const writer = fstWriterCreate(path.c_str(), 1);
  next_output = nullptr;
  return writer;
}

}  // namespace strata

using strata::Scratch;

extern "C" {

std::FILE* strata_fst_fopen(const char* path, const char* mode) {
  if (*mode == 'r') return std::fopen(path, mode);
  strata::Output* const output = std::exchange(strata::next_output, nullptr);
  if (output == nullptr) return strata::open_scratch();
  return fopencookie(output, "w", {nullptr, strata::write_output, strata::seek_output, nullptr});
}

std::FILE* strata_fst_tmpfile() {
  return strata::open_scratch();
}

/// Nothing that fstapi made is in a folder.
int strata_fst_unlink(const char*) {
  return 0;
}

int strata_fst_fileno(std::FILE* file) {
  std::fflush(file);
  const auto* scratch = strata::find_scratch([file](const Scratch& s) { return s.file == file; });
  return scratch != nullptr ? scratch->number : fileno(file);
}

int strata_fst_ftruncate(int number, off_t size) {
  auto* scratch = strata::find_scratch([number](const Scratch& s) { return s.number == number; });
  if (scratch == nullptr || scratch->mapped) return -1;
  scratch->bytes.resize(static_cast<std::size_t>(size));
  return 0;
}

void* strata_fst_mmap(void*, std::size_t size, int, int, int number, off_t) {
  auto* scratch = strata::find_scratch([number](const Scratch& s) { return s.number == number; });
  if (scratch == nullptr) return MAP_FAILED;
  strata::grow(*scratch, size);
  scratch->mapped = true;
  return scratch->bytes.data();
}

int strata_fst_munmap(void* at, std::size_t) {
  auto* scratch = strata::find_scratch([at](const Scratch& s) { return s.bytes.data() == at; });
  if (scratch == nullptr) return -1;
  scratch->mapped = false;
  return 0;
}

}  // extern "C"
