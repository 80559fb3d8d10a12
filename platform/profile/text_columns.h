// How the reports write numbers; every text is as wide as its column.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/profile/profile_rows.h"

namespace strata {

/// "52.6 %" of `whole`; "0.0 %" of nothing.
std::string percent_text(std::uint64_t part, std::uint64_t whole);

/// "6.17"; "-" where there is none.
std::string ratio_text(const std::optional<double>& ratio);

/// "fetch 41 %" of the row's cycles; "-" without cycles.
std::string main_cause_text(const Profile& profile, const ProfileRow& row);

/// "primes.elf on rtl: 2,345 cycles, 300 instructions, 7.82 cycles an instruction (exited)\n".
std::string run_line(const Profile& profile);

/// How many of `rows` are shown where `most` are asked for; 0 is all.
std::size_t shown_rows(std::size_t rows, std::size_t most);

/// The line behind the first `shown` of `rows`; empty where all are shown.
std::string more_line(std::size_t rows, std::size_t shown);

/// One field of comma-separated values.
std::string csv_field(const std::string& text);

/// ",cycles_execute,cycles_fetch,...".
std::string csv_cause_names(const Profile& profile);

/// ",executions,cycles,total_cycles,<cycles of each cause>".
std::string csv_counts(const ProfileRow& row);

const char* name_of(ProfileUnit unit);

}  // namespace strata
