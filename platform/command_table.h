// The commands and their options as data: parser, --help, manual page and shell completion all read
// it.
#pragma once

#include <string>
#include <vector>

namespace strata {

struct OptionText {
  std::string name;       // without the dashes
  std::string value;      // what follows it, "FILE" or "FILE[..." for a file; empty: nothing does
  std::string initial;    // its value when it is not given; empty: none
  std::string text;       // one line for --help
  std::string choices;    // the words it takes, separated by spaces; empty: anything
  bool repeated = false;  // may be given more than once

  /// Takes several of `choices`, with commas between them.
  bool is_list() const { return value == "LIST"; }
  bool names_file() const { return value.starts_with("FILE"); }
};

struct OptionGroup {
  std::string title;  // empty: none
  std::vector<OptionText> options;
};

struct CommandText {
  std::string name;      // "run", "disk create"
  std::string summary;   // one line
  std::string synopsis;  // "strata run [options] GUEST"
  std::string text;      // what --help says between the synopsis and the options
  std::vector<OptionGroup> groups;
};

/// All commands, in the order of strata --help.
const std::vector<CommandText>& command_table();

/// The command of that name, which exists.
const CommandText& command_text(const std::string& name);

/// What strata --help says: commands and exit codes.
std::string general_help();

/// Lines after which the exit codes follow, for general_help() and the manual page: code, meaning.
struct ExitCodeText {
  const char* code;
  const char* meaning;
};
const std::vector<ExitCodeText>& exit_code_table();

/// The option groups that mean the same to `run` and `compare`, and are passed on by the latter.
std::vector<OptionGroup> machine_groups();

}  // namespace strata
