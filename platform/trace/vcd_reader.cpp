#include "platform/trace/vcd_reader.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace strata {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\f\v";

template <typename Number>
bool parse(std::string_view text, Number& number) {
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  return code == std::errc() && end == text.data() + text.size();
}

// "[31:0]", "[3]".
bool parse_range(std::string_view text, int& msb, int& lsb) {
  if (text.size() < 3 || text.front() != '[' || text.back() != ']') return false;
  text = text.substr(1, text.size() - 2);
  const auto colon = text.find(':');
  if (colon == text.npos) {
    msb = lsb = 0;
    return parse(text, msb) && parse(text, lsb);
  }
  return parse(text.substr(0, colon), msb) && parse(text.substr(colon + 1), lsb);
}

// To the full width (18.2.1): zeros on the left, but x and z spread.
std::string extended(std::string_view digits, std::size_t bits) {
  std::string value(digits);
  std::ranges::transform(value, value.begin(), [](char c) {
    return c == 'X' ? 'x' : c == 'Z' ? 'z' : c;
  });
  if (value.size() >= bits) return value.substr(value.size() - bits);
  const bool spreads = !value.empty() && (value[0] == 'x' || value[0] == 'z');
  return std::string(bits - value.size(), spreads ? value[0] : '0') + value;
}

}  // namespace

const VcdVariable* VcdHeader::find(std::string_view name) const {
  const auto found = std::ranges::find(variables, name, &VcdVariable::name);
  return found == variables.end() ? nullptr : &*found;
}

bool VcdReader::next_token() {
  while (true) {
    const auto start = rest_.find_first_not_of(kBlanks);
    if (start != rest_.npos) {
      rest_.remove_prefix(start);
      const auto length = std::min(rest_.find_first_of(kBlanks), rest_.size());
      token_ = rest_.substr(0, length);
      rest_.remove_prefix(length);
      return true;
    }
    if (!std::getline(input_, line_)) return false;
    ++line_number_;
    rest_ = line_;
  }
}

bool VcdReader::skip_to_end() {
  while (next_token()) {
    if (token_ == "$end") return true;
  }
  return false;
}

Error VcdReader::error(const std::string& what) const {
  return Error{"VCD line " + std::to_string(line_number_) + ": " + what};
}

// $var type bits identifier name [range] $end. Returns what is wrong, or empty.
std::string VcdReader::read_variable() {
  std::vector<std::string> parts;
  while (next_token() && token_ != "$end") parts.emplace_back(token_);
  VcdVariable variable;
  if (parts.size() < 4 || !parse(parts[1], variable.bits) || variable.bits == 0) {
    return "bad $var";
  }
  variable.type = parts[0];
  std::string local = parts[3];
  if (parts.size() > 4 && !parse_range(parts[4], variable.msb, variable.lsb)) {
    return "bad range '" + parts[4] + "'";
  }
  // Other tools attach the range to the name.
  const auto bracket = local.rfind('[');
  if (parts.size() == 4 && bracket != local.npos && variable.bits > 1 &&
      parse_range(std::string_view(local).substr(bracket), variable.msb, variable.lsb)) {
    local.resize(bracket);
  }
  for (const std::string& scope : scopes_) variable.name += scope + '.';
  variable.name += local;
  const auto [place, added] = signal_of_identifier_.emplace(parts[2], header_.signals);
  if (added) {
    ++header_.signals;
    bits_of_signal_.push_back(variable.bits);
  } else if (bits_of_signal_[place->second] != variable.bits) {
    return "identifier '" + parts[2] + "' with two widths";
  }
  variable.signal = place->second;
  header_.variables.push_back(std::move(variable));
  return {};
}

