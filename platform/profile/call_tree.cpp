#include "platform/profile/call_tree.h"

#include <algorithm>

namespace strata {

CallTree::CallTree(const FunctionMap& functions) : functions_(functions) {}

void CallTree::transfer(Transfer transfer, std::uint32_t behind, std::uint32_t to) {
  switch (transfer) {
    case Transfer::kCall:
      // CALL to the next instruction reads EIP and never returns.
      if (to != behind) push(Kind::kCall, to, behind);
      return;
    case Transfer::kInterrupt: push(Kind::kInterrupt, to, behind); return;
    case Transfer::kReturn: return_to(to, false); return;
    case Transfer::kInterruptReturn: return_to(to, true); return;
    case Transfer::kJump: jump(to); return;
  }
}

void CallTree::interrupt(std::uint32_t resume, std::uint32_t to) {
  push(Kind::kInterrupt, to, resume);
}

/// The oldest frames go where there are too many; their nodes stay.
void CallTree::push(Kind kind, std::uint32_t to, std::uint32_t return_address) {
  if (stack_.size() == kMostFrames) {
    stack_.erase(stack_.begin(), stack_.begin() + kMostFrames / 2);
  }
  const std::uint32_t entry = entry_of(to);
  stack_.push_back({kind, return_address, entry, child(top_, entry), top_});
  look_at_top(to);
  count_call();
}

void CallTree::jump(std::uint32_t to) {
  if (inside(to)) return;
  const FunctionRange& function = functions_.find(to);
  const bool at_begin = !function.named() || to == function.begin;
  if (!at_begin && unwind_to(function)) return;
  replace_top(to);
  if (at_begin) count_call();
}

void CallTree::return_to(std::uint32_t to, bool interrupt) {
  for (std::size_t n = stack_.size(); n-- > 0;) {
    const Frame& frame = stack_[n];
    if (frame.kind != Kind::kBase && frame.return_address == to) return pop_to(n, to);
  }
  // A handler may go on elsewhere than where it was entered from.
  for (std::size_t n = stack_.size(); interrupt && n-- > 0;) {
    if (stack_[n].kind == Kind::kInterrupt) return pop_to(n, to);
  }
  jump(to);
}

/// Execution goes on at `linear` with the lowest `frames`.
void CallTree::pop_to(std::size_t frames, std::uint32_t linear) {
  stack_.resize(frames);
  look_at_top(linear);
  settle(linear);
}

/// False if it is not below the top.
bool CallTree::unwind_to(const FunctionRange& function) {
  for (std::size_t n = stack_.size(); n-- > 0;) {
    if (stack_[n].entry != function.begin) continue;
    stack_.resize(n + 1);
    look_at_top(static_cast<std::uint32_t>(function.begin));
    return true;
  }
  return false;
}

/// Not a call: what called the function at the top has now called that of `linear`.
void CallTree::replace_top(std::uint32_t linear) {
  if (stack_.empty()) stack_.emplace_back();
  Frame& frame = stack_.back();
  frame.entry = entry_of(linear);
  frame.node = child(frame.caller, frame.entry);
  look_at_top(linear);
}

/// Execution is at `linear`, in the function of the last frame or not.
void CallTree::look_at_top(std::uint32_t linear) {
  const FunctionRange& function = functions_.find(linear);
  begin_ = function.begin;
  size_ = 0;
  top_ = 0;
  if (stack_.empty()) return;
  top_ = stack_.back().node;
  const std::uint64_t entry = stack_.back().entry;
  if (!function.contains(stack_.back().entry)) return;
  std::uint64_t end = function.end;
  if (!function.named()) {
    begin_ = std::max(begin_, entry - std::min<std::uint64_t>(entry, kUnnamedReach));
    end = std::min(end, entry + kUnnamedReach);
  }
  size_ = end - begin_;
}

std::uint32_t CallTree::entry_of(std::uint32_t linear) const {
  const FunctionRange& function = functions_.find(linear);
  return function.named() ? static_cast<std::uint32_t>(function.begin) : linear;
}

std::uint32_t CallTree::child(std::uint32_t parent, std::uint32_t entry) {
  const std::uint64_t key = std::uint64_t{parent} << 32 | entry;
  const auto known = children_.find(key);
  if (known != children_.end()) return known->second;
  const bool full = nodes_.size() >= kMostNodes || nodes_[parent].depth >= kMostDepth;
  if (full && parent != 0) return parent;
  const auto node = static_cast<std::uint32_t>(nodes_.size());
  nodes_.push_back({.parent = parent, .entry = entry, .depth = nodes_[parent].depth + 1});
  children_.emplace(key, node);
  return node;
}

/// Of the function at the top.
void CallTree::count_call() {
  const std::uint32_t entry = stack_.back().entry;
  ++calls_[entry];
  if (nodes_[top_].entry == entry) ++nodes_[top_].calls;
}

}  // namespace strata
