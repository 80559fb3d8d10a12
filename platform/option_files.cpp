#include "platform/option_files.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <vector>

#include "platform/config/machine_file.h"

namespace strata {
namespace {

const std::vector<OptionGroup>& all_groups() {
  return command_text("config").groups;
}

/// The values of the options that are `wanted`, of a switch that it is on.
std::vector<Setting> settings_of(const Values& values,
                                 const std::function<bool(const OptionText&)>& wanted) {
  std::vector<Setting> settings;
  for (const OptionGroup& group : all_groups()) {
    for (const OptionText& option : group.options) {
      if (!wanted(option)) continue;
      if (option.repeated) {
        for (const std::string& value : values.list(option.name)) {
          settings.push_back({option.name, value});
        }
      } else if (option.value.empty()) {
        settings.push_back({option.name, std::nullopt});
      } else {
        settings.push_back({option.name, values.text(option.name)});
      }
    }
  }
  return settings;
}

/// --mem-latency is another word for a --memory.
bool is_memory_timing(const std::string& option) {
  return option == "memory" || option == "mem-latency";
}

/// Whether the command line says something else than a file's setting of `option`.
bool wins_over(const Values& given, const std::string& option) {
  if (option == kGuestKey) return false;
  if (is_memory_timing(option)) return given.given("memory") || given.given("mem-latency");
  return given.given(option);
}

/// What the command line leaves of the file's settings, and its own. Settings that mean nothing to
/// another engine that it names are left out.
std::vector<Setting> merge(MachineFile& file, const Values& given) {
  const EngineEntry* engine = nullptr;
  if (given.given("engine")) engine = pick_engine("--engine", given.text("engine"));
  std::vector<Setting> merged;
  for (Setting& setting : file.settings) {
    if (wins_over(given, setting.option)) continue;
    const bool means_something =
        setting.option == kGuestKey || engine == nullptr || has_option(engine, setting.option);
    if (means_something) merged.push_back(std::move(setting));
  }
  for (Setting& setting :
       settings_of(given, [&](const OptionText& option) { return given.given(option.name); })) {
    file.places.set_elsewhere(setting.option);
    merged.push_back(std::move(setting));
  }
  return merged;
}

Text to_arguments(const std::vector<Setting>& settings) {
  Text options;
  Text guest;
  for (const auto& [option, value] : settings) {
    const std::string name = "--" + option;
    if (option == kGuestKey) {
      guest = {"--", *value};
    } else if (!value) {
      options.push_back(name);
    } else if (value->empty()) {
      options.insert(options.end(), {name, ""});
    } else {
      options.push_back(name + "=" + *value);
    }
  }
  options.insert(options.end(), guest.begin(), guest.end());
  return options;
}

/// A file's machine: its options, and what they mean.
struct FileRun {
  Values values;
  RunOptions run;
};

FileRun read_file(const Values& given, const std::string& path, ReadRun read) {
  auto file = read_machine_file(path, all_groups());
  if (!file) fail_option("{}", file.error());
  const Text arguments = to_arguments(merge(*file, given));
  try {
    Values values(command_text("config"), arguments, kGuestKey);
    RunOptions run = read(values);
    run.places = std::move(file->places);
    return {std::move(values), std::move(run)};
  } catch (const BadOption& bad) {
    fail_option("{}", file->places.locate(bad.message));
  } catch (const po::error& error) {
    fail_option("{}", file->places.locate(error.what()));
  }
}

/// Each option that has a value, whether it was given or not, and each switch that is on.
std::string to_text(const Values& values, const RunOptions& run) {
  auto settings = settings_of(values, [&](const OptionText& option) {
    const bool has_value = values.given(option.name) || !option.initial.empty();
    return has_value && has_option(run.engine, option.name);
  });
  if (values.given("mem-latency")) {
    std::erase_if(settings, [](const Setting& s) { return is_memory_timing(s.option); });
    settings.push_back({"memory", fmt::format("fixed:{}", run.memory_latency)});
  }
  if (!run.guest.empty()) settings.push_back({kGuestKey, run.guest});
  auto text = to_machine_file(settings, all_groups());
  if (!text) fail_option("{}", text.error());
  return *text;
}

/// Throws what keeps the later one from running beside the other.
void check_company(const MachinesOptions::Machine& other, const MachinesOptions::Machine& later) {
  const auto refuse = [&](const std::string& why) {
    fail_option("{}", later.run.places.locate(why));
  };
  if (other.name == later.name) {
    refuse(fmt::format("the name of another machine is '{}', too; rename one of the files",
                       other.name));
  }
  const EngineEntry* engine = later.run.engine;
  if (engine == other.run.engine && engine->once_a_process) {
    refuse(
        fmt::format("--engine {}: one machine of it fits in a process, and '{}' is one; run this "
                    "one on another "
                    "engine or by itself",
                    engine->name, other.name));
  }
  const bool shown = other.run.display != DisplayMode::kNone;
  if (shown && later.run.display != DisplayMode::kNone) {
    refuse(fmt::format("--display: the terminal has room for one screen, and '{}' shows its own",
                       other.name));
  }
  if (later.run.guest == "-" && other.run.guest == "-") {
    refuse(fmt::format("guest -: '{}' reads its guest from standard input", other.name));
  }
}

}  // namespace

void check_partner(const RunOptions& run, std::size_t sharing) {
  if (!run.share || sharing > 1) return;
  fail_option("{}",
              run.places.locate(fmt::format(
                  "--share: no other machine of this run shares a page '{}'", run.share->name)));
}

MachinesOptions machines_of_files(const Values& given, ReadRun read) {
  MachinesOptions all;
  all.quantum = given.count("quantum", 1, kNever - 1);
  for (const std::string& path : given.positionals()) {
    if (names_machine_file(path)) continue;
    fail_option("{}: of several machines each needs a FILE.toml; 'strata config' prints one", path);
  }
  for (const std::string& path : given.positionals()) {
    MachinesOptions::Machine machine{std::filesystem::path(path).stem().string(),
                                     run_of_file(given, path, read)};
    for (const auto& other : all.machines) check_company(other, machine);
    all.machines.push_back(std::move(machine));
  }
  for (const auto& machine : all.machines) {
    const auto partners = std::ranges::count_if(all.machines, [&](const auto& other) {
      return other.run.share && machine.run.share &&
             other.run.share->name == machine.run.share->name;
    });
    check_partner(machine.run, static_cast<std::size_t>(partners));
  }
  return all;
}

RunOptions run_of_file(const Values& given, const std::string& path, ReadRun read) {
  return read_file(given, path, read).run;
}

std::string machine_file_of(const Values& given, ReadRun read) {
  if (!names_machine_file(given.positional())) return to_text(given, read(given));
  const FileRun file = read_file(given, given.positional(), read);
  return to_text(file.values, file.run);
}

}  // namespace strata
