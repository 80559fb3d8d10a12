#include "models/debug/debug_core.h"

#include <string>
#include <utility>

#include "models/base/hex.h"
#include "models/machine/memory_map.h"

namespace strata {
namespace {

constexpr std::uint8_t kConsolePresent = 0xE9;

}  // namespace

DebugCore::DebugCore(DebugSinks sinks, EventLog* log) : sinks_(std::move(sinks)), log_(log) {}

std::uint32_t DebugCore::read(std::uint32_t offset, unsigned bytes, Cycle) {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < bytes; ++i) {
    std::uint8_t byte = 0xFF;
    if (offset + i == STRATA_DEBUG_BLOCK_POST) byte = state_.post_code;
    if (offset + i == STRATA_DEBUG_BLOCK_CONSOLE) byte = kConsolePresent;
    value |= std::uint32_t{byte} << (8 * i);
  }
  return value;
}

void DebugCore::write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) {
  for (unsigned i = 0; i < bytes; ++i) {
    const auto byte = static_cast<std::uint8_t>(value >> (8 * i));
    switch (offset + i) {
      case STRATA_DEBUG_BLOCK_POST:
        state_.post_code = byte;
        if (log_ != nullptr) log_->record(now, "debug", "post " + hex_byte(byte));
        sinks_.post(byte);
        break;
      case STRATA_DEBUG_BLOCK_CONSOLE: sinks_.console(byte); break;
      case STRATA_DEBUG_BLOCK_EXIT:
        if (log_ != nullptr) log_->record(now, "debug", "exit " + std::to_string(byte));
        sinks_.exit(byte);
        break;
      default: break;
    }
  }
}

}  // namespace strata