Result<VcdHeader> VcdReader::read_header() {
  while (next_token()) {
    if (token_ == "$enddefinitions") {
      if (!skip_to_end()) break;
      if (!scopes_.empty()) return error("scope '" + scopes_.back() + "' is still open");
      return header_;
    }
    if (token_ == "$scope") {
      std::string name;
      while (next_token() && token_ != "$end") name = token_;
      scopes_.push_back(name);
    } else if (token_ == "$upscope") {
      if (scopes_.empty()) return error("$upscope without $scope");
      scopes_.pop_back();
      skip_to_end();
    } else if (token_ == "$timescale") {
      while (next_token() && token_ != "$end") header_.timescale += token_;
    } else if (token_ == "$var") {
      const std::string wrong = read_variable();
      if (!wrong.empty()) return error(wrong);
    } else if (token_.starts_with('$')) {
      skip_to_end();
    } else {
      return error("'" + std::string(token_) + "' in the header");
    }
  }
  return error("no $enddefinitions");
}

Result<std::uint64_t> VcdReader::read_changes(const std::function<void(const VcdChange&)>& visit) {
  std::uint64_t time = 0;
  const auto change = [&](std::string_view identifier, std::string_view value, bool digits) {
    const auto found = signal_of_identifier_.find(identifier);
    if (found == signal_of_identifier_.end()) return false;
    const std::string full =
        digits ? extended(value, bits_of_signal_[found->second]) : std::string(value);
    visit({time, found->second, full});
    return true;
  };
  while (next_token()) {
    const char first = token_[0];
    if (first == '#') {
      std::uint64_t next = 0;
      if (!parse(token_.substr(1), next) || next < time) {
        return error("bad time stamp '" + std::string(token_) + "'");
      }
      time = next;
    } else if (std::string_view("01xXzZ").find(first) != std::string_view::npos) {
      if (!change(token_.substr(1), token_.substr(0, 1), true)) return error("unknown identifier");
    } else if (std::string_view("bBrRsS").find(first) != std::string_view::npos) {
      const bool string = first == 's' || first == 'S';
      const std::string value =
          string ? unescaped(token_.substr(1)) : std::string(token_.substr(1));
      if (!next_token()) return error("a value without identifier");
      if (!change(token_, value, first == 'b' || first == 'B')) return error("unknown identifier");
    } else if (token_ == "$comment") {
      skip_to_end();
    } else if (first != '$') {
      return error("'" + std::string(token_) + "' is no change");
    }
  }
  return time;
}

Result<VcdHistory> VcdHistory::read(std::istream& input) {
  VcdReader reader(input);
  auto header = reader.read_header();
  if (!header) return header.failure();
  VcdHistory history;
  history.header_ = std::move(*header);
  history.changes_.resize(history.header_.signals);
  const auto end = reader.read_changes([&](const VcdChange& change) {
    history.changes_[change.signal].push_back({change.time, std::string(change.value)});
  });
  if (!end) return end.failure();
  history.end_time_ = end.value();
  return history;
}

const std::vector<VcdHistory::Change>& VcdHistory::changes(std::string_view name) const {
  static const std::vector<Change> kNone;
  const VcdVariable* const variable = header_.find(name);
  return variable ? changes_[variable->signal] : kNone;
}

std::string VcdHistory::value_at(std::string_view name, std::uint64_t time) const {
  const std::vector<Change>& all = changes(name);
  const auto after = std::ranges::upper_bound(all, time, {}, &Change::time);
  return after == all.begin() ? std::string() : std::prev(after)->value;
}

std::uint64_t number_of_digits(std::string_view digits) {
  std::uint64_t number = 0;
  for (const char digit : digits) number = number << 1 | (digit == '1');
  return number;
}

std::string unescaped(std::string_view value) {
  std::string text;
  while (!value.empty()) {
    const std::string_view octal = value.substr(0, 4).substr(1);
    unsigned byte = 0;
    const auto [end, code] = std::from_chars(octal.data(), octal.data() + octal.size(), byte, 8);
    const bool escape = value[0] == '\\' && code == std::errc() && end - octal.data() == 3;
    text += escape ? static_cast<char>(byte) : value[0];
    value.remove_prefix(escape ? 4 : 1);
  }
  return text;
}

}  // namespace strata
