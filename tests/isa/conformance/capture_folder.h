// The folder of chip captures: which opcode forms there are, and which flags count after each.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace strata::test {

std::filesystem::path captures_folder();

/// Opcode forms there are files for, sorted: "00", "D3.4". None if there is no folder.
std::vector<std::string> capture_forms();

/// The file of one form.
std::filesystem::path captures_file(const std::string& form);

/// Flags the manual leaves undefined after `form` are zero in the mask.
std::uint16_t capture_flags_mask(const std::string& form);

/// A form as part of a test's name: "D3_4".
std::string test_name(const std::string& form);

}  // namespace strata::test
