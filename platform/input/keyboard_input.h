// Keys on their way into a machine, whoever pressed them: one after the other, each at a cycle of
// its own, with time for the guest in between.
#pragma once

#include <deque>
#include <functional>
#include <set>
#include <string_view>

#include "models/base/types.h"
#include "platform/input/keys.h"

namespace strata {

class Machine;

class KeyboardInput {
 public:
  /// Told of each key when the machine gets it, with the cycle.
  using Watch = std::function<void(Cycle cycle, const Key& key, bool down)>;

  /// Keys follow each other in this part of a second of the machine.
  static constexpr std::uint64_t kKeysASecond = 100;

  explicit KeyboardInput(std::uint64_t clock_hz, Watch watch = {})
      : gap_(clock_hz / kKeysASecond), watch_(std::move(watch)) {}

  /// Of a key that is down already, or up, nothing comes: keyboards repeat by themselves.
  void press(const Key& key);
  void release(const Key& key);
  /// Keys that give the characters, down and up, with Shift where they need it; all of them have
  /// one.
  void type(std::string_view text);

  bool empty() const { return strokes_.empty(); }
  /// When the next key is due, kNever if there is none.
  Cycle next() const { return strokes_.empty() ? kNever : due_; }
  /// Gives the machine, which stands between two instructions, what is due.
  void deliver(Machine& machine);

 private:
  struct Stroke {
    const Key* key;
    bool down;
  };

  Cycle gap_;
  Watch watch_;
  std::deque<Stroke> strokes_;
  std::set<const Key*> down_;  // when all strokes have been delivered
  Cycle due_ = 0;
};

}  // namespace strata
