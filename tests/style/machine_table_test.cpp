// scripts/machine_table: the machine is described once, what is made of it says the same in every
// language, and a table that contradicts itself is refused with its line.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <map>
#include <ostream>
#include <regex>
#include <vector>

#include "tests/style/source_tree.h"
#include "tests/support/temp_folder.h"

namespace strata::style {
namespace {

namespace fs = std::filesystem;

class MachineTable : public testing::Test {
 protected:
  /// What the script says of `table` with the slot line `slot` beside it, if there is one.
  CommandResult make(const std::string& table, const std::string& slot = "") {
    std::ofstream(folder / "machine.txt") << table;
    std::string command = "scripts/machine_table --output " + quoted((folder / "out").string()) +
                          " --table " + quoted((folder / "machine.txt").string());
    if (!slot.empty()) {
      fs::create_directories(folder / "slot");
      std::ofstream(folder / "slot/slot.txt") << slot;
      std::ofstream(folder / "slot/crc.sv") << "module crc; endmodule\n";
      std::ofstream(folder / "slot/crc_inputs.sv") << "module crc_inputs; endmodule\n";
      command += ' ' + quoted((folder / "slot").string());
    }
    return run_command(command);
  }

  std::string made(const std::string& file) { return read_text(folder / "out" / file); }

