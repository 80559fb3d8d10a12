// Captures an 80386 must not agree with, because the manuals say it differs from the 80286 they
// were taken from. The one table of them is in exclusions.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tests/isa/conformance/capture_file.h"

namespace strata::test {

struct Exclusion {
  const char* name;
  const char* reason;  // the manual's words
  bool (*applies)(const std::string& form, const Capture& capture);
  std::optional<std::uint8_t> raises;  // the exception that must come instead, which is checked
};

/// The first exclusion that applies to a capture of opcode form `form` ("D3.4"), or null.
const Exclusion* excluded(const std::string& form, const Capture& capture);

}  // namespace strata::test
