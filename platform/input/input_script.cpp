#include "platform/input/input_script.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <sstream>
#include <string_view>

#include "platform/loader/host_file.h"

namespace strata {
namespace {

struct BadScript {
  std::string message;
};

template <typename... Arguments>
[[noreturn]] void fail(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  throw BadScript{fmt::format(format, std::forward<Arguments>(arguments)...)};
}

/// Words and texts of a line.
class Words {
 public:
  explicit Words(std::string_view line) : line_(line) { skip_blanks(); }

  bool at_end() const { return at_ == line_.size(); }

  /// The next word, which a blank ends; nothing of a text.
  std::string_view peek() const {
    if (at_end() || line_[at_] == '"') return {};
    return line_.substr(at_, line_.find_first_of(kBlanks, at_) - at_);
  }

  std::string word(std::string_view what) {
    const std::string_view word = peek();
    if (word.empty()) fail("here {} is missing", what);
    at_ += word.size();
    skip_blanks();
    return std::string(word);
  }

  bool take(std::string_view wanted) {
    if (peek() != wanted) return false;
    word(wanted);
    return true;
  }

  /// A text in quotes, with \n, \t, \e, \b, \", \\.
  std::string text() {
    if (at_end() || line_[at_] != '"') fail("here a text in quotes is missing");
    std::string text;
    for (++at_; at_ < line_.size() && line_[at_] != '"'; ++at_) {
      text += line_[at_] == '\\' ? escaped() : line_[at_];
    }
    if (at_end()) fail("a text has no quote at its end");
    ++at_;
    skip_blanks();
    if (text.empty()) fail("a text is empty");
    return text;
  }

  void end() const {
    if (!at_end()) fail("'{}' is too much", line_.substr(at_));
  }

 private:
  static constexpr std::string_view kBlanks = " \t\r";

  void skip_blanks() {
    at_ = std::min(line_.find_first_not_of(kBlanks, at_), line_.size());
    if (!at_end() && line_[at_] == '#') at_ = line_.size();
  }

  char escaped() {
    static const std::map<char, char> kEscapes = {{'n', '\n'}, {'t', '\t'}, {'e', '\x1b'},
                                                  {'b', '\b'}, {'"', '"'},  {'\\', '\\'}};
    const char character = ++at_ < line_.size() ? line_[at_] : ' ';
    const auto escape = kEscapes.find(character);
    if (escape == kEscapes.end()) fail("\\{} is none of \\n \\t \\e \\b \\\" \\\\", character);
    return escape->second;
  }

