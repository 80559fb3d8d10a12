#include "models/slot/model_bytes.h"

#include <utility>

namespace strata {

StateBytes ByteWriter::take() {
  flush();
  return std::exchange(bytes_, {});
}

void ByteWriter::flush() {
  bytes_.insert(bytes_.end(), m_bufp, m_cp);
  m_cp = m_bufp;
}

// Called whenever little is left in the buffer, at first when there is none.
void ByteReader::fill() {
  const std::size_t kept = m_endp == nullptr ? 0 : static_cast<std::size_t>(m_endp - m_cp);
  std::copy(m_cp, m_cp + kept, m_bufp);
  const std::size_t more = std::min(left_.size(), bufferSize() - kept);
  std::copy_n(left_.begin(), more, m_bufp + kept);
  left_ = left_.subspan(more);
  std::fill(m_bufp + kept + more, m_bufp + bufferSize(), std::uint8_t{0});
  m_cp = m_bufp;
  m_endp = m_bufp + kept + more;
}

}  // namespace strata
