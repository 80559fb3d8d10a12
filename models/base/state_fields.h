// The architectural state of a device as a plain value: a struct of bools, unsigned integers,
// arrays and structs of these, with one function that names its fields in order:
//
//   struct PicState {
//     bool intr = false;
//     PicChipState master;
//     template <typename Self, typename Visitor>
//     static void visit(Self& self, Visitor&& field) {
//       field("intr", self.intr);
//       field("master", self.master);
//     }
//     bool operator==(const PicState&) const = default;
//   };
//
// Everything else is written once, here: bytes for a snapshot (little endian, no padding), words
// for the load and unload ports of the RTL (32 bits a field, two for 64-bit ones, four bytes a word
// for arrays of bytes; the first field in the lowest word), and text for whoever compares two
// states.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "models/base/hex.h"

namespace strata {

using StateBytes = std::vector<std::uint8_t>;

namespace state_fields {

template <typename T>
concept Scalar = std::is_unsigned_v<std::remove_const_t<T>>;

template <typename T>
struct IsByteArray : std::false_type {};
template <std::size_t N>
struct IsByteArray<std::array<std::uint8_t, N>> : std::true_type {};
template <typename T>
concept ByteArray = IsByteArray<std::remove_const_t<T>>::value;

/// Calls `leaf(path, value)` for every scalar and every array of bytes in `field`, in order. `path`
/// is its name, as "counter[1].count", if `named`, else empty.
template <bool named, typename Field, typename Leaf>
void for_each_leaf(const std::string& path, Field& field, Leaf& leaf) {
  if constexpr (Scalar<Field> || ByteArray<Field>) {
    leaf(path, field);
  } else if constexpr (requires { field.size(); }) {
    for (std::size_t i = 0; i < field.size(); ++i) {
      for_each_leaf<named>(named ? path + "[" + std::to_string(i) + "]" : path, field[i], leaf);
    }
  } else {
    Field::visit(field, [&](const char* name, auto& member) {
      if constexpr (named) {
        for_each_leaf<named>(path.empty() ? std::string(name) : path + "." + name, member, leaf);
      } else {
        for_each_leaf<named>(path, member, leaf);
      }
    });
  }
}

}  // namespace state_fields

template <typename State>
StateBytes to_bytes(const State& state) {
  StateBytes bytes;
  const auto leaf = [&bytes](const std::string&, const auto& value) {
    using Value = std::remove_cvref_t<decltype(value)>;
    if constexpr (state_fields::ByteArray<Value>) {
      bytes.insert(bytes.end(), value.begin(), value.end());
    } else {
      const auto wide = static_cast<std::uint64_t>(value);
      for (std::size_t i = 0; i < sizeof value; ++i) {
        bytes.push_back(static_cast<std::uint8_t>(wide >> (8 * i)));
      }
    }
  };
  state_fields::for_each_leaf<false>({}, state, leaf);
  return bytes;
}

/// False, and `state` as it was, if `bytes` are not what to_bytes() makes of a State.
template <typename State>
bool from_bytes(std::span<const std::uint8_t> bytes, State& state) {
  State loaded = state;
  std::size_t at = 0;
  bool good = true;
  const auto leaf = [&](const std::string&, auto& value) {
    using Value = std::remove_cvref_t<decltype(value)>;
    good = good && bytes.size() - at >= sizeof value;
    if (!good) return;
    if constexpr (state_fields::ByteArray<Value>) {
      for (std::uint8_t& byte : value) byte = bytes[at++];
    } else {
      std::uint64_t wide = 0;
      for (std::size_t i = 0; i < sizeof value; ++i) wide |= std::uint64_t{bytes[at++]} << (8 * i);
      good = !std::is_same_v<Value, bool> || wide <= 1;
      value = static_cast<Value>(wide);
    }
  };
  state_fields::for_each_leaf<false>({}, loaded, leaf);
  if (!good || at != bytes.size()) return false;
  state = loaded;
  return true;
}

/// Puts `state` on a load port of the RTL: `words` are the port's.
template <typename State>
void to_words(const State& state, std::uint32_t* words) {
  const auto leaf = [&words](const std::string&, const auto& value) {
    using Value = std::remove_cvref_t<decltype(value)>;
    if constexpr (state_fields::ByteArray<Value>) {
      static_assert(sizeof(Value) % 4 == 0);
      for (std::size_t i = 0; i < value.size(); i += 4) {
        *words++ = value[i] | value[i + 1] << 8 | value[i + 2] << 16 |
                   static_cast<std::uint32_t>(value[i + 3]) << 24;
      }
    } else {
      *words++ = static_cast<std::uint32_t>(value);
      if constexpr (sizeof(Value) == 8) *words++ = static_cast<std::uint32_t>(value >> 32);
    }
  };
  state_fields::for_each_leaf<false>({}, state, leaf);
}

/// What stands on an unload port of the RTL.
template <typename State>
State from_words(const std::uint32_t* words) {
  State state;
  const auto leaf = [&words](const std::string&, auto& value) {
    using Value = std::remove_cvref_t<decltype(value)>;
    if constexpr (state_fields::ByteArray<Value>) {
      static_assert(sizeof(Value) % 4 == 0);
      for (std::size_t i = 0; i < value.size(); ++i) {
        value[i] = static_cast<std::uint8_t>(words[i / 4] >> (8 * (i % 4)));
      }
      words += value.size() / 4;
    } else {
      std::uint64_t wide = *words++;
      if constexpr (sizeof(Value) == 8) wide |= std::uint64_t{*words++} << 32;
      value = static_cast<Value>(wide);
    }
  };
  state_fields::for_each_leaf<false>({}, state, leaf);
  return state;
}

/// Words of a port that carries a State.
template <typename State>
std::size_t word_count() {
  const State state{};
  std::size_t words = 0;
  const auto leaf = [&words](const std::string&, const auto& value) {
    words += (sizeof value + 3) / 4;
  };
  state_fields::for_each_leaf<false>({}, state, leaf);
  return words;
}

/// The fields in which two states differ, a line each: "master.irr 01 / 00" (hexadecimal; of an
/// array of bytes the first one that differs). Empty if the states are equal.
template <typename State>
std::string differences(const State& a, const State& b) {
  std::vector<std::uint64_t> values;
  const auto collect = [&values](const std::string&, const auto& value) {
    if constexpr (state_fields::ByteArray<std::remove_cvref_t<decltype(value)>>) {
      values.insert(values.end(), value.begin(), value.end());
    } else {
      values.push_back(value);
    }
  };
  state_fields::for_each_leaf<false>({}, b, collect);

  std::string text;
  const auto tell = [&text](const std::string& field, auto value, std::uint64_t other) {
    constexpr std::size_t kDigits = 2 * sizeof value;
    text += field + " " + hex_digits(value, kDigits) + " / " + hex_digits(other, kDigits) + "\n";
  };
  std::size_t at = 0;
  const auto compare = [&](const std::string& path, const auto& value) {
    if constexpr (state_fields::ByteArray<std::remove_cvref_t<decltype(value)>>) {
      bool told = false;
      for (std::size_t i = 0; i < value.size(); ++i, ++at) {
        if (told || value[i] == values[at]) continue;
        told = true;
        tell(path + "[" + std::to_string(i) + "]", value[i], values[at]);
      }
    } else {
      if (value != values[at]) tell(path, value, values[at]);
      ++at;
    }
  };
  state_fields::for_each_leaf<true>({}, a, compare);
  return text;
}

}  // namespace strata
