// Stacks of calls as flame graphs are made from.
#include <fmt/format.h>

#include <map>

#include "platform/profile/profile_text.h"

namespace strata {

std::string folded_text(const Profile& profile) {
  std::vector<std::string> names;
  std::map<std::string, Cycle> stacks;  // two may read the same, where a symbol is not the only one
  for (const ProfileStack& stack : profile.stacks) {
    // A semicolon is what parts the functions.
    std::string name = profile.functions[stack.function].name;
    for (char& letter : name) {
      if (letter == ';') letter = ':';
    }
    if (stack.caller) name = names[*stack.caller] + ";" + name;
    if (stack.cycles != 0) stacks[name] += stack.cycles;
    names.push_back(std::move(name));
  }
  std::string text;
  for (const auto& [name, cycles] : stacks) text += fmt::format("{} {}\n", name, cycles);
  return text;
}

}  // namespace strata
