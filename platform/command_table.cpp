#include "platform/command_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cassert>

#include "platform/cache_text.h"
#include "platform/engines.h"
#include "platform/machine_config.h"
#include "platform/paging_text.h"
#include "platform/rtc_text.h"

namespace strata {
namespace {

std::string twin_choices() {
  std::string choices;
  for (const char* device : kTwinDevices) choices += fmt::format(" {0}=rtl {0}=tlm", device);
  return choices.substr(1);
}

OptionGroup machine_group() {
  return {
      "Machine",
      {
          {"disk", "FILE", "",
           "raw image of the ATA drive, written in place; FILE,share reads it, as others may", ""},
          {"mem", "SIZE", "16M", "RAM, 1M to 2048M; a bare number counts MiB", ""},
          {"cpu", "MODEL", "586", "processor: 386, 486 or 586, all without FPU", "386 486 586"},
          {"clock-mhz", "F", "25", "CPU clock, 1.2 to 4000; timers derive from it", ""},
          {"bios", "FILE", "", "boot ROM of your own, to end at 1 MiB and at 4 GiB", ""},
          {"serial-in", "FILE", "",
           "what the terminal on the serial port sends, while the guest listens; - for standard "
           "input, read to its end",
           ""},
          {"post-port", "PORT", "", "a port whose bytes are POST codes too, beside port 80", ""},
          {"kernel", "FILE", "", "Linux kernel to start, a bzImage or a vmlinux for i386", ""},
          {"initrd", "FILE", "", "first file system of --kernel", ""},
          {"append", "TEXT", "", "command line of a multiboot guest or of --kernel", ""},
          {"module", "FILE[=TEXT]", "",
           "file that a multiboot guest finds in memory, and its text, without it FILE; may be "
           "given "
           "again",
           "", true},
          {"seed", "N", "0", "power-on contents of RAM: 0 zeroes, else random", ""},
          {"rtc", "TIME", rtc_text(kRtcStart),
           "what the CMOS clock shows at power-on, in UTC: host, DATE or DATETTIME", "host"},
          {"on-shutdown", "WHAT", "stop",
           "a triple fault ends the run (stop) or resets the machine (reset)", "stop reset"},
          {"device", "D=TWIN", "",
           fmt::format("rtl: one of {} as rtl or tlm, e.g. ata=tlm", fmt::join(kTwinDevices, " ")),
           twin_choices(), true},
          {"memory", "HOW", "fixed:2",
           "rtl: timing of the memory, fixed:N for N wait cycles, or sdram (PC133, rows kept open)",
           "fixed:2 sdram"},
          {"mem-latency", "N", "", "rtl: the same as --memory fixed:N", ""},
          {"cache", "SHAPE", cache_text(built_caches()),
           "rtl: SIZE/WAYS/LINE of each cache, at most this size, or off",
           cache_text(built_caches()) + " off"},
          {"cpi", "N", "1", "interp, block, jit: cycles an instruction", ""},
          {"paging", "HOW", "off",
           "interp: page the guest through a monitor, by shadow tables or by a second level of 2 "
           "(i386), 3 (PAE) or 4 (x86-64) levels, and say what that takes",
           "off shadow nested:2 nested:3 nested:4"},
          {"paging-tlb", "N", std::to_string(PagingChoice{}.tlb_entries),
           "interp: entries of the TLB then, the oldest replaced; 0 for no limit", ""},
          {"paging-cost", "TRAP/REF", paging_cost_text({}),
           "interp: cycles a trap and a reference to a table are reckoned with then", ""},
          {"vga-memory", "HOW", "shared",
           "interp, block, jit, kvm: shared with the display, or trap on every write",
           "shared trap"},
      }};
}

OptionGroup limit_group() {
  return {"Limits",
          {
              {"max-cycles", "N", "", "end after N CPU cycles (status 4)", ""},
              {"timeout", "SECONDS", "", "end after so many host seconds (status 4)", ""},
              {"no-sandbox", "", "",
               "do not confine the run to the system calls it needs once its files are open", ""},
          }};
}

OptionGroup input_group() {
  return {"Input",
          {
              {"input", "FILE", "",
               "a script of keys and text typed, what is waited for and expected, screenshots and "
               "the end (platform/input/README.md); - for standard input",
               ""},
              {"record", "FILE", "", "what was pressed, as such a script", ""},
          }};
}

OptionGroup output_group() {
  return {
      "Output",
      {
          {"display", "HOW", "none", "none, or text: the screen in this terminal", "none text"},
          {"console", "FILE", "",
           "bytes of the debug console; - or stdio, as without it, for standard output (error, "
           "if a document has that)",
           ""},
          {"serial", "FILE", "",
           "bytes of the serial port; - or stdio for where the console goes without --console; "
           "dropped without it",
           ""},
          {"screen-text", "FILE", "", "final screen as text; - for standard output", ""},
          {"screen-png", "FILE", "", "final screen as a picture", ""},
          {"stats", "FILE", "", "figures of the run as JSON; - for standard output", ""},
          {"interval", "N", "", "rtl, interp, block, jit: take the counters every N cycles", ""},
          {"interval-file", "FILE", "",
           "where they go: what they grew by, as CSV if it ends in .csv, else as JSON lines; - "
           "for standard output",
           ""},
          {"region", "CODE", "",
           "rtl, interp, block, jit: take the counters of each pass: FUNCTION from call to return, "
           "FROM..TO, or @marks, what the guest marks by port ABBA",
           ""},
          {"region-file", "FILE", "",
           "where they go, as those of --interval, with minimum, median and maximum", ""},
          {"profile", "FILE", "",
           "rtl, interp, block, jit: where the cycles went, for 'strata profile'", ""},
          {"explain", "", "",
           "which instructions left the guest, how often, how long, and what calls of port ABBA "
           "would save",
           ""},
          {"sensitive", "", "",
           "interp, block, jit: privileged and sensitive instructions executed, what a "
           "trap-and-emulate "
           "monitor would have to do, and whether the guest is virtualisable classically",
           ""},
          {"patch", "", "",
           "interp: replace sensitive instructions by jumps to routines before they run; traps and "
           "cycles with and without",
           ""},
          {"trap-cycles", "N", "1000", "interp: cycles that a trap is taken to cost with --patch",
           ""},
          {"dump-blocks", "", "",
           "jit: the blocks that were translated, as guest code, intermediate form and host code, "
           "with how often each was executed",
           ""},
          {"perf-map", "", "", "jit: name translated code to perf, in /tmp/perf-PID.map", ""},
          {"log", "FILE", "", "what the devices did, by cycle", ""},
          {"verbose", "", "", "the same on standard error", ""},
          {"quiet", "", "", "no status line and no closing line", ""},
      }};
}

OptionGroup wave_group() {
  return {"Waves and checks",
          {
              {"vcd", "FILE", "", "waves as VCD: rtl its wires, the others their exits", ""},
              {"fst", "FILE", "", "the same as FST", ""},
              {"trace-from", "WHEN", "", "rtl: begin at a cycle or symbol", ""},
              {"trace-to", "WHEN", "", "rtl: end at a cycle or symbol", ""},
              {"trace-last", "N", "", "rtl: keep only the last N cycles before the end", ""},
              {"check", "", "", "rtl: compare every instruction with the interpreter", ""},
          }};
}

OptionGroup company_group() {
  return {
      "Several machines",
      {
          {"share", "NAME@ADDRESS", "",
           "interp, block, jit, kvm: a page of 4096 bytes of data in common with machines of the "
           "same NAME",
           ""},
      }};
}

constexpr char kRunText[] =
    R"(GUEST is a multiboot (version 1) i386 ELF file, a boot sector (512 bytes ending
55 AA, loaded at 7C00), or a disk image whose first sector is one; such an image
is also the disk when --disk is not given. Without GUEST, --bios is needed, or --kernel,
whose file Linux's 32-bit boot protocol starts (2.02 or later), without BIOS services.
A guest but a disk image may come through a pipe; - is standard input. FILE.toml is
a machine's description as 'strata config' prints it; options beside it win. The debug
console (port E9) goes to standard output, unless --console names a file or a
document (--stats -, --screen-text -) takes standard output; then to standard error.

Several machines, each with its FILE.toml, take turns of --quantum cycles of their own CPU,
and each is the same as when it runs alone. One of them can be rtl (SystemC has one
kernel a process); kvm, on host time, takes no turns but runs on a thread of its own.
A line of a guest on a standard stream begins with its machine's name, which is the
file's. Options beside the files are for each machine. Those that --share a page by the same name
see in it what the others write, at their next turn, and are not the same as alone. The status is 130 after Ctrl-C, else
that of the first machine named whose status is not 0, else 0.

Whole numbers are decimal or, behind 0x, hexadecimal; _ may separate digits.
Cycles are also counted as 10M or 1e6 (thousands), sizes as 64K or 16M (1024s).
WHEN is a cycle, or a symbol of GUEST, also as SYMBOL+OFFSET: the first time
the instruction there is about to run, for --trace-to after the beginning.
CODE is a symbol, SYMBOL+OFFSET or a linear address; FROM..TO is from the
retirement of the instruction at FROM to the next retirement of that at TO.
)";

