#include "models/debug/post_card.h"

#include <string>
#include <utility>

namespace strata {

PostCard::PostCard(std::uint16_t port, std::function<void(std::uint8_t)> sink, EventLog* log)
    : port_(port), sink_(std::move(sink)), log_(log) {}

void PostCard::on_write(Cycle now, std::uint16_t port, unsigned bytes, std::uint32_t value) {
  const unsigned offset = unsigned{port_} - port;
  if (port > port_ || offset >= bytes) return;
  constexpr char kDigits[] = "0123456789abcdef";
  const auto code = static_cast<std::uint8_t>(value >> (8 * offset));
  if (log_ != nullptr) {
    log_->record(now, "debug", std::string("post ") + kDigits[code >> 4] + kDigits[code & 15]);
  }
  sink_(code);
}

}  // namespace strata
