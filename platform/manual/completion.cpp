#include <fmt/format.h>

#include <map>

#include "platform/command_table.h"
#include "platform/manual/manual_page.h"

namespace strata {
namespace {

bool takes_file(const OptionText& option) {
  return option.names_file();
}

/// The first word of a command's name, which is what stands behind `strata`.
std::string word_of(const CommandText& command) {
  return command.name.substr(0, command.name.find(' '));
}

/// "    run) words="--engine --disk ..." ;;"
std::string bash_words(const CommandText& command) {
  std::string words = "--help";
  for (const OptionGroup& group : command.groups) {
    for (const OptionText& option : group.options) words += " --" + option.name;
  }
  if (command.name == "disk create") words = "create --help";
  return fmt::format("    {}) words=\"{}\" ;;\n", word_of(command), words);
}

/// The call that offers what may follow.
std::string bash_choices(const OptionText& option) {
  if (takes_file(option)) return "_strata_files";
  return fmt::format("{} {}", option.is_list() ? "_strata_list" : "_strata_offer", option.choices);
}

/// What may follow an option, for every option of every command: the choices, a file, anything.
/// First those of a command that has others than the command before it.
std::string bash_values() {
  std::string own;
  std::string text;
  std::map<std::string, std::string> known;
  for (const CommandText& command : command_table()) {
    for (const OptionGroup& group : command.groups) {
      for (const OptionText& option : group.options) {
        if (option.value.empty()) continue;
        const std::string choices = bash_choices(option);
        const auto [first, is_new] = known.emplace(option.name, choices);
        if (is_new) {
          text += fmt::format("    *:--{}) {}; return ;;\n", option.name, choices);
        } else if (first->second != choices) {
          own +=
              fmt::format("    {}:--{}) {}; return ;;\n", word_of(command), option.name, choices);
        }
      }
    }
  }
  return own + text;
}

std::string zsh_quoted(const std::string& text) {
  std::string result;
  for (const char letter : text) {
    if (letter == '\'') {
      result += "'\\''";
    } else if (letter == '[' || letter == ']' || letter == ':') {
      result += std::string("\\") + letter;
    } else {
      result += letter;
    }
  }
  return result;
}

/// '--mem=[RAM ...]:SIZE: '
std::string zsh_option(const OptionText& option) {
  const char* many = option.repeated ? "*" : "";
  if (option.value.empty()) {
    return fmt::format("        '{}--{}[{}]' \\\n", many, option.name, zsh_quoted(option.text));
  }
  std::string action = " ";
  if (takes_file(option)) {
    action = "_files";
  } else if (option.is_list()) {
    action = fmt::format("_values -s , {} {}", option.name, option.choices);
  } else if (!option.choices.empty()) {
    action = fmt::format("({})", option.choices);
  }
  return fmt::format("        '{}--{}=[{}]:{}:{}' \\\n", many, option.name, zsh_quoted(option.text),
                     zsh_quoted(option.value), action);
}

}  // namespace

std::string bash_completion() {
  std::string commands;
  std::string words;
  for (const CommandText& command : command_table()) {
    commands += word_of(command) + ' ';
    words += bash_words(command);
  }
  return fmt::format(R"(# bash completion of strata

# Offers those of its arguments that begin with $word, as far as bash has them in one word.
_strata_offer() {{
  local choice typed=${{COMP_WORDS[COMP_CWORD]}}
  [[ $typed == [=:] ]] && typed=
  for choice; do
    [[ $choice == "$word"* ]] && COMPREPLY+=("${{choice#"${{word%"$typed"}}"}}")
  done
}}

# The same for several of them with commas between: what is named already stays, and is not offered again.
_strata_list() {{
  local choice named=${{word%"${{word##*,}}"}}
  for choice; do
    [[ ,$named == *,$choice,* ]] || _strata_offer "$named$choice"
  done
  compopt -o nospace 2>/dev/null
}}

_strata_files() {{
  local names
  mapfile -t names < <(compgen -f -- "$word")
  _strata_offer "${{names[@]}}"
  compopt -o filenames 2>/dev/null
}}

_strata() {{
  # To bash an equals sign or a colon is a word of its own; $word is what stands between blanks.
  local at=$COMP_CWORD word=${{COMP_WORDS[COMP_CWORD]}} before words=
  COMPREPLY=()
  while [[ $at -gt 2 && ( ${{COMP_WORDS[at]}} == [=:] || ${{COMP_WORDS[at-1]}} == [=:] ) ]]; do
    at=$((at - 1))
    word=${{COMP_WORDS[at]}}$word
  done
  before=${{COMP_WORDS[at-1]}}
  if [[ $word == --*=* ]]; then before=${{word%%=*}} word=${{word#*=}}; fi
  if [ "$COMP_CWORD" -eq 1 ]; then
    _strata_offer {}help --help --version
    return
  fi
  case ${{COMP_WORDS[1]}}:$before in
{}  esac
  case ${{COMP_WORDS[1]}} in
{}    help) _strata_offer {}; return ;;
  esac
  if [ "$COMP_CWORD" -eq 2 ]; then
    case ${{COMP_WORDS[1]}} in
      disk) _strata_offer $words; return ;;
      bench) _strata_offer disk vga $words; return ;;
    esac
  fi
  case $word in
    -*) _strata_offer $words ;;
    *) _strata_files ;;
  esac
}}
complete -F _strata strata
)",
                     commands, bash_values(), words, commands);
}

std::string zsh_completion() {
  std::string names;
  std::string cases;
  for (const CommandText& command : command_table()) {
    names += fmt::format("      '{}:{}'\n", word_of(command), zsh_quoted(command.summary));
    std::string options;
    for (const OptionGroup& group : command.groups) {
      for (const OptionText& option : group.options) options += zsh_option(option);
    }
    const char* first = command.name == "disk create" ? "'2:what:(create)' "
                        : command.name == "bench"     ? "'2:what:(disk vga)' "
                                                      : "";
    cases += fmt::format("    {})\n      _arguments {}\\\n{}        '*:file:_files'\n      ;;\n",
                         word_of(command), first, options);
  }
  return fmt::format(R"(#compdef strata
_strata() {{
  if (( CURRENT == 2 )) || [[ $words[2] == help ]]; then
    local -a commands=(
{}      'help:what a command takes'
    )
    _describe command commands
    return
  fi
  case $words[2] in
{}  esac
}}
_strata "$@"
)",
                     names, cases);
}

}  // namespace strata
