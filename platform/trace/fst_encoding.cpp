#include "platform/trace/fst_encoding.h"

#include <lz4.h>
#include <zlib.h>

namespace strata {

std::string zlib_packed(std::string_view bytes, int level) {
  uLongf length = compressBound(static_cast<uLong>(bytes.size()));
  std::string packed(length, '\0');
  const int result = compress2(reinterpret_cast<Bytef*>(packed.data()), &length,
                               reinterpret_cast<const Bytef*>(bytes.data()),
                               static_cast<uLong>(bytes.size()), level);
  if (result != Z_OK || length >= bytes.size()) return std::string(bytes);
  packed.resize(length);
  return packed;
}

std::string lz4_packed(std::string_view bytes) {
  const int size = static_cast<int>(bytes.size());
  std::string packed(static_cast<std::size_t>(LZ4_compressBound(size)), '\0');
  const int length =
      LZ4_compress_default(bytes.data(), packed.data(), size, static_cast<int>(packed.size()));
  packed.resize(static_cast<std::size_t>(length));
  return packed;
}

}  // namespace strata
