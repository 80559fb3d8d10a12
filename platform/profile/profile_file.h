// A profile as a file: JSON, described in README.md.
#pragma once

#include <string>

#include "models/base/result.h"
#include "platform/profile/profile.h"

namespace strata {

/// Raised when a reader of the version before would misread the file.
inline constexpr int kProfileVersion = 1;

std::string to_json(const Profile& profile);

/// `name` is for the error, which is one line.
Result<Profile> parse_profile(const std::string& text, const std::string& name);

/// Reads a file of the host; - is standard input.
Result<Profile> read_profile(const std::string& path);

}  // namespace strata
