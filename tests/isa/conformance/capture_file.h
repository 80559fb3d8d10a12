// Reads the chip captures: gzipped MOO files of single-instruction tests (their README gives the
// format).
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace strata::test {

/// Registers in the order of the files' REGS chunks.
enum CaptureRegister : unsigned {
  kCapAx,
  kCapBx,
  kCapCx,
  kCapDx,
  kCapCs,
  kCapSs,
  kCapDs,
  kCapEs,
  kCapSp,
  kCapBp,
  kCapSi,
  kCapDi,
  kCapIp,
  kCapFlags,
  kCaptureRegisters
};

using CaptureRegisters = std::array<std::uint16_t, kCaptureRegisters>;

struct CapturedException {
  std::uint8_t vector = 0;
  std::uint32_t flags_address = 0;  // physical, of the FLAGS word pushed
};

struct Capture {
  std::uint32_t index = 0;
  std::string name;  // disassembly
  std::vector<std::uint8_t> bytes;
  CaptureRegisters before{};
  CaptureRegisters after{};
  std::vector<std::pair<std::uint32_t, std::uint8_t>> memory_before;
  std::vector<std::pair<std::uint32_t, std::uint8_t>> memory_after;
  std::optional<CapturedException> exception;
};

/// All tests of one file; throws std::runtime_error if it cannot be read.
std::vector<Capture> read_captures(const std::filesystem::path& path);

}  // namespace strata::test
