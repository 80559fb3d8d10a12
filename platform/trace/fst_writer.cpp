#include "platform/trace/fst_writer.h"

#include <fstapi.h>
#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "platform/trace/binary_digits.h"

namespace strata {
namespace {

// fstapi walks backwards through the changes it holds, signal by signal. Left to itself it holds
// 128 MB and misses the cache at every step; this much costs 4 % of file size and is nearly twice
// as fast.
constexpr std::size_t kFlushBytes = 4u << 20;

fstScopeType scope_type(ScopeKind kind) {
  switch (kind) {
    case ScopeKind::kModule: return FST_ST_VCD_MODULE;
    case ScopeKind::kStruct: return FST_ST_VCD_STRUCT;
    case ScopeKind::kUnion: return FST_ST_VCD_UNION;
    case ScopeKind::kInterface: return FST_ST_VCD_INTERFACE;
  }
  return FST_ST_VCD_MODULE;
}

// Why `path` cannot be written, or empty. fstapi itself only says that it failed.
std::string reason_not_writable(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) return "not a regular file";
  std::FILE* const file = std::fopen(path.c_str(), "ab");
  if (file == nullptr) return std::strerror(errno);
  std::fclose(file);
  return {};
}

}  // namespace

Result<std::unique_ptr<FstWriter>> FstWriter::create(TimeBase time, const std::string& path) {
  std::string reason = reason_not_writable(path);
  void* fst = nullptr;
  if (reason.empty()) {
    fst = fstWriterCreate(path.c_str(), 1);
    if (fst == nullptr) reason = "cannot make its temporary files";
  }
  if (fst == nullptr) return Error{"cannot write FST file '" + path + "': " + reason};
  return std::unique_ptr<FstWriter>(new FstWriter(time, fst, path));
}

FstWriter::FstWriter(TimeBase time, void* fst, std::string path)
    : WaveWriter(time), fst_(fst), path_(std::move(path)) {
  fstWriterSetPackType(fst_, FST_WR_PT_LZ4);
  fstWriterSetTimescale(fst_, time.exponent);
  fstWriterSetVersion(fst_, "strata86");
}

FstWriter::~FstWriter() {
  if (fst_) fstWriterClose(fst_);
}

void FstWriter::put_variable(const Signal& signal) {
  std::string name = signal.name;
  if (signal.ranged) {
    name += " [" + std::to_string(signal.msb) + ':' + std::to_string(signal.lsb) + ']';
  }
  const fstVarType type = signal.kind == SignalKind::kReal    ? FST_VT_VCD_REAL
                          : signal.kind == SignalKind::kEvent ? FST_VT_VCD_EVENT
                                                              : FST_VT_VCD_WIRE;
  // fstapi counts a real in bytes.
  const std::uint32_t length = signal.kind == SignalKind::kReal ? 8 : signal.bits;
  std::uint32_t& handle = handles_[signal.code];
  const bool first = handle == 0;
  const fstHandle made =
      fstWriterCreateVar(fst_, type, FST_VD_IMPLICIT, length, name.c_str(), handle);
  if (!first) return;
  handle = made;
  real_[signal.code] = signal.kind == SignalKind::kReal;
  first_signals_.push_back(signal);
  digits_.resize(std::max<std::size_t>(digits_.size(), signal.bits + 32));
}

void FstWriter::put_scope(const Scope& scope) {
  for (const Signal& signal : scope.signals) put_variable(signal);
  for (const auto& child : scope.scopes) {
    fstWriterSetScope(fst_, scope_type(child->kind), child->name.c_str(), nullptr);
    put_scope(*child);
    fstWriterSetUpscope(fst_);
  }
}

void FstWriter::put_header(const SignalTable& table) {
  handles_.assign(table.state_words(), 0);
  real_.assign(table.state_words(), false);
  put_scope(table.root());
}

void FstWriter::put_time(std::uint64_t ticks) {
  if (held_bytes_ > kFlushBytes) {
    held_bytes_ = 0;
    fstWriterFlushContext(fst_);
  }
  fstWriterEmitTimeChange(fst_, ticks);
  end_ticks_ = ticks;
}

void FstWriter::put_value(std::uint32_t code, std::uint32_t bits, const std::uint32_t* words) {
  if (real_[code]) {
    const auto value = std::bit_cast<double>(words[0] | std::uint64_t{words[1]} << 32);
    fstWriterEmitValueChange(fst_, handles_[code], &value);
    return;
  }
  held_bytes_ += bits;
  write_digits(digits_.data(), bits, words);
  fstWriterEmitValueChange(fst_, handles_[code], digits_.data());
}

void FstWriter::put_unknown() {
  std::ranges::fill(digits_, 'x');
  for (const Signal& signal : first_signals_) {
    if (signal.kind != SignalKind::kWire) continue;
    fstWriterEmitValueChange(fst_, handles_[signal.code], digits_.data());
  }
  fstWriterEmitDumpActive(fst_, 0);
}

void FstWriter::put_all(bool first) {
  if (!first) fstWriterEmitDumpActive(fst_, 1);
}

// fstapi does not report failed writes; a file it cannot read back to the end is one.
std::string FstWriter::close_file() {
  fstWriterClose(fst_);
  fst_ = nullptr;
  struct stat status {};
  if (::stat(path_.c_str(), &status) == 0) bytes_ = static_cast<std::uint64_t>(status.st_size);
  void* const reader = fstReaderOpen(path_.c_str());
  const bool whole = reader != nullptr && fstReaderGetEndTime(reader) == end_ticks_;
  if (reader) fstReaderClose(reader);
  return whole ? std::string() : path_ + ": could not be written to the end";
}

}  // namespace strata
