// A script of --input: what is done to a machine while it runs, a statement a line, one after the
// other. platform/input/README.md has the language. Nothing of it depends on the host's time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/base/result.h"
#include "models/base/types.h"
#include "platform/input/keys.h"

namespace strata {

/// What a statement looks at.
enum class InputSource { kScreen, kPrompt, kSerial, kConsole };

struct InputStatement {
  enum class Wait { kNot, kFor, kUntilCycle, kSoLong };
  enum class Action { kNone, kType, kKey, kScreenshot, kExpect, kQuit };

  unsigned line = 0;
  Wait wait = Wait::kNot;
  InputSource awaited = InputSource::kScreen;  // kFor
  std::string awaited_text;
  Cycle cycles = 0;             // kUntilCycle, kSoLong
  std::optional<Cycle> within;  // kFor: the run fails when this is over
  std::string within_text;      // as it was written

  Action action = Action::kNone;
  std::string text;                             // kType, kExpect
  InputSource expected = InputSource::kScreen;  // kExpect
  const Key* key = nullptr;                     // kKey
  bool down = false;                            //
  bool up = false;                              // both: pressed
  std::string path;                             // kScreenshot
  std::uint8_t status = 0;                      // kQuit
};

struct InputScript {
  std::string name;  // of the file
  std::vector<InputStatement> statements;
};

/// An error is "NAME:LINE: what is wrong".
Result<InputScript> parse_input_script(const std::string& name, const std::string& text,
                                       std::uint64_t clock_hz);

/// The same of a file.
Result<InputScript> read_input_script(const std::string& path, std::uint64_t clock_hz);

}  // namespace strata
