// One run of one machine in steps, for who runs it alone and for who runs several side by side.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/base/result.h"
#include "models/base/types.h"
#include "platform/options.h"
#include "platform/output/output_file.h"

namespace strata {

/// What a run has to know of others beside it.
struct RunCompany {
  std::string name;                     // what begins its lines; empty: it is alone
  bool standard_output_taken = false;   // by a document of whichever machine
  bool screen_shown = false;            // in the terminal, of whichever machine
  std::vector<OutputFile> outputs;      // of others, that must not be its own
  std::vector<std::string> inputs;      // of others, that it must not write to
  std::uint8_t* shared_page = nullptr;  // of RunOptions::share
};

class MachineRun {
 public:
  virtual ~MachineRun() = default;

  /// The steps before the run, in this order: all input is read and all outputs are looked at; the
  /// machine is built; outputs are opened. An error says where in its file a mistake is.
  virtual std::optional<Error> check() = 0;
  virtual std::optional<Error> make() = 0;
  virtual std::optional<Error> open() = 0;

  /// Runs on, up to cycle `turn_end`. False when the run has ended.
  virtual bool go_on(Cycle turn_end) = 0;

  /// Writes what the run was for and says how it ended; the status that stands for it.
  virtual int finish() = 0;

  virtual Cycle cycles() const = 0;
};

/// `options` outlive it.
std::unique_ptr<MachineRun> make_machine_run(const RunOptions& options, RunCompany company);

}  // namespace strata