constexpr char kCompareText[] =
    R"(Runs GUEST on each engine in a process of its own, on a fresh copy of the disk
image, and prints cycles, instructions, wall time and exits side by side. A run
that a limit or Ctrl-C has cut off is shown with its rate, without a time, and
is not compared. Ends with 1 when final screen, disk image or status differ.

--vary runs GUEST with several values of a machine option that names no file, on
the engines named or else on those the option means something to. Where cycles
have causes (rtl), a second table has the CPI stacks: cycles an instruction by
cause, and what each differs by from the first. Screen and disk image may then
differ, as a guest may show its time; that is said and is no failure.

Beside the benchmarks (sw/benchmarks) lie GUEST.native, the same objects as a
32-bit process of the host, which is the last column, or GUEST.no-native, a line
that says why there is none; native in --engines asks for it by name. "times the
next" is each run's time over that of the one behind it, the next rung.

--vary paging=shadow,nested:4 has a table of what paging took in each: traps, TLB,
walks, references, tables.
)";

constexpr char kBenchText[] =
    R"(DEVICE is disk or vga. Moves sectors, or draws frames, in every way there is, by guests
that strata carries, and prints the seconds each takes on each engine, what one sector
or frame takes, and how often it leaves the guest. The image is in the temporary
folder (TMPDIR) and is looked at sector by sector after each cell; the same number of
sectors is moved as dd would beside it. A cell whose fewer sectors say that it would
take longer than --limit is left out; without --limit, of rtl, so is what takes more
than a minute.

