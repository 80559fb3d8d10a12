// Numbers as people type them on a command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace strata {

/// Decimal, or hexadecimal after 0x; digits may be grouped with '_' or '\''. Nothing for anything
/// else, also when it does not fit 64 bits.
std::optional<std::uint64_t> parse_unsigned(const std::string& text);

/// A number of things: as parse_unsigned(), or a decimal number with a fraction, an exponent or k,
/// M or G (1000-based) behind it that make it whole: 10M, 1e6, 2.5e6, 1.5k.
std::optional<std::uint64_t> parse_count(const std::string& text);

/// A decimal fraction, finite and not negative.
std::optional<double> parse_decimal(const std::string& text);

/// A number of bytes: a whole number as parse_unsigned() takes it, followed by K, M or G
/// (1024-based, with or without "B" or "iB") or by B, which is a digit to a hexadecimal number;
/// without a letter it counts in `unit` bytes.
std::optional<std::uint64_t> parse_size(const std::string& text, std::uint64_t unit);

}  // namespace strata
