// The stacks of calls of a run, from the transfers of control alone, and the cycles spent in each.
//
// A call, an interrupt and an exception push a frame with the address they return to; a return pops
// down to the frame with the address it goes to, so that frames which are left by longjmp() or a
// changed stack go with it. A return that matches none is a jump. A jump within a function changes
// nothing. One to the middle of a function that is on the stack unwinds to it, any other replaces
// the frame at the top: a tail call. Code without symbols is what was called there last, unless it
// is 64 KiB from there: then it was jumped to.
//
// There is one stack: a guest that switches stacks is followed as if it had one, and finds its
// way again at the next call or return.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "models/base/types.h"
#include "models/isa/transfer.h"
#include "platform/profile/function_map.h"

namespace strata {

class CallTree {
 public:
  /// A function as called by those above it. Node 0 stands above all and is no function.
  struct Node {
    std::uint32_t parent = 0;
    std::uint32_t entry = 0;  // where the symbol is; without one, where it was called
    std::uint32_t depth = 0;  // calls above it
    std::uint64_t calls = 0;
    Cycle cycles = 0;  // in itself
    std::uint64_t instructions = 0;
  };

  /// Calls deeper than so many nodes, or beyond so many nodes, are spent in their callers. Both
  /// are far more than anybody looks at.
  static constexpr std::uint32_t kMostDepth = 256;
  static constexpr std::size_t kMostNodes = 1 << 16;

  /// `functions` outlives the tree.
  explicit CallTree(const FunctionMap& functions);

  /// Whether code at `linear` is in the function at the top of the stack.
  bool inside(std::uint32_t linear) const { return linear - begin_ < size_; }

  std::uint64_t inside_begin() const { return begin_; }
  std::uint64_t inside_size() const { return size_; }

  /// The instruction at `linear` runs, wherever the one before has been.
  void settle(std::uint32_t linear) {
    if (!inside(linear)) replace_top(linear);
  }

  /// Counts for the function at the top.
  void spend(Cycle cycles, std::uint64_t instructions) {
    nodes_[top_].cycles += cycles;
    nodes_[top_].instructions += instructions;
  }

  /// The instruction of kind `transfer` that ends at `behind` has gone on at `to`.
  void transfer(Transfer transfer, std::uint32_t behind, std::uint32_t to);

  /// An interrupt or exception has entered its handler at `to`, which is to return to `resume`.
  void interrupt(std::uint32_t resume, std::uint32_t to);

  /// Parents come before children.
  const std::vector<Node>& nodes() const { return nodes_; }

  /// How often each function was entered, by Node::entry.
  const std::unordered_map<std::uint32_t, std::uint64_t>& calls() const { return calls_; }

 private:
  static constexpr std::size_t kMostFrames = 4096;

  enum class Kind : std::uint8_t { kBase, kCall, kInterrupt };  // kBase: nobody has called it

  struct Frame {
    Kind kind = Kind::kBase;
    std::uint32_t return_address = 0;
    std::uint32_t entry = 0;   // as Node::entry
    std::uint32_t node = 0;    // its own, or that of a caller where the tree ends
    std::uint32_t caller = 0;  // node of the frame below
  };

  void push(Kind kind, std::uint32_t to, std::uint32_t return_address);
  void pop_to(std::size_t frames, std::uint32_t linear);
  void jump(std::uint32_t to);
  void return_to(std::uint32_t to, bool interrupt);
  bool unwind_to(const FunctionRange& function);
  void replace_top(std::uint32_t linear);
  void look_at_top(std::uint32_t linear);
  std::uint32_t child(std::uint32_t parent, std::uint32_t entry);
  std::uint32_t entry_of(std::uint32_t linear) const;
  void count_call();

  const FunctionMap& functions_;
  std::vector<Node> nodes_{Node{}};
  std::unordered_map<std::uint64_t, std::uint32_t> children_;  // by parent and entry
  std::unordered_map<std::uint32_t, std::uint64_t> calls_;
  std::vector<Frame> stack_;
  std::uint32_t top_ = 0;  // node of the last frame
  std::uint64_t begin_ = 0;
  std::uint64_t size_ = 0;  // of its function's addresses
};

}  // namespace strata