  const test::TempFolder own;
  const fs::path folder = own.path();
};

// A machine of the least a machine has.
constexpr char kSmall[] =
    "master cpu\ndevice mem memory\ndevice pic acknowledge\ndevice timer irq 0\n"
    "window pic io 0x20 2 PIC1 MASTER 0\n";

using Constants = std::map<std::string, std::uint64_t>;

Constants constants(const std::string& text, const std::regex& definition) {
  Constants result;
  for (std::sregex_iterator it(text.begin(), text.end(), definition), end; it != end; ++it) {
    result[(*it)[1]] = std::stoull((*it)[3], nullptr, (*it)[2].length() != 0 ? 16 : 10);
  }
  return result;
}

TEST_F(MachineTable, HeaderAndPackageSayTheSame) {
  ASSERT_EQ(
      run_command("scripts/machine_table --output " + quoted((folder / "out").string())).status, 0);
  const Constants header = constants(made("models/machine/memory_map.h"),
                                     std::regex("#define STRATA_([A-Z0-9_]+) (0x)?([0-9A-F]+)\n"));
  const Constants package =
      constants(made("rtl/common/memory_map_pkg.sv"),
                std::regex("parameter int unsigned ([A-Z0-9_]+) = (32'h)?([0-9A-F]+);\n"));
  EXPECT_EQ(header, package);
  // IBM PC/AT Technical Reference, I/O address map; a few of the machine's.
  EXPECT_EQ(header.at("PIC2_PORT"), 0xA0u);
  EXPECT_EQ(header.at("ATA_CONTROL_PORT"), 0x3F6u);
  EXPECT_EQ(header.at("IRQ_ATA"), 14u);
  EXPECT_EQ(header.at("VGA_TEXT_SIZE"), 0x8000u);
}

TEST_F(MachineTable, TheMachineStandsInOneFile) {
  for (const SourceFile& file : source_files({".h", ".sv"})) {
    EXPECT_FALSE(file.path.ends_with("/memory_map_pkg.sv") ||
                 file.path.ends_with("machine/memory_map.h"))
        << file.path << " says again what models/machine/machine.txt says";
  }
}

// A hole in RAM, by pages.
TEST_F(MachineTable, AMemorySlotMayLieOverRam) {
  for (const char* first : {"0x10000", "0x9E000", "0x300000"}) {
    const CommandResult result =
        make(kSmall, std::string("slot crc memory ") + first + " 4096 crc.sv\n");
    EXPECT_EQ(result.status, 0) << result.output;
  }
}

TEST_F(MachineTable, ASlotIsADeviceBehindTheOthers) {
  const CommandResult result = make(kSmall, "slot crc io 0x302 6 irq 5 crc.sv # a checksum\n");
  ASSERT_EQ(result.status, 0) << result.output;
  EXPECT_NE(made("models/machine/slots.h").find("#define STRATA_CRC_PORT 0x302\n"),
            std::string::npos);
  EXPECT_NE(made("models/machine/slots.h").find("#define STRATA_IRQ_CRC 5\n"), std::string::npos);
  EXPECT_NE(made("models/machine/bus_table.h").find("{kIoSpace, 0x302, 0x307, 0x2, 3}"),
            std::string::npos);
  EXPECT_NE(made("rtl/common/bus_map_pkg.sv").find("'{32'h302, 32'h307, 32'h2, 8'd3}"),
            std::string::npos);
  // What everything is compiled with does not change with the slots.
  EXPECT_EQ(made("models/machine/memory_map.h").find("CRC"), std::string::npos);
}

/// A table, with a slot line beside it, that contradicts itself, and what is said of it.
struct Contradiction {
  const char* name;
  std::string table;
  const char* slot;
  const char* message;
};

void PrintTo(const Contradiction& c, std::ostream* out) {
  *out << c.message;
}

class MachineTableContradiction : public MachineTable,
                                  public testing::WithParamInterface<Contradiction> {};

TEST_P(MachineTableContradiction, IsRefusedWithItsLine) {
  const CommandResult result = make(GetParam().table, GetParam().slot);
  EXPECT_NE(result.status, 0);
  EXPECT_NE(result.output.find(GetParam().message), std::string::npos) << result.output;
  EXPECT_EQ(std::ranges::count(result.output, '\n'), 1) << result.output;
}

std::vector<Contradiction> contradictions() {
  const std::string small = kSmall;
  return {
      {"Overlap", small + "window timer io 0x21 1 TIMER - 1\n", "",
       "machine.txt:6: shares addresses with PIC1"},
      {"ByteLane", small + "window timer io 0x41 1 TIMER - 0\n", "",
       "machine.txt:6: offset 0 is in another byte"},
      {"Alignment", small + "window timer memory 0x1010 8 T - 0\n", "",
       "machine.txt:6: a window of memory space begins and ends at multiples of 16"},
      {"EndOfTheSpace", small + "window timer io 0xFFFF 2 T - 3\n", "",
       "machine.txt:6: 0xFFFF and 2 bytes are not"},
      {"NoDevice", small + "window clock io 0x40 1 T - 0\n", "",
       "machine.txt:6: there is no device clock"},
      {"NoSpace", small + "window timer port 0x40 1 T - 0\n", "", "machine.txt:6: port is neither"},
      {"WordsOfALine", small + "window timer io 0x40 1 T\n", "",
       "machine.txt:6: wrong number of words"},
      {"LineTaken", small + "device clock irq 0\n", "", "machine.txt:6: line 0 belongs to timer"},
      {"Cascade", small + "device clock irq 2\n", "", "machine.txt:6: 2 is no line"},
      {"NameTaken", small + "device timer\n", "", "machine.txt:6: DEVICE_TIMER is named at"},
      {"NoNumber", small + "constant A one\n", "", "machine.txt:6: one is no number"},
      {"NoSuchWord", small + "wire A\n", "", "machine.txt:6: wire is not known here"},
      {"NoMaster", "device mem memory\ndevice pic acknowledge\n", "", "there is no master"},
      {"NoAcknowledge", "master cpu\ndevice mem memory\n", "", "one device is `acknowledge`"},
      {"SlotOverlap", small, "slot crc io 0x20 4 crc.sv\n",
       "slot.txt:1: shares addresses with PIC1"},
      {"SlotWithoutFile", small, "slot crc io 0x300 4\n",
       "slot.txt:1: names no SystemVerilog file"},
      {"SlotFileMissing", small, "slot crc io 0x300 4 other.sv\n", "other.sv does not exist"},
      {"SlotName", small, "slot CRC io 0x300 4 crc.sv\n", "slot.txt:1: CRC is no name of a device"},
      {"SlotLine", small, "slot crc io 0x300 4 irq 16 crc.sv\n", "slot.txt:1: 16 is no line"},
      {"SlotAlignment", small, "slot crc memory 0xD0000 64 crc.sv\n",
       "slot.txt:1: a slot in memory space begins"},
      {"SlotOverThePage", small + "constant PV_PAGE 0x9F000\n",
       "slot crc memory 0x9E000 0x2000 crc.sv\n",
       "slot.txt:1: shares addresses with the page of port 0xABBA"},
      {"SlotInTheLowRom", small + "constant ROM_LOW_END 0x100000\nconstant ROM_SIZE 0x10000\n",
       "slot crc memory 0xEF000 0x2000 crc.sv\n", "slot.txt:1: shares addresses with the boot ROM"},
      {"SlotInTheHighRom", small + "constant ROM_LOW_END 0x100000\nconstant ROM_SIZE 0x10000\n",
       "slot crc memory 0xFFFFF000 0x1000 crc.sv\n",
       "slot.txt:1: shares addresses with the boot ROM"},
      {"SlotWord", small, "device crc\n", "slot.txt:1: device is not known here"},
      {"SlotWithoutLine", small, "# to be written\n", "slot/slot.txt: has no line `slot NAME"},
      {"SlotOfAMastersName", small, "slot cpu io 0x300 4 crc.sv\n", "slot.txt:1: cpu is named at"},
      {"SlotOfAPartsName", small + "part bus\n", "slot bus io 0x300 4 crc.sv\n",
       "slot.txt:1: bus is named at"},
      {"SlotOfAGuestsName", small, "slot hello io 0x300 4 crc.sv\n",
       "slot.txt:1: hello is the name of a guest"},
      {"SlotOfAnImagesName", small, "slot hello16 io 0x300 4 crc.sv\n",
       "slot.txt:1: hello16 is the name of a guest"},
      {"SlotModuleOfTheMachine", small, "slot crc io 0x300 4 wb_interconnect.sv\n",
       "slot.txt:1: module wb_interconnect is the name of a part"},
      {"SlotModuleTaken", small, "slot crc io 0x300 4 crc.sv\nslot sum io 0x304 4 crc.sv\n",
       "slot.txt:2: module crc is that of crc"},
      {"SlotOfALanguagesName", small, "slot logic io 0x300 4 crc.sv\n",
       "slot.txt:1: logic is a word of SystemVerilog"},
      {"SlotOfCppsName", small, "slot mutable io 0x300 4 crc.sv\n",
       "slot.txt:1: mutable is a word of C++"},
      {"SlotModuleOfALanguagesName", small, "slot crc io 0x300 4 class.sv\n",
       "slot.txt:1: class is a word of SystemVerilog"},
      {"SlotModuleOfCMakesName", small, "slot crc io 0x300 4 SOURCES.sv\n",
       "slot.txt:1: SOURCES is a word of CMake"},
      {"SlotModuleOfAPortsName", small, "slot crc io 0x300 4 wb_ack_o.sv\n",
       "slot.txt:1: module wb_ack_o has a port of that name"},
      {"SlotOfAWiresName", small, "slot timer_request io 0x300 4 crc.sv\n",
       "slot.txt:1: timer_request is named at"},
      {"SlotWhoseWiresAreTaken", small,
       "slot irq_sum io 0x300 4 crc.sv\nslot sum io 0x304 4 sum.sv\n",
       "slot.txt:2: irq_sum is named at"},
      {"SlotOfWhatHasNoName", small, "slot plugged0 io 0x300 4 crc.sv\n",
       "slot.txt:1: plugged0 is how the machine names what has no name"},
      {"SlotModuleOfAHeadersName", small,
       "slot sum io 0x300 4 crc.sv\nslot crc io 0x304 4 crc_inputs.sv\n",
       "slot.txt:2: module crc_inputs: the build calls another's model so"},
      {"SlotModuleWhoseHeaderIsTaken", small,
       "slot sum io 0x300 4 crc_inputs.sv\nslot crc io 0x304 4 crc.sv\n",
       "slot.txt:2: module crc: the build calls another's model so"},
      {"SlotModuleOfAClassesName", small, "slot crc io 0x300 4 cpu_cpu_stage_if.sv\n",
       "slot.txt:1: module cpu_cpu_stage_if: the build calls another's model so"},
      {"SlotInTheVectorTable", small, "slot crc memory 0 0x1000 crc.sv\n",
       "slot.txt:1: 0 is below 64 KiB"},
      {"SlotInLowMemory", small, "slot crc memory 0xF000 0x2000 crc.sv\n",
       "slot.txt:1: 0xF000 is below 64 KiB"},
      {"SlotOfNoText", small, "slot crc io 0x300 4 crc.sv # p\xE9riph\xE9rique\n",
       "slot/slot.txt: is no text in UTF-8"},
      {"SlotModuleName", small, "slot crc io 0x300 4 crc-32.sv\n",
       "slot.txt:1: crc-32 is no name of a top module"},
  };
}

INSTANTIATE_TEST_SUITE_P(All, MachineTableContradiction, testing::ValuesIn(contradictions()),
                         [](const auto& c) { return std::string(c.param.name); });

}  // namespace
}  // namespace strata::style
