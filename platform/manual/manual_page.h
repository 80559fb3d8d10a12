// The command table as a manual page and as completion for two shells; `cmake --install` installs
// them.
#pragma once

#include <string>

namespace strata {

/// man(7) source of strata(1).
std::string manual_page(const std::string& version);

/// For bash-completion's folder, or to be sourced.
std::string bash_completion();

/// For a folder of zsh's $fpath, as _strata.
std::string zsh_completion();

}  // namespace strata
