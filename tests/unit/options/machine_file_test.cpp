// A machine in TOML: what its keys mean, that it comes back as it was printed, and where a mistake
// in it is.
#include "platform/config/machine_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "platform/options.h"
#include "tests/support/temp_folder.h"

namespace strata::test {
namespace {

class MachineFiles : public testing::Test {
 protected:
  std::string write(const std::string& text) const {
    std::ofstream(path_, std::ios::binary) << text;
    return path_;
  }

  static Result<Command> parse(const std::string& command, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), command);
    return parse_command_line(arguments);
  }

  RunOptions run(const std::string& text, std::vector<std::string> more = {}) const {
    more.push_back(write(text));
    auto command = parse("run", more);
    EXPECT_TRUE(command.ok()) << command.error();
    return std::get<RunOptions>(command.value());
  }

  static std::string config(const std::vector<std::string>& arguments) {
    auto command = parse("config", arguments);
    EXPECT_TRUE(command.ok()) << command.error();
    return std::get<ShowText>(command.value()).text;
  }

  /// What follows the file's name in the one line.
  std::string error(const std::string& text, std::vector<std::string> more = {}) const {
    more.push_back(write(text));
    const auto command = parse("run", more);
    EXPECT_FALSE(command.ok()) << text;
    if (command.ok()) return "";
    EXPECT_EQ(command.error().find('\n'), std::string::npos) << command.error();
    EXPECT_TRUE(command.error().starts_with(path_ + ":")) << command.error();
    return command.error().substr(path_.size() + 1);
  }

  const TempFolder own_;
  const std::string folder_ = own_.path();
  const std::string path_ = folder_ + "/m.toml";
};

TEST_F(MachineFiles, KeysAreOptions) {
  const RunOptions options = run(R"(
    guest = "/g.elf"
    engine = "rtl"
    mem = 8                          # whole
    clock-mhz = 33.5                 # with a fraction
    seed = 0x10
    device = ["vga=tlm", "ata=tlm"]
    check = true
    quiet = false
    max-cycles = "10M"
    append = ""
  )");
  EXPECT_EQ(options.guest, "/g.elf");
  EXPECT_EQ(options.engine, find_engine("rtl"));
  EXPECT_EQ(options.memory_bytes, 8u << 20);
  EXPECT_EQ(options.clock_hz, 33'500'000u);
  EXPECT_EQ(options.seed, 16u);
  EXPECT_EQ(options.tlm_devices, (std::set<std::string>{"ata", "vga"}));
  EXPECT_TRUE(options.check);
  EXPECT_FALSE(options.quiet);
  EXPECT_EQ(options.max_cycles, 10'000'000u);
  EXPECT_EQ(options.cpu, CpuFamily::k586);
}

// Every option of the table, without a line here of its own: engines differ in what they take.
TEST_F(MachineFiles, EveryOptionOfRunIsAKey) {
  for (const OptionGroup& group : command_text("run").groups) {
    for (const OptionText& option : group.options) {
      if (option.name == "quantum") continue;  // of the run, not of a machine
      write(option.name + " = " + (option.value.empty() ? "true" : "\"x\"") + "\nguest = \"g\"");
      const auto file = read_machine_file(path_, command_text("config").groups);
      EXPECT_TRUE(file.ok()) << file.error();
    }
  }
}

TEST_F(MachineFiles, FilesAreFromItsFolder) {
  const RunOptions options =
      run("guest = \"g.elf\"\ndisk = \"d.img,share\"\nconsole = \"stdio\"\nserial = \"com\"\n"
          "stats = \"-\"\nlog = \"/var/log\"");
  EXPECT_EQ(options.guest, folder_ + "/g.elf");
  EXPECT_EQ(options.disk, folder_ + "/d.img");
  EXPECT_TRUE(options.disk_shared);
  EXPECT_EQ(options.console, "stdio");
  EXPECT_EQ(options.serial, folder_ + "/com");
  EXPECT_EQ(options.stats, "-");
  EXPECT_EQ(options.log, "/var/log");
}

