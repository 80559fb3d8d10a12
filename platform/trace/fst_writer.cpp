#include "platform/trace/fst_writer.h"

#include <fstapi.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <filesystem>
#include <utility>

#include "platform/trace/binary_digits.h"
#include "platform/trace/fst_files.h"

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

}  // namespace

Result<std::unique_ptr<FstWriter>> FstWriter::create(TimeBase time, const std::string& path) {
  // A viewer that shows the last run keeps what it has open.
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored)) ::unlink(path.c_str());
  auto file = Output::create("--fst " + path, path);
  if (!file) return file.failure();
  if (::lseek((*file)->descriptor(), 0, SEEK_CUR) < 0) {
    return Error{"--fst " + path + ": cannot be written: one has to go back in it; name a file"};
  }
  void* const fst = create_fst_writer(**file, path);
  if (fst == nullptr)
    return Error{"--fst " + path + ": cannot be begun; the host has not enough memory"};
  return std::unique_ptr<FstWriter>(new FstWriter(time, fst, std::move(*file)));
}

FstWriter::FstWriter(TimeBase time, void* fst, std::unique_ptr<Output> file)
    : WaveWriter(time), file_(std::move(file)), fst_(fst) {
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
  const fstVarType type = signal.kind == SignalKind::kReal     ? FST_VT_VCD_REAL
                          : signal.kind == SignalKind::kEvent  ? FST_VT_VCD_EVENT
                          : signal.kind == SignalKind::kString ? FST_VT_GEN_STRING
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

void FstWriter::put_string(std::uint32_t code, std::string_view text) {
  held_bytes_ += 8 * text.size();
  fstWriterEmitVariableLengthValueChange(fst_, handles_[code], text.data(),
                                         static_cast<std::uint32_t>(text.size()));
}

void FstWriter::put_unknown() {
  std::ranges::fill(digits_, 'x');
  for (const Signal& signal : first_signals_) {
    if (signal.kind == SignalKind::kString) put_string(signal.code, "x");
    if (signal.kind != SignalKind::kWire) continue;
    fstWriterEmitValueChange(fst_, handles_[signal.code], digits_.data());
  }
  fstWriterEmitDumpActive(fst_, 0);
}

void FstWriter::put_all(bool first) {
  if (!first) fstWriterEmitDumpActive(fst_, 1);
}

std::string FstWriter::close_file() {
  fstWriterClose(fst_);
  fst_ = nullptr;
  const off_t end = ::lseek(file_->descriptor(), 0, SEEK_END);
  if (end > 0) bytes_ = static_cast<std::uint64_t>(end);
  file_->close();
  return file_->error();
}

}  // namespace strata
