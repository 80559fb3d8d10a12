#include "platform/trace/fst_writer.h"

#include <unistd.h>

#include <bit>
#include <ctime>
#include <filesystem>
#include <numbers>
#include <utility>

#include "platform/trace/fst_encoding.h"

namespace strata {
namespace {

// Of changes in a block. What a reader unpacks to show a few signals grows with it, what a block
// carries beside its changes shrinks.
constexpr std::size_t kBlockBytes = 4u << 20;

enum BlockType : char { kHeader = 0, kStops = 2, kWidths = 3, kHierarchyLz4 = 6 };

// In the hierarchy.
constexpr char kScope = static_cast<char>(254);
constexpr char kUpscope = static_cast<char>(255);
constexpr char kImplicitDirection = 0;

constexpr std::uint64_t kHeaderLength = 329;  // without the type
constexpr std::size_t kVersionLength = 128;
constexpr std::size_t kDateLength = 119;
constexpr std::uint32_t kVariableWidth = 0xFFFF'FFFF;  // a string's

char scope_type(ScopeKind kind) {
  switch (kind) {
    case ScopeKind::kModule: return 0;
    case ScopeKind::kStruct: return 6;
    case ScopeKind::kUnion: return 7;
    case ScopeKind::kInterface: return 9;
  }
  return 0;
}

char variable_type(SignalKind kind) {
  switch (kind) {
    case SignalKind::kEvent: return 0;
    case SignalKind::kReal: return 3;
    case SignalKind::kWire: return 16;
    case SignalKind::kString: return 21;
  }
  return 0;
}

FstKind block_kind(SignalKind kind) {
  return kind == SignalKind::kReal     ? FstKind::kReal
         : kind == SignalKind::kString ? FstKind::kString
                                       : FstKind::kVector;
}

std::string padded(std::string text, std::size_t length) {
  text.resize(length, '\0');
  return text;
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
  return std::unique_ptr<FstWriter>(new FstWriter(time, std::move(*file)));
}

void FstWriter::add_signal(const Signal& signal) {
  std::string name = signal.name;
  if (signal.ranged) {
    name += " [" + std::to_string(signal.msb) + ':' + std::to_string(signal.lsb) + ']';
  }
  // A real is counted in bytes, a string not at all.
  const std::uint32_t length = signal.kind == SignalKind::kReal     ? 8
                               : signal.kind == SignalKind::kString ? 0
                                                                    : signal.bits;
  std::uint32_t& handle = handles_[signal.code];
  hierarchy_ += variable_type(signal.kind);
  hierarchy_ += kImplicitDirection;
  hierarchy_ += name;
  hierarchy_ += '\0';
  put_varint(hierarchy_, length);
  put_varint(hierarchy_, handle);
  ++variables_;
  if (handle != 0) return;
  block_->add(signal.code, block_kind(signal.kind), signal.bits);
  handle = static_cast<std::uint32_t>(block_->signals());
  put_varint(widths_, signal.kind == SignalKind::kReal     ? 0
                      : signal.kind == SignalKind::kString ? kVariableWidth
                                                           : length);
  forms_[signal.code] = form_of(signal);
  first_signals_.push_back(signal);
}

void FstWriter::add_scope(const Scope& scope) {
  for (const Signal& signal : scope.signals) add_signal(signal);
  for (const auto& child : scope.scopes) {
    hierarchy_ += kScope;
    hierarchy_ += scope_type(child->kind);
    hierarchy_ += child->name;
    hierarchy_ += '\0';
    hierarchy_ += '\0';  // no name of a component
    ++scopes_;
    add_scope(*child);
    hierarchy_ += kUpscope;
  }
}

void FstWriter::write_block(char type, const std::string& body) {
  std::string block(1, type);
  put_u64(block, body.size() + 8);
  file_->write(block + body);
}

std::string FstWriter::header() const {
  std::string text(1, kHeader);
  put_u64(text, kHeaderLength);
  put_u64(text, block_->first_time());
  put_u64(text, block_->latest_time());
  constexpr double kByteOrder = std::numbers::e;
  text.append(reinterpret_cast<const char*>(&kByteOrder), sizeof kByteOrder);
  put_u64(text, kBlockBytes);
  put_u64(text, scopes_);
  put_u64(text, variables_);
  put_u64(text, block_->signals());
  put_u64(text, blocks_);
  text += static_cast<char>(time().exponent);
  text += padded("strata86", kVersionLength);
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  char date[64] = {};
  ::localtime_r(&now, &local);
  std::strftime(date, sizeof date, "%a %b %e %H:%M:%S %Y\n", &local);
  text += padded(date, kDateLength);
  text += '\0';      // a simulator of Verilog
  put_u64(text, 0);  // what is shown as time zero
  return text;
}

void FstWriter::put_header(const SignalTable& table) {
  block_ = std::make_unique<FstBlock>(table.state_words());
  handles_.assign(table.state_words(), 0);
  forms_.assign(table.state_words(), Form::kOther);
  add_scope(table.root());
  file_->write(header());
  std::string body;
  put_u64(body, hierarchy_.size());
  write_block(kHierarchyLz4, body + lz4_packed(std::exchange(hierarchy_, {})));
  body.clear();
  put_u64(body, widths_.size());
  put_u64(body, block_->signals());
  write_block(kWidths, body + zlib_packed(std::exchange(widths_, {}), 9));
}

// The loop nearly all the time of an FST goes to: what is shown as recorded is taken in it.
void FstWriter::decode(const ChangeChunk& chunk) {
  const std::vector<std::uint32_t>& bits_of_code = table().bits_of_code();
  FstBlock& block = *block_;
  block_is_full_ = block.held_bytes() > kBlockBytes;
  const std::uint32_t* p = chunk.words.data();
  const std::uint32_t* const end = p + chunk.size;
  while (p != end) {
    const std::uint32_t head = *p;
    const std::uint32_t code = head & kCodeMask;
    switch (forms_[code]) {
      case Form::kBit:
      case Form::kByte:
        block.put_byte(code, head >> kInlineShift);
        ++p;
        break;
      case Form::kWord:
        block.put_word(code, p[1]);
        p += 2;
        break;
      case Form::kOther: p = decode_record(p, bits_of_code, *this); break;
    }
  }
}

void FstWriter::put_time(std::uint64_t ticks) {
  if (block_is_full_) {
    file_->write(block_->take());
    ++blocks_;
    block_is_full_ = false;
  }
  block_->put_time(ticks);
}

void FstWriter::put_value(std::uint32_t code, std::uint32_t bits, const std::uint32_t* words) {
  if (bits == 1) {
    block_->put_byte(code, words[0] & 1);
  } else if (first_signals_[handles_[code] - 1].kind == SignalKind::kReal) {
    block_->put_real(code, words);
  } else {
    block_->put_words(code, words);
  }
}

void FstWriter::put_string(std::uint32_t code, std::string_view text) {
  block_->put_string(code, text);
}

void FstWriter::put_unknown() {
  for (const Signal& signal : first_signals_) {
    if (signal.kind == SignalKind::kString) put_string(signal.code, "x");
    if (signal.kind == SignalKind::kWire) block_->put_unknown(signal.code);
  }
  put_stop(false);
}

void FstWriter::put_all(bool first) {
  if (!first) put_stop(true);
}

void FstWriter::put_stop(bool goes_on) {
  const std::uint64_t now = block_->latest_time();
  stops_ += static_cast<char>(goes_on);
  put_varint(stops_, now - latest_stop_);
  latest_stop_ = now;
  ++stop_count_;
}

std::string FstWriter::close_file() {
  // A file without any time is none to a reader.
  if (block_->empty()) block_->put_time(0);
  file_->write(block_->take());
  ++blocks_;
  if (stop_count_ != 0) {
    std::string body;
    put_varint(body, stop_count_);
    write_block(kStops, body + stops_);
  }
  bytes_ = file_->bytes();
  if (::lseek(file_->descriptor(), 0, SEEK_SET) == 0) file_->write(header());
  file_->close();
  return file_->error();
}

}  // namespace strata
