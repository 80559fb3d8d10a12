// What is done to a run's machine from outside: --input plays a script, --record writes what was
// pressed as such a script.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/base/result.h"
#include "platform/input/input_script.h"
#include "platform/input/keyboard_input.h"
#include "platform/input/script_player.h"
#include "platform/machine.h"
#include "platform/options.h"
#include "platform/output/output_file.h"
#include "platform/run_control.h"

namespace strata {

class RunInput {
 public:
  /// Reads the script, if there is one; null if nobody wants to press or record anything.
  static Result<std::unique_ptr<RunInput>> make(const RunOptions& options);

  /// The screenshots of the script, each at the place it is asked for.
  std::vector<OutputFile> outputs() const;
  std::optional<Error> open();

  void on_serial(std::uint8_t byte) { player_.on_serial(byte); }
  void on_console(std::uint8_t byte) { player_.on_console(byte); }

  /// Runs on up to cycle `turn_end`, as Machine::run() does, from one stop of the script to the
  /// next.
  RunOutcome run(Machine& machine, RunControl& control, Cycle turn_end);

  /// The script of what was pressed.
  const std::string& record() const { return record_; }

 private:
  RunInput(InputScript script, std::uint64_t clock_hz);

  RunOutcome end_of_script(Machine& machine, RunControl& control);
  RunOutcome end_of_machine(const Machine& machine, RunOutcome outcome);

  InputScript script_;
  std::string record_;
  KeyboardInput keyboard_;
  ScriptPlayer player_;
  std::vector<std::pair<std::string, Document>> screenshots_;  // by path
};

}  // namespace strata
