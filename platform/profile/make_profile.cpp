#include "platform/profile/make_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <set>
#include <unordered_map>

namespace strata {
namespace {

class ProfileMaker {
 public:
  ProfileMaker(const Recording& recording, const FunctionMap& functions, const LineTable& lines)
      : recording_(recording), functions_(functions), lines_(lines) {}

  Profile make() {
    profile_.causes = recording_.causes;
    profile_.labels = recording_.labels;
    for (const CallTree::Node& node : recording_.tree->nodes()) {
      if (&node != &recording_.tree->nodes().front()) entries_.insert(node.entry);
    }
    for (const auto& [entry, calls] : recording_.tree->calls()) entries_.insert(entry);
    add_code();
    add_stacks();
    for (const auto& [entry, calls] : recording_.tree->calls()) {
      profile_.functions[function_at(entry)].calls = calls;
    }
    return std::move(profile_);
  }

 private:
  void add_code() {
    std::vector<const RecordedInstruction*> sorted;
    for (const RecordedInstruction& one : recording_.code) sorted.push_back(&one);
    std::ranges::sort(sorted, {}, &RecordedInstruction::address);
    for (const RecordedInstruction* one : sorted) add_instruction(*one);
  }

  void add_instruction(const RecordedInstruction& one) {
    ProfileInstruction result{.address = one.address,
                              .code32 = one.code32,
                              .bytes = one.bytes,
                              .function = function_at(entry_for(one.address)),
                              .file = {},
                              .executions = one.executions,
                              .cycles = one.cycles};
    if (const auto line = lines_.find(one.address)) {
      result.file = file_index(line->file);
      result.line = line->line;
    }
    profile_.cycles += result.total();
    profile_.instructions += result.executions;
    profile_.code.push_back(std::move(result));
  }

  /// Only files that have run are in a profile.
  std::uint32_t file_index(std::uint32_t file) {
    const auto [entry, added] = files_.emplace(file, profile_.files.size());
    if (added) profile_.files.push_back(lines_.files()[file]);
    return entry->second;
  }

  /// Where the function begins that an address belongs to: without a symbol, what was entered
  /// nearest below it, or above it. Asked in ascending order.
  std::uint32_t entry_for(std::uint32_t address) {
    const FunctionRange& range = functions_.find(address);
    if (range.named()) return static_cast<std::uint32_t>(range.begin);
    const auto near = [&](std::uint32_t entry) {
      const std::uint32_t distance = entry < address ? address - entry : entry - address;
      return range.contains(entry) && distance < kUnnamedReach;
    };
    const auto behind = entries_.upper_bound(address);
    if (behind != entries_.begin() && near(*std::prev(behind))) return *std::prev(behind);
    if (behind != entries_.end() && near(*behind)) return *behind;
    entries_.insert(address);
    return address;
  }

  std::uint32_t function_at(std::uint32_t entry) {
    const auto [known, added] = indices_.emplace(entry, profile_.functions.size());
    if (added) {
      const FunctionRange& range = functions_.find(entry);
      profile_.functions.push_back(
          {.name = range.named() ? range.name : fmt::format("{:#010x}", entry), .address = entry});
    }
    return known->second;
  }

  /// The root, where nothing is spent, is left out.
  void add_stacks() {
    const auto& nodes = recording_.tree->nodes();
    for (std::size_t n = 1; n < nodes.size(); ++n) {
      const CallTree::Node& node = nodes[n];
      ProfileStack stack{.caller = {},
                         .function = function_at(node.entry),
                         .calls = node.calls,
                         .cycles = node.cycles,
                         .instructions = node.instructions};
      if (node.parent != 0) stack.caller = node.parent - 1;
      profile_.stacks.push_back(stack);
    }
  }

  const Recording& recording_;
  const FunctionMap& functions_;
  const LineTable& lines_;
  Profile profile_;
  std::set<std::uint32_t> entries_;
  std::unordered_map<std::uint32_t, std::uint32_t> files_;    // by index of lines_
  std::unordered_map<std::uint32_t, std::uint32_t> indices_;  // of functions, by entry
};

}  // namespace

Cycle ProfileInstruction::total() const {
  return std::accumulate(cycles.begin(), cycles.end(), Cycle{0});
}

Profile make_profile(const Recording& recording, const FunctionMap& functions,
                     const LineTable& lines) {
  return ProfileMaker(recording, functions, lines).make();
}

}  // namespace strata
