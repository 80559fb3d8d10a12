#include "tests/isa/conformance/capture_file.h"

#include <zlib.h>

#include <span>
#include <stdexcept>
#include <string_view>

namespace strata::test {
namespace {

using Bytes = std::span<const std::uint8_t>;

std::vector<std::uint8_t> unzip(const std::filesystem::path& path) {
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) {
    throw std::runtime_error("cannot open " + path.string());
  }
  std::vector<std::uint8_t> content;
  std::array<std::uint8_t, 65536> block;
  int got = 0;
  while ((got = gzread(file, block.data(), block.size())) > 0) {
    content.insert(content.end(), block.begin(), block.begin() + got);
  }
  gzclose(file);
  if (got < 0) {
    throw std::runtime_error("not a gzip file: " + path.string());
  }
  return content;
}

/// Takes little-endian numbers and chunks off the front of a byte sequence.
class Reader {
 public:
  explicit Reader(Bytes bytes) : bytes_(bytes) {}

  bool empty() const { return bytes_.empty(); }

  Bytes take(std::size_t count) {
    if (count > bytes_.size()) {
      throw std::runtime_error("capture file ends inside a chunk");
    }
    const Bytes front = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return front;
  }

  std::uint32_t number(unsigned count) {
    std::uint32_t value = 0;
    unsigned shift = 0;
    for (const std::uint8_t byte : take(count)) {
      value |= std::uint32_t{byte} << shift;
      shift += 8;
    }
    return value;
  }

  /// Calls visit(tag, body) for every chunk left.
  template <typename Visit>
  void chunks(Visit&& visit) {
    while (!empty()) {
      const Bytes tag = take(4);
      const std::uint32_t length = number(4);
      visit(std::string_view(reinterpret_cast<const char*>(tag.data()), 4), Reader(take(length)));
    }
  }

 private:
  Bytes bytes_;
};

void read_state(Reader body, CaptureRegisters& registers,
                std::vector<std::pair<std::uint32_t, std::uint8_t>>& memory) {
  body.chunks([&](std::string_view tag, Reader chunk) {
    if (tag == "REGS") {
      const std::uint32_t mask = chunk.number(2);
      for (unsigned n = 0; n < kCaptureRegisters; ++n) {
        if ((mask >> n & 1) != 0) {
          registers[n] = static_cast<std::uint16_t>(chunk.number(2));
        }
      }
    } else if (tag == "RAM ") {
      for (std::uint32_t left = chunk.number(4); left > 0; --left) {
        const std::uint32_t address = chunk.number(4);
        memory.emplace_back(address, static_cast<std::uint8_t>(chunk.number(1)));
      }
    }
  });
}

Capture read_capture(Reader body) {
  Capture capture;
  capture.index = body.number(4);
  body.chunks([&](std::string_view tag, Reader chunk) {
    if (tag == "NAME") {
      const Bytes text = chunk.take(chunk.number(4));
      capture.name.assign(text.begin(), text.end());
    } else if (tag == "BYTS") {
      const Bytes bytes = chunk.take(chunk.number(4));
      capture.bytes.assign(bytes.begin(), bytes.end());
    } else if (tag == "INIT") {
      read_state(chunk, capture.before, capture.memory_before);
      capture.after = capture.before;  // FINA tells only what changed
    } else if (tag == "FINA") {
      read_state(chunk, capture.after, capture.memory_after);
    } else if (tag == "EXCP") {
      const auto vector = static_cast<std::uint8_t>(chunk.number(1));
      capture.exception = {vector, chunk.number(4)};
    }
  });
  return capture;
}

}  // namespace

std::vector<Capture> read_captures(const std::filesystem::path& path) {
  const std::vector<std::uint8_t> content = unzip(path);
  std::vector<Capture> captures;
  Reader(content).chunks([&](std::string_view tag, Reader chunk) {
    if (tag == "TEST") {
      captures.push_back(read_capture(chunk));
    }
  });
  return captures;
}

}  // namespace strata::test
