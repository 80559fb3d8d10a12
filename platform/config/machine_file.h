// A machine's description in TOML: each key is an option of `strata run`, without the dashes, or
// `guest`. Which options there are, and what they take, the caller says; what their values mean is
// not known here. The one place that knows toml++.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/base/result.h"
#include "platform/command_table.h"

namespace strata {

/// An option and its value as the command line would have it; none if it takes none.
struct Setting {
  std::string option;
  std::optional<std::string> value;
};

inline constexpr const char* kGuestKey = "guest";

/// Where the settings of a file are, for messages about them.
class SettingPlaces {
 public:
  SettingPlaces() = default;
  explicit SettingPlaces(std::string file) : file_(std::move(file)) {}

  void add(const std::string& option, unsigned line, unsigned column);

  /// The option's value comes from somewhere else.
  void set_elsewhere(const std::string& option) { places_[option].reset(); }

  /// "FILE:LINE:COLUMN: message", of the option that the message begins with, with dashes or
  /// without; of the file's beginning where that is none or not in the file. The message alone
  /// where the option comes from somewhere else, or there is no file.
  std::string locate(const std::string& message) const;

 private:
  struct Place {
    unsigned line = 1;
    unsigned column = 1;
  };
  std::string file_;
  std::map<std::string, std::optional<Place>> places_;
};

struct MachineFile {
  std::vector<Setting> settings;  // one that is false is not there
  SettingPlaces places;
};

/// Whether `path` names a machine file rather than a guest.
bool names_machine_file(const std::string& path);

/// Names of files that are relative are taken from the file's folder. An error is one line with
/// file, line and column.
Result<MachineFile> read_machine_file(const std::string& path,
                                      const std::vector<OptionGroup>& groups);

/// The text of a file with these settings, in the order of `groups`, with the whole names of files,
/// so that it may be put anywhere. An error names what TOML cannot say.
Result<std::string> to_machine_file(const std::vector<Setting>& settings,
                                    const std::vector<OptionGroup>& groups);

}  // namespace strata
