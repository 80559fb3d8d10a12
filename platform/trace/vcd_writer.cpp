#include "platform/trace/vcd_writer.h"

#include <array>
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
// Room for what is written between two checks: of the header here, of changes in put_header().
constexpr std::size_t kSlackBytes = 64u << 10;
// Of one value beside its digits: the identifier, a real, and what is written past the end.
constexpr std::size_t kValueBytes = 64;

// Identifiers are strings of the 94 printable characters (18.2.1).
std::string identifier_of(std::uint32_t number) {
  std::string text;
  do {
    text += static_cast<char>('!' + number % 94);
    number /= 94;
  } while (number != 0);
  return text;
}

// Vectors are written without leading zeros: a reader extends a shorter one with zeros (18.2.1).

// The digits of a byte with the 'b' before them.
struct ShortByte {
  char text[9 + 6];  // room for one copy of 16 bytes with the length
  std::uint8_t length;
};

constexpr std::array<ShortByte, 256> kShortBytes = [] {
  std::array<ShortByte, 256> bytes{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    const auto count = static_cast<unsigned>(std::bit_width(byte | 1));
    bytes[byte].text[0] = 'b';
    for (unsigned i = 0; i < count; ++i) bytes[byte].text[1 + i] = kByteDigits[byte][8 - count + i];
    bytes[byte].length = static_cast<std::uint8_t>(1 + count);
  }
  return bytes;
}();

char* write_short_byte(char* out, std::uint32_t byte) {
  const ShortByte& text = kShortBytes[byte];
  std::memcpy(out, &text, sizeof text);
  return out + text.length;
}

inline char* write_short_word(char* out, std::uint32_t word) {
  return write_word_digits(out, word, static_cast<unsigned>(std::bit_width(word | 1)));
}

char* write_short_words(char* out, std::uint32_t bits, const std::uint32_t* words) {
  std::uint32_t word = (bits - 1) / 32;
  while (word > 0 && words[word] == 0) --word;
  out = write_short_word(out, words[word]);
  while (word > 0) out = write_word_digits(out, words[--word], 32);
  return out;
}

// A byte of a string's value, which ends at white space. What GTKWave's reader understands, and
// fst2vcd writes, are C's escapes.
struct EscapedByte {
  char text[4];
  std::uint32_t length;
};

constexpr std::array<EscapedByte, 256> kEscapedBytes = [] {
  std::array<EscapedByte, 256> bytes{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    if (byte > ' ' && byte < 0x7F && byte != '\\') {
      bytes[byte] = {{static_cast<char>(byte)}, 1};
    } else {
      bytes[byte] = {
          {'\\', static_cast<char>('0' + (byte >> 6)), static_cast<char>('0' + (byte >> 3 & 7)),
           static_cast<char>('0' + (byte & 7))},
          4};
    }
  }
  return bytes;
}();

char* write_escaped(char* out, std::string_view text) {
  for (const char character : text) {
    const EscapedByte& escaped = kEscapedBytes[static_cast<unsigned char>(character)];
    std::memcpy(out, escaped.text, sizeof escaped.text);
    out += escaped.length;
  }
  return out;
}

}  // namespace

// A wave file is far larger than what is worth keeping in the page cache, and going around it is
// five times faster (README.md).
VcdWriter::VcdWriter(TimeBase time, std::unique_ptr<Output> file)
    : WaveWriter(time), file_(std::move(file)) {
  file_->set_direct(true);
  allocate(kSlackBytes);
}

/// Room for `slack` bytes behind a full buffer; what is already written is kept.
void VcdWriter::allocate(std::size_t slack) {
  const std::size_t size = (kBufferBytes + slack + kAlignment - 1) / kAlignment * kAlignment;
  std::unique_ptr<char, Free> larger(static_cast<char*>(std::aligned_alloc(kAlignment, size)));
  const auto used = static_cast<std::size_t>(write_ - buffer_.get());
  if (used != 0) std::memcpy(larger.get(), buffer_.get(), used);
  buffer_ = std::move(larger);
  write_ = buffer_.get() + used;
}

/// Until there is room for what all signals can take in one cycle.
void VcdWriter::make_room() {
  while (write_ >= buffer_.get() + kBufferBytes) {
    file_->write({buffer_.get(), kBufferBytes});
    const char* const rest = buffer_.get() + kBufferBytes;
    std::memmove(buffer_.get(), rest, static_cast<std::size_t>(write_ - rest));
    write_ -= kBufferBytes;
  }
}

void VcdWriter::put(std::string_view text) {
  for (; text.size() > kSlackBytes; text.remove_prefix(kSlackBytes)) {
    put(text.substr(0, kSlackBytes));
  }
  std::memcpy(write_, text.data(), text.size());
  write_ += text.size();
  make_room();
}

void VcdWriter::add_identifier(const Signal& signal) {
  Identifier& identifier = identifiers_[signal.code];
  if (identifier.length != 0) return;
  const bool scalar = signal.bits == 1 && signal.kind != SignalKind::kString;
  const std::string text = (scalar ? "" : " ") + identifier_of(signal.code) + '\n';
  identifier.length = static_cast<std::uint8_t>(text.size());
  identifier.real = signal.kind == SignalKind::kReal;
  identifier.form = form_of(signal);
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
  std::size_t cycle_bytes = kSlackBytes;
  for (const Signal& signal : first_signals_) {
    const std::size_t text = signal.kind == SignalKind::kString ? 4 * kMaxText : signal.bits;
    cycle_bytes += text + kValueBytes;
  }
  allocate(cycle_bytes);
}

void VcdWriter::put_time(std::uint64_t ticks) {
  close_section();
  *write_++ = '#';
  write_ = std::to_chars(write_, write_ + 20, ticks).ptr;
  *write_++ = '\n';
  make_room();
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
    out = write_short_words(out, bits, words);
  }
  std::memcpy(out, identifier.text, sizeof identifier.text);
  write_ = out + identifier.length;
}

// The loop nearly all the time of a VCD goes to: what is shown as recorded is formatted in it.
void VcdWriter::decode(const ChangeChunk& chunk) {
  const std::vector<std::uint32_t>& bits_of_code = table().bits_of_code();
  const Identifier* const identifiers = identifiers_.data();
  const std::uint32_t* p = chunk.words.data();
  const std::uint32_t* const end = p + chunk.size;
  char* out = write_;
  while (p != end) {
    const std::uint32_t head = *p;
    const Identifier& identifier = identifiers[head & kCodeMask];
    switch (identifier.form) {
      case Form::kBit:
        *out++ = static_cast<char>('0' + (head >> kInlineShift));
        ++p;
        break;
      case Form::kByte:
        out = write_short_byte(out, head >> kInlineShift);
        ++p;
        break;
      case Form::kWord:
        *out++ = 'b';
        out = write_short_word(out, p[1]);
        p += 2;
        break;
      case Form::kOther:
        write_ = out;
        p = decode_record(p, bits_of_code, *this);
        out = write_;
        continue;
    }
    std::memcpy(out, identifier.text, sizeof identifier.text);
    out += identifier.length;
  }
  write_ = out;
}

void VcdWriter::put_string(std::uint32_t code, std::string_view text) {
  *write_++ = 's';
  write_ = write_escaped(write_, text);
  const Identifier& identifier = identifiers_[code];
  std::memcpy(write_, identifier.text, sizeof identifier.text);
  write_ += identifier.length;
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
