#include <fmt/format.h>

#include <set>

#include "platform/command_table.h"
#include "platform/manual/manual_page.h"

namespace strata {
namespace {

bool takes_file(const OptionText& option) {
  return option.value == "FILE";
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

/// What compgen is asked for.
std::string bash_choices(const OptionText& option) {
  if (takes_file(option)) return "-f -- \"$word\"";
  if (!option.is_list()) return fmt::format("-W \"{}\" -- \"$word\"", option.choices);
  // What stands before the last comma stays.
  return fmt::format("-P \"${{word%\"${{word##*,}}\"}}\" -W \"{}\" -- \"${{word##*,}}\"",
                     option.choices);
}

/// What may follow an option, for every option of every command: the choices, a file, anything.
std::string bash_values() {
  std::string text;
  std::set<std::string> done;
  for (const CommandText& command : command_table()) {
    for (const OptionGroup& group : command.groups) {
      for (const OptionText& option : group.options) {
        if (option.value.empty() || !done.insert(option.name).second) continue;
        text += fmt::format("    --{}) COMPREPLY=($(compgen {})); return ;;\n", option.name,
                            bash_choices(option));
      }
    }
  }
  return text;
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
_strata() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} words=
  # bash takes an equals sign for a word of its own.
  if [ "$word" = "=" ]; then word=; elif [ "$before" = "=" ]; then before=${{COMP_WORDS[COMP_CWORD-2]}}; fi
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "{}help --help --version" -- "$word"))
    return
  fi
  case $before in
{}  esac
  case ${{COMP_WORDS[1]}} in
{}    help) COMPREPLY=($(compgen -W "{}" -- "$word")); return ;;
  esac
  if [ "$COMP_CWORD" -eq 2 ]; then
    case ${{COMP_WORDS[1]}} in
      disk) COMPREPLY=($(compgen -W "$words" -- "$word")); return ;;
      bench) COMPREPLY=($(compgen -W "disk vga $words" -- "$word")); return ;;
    esac
  fi
  case $word in
    -*) COMPREPLY=($(compgen -W "$words" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}}
complete -o filenames -F _strata strata
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