Ways to the disk: pio, the ATA registers word by word; rep, by REP OUTSW and REP INSW;
call, a call of port ABBA a sector; list, one a list of 127; ring, 64 in flight. Ways to
the screen: memory, text memory; trap, the same where each store leaves the guest;
call, a call a character; frame, a call a frame of 80 x 25.
)";

constexpr char kConfigText[] =
    R"(Prints in TOML the machine that 'strata run' would run if given the same. Each key
is an option of 'strata run' without the dashes, or guest; of an option without a
value it is true, of one that may be given more than once a list. A file needs
only what it wants otherwise than without the option; what is printed has all of it.
A relative name of a file is taken from the folder that FILE.toml is in; what is
printed has whole names.
)";

constexpr char kProfileText[] =
    R"(FILE is what 'strata run --profile FILE' has written. Prints cycles by cause and
by function, the most first: those in the function itself, with what it called
as a share of the run, calls, and what most of its cycles went to. A cycle belongs
to the instruction that retires at its end or next after it.
)";

constexpr char kDiskText[] =
    R"(Makes FILE, a raw image of SIZE zero bytes; SIZE is a multiple of 512 and may
end in K, M or G. An existing file is never overwritten.
)";

std::string engine_list(const char* separator) {
  std::string list;
  for (const EngineEntry& engine : engines()) {
    list += (list.empty() ? "" : separator) + std::string(engine.name);
  }
  return list;
}

/// What --help says of each.
std::string engine_help() {
  std::string text = "\nEngines:\n";
  for (const EngineEntry& engine : engines()) {
    text += fmt::format("  {:<8}{}\n", engine.name, engine.description);
  }
  return text;
}

/// What a machine's description has.
std::vector<OptionGroup> config_groups() {
  return {{"", {{"engine", "E", "interp", engine_names(), engine_list(" ")}}},
          machine_group(),
          limit_group(),
          input_group(),
          output_group(),
          wave_group(),
          company_group()};
}

std::vector<OptionGroup> run_groups() {
  std::vector<OptionGroup> groups = config_groups();
  groups.back().options.push_back({"quantum", "N", "100k", "CPU cycles of a turn", ""});
  return groups;
}

std::vector<OptionGroup> profile_groups() {
  return {
      {"Report",
       {
           {"by", "UNIT", "function", "function, line or instruction", "function line instruction"},
           {"annotate", "FUNCTION", "", "its disassembly, with the cost of each instruction", ""},
           {"folded", "", "", "a stack of calls and its cycles a line, for flame graphs", ""},
           {"diff", "OTHER", "", "beside the run of another profile", ""},
           {"csv", "", "", "the same as comma-separated values, all rows and causes", ""},
           {"top", "N", "30", "rows of a table; 0 for all", ""},
       }}};
}

