#include "models/debug/post_card.h"

#include <utility>

#include "models/base/hex.h"

namespace strata {

PostCard::PostCard(std::uint16_t port, std::function<void(std::uint8_t)> sink, EventLog* log)
    : port_(port), sink_(std::move(sink)), log_(log) {}

void PostCard::on_write(Cycle now, std::uint16_t port, unsigned bytes, std::uint32_t value) {
  const unsigned offset = unsigned{port_} - port;
  if (port > port_ || offset >= bytes) return;
  const auto code = static_cast<std::uint8_t>(value >> (8 * offset));
  if (log_ != nullptr) log_->record(now, "debug", "post " + hex_byte(code));
  sink_(code);
}

}  // namespace strata
