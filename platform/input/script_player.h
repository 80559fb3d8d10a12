// Plays a script of --input on a machine. The machine runs from one stop to the next, at cycles
// that follow from the script, the machine's clock and what the guest does, so that a run is
// repeated exactly on each engine of virtual time.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "models/base/text_screen.h"
#include "models/base/types.h"
#include "platform/input/input_script.h"
#include "platform/input/keyboard_input.h"

namespace strata {

class Machine;

class ScriptPlayer {
 public:
  using Screenshot = std::function<void(const std::string& path, const TextScreen& screen)>;

  /// How often a second of the machine screen and bytes are looked at that are waited for.
  static constexpr std::uint64_t kLooksASecond = 100;

  /// `keyboard` and the script outlive it.
  ScriptPlayer(const InputScript& script, KeyboardInput& keyboard, std::uint64_t clock_hz,
               Screenshot screenshot)
      : script_(script),
        keyboard_(keyboard),
        look_(clock_hz / kLooksASecond),
        screenshot_(std::move(screenshot)) {}

  /// What the guest sends.
  void on_serial(std::uint8_t byte) { serial_.add(byte); }
  void on_console(std::uint8_t byte) { console_.add(byte); }

  /// Where the machine, at cycle `now`, has to stop for step(); kNever when all is done.
  Cycle next(Cycle now) const;

  /// The script goes on as far as it can at this cycle.
  void step(Machine& machine);

  /// Statements are left, and none has failed.
  bool waits() const { return at_ < script_.statements.size() && !status_ && failure_.empty(); }

  /// `quit` was reached, and what it said.
  std::optional<std::uint8_t> status() const { return status_; }
  /// "FILE:LINE: why", of a statement that failed; empty: none did.
  const std::string& failure() const { return failure_; }
  /// The machine has ended: the script goes on as far as that needs no machine that runs, and a
  /// statement that is left fails.
  void end(const Machine& machine);

 private:
  /// Bytes of a line, the latest of them.
  class Bytes {
   public:
    void add(std::uint8_t byte);
    bool contain(const std::string& text) const { return bytes_.find(text) != std::string::npos; }
    /// The same of those that were not taken; takes what is before its end.
    bool take(const std::string& text);

   private:
    static constexpr std::size_t kMost = 1 << 16;
    std::string bytes_;
    std::size_t taken_ = 0;
  };

  const InputStatement& statement() const { return script_.statements[at_]; }
  bool is_due(const InputStatement& statement, const Machine& machine);
  bool look(const InputStatement& statement, const Machine& machine);
  bool sees(InputSource source, const std::string& text, const Machine& machine) const;
  void act(const InputStatement& statement, const Machine& machine);
  void fail(const std::string& why);

  const InputScript& script_;
  KeyboardInput& keyboard_;
  Cycle look_;
  Screenshot screenshot_;
  std::size_t at_ = 0;
  std::optional<Cycle> begun_;  // the statement, and when
  Cycle next_look_ = 0;
  Bytes serial_;
  Bytes console_;
  std::optional<std::uint8_t> status_;
  std::string failure_;
};

}  // namespace strata