std::vector<OptionGroup> compare_groups() {
  OptionGroup own = {
      "Comparison",
      {
          {"engines", "LIST", engine_list(","), "which, separated by commas; native, too",
           engine_list(" ") + " native"},
          {"vary", "OPTION=V1,V2", "",
           "run with each of these values, e.g. memory=fixed:2,sdram; given again, with each of "
           "those too",
           "", true},
          {"explain", "", "",
           "what left the guest, and the work of devices by registers and by calls of port ABBA "
           "beside each other",
           ""},
          {"json", "FILE", "", "the table as JSON; - for standard output", ""},
          {"repeat", "N", "1", "run each N times, in turn; the time is the median", ""},
          {"share-disk", "", "", "run on the image itself instead of a copy for each run", ""},
      }};
  return {std::move(own), machine_group(), limit_group()};
}

std::vector<OptionGroup> bench_groups() {
  return {
      {"Table",
       {
           {"engines", "LIST", engine_list(","), "which, separated by commas", engine_list(" ")},
           {"ways", "LIST", "", "which of its ways, all without it",
            "pio rep call list ring memory trap frame"},
           {"sectors", "N,N,...", "100,1000,10000,100000,1000000,5000000", "disk: how many", ""},
           {"frames", "N,N,...", "1,10,100,1000,10000", "vga: how many", ""},
           {"write", "", "", "disk: written only", ""},
           {"read", "", "", "disk: read only", ""},
           {"limit", "SECONDS", "300", "how long a cell may take", ""},
           {"json", "FILE", "", "the table as JSON; - for standard output", ""},
           {"csv", "FILE", "", "the same as comma-separated values", ""},
           {"plot", "PREFIX", "", "draw PREFIX.png and PREFIX.svg (gnuplot)", ""},
       }}};
}

}  // namespace

const std::vector<CommandText>& command_table() {
  static const std::vector<CommandText> kCommands = {
      {"run", "run a guest, or several side by side", "strata run [options] GUEST|FILE.toml...",
       kRunText + engine_help(), run_groups()},
      {"compare", "run it on one engine after another and compare",
       "strata compare [options] GUEST", kCompareText + engine_help(), compare_groups()},
      {"bench", "measure the ways to disk and screen", "strata bench DEVICE [options]", kBenchText,
       bench_groups()},
      {"config", "print a machine's description", "strata config [options] GUEST|FILE.toml",
       kConfigText + engine_help(), config_groups()},
      {"profile", "show where the cycles of a run went", "strata profile [options] FILE",
       kProfileText, profile_groups()},
      {"info",
       "this host, its KVM, versions",
       "strata info",
       "Describes the host, its KVM and the libraries.\n",
       {}},
      {"disk create", "make an empty disk image", "strata disk create FILE SIZE", kDiskText, {}},
  };
  return kCommands;
}

const CommandText& command_text(const std::string& name) {
  const auto found = std::ranges::find(command_table(), name, &CommandText::name);
  assert(found != command_table().end());
  return *found;
}

const std::vector<ExitCodeText>& exit_code_table() {
  static const std::vector<ExitCodeText> kCodes = {
      {"0", "the guest halted for good"},
      {"1",
       "a check failed, the disk image was lost, the host had no room, descriptors or memory, or "
       "the "
       "sandbox refused a system call"},
      {"2", "bad option or file, or no KVM on this host"},
      {"3", "triple fault"},
      {"4", "a limit was reached"},
      {"130", "interrupted (Ctrl-C)"},
      {"141", "the reader of the output went away"},
  };
  return kCodes;
}

std::string general_help() {
  std::string text =
      "strata runs one IA-32 PC at every level: cycle-accurate RTL, interpreter, blocks, KVM.\n\n";
  for (const CommandText& command : command_table()) {
    text += fmt::format("  {:<40} {}\n", command.synopsis, command.summary);
  }
  text +=
      "\n'strata COMMAND --help' lists a command's options; -h and 'strata help COMMAND' are the\n"
      "same. The program ends with the guest's own status (port F4), or\n";
  for (const ExitCodeText& code : exit_code_table()) {
    text += fmt::format("{:>5}  {}\n", code.code, code.meaning);
  }
  return text;
}

std::vector<OptionGroup> machine_groups() {
  return {machine_group(), limit_group()};
}

}  // namespace strata
