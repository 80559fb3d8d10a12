#include "platform/input/script_player.h"

#include <fmt/format.h>

#include <algorithm>

#include "platform/machine.h"

namespace strata {
namespace {

using Wait = InputStatement::Wait;
using Action = InputStatement::Action;

const char* name_of(InputSource source) {
  switch (source) {
    case InputSource::kScreen: return "screen";
    case InputSource::kPrompt: return "prompt";
    case InputSource::kSerial: return "serial";
    case InputSource::kConsole: return "console";
  }
  return "?";
}

/// As a script has it.
std::string quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char character : text) {
    switch (character) {
      case '\n': quoted += "\\n"; break;
      case '\t': quoted += "\\t"; break;
      case '\b': quoted += "\\b"; break;
      case '\x1b': quoted += "\\e"; break;
      case '"':
      case '\\': quoted += '\\'; [[fallthrough]];
      default: quoted += character; break;
    }
  }
  return quoted + '"';
}

/// The rows of a screen, each with its newline.
std::string rows_of(const TextScreen& screen) {
  std::string rows;
  for (std::size_t row = 0; row < TextScreen::kRows; ++row) {
    for (std::size_t column = 0; column < TextScreen::kColumns; ++column) {
      const std::uint8_t character = screen.at(row, column).character;
      rows += character == 0 ? ' ' : static_cast<char>(character);
    }
    rows += '\n';
  }
  return rows;
}

bool is_prompt(const TextScreen& screen, const std::string& text) {
  const std::size_t column = screen.cursor.column;
  if (!screen.cursor.visible || column < text.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::uint8_t character = screen.at(screen.cursor.row, column - text.size() + i).character;
    if (static_cast<char>(character == 0 ? ' ' : character) != text[i]) return false;
  }
  return true;
}

}  // namespace

void ScriptPlayer::Bytes::add(std::uint8_t byte) {
  bytes_ += static_cast<char>(byte);
  if (bytes_.size() < 2 * kMost) return;
  bytes_.erase(0, kMost);
  taken_ -= std::min(taken_, kMost);
}

bool ScriptPlayer::Bytes::take(const std::string& text) {
  const std::size_t found = bytes_.find(text, taken_);
  if (found == std::string::npos) return false;
  taken_ = found + text.size();
  return true;
}

Cycle ScriptPlayer::next(Cycle now) const {
  if (!keyboard_.empty()) return std::max(now, keyboard_.next());
  if (!waits()) return kNever;
  if (!begun_) return now;
  switch (statement().wait) {
    case Wait::kUntilCycle: return std::max(now, statement().cycles);
    case Wait::kSoLong: return std::max(now, *begun_ + statement().cycles);
    default: return std::max(now, next_look_);
  }
}

void ScriptPlayer::step(Machine& machine) {
  const Cycle now = machine.cycles();
  if (keyboard_.next() <= now) keyboard_.deliver(machine);
  while (keyboard_.empty() && waits()) {
    if (!begun_) {
      begun_ = now;
      next_look_ = now;
    }
    if (!is_due(statement(), machine)) return;
    act(statement(), machine);
    if (!failure_.empty()) return;
    ++at_;
    begun_.reset();
    if (keyboard_.next() <= now) keyboard_.deliver(machine);
  }
}

bool ScriptPlayer::is_due(const InputStatement& statement, const Machine& machine) {
  const Cycle now = machine.cycles();
  switch (statement.wait) {
    case Wait::kNot: return true;
    case Wait::kUntilCycle: return now >= statement.cycles;
    case Wait::kSoLong: return now >= *begun_ + statement.cycles;
    case Wait::kFor: break;
  }
  // Not at stops that others have made.
  if (now < next_look_) return false;
  next_look_ = (now / look_ + 1) * look_;
  const bool found = look(statement, machine);
  if (!found && statement.within && now >= *begun_ + *statement.within) {
    fail(fmt::format("no {} {} within {}", name_of(statement.awaited),
                     quoted(statement.awaited_text), statement.within_text));
  }
  return found;
}

bool ScriptPlayer::look(const InputStatement& statement, const Machine& machine) {
  const std::string& text = statement.awaited_text;
  switch (statement.awaited) {
    case InputSource::kSerial: return serial_.take(text);
    case InputSource::kConsole: return console_.take(text);
    default: return sees(statement.awaited, text, machine);
  }
}

bool ScriptPlayer::sees(InputSource source, const std::string& text, const Machine& machine) const {
  switch (source) {
    case InputSource::kScreen: return rows_of(machine.screen()).find(text) != std::string::npos;
    case InputSource::kPrompt: return is_prompt(machine.screen(), text);
    case InputSource::kSerial: return serial_.contain(text);
    case InputSource::kConsole: return console_.contain(text);
  }
  return false;
}

void ScriptPlayer::act(const InputStatement& statement, const Machine& machine) {
  switch (statement.action) {
    case Action::kNone: break;
    case Action::kType: keyboard_.type(statement.text); break;
    case Action::kKey:
      if (statement.down) keyboard_.press(*statement.key);
      if (statement.up) keyboard_.release(*statement.key);
      break;
    case Action::kScreenshot: screenshot_(statement.path, machine.screen()); break;
    case Action::kExpect:
      if (!sees(statement.expected, statement.text, machine)) {
        fail(fmt::format("expected {} {}", name_of(statement.expected), quoted(statement.text)));
      }
      break;
    case Action::kQuit: status_ = statement.status; break;
  }
}

void ScriptPlayer::fail(const std::string& why) {
  failure_ = fmt::format("{}:{}: {}", script_.name, statement().line, why);
}

void ScriptPlayer::end(const Machine& machine) {
  for (; waits(); ++at_) {
    const bool has_come = statement().wait == Wait::kNot ||
                          (statement().wait == Wait::kFor && look(statement(), machine));
    const bool types = statement().action == Action::kType || statement().action == Action::kKey;
    if (!has_come || types) return fail("the run ended before this");
    act(statement(), machine);
    if (!failure_.empty()) return;
  }
}

}  // namespace strata
