// The two UART twins behind a TwinPort, with the bytes they sent and when.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "models/base/serial_input.h"
#include "tests/support/twin_ports.h"

namespace strata::test {

enum class UartKind { kCore, kRtl };

inline std::ostream& operator<<(std::ostream& out, UartKind kind) {
  return out << (kind == UartKind::kCore ? "Core" : "Rtl");
}

using SentBytes = std::vector<std::uint8_t>;

/// A terminal that sends `text`, byte after byte.
SerialInput sender_of(std::string text);

/// A twin of `kind` clocked at `cpu_hz` that appends what it sends to `sent` and hears `input`.
/// Owns the device.
std::unique_ptr<TwinPort> make_uart(UartKind kind, std::uint32_t cpu_hz, SentBytes& sent,
                                    SerialInput input = {});

}  // namespace strata::test