  std::string_view line_;
  std::size_t at_ = 0;
};

std::optional<InputSource> source_of(std::string_view word) {
  static const std::map<std::string_view, InputSource> kSources = {
      {"screen", InputSource::kScreen},
      {"prompt", InputSource::kPrompt},
      {"serial", InputSource::kSerial},
      {"console", InputSource::kConsole}};
  const auto source = kSources.find(word);
  if (source == kSources.end()) return std::nullopt;
  return source->second;
}

std::uint64_t read_number(const std::string& word, std::uint64_t most) {
  std::uint64_t number = 0;
  const char* end = word.data() + word.size();
  const auto [at, error] = std::from_chars(word.data(), end, number);
  if (error != std::errc() || at != end || number > most) {
    fail("'{}' is not a number from 0 to {}", word, most);
  }
  return number;
}

/// "30s", "1.5s", "200ms", "50us", in cycles.
Cycle read_time(const std::string& word, std::uint64_t clock_hz) {
  static const std::map<std::string_view, double> kUnits = {{"s", 1}, {"ms", 1e-3}, {"us", 1e-6}};
  constexpr double kMostSeconds = 1e6;
  double number = 0;
  const char* end = word.data() + word.size();
  const auto [at, error] = std::from_chars(word.data(), end, number, std::chars_format::fixed);
  const auto unit = kUnits.find(std::string_view(at, static_cast<std::size_t>(end - at)));
  const bool good = error == std::errc() && unit != kUnits.end() && number >= 0 &&
                    number * unit->second <= kMostSeconds;
  if (!good) fail("'{}' is no time such as 30s, 200ms or 50us", word);
  return static_cast<Cycle>(std::llround(number * unit->second * static_cast<double>(clock_hz)));
}

void read_within(Words& words, std::uint64_t clock_hz, InputStatement& statement) {
  if (!words.take("within")) return;
  statement.within_text = words.word("a time");
  statement.within = read_time(statement.within_text, clock_hz);
}

/// Behind `at` and `until`.
void read_wait(Words& words, std::uint64_t clock_hz, InputStatement& statement) {
  using Wait = InputStatement::Wait;
  const std::string word = words.word("screen, prompt, serial, console or cycle");
  if (word == "cycle") {
    statement.wait = Wait::kUntilCycle;
    statement.cycles = read_number(words.word("a cycle"), kNever - 1);
    return;
  }
  const auto source = source_of(word);
  if (!source) fail("'{}' is none of screen, prompt, serial, console and cycle", word);
  statement.wait = Wait::kFor;
  statement.awaited = *source;
  statement.awaited_text = words.text();
  read_within(words, clock_hz, statement);
}

void read_type(Words& words, InputStatement& statement) {
  statement.action = InputStatement::Action::kType;
  statement.text = words.text();
  for (const char character : statement.text) {
    if (key_of_character(character) == nullptr) {
      fail("no key gives the character {:#04x}", static_cast<unsigned char>(character));
    }
  }
}

void read_key(Words& words, InputStatement& statement) {
  statement.action = InputStatement::Action::kKey;
  const std::string name = words.word("the name of a key");
  statement.key = find_key(name);
  if (statement.key == nullptr) fail("'{}' is the name of no key", name);
  statement.down = !words.take("up");
  statement.up = !statement.down || !words.take("down");
}

void read_expect(Words& words, InputStatement& statement) {
  statement.action = InputStatement::Action::kExpect;
  const std::string word = words.word("screen, prompt, serial or console");
  const auto source = source_of(word);
  if (!source) fail("'{}' is none of screen, prompt, serial and console", word);
  statement.expected = *source;
  statement.text = words.text();
}

void read_action(Words& words, InputStatement& statement) {
  const std::string word = words.word("what to do");
  if (word == "type") return read_type(words, statement);
  if (word == "key") return read_key(words, statement);
  if (word == "expect") return read_expect(words, statement);
  if (word == "screenshot") {
    statement.action = InputStatement::Action::kScreenshot;
    statement.path = words.word("the name of a file");
    return;
  }
  if (word != "quit") {
    fail("'{}' is none of at, until, after, type, key, screenshot, expect and quit", word);
  }
  statement.action = InputStatement::Action::kQuit;
  statement.status = words.at_end()
                         ? std::uint8_t{0}
                         : static_cast<std::uint8_t>(read_number(words.word("a status"), 255));
}

InputStatement read_statement(Words& words, std::uint64_t clock_hz) {
  InputStatement statement;
  if (words.take("until")) {
    read_wait(words, clock_hz, statement);
  } else if (words.take("at")) {
    read_wait(words, clock_hz, statement);
    read_action(words, statement);
  } else if (words.take("after")) {
    statement.wait = InputStatement::Wait::kSoLong;
    statement.cycles = read_time(words.word("a time"), clock_hz);
    if (!words.at_end()) read_action(words, statement);
  } else {
    read_action(words, statement);
  }
  words.end();
  return statement;
}

}  // namespace

Result<InputScript> parse_input_script(const std::string& name, const std::string& text,
                                       std::uint64_t clock_hz) {
  InputScript script{.name = name, .statements = {}};
  std::istringstream lines(text);
  unsigned number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    Words words(line);
    if (words.at_end()) continue;
    try {
      script.statements.push_back(read_statement(words, clock_hz));
    } catch (const BadScript& bad) {
      return Error{fmt::format("{}:{}: {}", name, number, bad.message)};
    }
    script.statements.back().line = number;
  }
  return script;
}

Result<InputScript> read_input_script(const std::string& path, std::uint64_t clock_hz) {
  constexpr std::uint64_t kMostBytes = 16 << 20;
  auto file = HostFile::open(path, "--input", kMostBytes);
  if (!file) return file.failure();
  if (file->size() > kMostBytes) return Error{"--input " + path + ": has more than 16 MiB"};
  std::vector<std::uint8_t> bytes = file->piped();
  if (!file->is_piped()) {
    auto content = file->read(0, file->size());
    if (!content) return content.failure();
    bytes = std::move(*content);
  }
  return parse_input_script(path, std::string(bytes.begin(), bytes.end()), clock_hz);
}

}  // namespace strata
