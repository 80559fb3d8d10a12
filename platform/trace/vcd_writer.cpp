#include "platform/trace/vcd_writer.h"

#include <bit>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "platform/trace/binary_digits.h"

namespace strata {
namespace {

constexpr std::size_t kBufferBytes = 1u << 20;  // a multiple of kAlignment
constexpr std::size_t kAlignment = 4096;        // of memory and file offsets for O_DIRECT
// Room for what is written between two checks: one value of the widest signal, or one header line.
constexpr std::size_t kSlackBytes = 64u << 10;

// Identifiers are strings of the 94 printable characters (18.2.1).
std::string identifier_of(std::uint32_t number) {
  std::string text;
  do {
    text += static_cast<char>('!' + number % 94);
    number /= 94;
  } while (number != 0);
  return text;
}

// Binary digits without leading zeros: a reader extends a shorter vector with zeros (18.2.1).
char* write_short_digits(char* out, std::uint32_t bits, const std::uint32_t* words) {
  std::uint32_t word = (bits - 1) / 32;
  while (word > 0 && words[word] == 0) --word;
  out = write_word_digits(out, words[word], static_cast<unsigned>(std::bit_width(words[word] | 1)));
  while (word > 0) out = write_word_digits(out, words[--word], 32);
  return out;
}

// A string's value ends at white space. What GTKWave's reader understands, and fst2vcd writes, are
// C's escapes.
char* write_escaped(char* out, std::string_view text) {
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte > ' ' && byte < 0x7F && byte != '\\') {
      *out++ = character;
      continue;
    }
    *out++ = '\\';
    *out++ = static_cast<char>('0' + (byte >> 6));
    *out++ = static_cast<char>('0' + (byte >> 3 & 7));
    *out++ = static_cast<char>('0' + (byte & 7));
  }
  return out;
}

}  // namespace

// A wave file is far larger than what is worth keeping in the page cache, and going around it is
// five times faster (README.md).
VcdWriter::VcdWriter(TimeBase time, std::unique_ptr<Output> file)
    : WaveWriter(time),
      file_(std::move(file)),
      buffer_(static_cast<char*>(std::aligned_alloc(kAlignment, kBufferBytes + kSlackBytes))),
      write_(buffer_.get()) {
  file_->set_direct(true);
}

void VcdWriter::flush() {
  file_->write({buffer_.get(), kBufferBytes});
  const char* const rest = buffer_.get() + kBufferBytes;
  std::memmove(buffer_.get(), rest, static_cast<std::size_t>(write_ - rest));
  write_ -= kBufferBytes;
}

void VcdWriter::put(std::string_view text) {
  for (; text.size() > kSlackBytes; text.remove_prefix(kSlackBytes)) {
    put(text.substr(0, kSlackBytes));
  }
  std::memcpy(write_, text.data(), text.size());
  write_ += text.size();
  if (write_ >= buffer_.get() + kBufferBytes) flush();
}

void VcdWriter::add_identifier(const Signal& signal) {
  Identifier& identifier = identifiers_[signal.code];
  if (identifier.length != 0) return;
  const bool scalar = signal.bits == 1 && signal.kind != SignalKind::kString;
  const std::string text = (scalar ? "" : " ") + identifier_of(signal.code) + '\n';
  identifier.length = static_cast<std::uint8_t>(text.size());
  identifier.real = signal.kind == SignalKind::kReal;
  std::memcpy(identifier.text, text.data(), text.size());
  first_signals_.push_back(signal);
}

void VcdWriter::put_scope(const Scope& scope, unsigned depth) {
  const std::string indent(depth, ' ');
  for (const Signal& signal : scope.signals) {
    add_identifier(signal);
    const char* const type = signal.kind == SignalKind::kReal     ? "real"
                             : signal.kind == SignalKind::kEvent  ? "event"
                             : signal.kind == SignalKind::kString ? "string"
                                                                  : "wire";
    std::string line = indent + "$var " + type + ' ' + std::to_string(signal.bits) + ' ' +
                       identifier_of(signal.code) + ' ' + signal.name;
    if (signal.ranged) {
      line += " [" + std::to_string(signal.msb) + ':' + std::to_string(signal.lsb) + ']';
    }
    put(line + " $end\n");
  }
  for (const auto& child : scope.scopes) {
    // The standard knows no structs; every reader knows modules.
    put(indent + "$scope module " + child->name + " $end\n");
    put_scope(*child, depth + 1);
    put(indent + "$upscope $end\n");
  }
}

void VcdWriter::put_header(const SignalTable& table) {
  identifiers_.assign(table.state_words(), {});
  put("$version strata86 $end\n$timescale " + time().name() + " $end\n");
  put_scope(table.root(), 0);
  put("$enddefinitions $end\n");
}

void VcdWriter::put_time(std::uint64_t ticks) {
  close_section();
  *write_++ = '#';
  write_ = std::to_chars(write_, write_ + 20, ticks).ptr;
  *write_++ = '\n';
  if (write_ >= buffer_.get() + kBufferBytes) flush();
}

void VcdWriter::put_value(std::uint32_t code, std::uint32_t bits, const std::uint32_t* words) {
  const Identifier& identifier = identifiers_[code];
  // What is written could alias this object's members, which are therefore read once.
  char* out = write_;
  if (bits == 1) {
    *out++ = static_cast<char>('0' + (words[0] & 1));
  } else if (identifier.real) {
    const auto value = std::bit_cast<double>(words[0] | std::uint64_t{words[1]} << 32);
    out += std::snprintf(out, 40, "r%.16g", value);
  } else {
    *out++ = 'b';
    out = write_short_digits(out, bits, words);
  }
  std::memcpy(out, identifier.text, sizeof identifier.text);
  write_ = out + identifier.length;
  if (write_ >= buffer_.get() + kBufferBytes) flush();
}

void VcdWriter::put_string(std::uint32_t code, std::string_view text) {
  *write_++ = 's';
  write_ = write_escaped(write_, text);
  const Identifier& identifier = identifiers_[code];
  std::memcpy(write_, identifier.text, sizeof identifier.text);
  write_ += identifier.length;
  if (write_ >= buffer_.get() + kBufferBytes) flush();
}

void VcdWriter::close_section() {
  if (!section_open_) return;
  section_open_ = false;
  put("$end\n");
}

void VcdWriter::put_unknown() {
  put("$dumpoff\n");
  for (const Signal& signal : first_signals_) {
    if (signal.kind != SignalKind::kWire && signal.kind != SignalKind::kString) continue;
    const char* const unknown = signal.kind == SignalKind::kString ? "sx"
                                : signal.bits == 1                 ? "x"
                                                                   : "bx";
    const Identifier& identifier = identifiers_[signal.code];
    put(unknown + std::string(identifier.text, identifier.length));
  }
  put("$end\n");
}

void VcdWriter::put_all(bool first) {
  put(first ? "$dumpvars\n" : "$dumpon\n");
  section_open_ = true;
}

std::string VcdWriter::close_file() {
  close_section();
  file_->set_direct(false);
  file_->write({buffer_.get(), static_cast<std::size_t>(write_ - buffer_.get())});
  file_->close();
  return file_->error();
}

}  // namespace strata
