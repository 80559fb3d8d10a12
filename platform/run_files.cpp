#include "platform/run_files.h"

#include "platform/guest_output.h"
#include "platform/trace/save_file.h"

namespace strata {

std::vector<OutputFile> outputs_of(const RunOptions& options) {
  const auto beside = [](const std::string& waves) {
    return waves.empty() ? waves : save_file_of(waves);
  };
  return {{"--vcd", options.vcd},
          {"--fst", options.fst},
          {"save file of --vcd", beside(options.vcd)},
          {"save file of --fst", beside(options.fst)},
          {"--stats", options.stats, true},
          {"--interval-file", options.interval_file, true},
          {"--region-file", options.region_file, true},
          {"--profile", options.profile, true},
          {"--screen-text", options.screen_text, true},
          {"--screen-png", options.screen_png, true},
          {"--record", options.record, true},
          {"--log", options.log},
          {"--console", names_standard_stream(options.console) ? "" : options.console},
          {"--serial", names_standard_stream(options.serial) ? "" : options.serial}};
}

std::vector<std::string> inputs_of(const RunOptions& options) {
  std::vector<std::string> inputs = {options.guest,    options.bios,   options.disk,
                                     options.kernel,   options.initrd, options.input,
                                     options.serial_in};
  for (const std::string& module : options.modules) {
    inputs.push_back(module.substr(0, module.find('=')));
  }
  return inputs;
}

GuestRequest start_of(const RunOptions& options) {
  return {.guest = options.guest,
          .bios = options.bios,
          .append = options.append,
          .memory_bytes = options.memory_bytes,
          .kernel = options.kernel,
          .initrd = options.initrd,
          .modules = options.modules};
}

const std::string& started_by(const RunOptions& options) {
  if (!options.guest.empty()) return options.guest;
  return options.kernel.empty() ? options.bios : options.kernel;
}

}  // namespace strata
