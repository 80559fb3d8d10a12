// The command line as values. The one place that knows Boost.Program_options.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "models/base/result.h"
#include "platform/bench/bench_table.h"
#include "platform/config/machine_file.h"
#include "platform/engines.h"
#include "platform/machine_config.h"
#include "platform/profile/profile_rows.h"
#include "platform/rtc_text.h"
#include "platform/stats/run_label.h"

namespace strata {

enum class DisplayMode { kNone, kText };

/// `strata run`. File names are empty when not given.
struct RunOptions {
  const EngineEntry* engine = nullptr;  // never null after parsing
  CpuFamily cpu = CpuFamily::k586;
  std::string guest;
  std::string bios;
  std::string append;
  std::string kernel;
  std::string initrd;
  std::vector<std::string> modules;  // FILE or FILE=TEXT
  std::optional<std::uint16_t> post_port;
  std::string disk;
  bool disk_shared = false;  // read only, and by other runs at the same time
  std::uint64_t memory_bytes = 0;
  std::uint64_t clock_hz = 0;

  Cycle max_cycles = kNever;
  std::optional<std::chrono::duration<double>> timeout;
  bool sandbox = true;

  DisplayMode display = DisplayMode::kNone;
  std::string input;
  std::string record;
  std::string console;  // as GuestOutputPaths has them
  std::string serial;
  std::string serial_in;
  std::string screen_text;
  std::string screen_png;
  std::string stats;
  Cycle interval = 0;  // 0: not asked for
  std::string interval_file;
  std::string region;
  std::string region_file;
  std::string profile;
  bool explain = false;
  bool sensitive = false;
  bool patch = false;
  bool dump_blocks = false;
  bool perf_map = false;
  std::uint64_t trap_cycles = 0;  // what one is taken to cost
  std::string log;
  bool verbose = false;
  bool quiet = false;

  std::string vcd;
  std::string fst;
  std::string trace_from;  // cycle or symbol, or empty
  std::string trace_to;
  Cycle trace_last = 0;
  bool check = false;

  std::set<std::string> tlm_devices;
  VgaMemory vga_memory = VgaMemory::kShared;
  unsigned cpi = 1;
  PagingChoice paging;
  unsigned memory_latency = 2;
  bool sdram = false;
  CacheShape caches = built_caches();
  std::uint64_t seed = 0;
  RtcStart rtc;
  bool reset_on_shutdown = false;
  std::optional<SharedPage> share;  // its memory is not there yet
  /// Of the machine file it comes from, if it does.
  SettingPlaces places;
  /// Engine and machine as options of another `run`, without guest and files.
  std::vector<std::string> machine_arguments;
};

/// `strata run` of several machines.
struct MachinesOptions {
  struct Machine {
    std::string name;
    RunOptions run;
  };
  std::vector<Machine> machines;
  Cycle quantum = 0;
};

/// Whether `strata compare` runs the guest as a program of the host, too.
enum class NativeChoice { kNo, kIfThere, kYes };

/// `strata compare`: the arguments of one `strata run` for each column.
struct CompareOptions {
  struct Run {
    const EngineEntry* engine = nullptr;
    Parameters parameters;               // that are varied
    std::vector<std::string> arguments;  // options of `run` that concern this engine, those too
  };
  std::vector<Run> runs;
  NativeChoice native = NativeChoice::kNo;
  RunOptions common;
  bool varies = false;      // options: what the guest shows may rightly differ
  unsigned repeats = 1;     // runs of each column, taken in turn
  bool explain = false;     // each column's exits, and both ways to devices
  bool share_disk = false;  // let the engines work on the given image, one after another
  std::string json;
};

/// `strata profile`. One report at a time: of --annotate, --folded and --diff one at most is given.
struct ProfileOptions {
  std::string file;
  ProfileUnit unit = ProfileUnit::kFunction;
  std::string annotate;  // a function's name, or empty
  std::string other;     // file to compare with, or empty
  bool folded = false;
  bool csv = false;
  std::size_t most = 0;  // rows of a table; 0: all
};

/// `strata bench`.
struct BenchOptions {
  BenchDevice device = BenchDevice::kDisk;
  std::vector<const EngineEntry*> engines;
  std::vector<std::uint64_t> counts;  // of sectors or frames, ascending
  std::vector<std::string> ways;
  bool write = true;
  bool read = false;
  double limit = 0;      // seconds that a cell may take
  double rtl_limit = 0;  // and a cell of rtl
  std::string json;
  std::string csv;
  std::string plot;  // what the pictures' names begin with
};

struct InfoOptions {};

/// `strata disk create`.
struct DiskCreateOptions {
  std::string path;
  std::uint64_t bytes = 0;
};

/// --help, --version: text for standard output.
struct ShowText {
  std::string text;
};

using Command = std::variant<ShowText, RunOptions, MachinesOptions, CompareOptions, BenchOptions,
                             ProfileOptions, InfoOptions, DiskCreateOptions>;

/// `arguments` without the program's name. An error is one line.
Result<Command> parse_command_line(const std::vector<std::string>& arguments);

}  // namespace strata
