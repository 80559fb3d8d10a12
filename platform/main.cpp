// The program `strata`: from arguments to a command.
#include <exception>
#include <new>
#include <string>
#include <system_error>
#include <variant>
#include <vector>

#include "platform/commands.h"
#include "platform/exit_codes.h"
#include "platform/options.h"
#include "platform/output/standard_streams.h"

namespace strata {
namespace {

int show(const ShowText& text) {
  standard_output().put(text.text);
  return kExitOk;
}

int dispatch(const Command& command) {
  if (const auto* text = std::get_if<ShowText>(&command)) return show(*text);
  if (const auto* run = std::get_if<RunOptions>(&command)) return run_command(*run);
  if (const auto* machines = std::get_if<MachinesOptions>(&command)) {
    return machines_command(*machines);
  }
  if (const auto* compare = std::get_if<CompareOptions>(&command)) return compare_command(*compare);
  if (const auto* bench = std::get_if<BenchOptions>(&command)) return bench_command(*bench);
  if (const auto* profile = std::get_if<ProfileOptions>(&command)) return profile_command(*profile);
  if (const auto* disk = std::get_if<DiskCreateOptions>(&command)) {
    return disk_create_command(*disk);
  }
  return info_command(std::get<InfoOptions>(command));
}

int start(const std::vector<std::string>& arguments) {
  auto command = parse_command_line(arguments);
  if (!command) return report_error(command.failure());
  try {
    return dispatch(*command);
  } catch (const std::bad_alloc&) {
    complain("the host has not enough memory; give less --mem");
  } catch (const std::system_error& error) {
    // Threads are what the program asks the host for without a name to blame.
    complain(fmt::format("the host refuses what the run needs: {}; raise its limits (ulimit)",
                         error.code().message()));
  } catch (const std::exception& error) {
    complain(fmt::format("internal error: {}", error.what()));
  }
  return kExitFailed;
}

}  // namespace

int report_error(const Error& error) {
  complain(error.message);
  return error.of_host ? kExitFailed : kExitBadInput;
}

}  // namespace strata

int main(int argc, char** argv) {
  strata::guard_standard_streams();
  const int status = strata::start(std::vector<std::string>(argv + 1, argv + argc));
  return strata::end_program(status);
}
