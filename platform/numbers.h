// Numbers as people type them on a command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace strata {

/// Decimal, or hexadecimal after 0x; digits may be grouped with '_' or '\''. Nothing for anything
/// else, also when it does not fit 64 bits.
std::optional<std::uint64_t> parse_unsigned(const std::string& text);

/// A decimal fraction, finite and not negative.
std::optional<double> parse_decimal(const std::string& text);

/// A number of bytes: a whole number followed by K, M or G (1024-based, with or without "B" or
/// "iB"); without a letter it counts in `unit` bytes.
std::optional<std::uint64_t> parse_size(const std::string& text, std::uint64_t unit);

}  // namespace strata
