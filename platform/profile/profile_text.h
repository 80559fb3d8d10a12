// What `strata profile` prints: a report a function, each a whole document.
#pragma once

#include <cstddef>
#include <string>

#include "models/base/result.h"
#include "platform/profile/profile.h"
#include "platform/profile/profile_rows.h"

namespace strata {

/// Totals, causes, and the first `most` rows by cycles; 0: all of them.
std::string flat_text(const Profile& profile, ProfileUnit unit, std::size_t most);

/// All rows and all causes as comma-separated values (RFC 4180, but lines end in LF).
std::string flat_csv(const Profile& profile, ProfileUnit unit);

/// The instructions of a function in the order of their addresses, with their source lines. The
/// error says what is not in the profile.
Result<std::string> annotated_text(const Profile& profile, const std::string& function);
Result<std::string> annotated_csv(const Profile& profile, const std::string& function);

/// A stack a line, "main;sieve;mark 1234": cycles in the last one, as flame graphs are made from.
std::string folded_text(const Profile& profile);

/// Two runs beside each other; rows go by name, those that differ most come first.
std::string diff_text(const Profile& before, const Profile& after, ProfileUnit unit,
                      std::size_t most);
std::string diff_csv(const Profile& before, const Profile& after, ProfileUnit unit);

}  // namespace strata
