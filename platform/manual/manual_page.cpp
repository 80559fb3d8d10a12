#include "platform/manual/manual_page.h"

#include <fmt/format.h>

#include "platform/command_table.h"

namespace strata {
namespace {

/// Text as roff takes it: no escapes, no control lines, hyphens that stay hyphens.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char letter : text) {
    if (letter == '\\') {
      result += "\\e";
    } else if (letter == '-') {
      result += "\\-";
    } else if ((letter == '.' || letter == '\'') && (result.empty() || result.back() == '\n')) {
      result += std::string("\\&") + letter;
    } else {
      result += letter;
    }
  }
  return result;
}

/// Empty lines part paragraphs.
std::string paragraphs(const std::string& text) {
  std::string result = ".PP\n";
  bool empty_line = false;
  for (const char letter : escaped(text)) {
    const bool line_end = letter == '\n';
    if (line_end && !result.empty() && result.back() == '\n') {
      empty_line = true;
      continue;
    }
    if (empty_line) result += ".PP\n";
    empty_line = false;
    result += letter;
  }
  return result;
}

std::string option(const OptionText& option) {
  std::string text = fmt::format(".TP\n.B {}", escaped("--" + option.name));
  if (!option.value.empty()) text += fmt::format(" \\fI{}\\fR", escaped(option.value));
  text += '\n' + escaped(option.text);
  if (!option.initial.empty()) text += fmt::format(" (default: {})", escaped(option.initial));
  return text + '\n';
}

std::string command(const CommandText& command) {
  std::string text = fmt::format(".SS {}\n{}", escaped(command.synopsis), paragraphs(command.text));
  for (const OptionGroup& group : command.groups) {
    if (!group.title.empty()) text += fmt::format(".PP\n\\fI{}\\fR\n", escaped(group.title));
    for (const OptionText& one : group.options) text += option(one);
  }
  return text;
}

}  // namespace

std::string manual_page(const std::string& version) {
  std::string text = fmt::format(
      ".TH STRATA 1 \"\" \"strata {}\" \"User Commands\"\n"
      ".SH NAME\nstrata \\- one IA\\-32 PC as cycle\\-accurate RTL, in an interpreter and on KVM\n"
      ".SH SYNOPSIS\n",
      escaped(version));
  for (const CommandText& one : command_table()) {
    text += fmt::format(".B {}\n.br\n", escaped(one.synopsis));
  }
  text += ".SH COMMANDS\n";
  for (const CommandText& one : command_table()) text += command(one);
  text += ".SH EXIT STATUS\nThe guest's own status (port F4), or\n";
  for (const ExitCodeText& code : exit_code_table()) {
    text += fmt::format(".TP\n.B {}\n{}\n", code.code, escaped(code.meaning));
  }
  return text;
}

}  // namespace strata
