// What the command line means, and the one line a wrong one gets.
#include "platform/options.h"

#include <gtest/gtest.h>

#include "platform/cache_text.h"
#include "platform/numbers.h"

namespace strata {
namespace {

RunOptions run(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "run");
  auto command = parse_command_line(arguments);
  EXPECT_TRUE(command.ok()) << command.error();
  return std::get<RunOptions>(command.value());
}

std::string error(const std::vector<std::string>& arguments) {
  const auto command = parse_command_line(arguments);
  EXPECT_FALSE(command.ok());
  if (command.ok()) return "";
  EXPECT_EQ(command.error().find('\n'), std::string::npos) << command.error();
  return command.error();
}

std::string text(const std::vector<std::string>& arguments) {
  auto command = parse_command_line(arguments);
  EXPECT_TRUE(command.ok()) << command.error();
  return std::get<ShowText>(command.value()).text;
}

bool contains(const std::string& all, const std::string& part) {
  return all.find(part) != std::string::npos;
}

TEST(Options, DefaultsOfRun) {
  const RunOptions options = run({"g.elf"});
  EXPECT_EQ(options.engine, find_engine("interp"));
  EXPECT_EQ(options.guest, "g.elf");
  EXPECT_EQ(options.memory_bytes, 16u << 20);
  EXPECT_EQ(options.clock_hz, 25'000'000u);
  EXPECT_EQ(options.max_cycles, kNever);
  EXPECT_FALSE(options.timeout.has_value());
  EXPECT_EQ(options.display, DisplayMode::kNone);
  EXPECT_EQ(options.seed, 0u);
  EXPECT_EQ(options.cpu, CpuFamily::k586);
  EXPECT_FALSE(options.post_port.has_value());
  EXPECT_FALSE(options.rtc.host);
  EXPECT_EQ(options.rtc.now(), kRtcStart);
}

TEST(Options, ReadsEveryMachineOption) {
  const RunOptions options =
      run({"--engine", "rtl",      "--disk=d.img", "--mem",    "8M",      "--clock-mhz",
           "33.333",   "--device", "vga=tlm",      "--device", "ata=tlm", "--mem-latency",
           "7",        "--seed",   "0x10",         "--cpu",    "486",     "--post-port",
           "0x190",    "g.elf"});
  EXPECT_EQ(options.engine, find_engine("rtl"));
  EXPECT_EQ(options.disk, "d.img");
  EXPECT_EQ(options.memory_bytes, 8u << 20);
  EXPECT_EQ(options.clock_hz, 33'333'000u);
  EXPECT_EQ(options.tlm_devices, (std::set<std::string>{"ata", "vga"}));
  EXPECT_EQ(options.memory_latency, 7u);
  EXPECT_EQ(options.seed, 16u);
  EXPECT_EQ(options.cpu, CpuFamily::k486);
  EXPECT_EQ(options.post_port, 0x190);
}

// Seconds of dates: date -u -d TEXT +%s.
TEST(Options, TheClockStartsAtADateOrTheHosts) {
  EXPECT_EQ(run({"--rtc=1970-01-01", "g"}).rtc.now(), 0);
  EXPECT_EQ(run({"--rtc", "2026-01-01T00:00:00", "g"}).rtc.now(), kRtcStart);
  EXPECT_EQ(run({"--rtc=2028-02-29 23:59:58", "g"}).rtc.now(), 1'835'481'598);
  EXPECT_EQ(run({"--rtc=2099-12-31T23:59:59", "g"}).rtc.now(), 4'102'444'799);
  EXPECT_TRUE(run({"--rtc=host", "g"}).rtc.host);
  EXPECT_GT(run({"--rtc=host", "g"}).rtc.now(), kRtcStart - 86'400 * 3660);
  for (const std::string bad :
       {"now", "2026", "2026-13-01", "2027-02-29", "2026-04-31", "1969-12-31", "2100-01-01",
        "2026-01-01T24:00:00", "2026-01-01T00:60:00", "2026-01-01T00:00:60", "2026-01-01T12",
        "2026-1-1", " 2026-01-01"}) {
    EXPECT_EQ(error({"run", "--rtc=" + bad, "g"}),
              "--rtc: '" + bad +
                  "' is neither host nor a date from 1970 to 2099, such as 2026-11-29 or "
                  "2026-01-01T00:00:00");
  }
}

TEST(Options, TheMemoryIsSdramOrOfFixedLatency) {
  EXPECT_FALSE(run({"--engine=rtl", "g"}).sdram);
  EXPECT_EQ(run({"--engine=rtl", "g"}).memory_latency, 2u);
  EXPECT_EQ(run({"--engine=rtl", "--memory=fixed:0", "g"}).memory_latency, 0u);
  EXPECT_EQ(run({"--engine=rtl", "--memory", "fixed:1000", "g"}).memory_latency, 1000u);
  EXPECT_EQ(run({"--engine=rtl", "--memory=fixed:3", "--mem-latency=3", "g"}).memory_latency, 3u);
  const RunOptions sdram = run({"--engine=rtl", "--memory=sdram", "g"});
  EXPECT_TRUE(sdram.sdram);
  EXPECT_EQ(sdram.memory_latency, 2u);  // of ROM
  for (const std::string bad :
       {"dram", "fixed", "fixed:", "fixed:x", "fixed:1001", "fixed:-1", "3"}) {
    EXPECT_EQ(error({"run", "--engine=rtl", "--memory=" + bad, "g"}),
              "--memory: '" + bad + "' is neither sdram nor fixed:N with N from 0 to 1000");
  }
}

TEST(Options, TwoTimingsOfTheMemoryHaveToAgree) {
  EXPECT_EQ(error({"run", "--engine=rtl", "--memory=fixed:3", "--mem-latency=4", "g"}),
            "--mem-latency 4 is --memory fixed:4, not --memory fixed:3; give one of them");
  EXPECT_EQ(error({"run", "--engine=rtl", "--memory=sdram", "--mem-latency=2", "g"}),
            "--mem-latency 2 is --memory fixed:2, not --memory sdram; give one of them");
}

TEST(Options, CachesAreOffOrAtMostThoseBuilt) {
  EXPECT_EQ(run({"--engine=rtl", "g"}).caches, built_caches());
  EXPECT_EQ(run({"--engine=rtl", "--cache", cache_text(built_caches()), "g"}).caches,
            built_caches());
  EXPECT_TRUE(run({"--engine=rtl", "--cache=off", "g"}).caches.off);
  EXPECT_TRUE(contains(error({"run", "--engine=rtl", "--cache=8K", "g"}), "--cache: '8K'"));
  const CacheShape built = {.sets = 128, .ways = 4};
  EXPECT_EQ(cache_text(built), "8K/4/16");
  EXPECT_EQ(cache_text({.sets = 2, .ways = 2}), "64/2/16");
  const auto is = [&](const std::string& text, unsigned sets, unsigned ways) {
    const auto shape = parse_cache_shape(text, built);
    return shape.ok() && shape.value() == CacheShape{.sets = sets, .ways = ways};
  };
  EXPECT_TRUE(is("8K/4/16", 128, 4));
  EXPECT_TRUE(is("4K/2/16", 128, 2));
  EXPECT_TRUE(is("4KiB/4/16", 64, 4));
  EXPECT_TRUE(is("2048/1/0x10", 128, 1));
  EXPECT_TRUE(is("16/1/16", 1, 1));
}

TEST(Options, CachesTheBuildDoesNotHaveAreRefusedWithThoseItHas) {
  const CacheShape built = {.sets = 128, .ways = 4};
  for (const std::string bad :
       {"16K/4/16", "8K/2/16", "8K/8/16",  "8K/4/32",         "6K/3/16",
        "3K/4/16",  "8K/4",    "8K",       "8K/4/16/1",       "8K/4/",
        "/4/16",    "8K//16",  "8K/0/16",  "0/1/16",          "100/1/16",
        "8/1/16",   "OFF",     "8K/4/-16", "4294975488/4/16", "8K/4294967300/16"}) {
    const auto shape = parse_cache_shape(bad, built);
    ASSERT_FALSE(shape.ok()) << bad;
    EXPECT_EQ(shape.error(), "'" + bad +
                                 "' is neither off nor SIZE/WAYS/16 with WAYS one of 1, 2, 4 and "
                                 "16 to 2K bytes a way, a power of two; this build has 8K/4/16");
  }
}

TEST(Options, ReadsLimitsAndWaves) {
  const RunOptions options =
      run({"--engine=rtl", "--max-cycles", "1_000_000", "--timeout", "2.5", "--vcd", "w.vcd",
           "--trace-from", "main", "--trace-to", "5000", "--trace-last", "100", "--check", "g"});
  EXPECT_EQ(options.max_cycles, 1'000'000u);
  EXPECT_DOUBLE_EQ(options.timeout.value().count(), 2.5);
  EXPECT_EQ(options.vcd, "w.vcd");
  EXPECT_EQ(options.trace_from, "main");
  EXPECT_EQ(options.trace_to, "5000");
  EXPECT_EQ(options.trace_last, 100u);
  EXPECT_TRUE(options.check);
}

TEST(Options, EveryDeviceHasATwinAndTheLastWordCounts) {
  std::vector<std::string> arguments = {"--engine", "rtl", "g"};
  for (const std::string device :
       {"ata", "debug", "keyboard", "pic", "pit", "rtc", "uart", "vga"}) {
    arguments.push_back("--device=" + device + "=tlm");
  }
  arguments.push_back("--device=uart=rtl");
  EXPECT_EQ(run(arguments).tlm_devices,
            (std::set<std::string>{"ata", "debug", "keyboard", "pic", "pit", "rtc", "vga"}));
}

TEST(Options, BiosNeedsNoGuest) {
  EXPECT_EQ(run({"--bios", "b.rom"}).bios, "b.rom");
}

TEST(Options, NamesTheWrongValueAndTheRightOnes) {
  const auto engine = error({"run", "--engine", "qemu", "g"});
  EXPECT_TRUE(contains(engine, "'qemu'")) << engine;
  EXPECT_TRUE(contains(engine, "rtl, interp, block, jit or kvm")) << engine;
  const auto memory = error({"run", "--mem", "lots", "g"});
  EXPECT_TRUE(contains(memory, "'lots'") && contains(memory, "1M to 2048M")) << memory;
  const auto device = error({"run", "--engine", "rtl", "--device", "mem=tlm", "g"});
  EXPECT_TRUE(contains(device, "'mem=tlm'") &&
              contains(device, "ata, debug, keyboard, pic, pit, rtc, uart, vga"))
      << device;
  const auto twin = error({"run", "--engine", "rtl", "--device", "pit=c++", "g"});
  EXPECT_TRUE(contains(twin, "'c++'")) << twin;
  const auto cycles = error({"run", "--max-cycles", "-5", "g"});
  EXPECT_TRUE(contains(cycles, "--max-cycles")) << cycles;
}

TEST(Options, RefusesWhatIsOutOfRange) {
  for (const std::vector<std::string>& bad :
       std::vector<std::vector<std::string>>{{"--mem", "512K"},
                                             {"--mem", "3G"},
                                             {"--mem", "1048577"},
                                             {"--clock-mhz", "0"},
                                             {"--clock-mhz", "nan"},
                                             {"--clock-mhz", "1"},
                                             {"--clock-mhz", "1.19"},
                                             {"--clock-mhz", "5000"},
                                             {"--max-cycles", "0"},
                                             {"--max-cycles", "1.5"},
                                             {"--timeout", "0"},
                                             {"--timeout", "-1"},
                                             {"--timeout", "soon"},
                                             {"--timeout", "1e10"},
                                             {"--cpi", "0"},
                                             {"--seed", "x"},
                                             {"--display", "window"}}) {
    EXPECT_TRUE(contains(error({"run", bad[0], bad[1], "g"}), bad[0])) << bad[0] << ' ' << bad[1];
  }
}

TEST(Options, RefusesWhatAnotherEngineHas) {
  for (const std::string option : {"--trace-last=9", "--check", "--device=ata=tlm",
                                   "--memory=sdram", "--mem-latency=1", "--cache=off"}) {
    const auto message = error({"run", option, "g"});
    EXPECT_TRUE(contains(message, "not with interp")) << message;
  }
  EXPECT_TRUE(contains(error({"run", "--engine=rtl", "--cpi=2", "g"}),
                       "--engine interp, block and jit only"));
  EXPECT_TRUE(contains(error({"run", "--engine=rtl", "--vga-memory=trap", "g"}),
                       "--engine interp, block, jit and kvm only, not with rtl"));
  EXPECT_TRUE(contains(error({"run", "--engine=kvm", "--cpi=2", "g"}),
                       "--engine interp, block and jit only"));
  EXPECT_TRUE(
      contains(error({"run", "--engine=kvm", "--paging=shadow", "g"}), "--engine interp only"));
}

TEST(Options, PagingIsTheGuestsOwnByShadowTablesOrNested) {
  EXPECT_EQ(run({"g"}).paging.kind, PagingKind::kOwn);
  EXPECT_EQ(run({"--paging=off", "g"}).paging.kind, PagingKind::kOwn);
  EXPECT_EQ(run({"--paging", "shadow", "g"}).paging.kind, PagingKind::kShadow);
  const RunOptions nested =
      run({"--paging=nested:3", "--paging-tlb=0", "--paging-cost=2000/0x8", "g"});
  EXPECT_EQ(nested.paging.kind, PagingKind::kNested);
  EXPECT_EQ(nested.paging.host_levels, 3u);
  EXPECT_EQ(nested.paging.tlb_entries, 0u);
  EXPECT_EQ(nested.paging.trap_cycles, 2000u);
  EXPECT_EQ(nested.paging.reference_cycles, 8u);
  for (const std::string bad : {"on", "nested", "nested:", "nested:1", "nested:5"}) {
    EXPECT_EQ(error({"run", "--paging=" + bad, "g"}),
              "--paging: '" + bad +
                  "' is neither off, shadow nor nested:N with N from 2 to 4, the levels of the "
                  "host's table");
  }
  for (const std::string bad : {"1", "/", "1/", "/1", "1/2/3", "1000000001/1"}) {
    EXPECT_EQ(error({"run", "--paging-cost=" + bad, "g"}),
              "--paging-cost: '" + bad + "' is not TRAP/REFERENCE, cycles from 0 to 1000000000");
  }
}

TEST(Options, TracePointsNeedAWaveFile) {
  EXPECT_TRUE(contains(error({"run", "--engine=rtl", "--trace-from=0", "g"}), "--vcd"));
}

TEST(Options, RefusesUnknownAndAbbreviatedOptions) {
  EXPECT_TRUE(contains(error({"run", "--speed", "g"}), "speed"));
  EXPECT_TRUE(contains(error({"run", "--max", "5", "g"}), "--max"));
  EXPECT_TRUE(contains(error({"run", "--disk"}), "--disk"));
  EXPECT_TRUE(contains(error({"run", "a.elf", "b.elf"}), "b.elf"));
  EXPECT_TRUE(contains(error({"run", "--seed=1", "--seed=2", "g"}), "seed"));
}

TEST(Options, RefusesWrongCommands) {
  EXPECT_TRUE(contains(error({}), "--help"));
  EXPECT_TRUE(contains(error({"fly"}), "run, compare, bench, config, profile, info, disk"));
  EXPECT_TRUE(contains(error({"run"}), "no guest"));
  EXPECT_TRUE(contains(error({"info", "x"}), "takes none"));
  EXPECT_TRUE(contains(error({"disk", "create", "f"}), "disk create FILE SIZE"));
  EXPECT_TRUE(contains(error({"disk", "create", "f", "big"}), "'big'"));
}

TEST(Options, HelpListsOptionsOfTheCommand) {
  EXPECT_TRUE(contains(text({"--help"}), "strata compare"));
  for (const char* option :
       {"--engine",     "--disk",   "--mem",        "--clock-mhz", "--max-cycles", "--timeout",
        "--display",    "--serial", "--vcd",        "--fst",       "--trace-from", "--trace-to",
        "--trace-last", "--stats",  "--check",      "--seed",      "--rtc",        "--cpu",
        "--post-port",  "--device", "--vga-memory", "--bios",      "--append",     "--screen-text",
        "--screen-png", "--log"}) {
    EXPECT_TRUE(contains(text({"run", "--help"}), option)) << option;
  }
  EXPECT_TRUE(contains(text({"run", "--help"}), "--profile"));
  EXPECT_TRUE(contains(text({"compare", "--help"}), "--json"));
  for (const char* option : {"--by", "--annotate", "--folded", "--diff", "--csv", "--top"}) {
    EXPECT_TRUE(contains(text({"profile", "--help"}), option)) << option;
  }
  // What the help says of numbers is what parse_unsigned() and parse_count() take.
  EXPECT_TRUE(contains(text({"run", "--help"}), "behind 0x, hexadecimal"));
  EXPECT_TRUE(contains(text({"disk", "--help"}), "SIZE"));
  EXPECT_TRUE(contains(text({"--version"}), "strata "));
}

TEST(Options, ShortHelpIsHelp) {
  EXPECT_EQ(text({"-h"}), text({"--help"}));
  for (const std::string command : {"run", "compare", "bench", "profile", "info", "disk"}) {
    EXPECT_EQ(text({command, "-h"}), text({command, "--help"}));
  }
  EXPECT_EQ(text({"disk", "create", "-h"}), text({"disk", "--help"}));
}

TEST(Options, CountsOfCyclesAreWrittenAsPeopleDo) {
  EXPECT_EQ(run({"--max-cycles", "1e6", "g"}).max_cycles, 1'000'000u);
  EXPECT_EQ(run({"--max-cycles", "10M", "g"}).max_cycles, 10'000'000u);
  EXPECT_EQ(run({"--max-cycles", "0x100", "g"}).max_cycles, 256u);
  EXPECT_EQ(run({"--engine=rtl", "--fst=f", "--trace-last", "10k", "g"}).trace_last, 10'000u);
  EXPECT_TRUE(contains(error({"run", "--max-cycles", "1.5", "g"}), "such as"));
}

// What a script makes of a variable that is not set.
TEST(Options, RefusesEmptyValues) {
  for (const std::string option : {"--disk", "--bios", "--stats", "--serial", "--log", "--fst",
                                   "--trace-from", "--engine", "--mem", "--max-cycles"}) {
    const auto message = error({"run", "--engine=rtl", option, "", "g"});
    EXPECT_TRUE(contains(message, option)) << option << ": " << message;
  }
  EXPECT_TRUE(contains(error({"run", "--disk", ",share", "g"}), "names no file"));
  EXPECT_EQ(run({"--append", "", "g"}).append, "");
}

TEST(Options, CompareTakesEachEngineOnce) {
  EXPECT_TRUE(contains(error({"compare", "--engines=interp,interp", "g"}), "named twice"));
  for (const std::string list : {"interp,", ",interp", "interp,,rtl", ","}) {
    EXPECT_TRUE(contains(error({"compare", "--engines", list, "g"}), "''")) << list;
  }
}

TEST(Options, CompareRefusesWhatNoneOfItsEnginesHas) {
  const auto message = error({"compare", "--engines=interp,kvm", "--device=ata=tlm", "g"});
  EXPECT_TRUE(contains(message, "--device works with rtl only")) << message;
  EXPECT_TRUE(
      parse_command_line({"compare", "--engines=interp,rtl", "--device=ata=tlm", "g"}).ok());
}

TEST(Options, DiskCreateTakesNoOptionForAFile) {
  EXPECT_TRUE(contains(error({"disk", "create", "--size", "1M"}), "'--size'"));
  auto command = parse_command_line({"disk", "create", "--", "-d.img", "1M"});
  ASSERT_TRUE(command.ok()) << command.error();
  EXPECT_EQ(std::get<DiskCreateOptions>(command.value()).path, "-d.img");
}

TEST(Options, DashIsStandardOutput) {
  EXPECT_EQ(run({"--serial", "-", "g"}).serial, "-");
}

TEST(Options, CompareForwardsToEachEngineWhatConcernsIt) {
  auto command =
      parse_command_line({"compare", "--engines=rtl,interp", "--mem=8M", "--device=ata=tlm",
                          "--cpi=2", "--max-cycles=10", "--json=o.json", "g.elf"});
  ASSERT_TRUE(command.ok()) << command.error();
  const auto& compare = std::get<CompareOptions>(command.value());
  EXPECT_EQ(compare.json, "o.json");
  EXPECT_EQ(compare.common.guest, "g.elf");
  ASSERT_EQ(compare.runs.size(), 2u);
  EXPECT_EQ(compare.runs[0].engine, find_engine("rtl"));
  EXPECT_EQ(compare.runs[0].arguments,
            (std::vector<std::string>{"--mem=8M", "--device=ata=tlm", "--max-cycles=10"}));
  EXPECT_EQ(compare.runs[1].arguments,
            (std::vector<std::string>{"--mem=8M", "--cpi=2", "--max-cycles=10"}));
}

TEST(Options, DiskCreateTakesASize) {
  auto command = parse_command_line({"disk", "create", "d.img", "2M"});
  ASSERT_TRUE(command.ok()) << command.error();
  EXPECT_EQ(std::get<DiskCreateOptions>(command.value()).path, "d.img");
  EXPECT_EQ(std::get<DiskCreateOptions>(command.value()).bytes, 2u << 20);
}

TEST(Numbers, ParsesWholeNumbers) {
  EXPECT_EQ(parse_unsigned("0"), 0u);
  EXPECT_EQ(parse_unsigned("12'345"), 12345u);
  EXPECT_EQ(parse_unsigned("0xFF"), 255u);
  EXPECT_EQ(parse_unsigned("18446744073709551615"), ~std::uint64_t{0});
  for (const char* bad : {"", "_", "-1", "+1", "1_", "_1", " 1", "0x", "18446744073709551616",
                          "1__0", "0_x10", "0x_1", "1'_2"}) {
    EXPECT_FALSE(parse_unsigned(bad).has_value()) << bad;
  }
}

TEST(Numbers, ParsesCounts) {
  EXPECT_EQ(parse_count("2500"), 2500u);
  EXPECT_EQ(parse_count("0x10"), 16u);
  EXPECT_EQ(parse_count("10M"), 10'000'000u);
  EXPECT_EQ(parse_count("1e6"), 1'000'000u);
  EXPECT_EQ(parse_count("2.5e6"), 2'500'000u);
  EXPECT_EQ(parse_count("1.5k"), 1500u);
  EXPECT_EQ(parse_count("1_000G"), 1'000'000'000'000u);
  EXPECT_EQ(parse_count("1.50E1"), 15u);
  for (const char* bad : {"", "M", "e6", "1e", "1.5", "1.", ".", "1e-3", "-1k", "1e20",
                          "20000000000G", "0x10M", "1MB", "1e1e1", "1T"}) {
    EXPECT_FALSE(parse_count(bad).has_value()) << bad;
  }
}

TEST(Numbers, HexadecimalSizesKeepTheirDigits) {
  EXPECT_EQ(parse_size("0x1B", 1024), 0x1Bu * 1024);
  EXPECT_EQ(parse_size("0x10M", 1), 16u << 20);
  EXPECT_EQ(parse_size("0x1KiB", 1), 1024u);
  EXPECT_EQ(parse_size("512B", 1 << 20), 512u);
}

TEST(Numbers, ParsesSizes) {
  EXPECT_EQ(parse_size("4", 1024), 4096u);
  EXPECT_EQ(parse_size("4K", 1), 4096u);
  EXPECT_EQ(parse_size("1MiB", 1), 1u << 20);
  EXPECT_EQ(parse_size("1mb", 1), std::nullopt);
  EXPECT_EQ(parse_size("2g", 1), std::uint64_t{2} << 30);
  for (const char* bad : {"", "K", "1.5M", "1T", "99999999999999999999", "18446744073709551615K"}) {
    EXPECT_FALSE(parse_size(bad, 1).has_value()) << bad;
  }
}

TEST(Numbers, ParsesFractions) {
  EXPECT_EQ(parse_decimal("2.5"), 2.5);
  for (const char* bad : {"", "inf", "nan", "-1", "1x"}) {
    EXPECT_FALSE(parse_decimal(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace strata
