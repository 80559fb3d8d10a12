#include "platform/run_input.h"

#include <fmt/format.h>

#include <algorithm>

#include "platform/display/picture.h"

namespace strata {

Result<std::unique_ptr<RunInput>> RunInput::make(const RunOptions& options) {
  if (options.input.empty() && options.record.empty()) return std::unique_ptr<RunInput>();
  InputScript script;
  if (!options.input.empty()) {
    auto read = read_input_script(options.input, options.clock_hz);
    if (!read) return read.failure();
    script = std::move(*read);
  }
  return std::unique_ptr<RunInput>(new RunInput(std::move(script), options.clock_hz));
}

RunInput::RunInput(InputScript script, std::uint64_t clock_hz)
    : script_(std::move(script)),
      keyboard_(clock_hz,
                [this](Cycle cycle, const Key& key, bool down) {
                  record_ +=
                      fmt::format("at cycle {} key {} {}\n", cycle, key.name, down ? "down" : "up");
                }),
      player_(script_, keyboard_, clock_hz,
              [this](const std::string& path, const TextScreen& screen) {
                const auto of_path = [&](const auto& shot) { return shot.first == path; };
                std::ranges::find_if(screenshots_, of_path)->second.write(to_png(render(screen)));
              }) {}

std::vector<OutputFile> RunInput::outputs() const {
  std::vector<OutputFile> outputs;
  for (const InputStatement& statement : script_.statements) {
    if (statement.action != InputStatement::Action::kScreenshot) continue;
    outputs.push_back(
        {fmt::format("{}:{}: screenshot", script_.name, statement.line), statement.path, true});
  }
  return outputs;
}

std::optional<Error> RunInput::open() {
  for (const OutputFile& output : outputs()) {
    auto document = Document::open(output);
    if (!document) return document.failure();
    screenshots_.emplace_back(output.path, std::move(*document));
  }
  return std::nullopt;
}

RunOutcome RunInput::run(Machine& machine, RunControl& control, Cycle turn_end) {
  for (;;) {
    player_.step(machine);
    if (player_.status() || !player_.failure().empty()) return end_of_script(machine, control);
    const Cycle now = machine.cycles();
    const Cycle stop = std::min(turn_end, player_.next(now));
    if (stop <= now) return {RunEnd::kTurnOver, 0, ""};
    control.set_turn_end(stop);
    control.set_awaited(player_.waits() || !keyboard_.empty());
    RunOutcome outcome = machine.run(control);
    if (outcome.end != RunEnd::kTurnOver) {
      return end_of_machine(machine, std::move(outcome));
    }
  }
}

/// At the cycle at which the machine stands; it ends what it writes.
RunOutcome RunInput::end_of_script(Machine& machine, RunControl& control) {
  control.limit_to(machine.cycles());
  RunOutcome outcome = machine.run(control);
  const bool better_reason = outcome.end == RunEnd::kCheckFailed ||
                             outcome.end == RunEnd::kHostFailed ||
                             outcome.end == RunEnd::kOutputFailed;
  if (better_reason) return outcome;
  outcome.end = player_.status() ? RunEnd::kQuit : RunEnd::kInputFailed;
  outcome.status = player_.status().value_or(0);
  outcome.report = player_.failure();
  return outcome;
}

/// A guest that has ended well while the script waits for more has not.
RunOutcome RunInput::end_of_machine(const Machine& machine, RunOutcome outcome) {
  const bool well =
      outcome.end == RunEnd::kHalted || (outcome.end == RunEnd::kExited && outcome.status == 0);
  if (!well) return outcome;
  player_.end(machine);
  if (!player_.failure().empty())
    return {RunEnd::kInputFailed, 0, player_.failure(), outcome.empty_window};
  if (player_.status()) return {RunEnd::kQuit, *player_.status(), "", outcome.empty_window};
  return outcome;
}

}  // namespace strata