TEST_F(MachineFiles, TheCommandLineWins) {
  const std::string text =
      "guest = \"g\"\nengine = \"rtl\"\nmem = 8\nmemory = \"sdram\"\ncheck = true\n"
      "device = [\"ata=tlm\", \"vga=tlm\"]";
  const RunOptions changed = run(text, {"--mem", "4M", "--mem-latency=5", "--device", "ata=rtl"});
  EXPECT_EQ(changed.memory_bytes, 4u << 20);
  EXPECT_FALSE(changed.sdram);
  EXPECT_EQ(changed.memory_latency, 5u);
  EXPECT_EQ(changed.tlm_devices, std::set<std::string>{});
  // What means nothing to another engine is left out.
  const RunOptions other = run(text, {"--engine", "interp"});
  EXPECT_EQ(other.engine, find_engine("interp"));
  EXPECT_FALSE(other.check);
  // A mistake of the command line is not the file's.
  const auto bad = parse("run", {"--mem", "x", write(text)});
  ASSERT_FALSE(bad.ok());
  EXPECT_TRUE(bad.error().starts_with("--mem: 'x'")) << bad.error();
}

/// Two descriptions of the same machine are the same text.
TEST_F(MachineFiles, ComesBackAsItWasPrinted) {
  const std::vector<std::vector<std::string>> machines = {
      {"/g"},
      {"--bios", "/b", "--cpi", "3", "--vga-memory=trap", "--post-port", "0x190", "--verbose"},
      {"--engine=rtl", "--disk=/d.img,share", "--device=vga=tlm", "--device=ata=tlm", "--check",
       "--mem-latency", "7", "--cache", "off", "--trace-from", "main", "--vcd", "w.vcd", "/g"},
      {"--append", "a \"b\" \\ \t'c' \n \xC3\xA4", "--clock-mhz", "33.333", "--console", "-",
       "--serial=stdio", "--seed", "18446744073709551615", "--max-cycles", "1e6", "--timeout",
       "0.25", "--", "-g.elf"},
      {"--append", "", "--engine", "kvm", "007"}};
  for (const auto& machine : machines) {
    const std::string text = config(machine);
    EXPECT_EQ(config({write(text)}), text);
  }
  const RunOptions options = run(config(machines[3]));
  EXPECT_EQ(options.append, "a \"b\" \\ \t'c' \n \xC3\xA4");
  EXPECT_EQ(options.clock_hz, 33'333'000u);
  EXPECT_EQ(options.seed, ~std::uint64_t{0});
  EXPECT_TRUE(options.guest.ends_with("/-g.elf")) << options.guest;
}

TEST_F(MachineFiles, AMistakeHasLineAndColumn) {
  const std::string guest = "guest = \"g\"\n";
  EXPECT_TRUE(error("mem = \n").starts_with("1:7: Error while parsing key-value pair"));
  EXPECT_TRUE(error("mem = 1\nmem = 2\n").starts_with("2:7: "));
  EXPECT_TRUE(error("x = \"\xFF\"").starts_with("1:5: "));
  EXPECT_TRUE(error(guest + "  foo = 1").starts_with("2:3: 'foo' is not an option"));
  EXPECT_TRUE(error(guest + "[machine]\nmem = 1").starts_with("2:2: 'machine' is not an option"));
  EXPECT_EQ(error(guest + "check = 1"), "2:9: check: is neither true nor false");
  EXPECT_EQ(error(guest + "mem = [1]"), "2:7: mem: is neither a text nor a number");
  EXPECT_EQ(error(guest + "device = [true]"),
            "2:11: device: is neither a text nor a number nor a list of them");
  EXPECT_EQ(error(guest + "disk = \"a\\u0000b\""), "2:8: disk: holds a zero byte");
  EXPECT_TRUE(error(guest + "\nmem = \"x\"").starts_with("3:1: --mem: 'x' is not a size"));
  EXPECT_TRUE(error(guest + "cpi = -1").starts_with("2:1: --cpi: '-1' is not a whole number"));
  EXPECT_TRUE(error(guest + "disk = \"\"").starts_with("2:1: --disk: its value is empty"));
  EXPECT_TRUE(error(guest + "check = true").starts_with("2:1: --check works with --engine rtl"));
  EXPECT_TRUE(error("mem = 1").starts_with("1:1: no guest given"));
  EXPECT_TRUE(error(guest + "interval-file = \"x\"").starts_with("1:1: --interval N and"));
}

TEST_F(MachineFiles, ThatCannotBeRead) {
  for (const std::string& path : {folder_ + "/no.toml", std::string("/dev/null/x.toml")}) {
    const auto command = parse("run", {path});
    ASSERT_FALSE(command.ok());
    EXPECT_TRUE(command.error().starts_with(path + ": cannot be read: ")) << command.error();
  }
  const auto command = parse("config", {"--append", "\xFF", "g"});
  ASSERT_FALSE(command.ok());
  EXPECT_TRUE(command.error().starts_with("config: TOML cannot say this")) << command.error();
}

}  // namespace
}  // namespace strata::test
