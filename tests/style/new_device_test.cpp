// scripts/new-device: refuses, with one line and before it writes anything, what the build would
// refuse; the judge is scripts/machine_table.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <ostream>

#include "tests/style/source_tree.h"
#include "tests/support/temp_folder.h"

namespace strata::style {
namespace {

namespace fs = std::filesystem;

/// What the script says, asked to write into `folder`.
CommandResult new_device(const std::string& arguments, const fs::path& folder) {
  return run_command("scripts/new-device " + arguments + " --into " + quoted(folder.string()));
}

TEST(NewDevice, WritesAFolderTheTableTakes) {
  const test::TempFolder own;
  const CommandResult made = new_device("crc", own.path());
  ASSERT_EQ(made.status, 0) << made.output;
  const CommandResult table = run_command("scripts/machine_table --output " +
                                          quoted(own.file("out")) + " " + quoted(own.file("crc")));
  EXPECT_EQ(table.status, 0) << table.output;
}

/// Names that are something in a language or a library, and of which nothing breaks: macros of the
/// compilers, functions and types of C and of the guests' kit, namespaces, what Verilator and CMake
/// call things. tests/recipe builds some of them.
TEST(NewDevice, TakesNamesThatOnlyLookTaken) {
  for (const char* name :
       {"linux", "unix",     "i386",   "errno",  "cycle",  "irq",     "main",   "std",   "size_t",
        "stdin", "uint32_t", "typeof", "printf", "outl",   "sc_main", "signal", "count", "top",
        "root",  "model",    "modelp", "syms",   "name",   "trace",   "eval",   "vl",    "off",
        "list",  "test",     "all",    "slot",   "strata", "a_",      "t"}) {
    const test::TempFolder own;
    const CommandResult made = new_device(name, own.path());
    EXPECT_EQ(made.status, 0) << made.output;
  }
}

/// What is asked for where the device `lamp` has ports 300h to 30Fh and line 5, and what is said.
struct Refusal {
  const char* name;
  const char* arguments;
  const char* message;
};

void PrintTo(const Refusal& refusal, std::ostream* out) {
  *out << refusal.arguments;
}

class NewDeviceRefuses : public testing::TestWithParam<Refusal> {
 protected:
  static void SetUpTestSuite() {
    own = new test::TempFolder;
    ASSERT_EQ(new_device("lamp", own->path()).status, 0);
  }
  static void TearDownTestSuite() { delete own; }

  static inline const test::TempFolder* own = nullptr;
};

TEST_P(NewDeviceRefuses, WithOneLine) {
  const CommandResult result = new_device(GetParam().arguments, own->path());
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.output.find(GetParam().message), std::string::npos) << result.output;
  EXPECT_EQ(result.output.rfind("new-device: ", 0), 0u) << result.output;
  EXPECT_EQ(std::ranges::count(result.output, '\n'), 1) << result.output;
  const fs::directory_iterator folders(own->path());
  EXPECT_EQ(std::distance(folders, fs::directory_iterator()), 1) << "something was written";
}

constexpr Refusal kRefusals[] = {
    {"NameOfAGuest", "hello --port 0x340 --irq 6", "hello is the name of a guest"},
    {"NameOfADevice", "pit --port 0x340 --irq 6", "DEVICE_PIT is named at"},
    {"NameOfAMaster", "cpu --port 0x340 --irq 6", "cpu is named at"},
    {"NameOfAPart", "bus --port 0x340 --irq 6", "bus is named at"},
    {"NameOfAModule", "debug_ports --port 0x340 --irq 6", "module debug_ports is the name of"},
    {"NameOfASlot", "lamp --port 0x340 --irq 6", "DEVICE_LAMP is named at"},
    {"NameInCapitals", "CRC --port 0x340 --irq 6", "CRC is no name of a device"},
    {"NameWithAPath", "../crc --port 0x340 --irq 6", "../crc is no name of a device"},
    {"NameWithTwoDashes", "a__b --port 0x340 --irq 6", "a__b is no name of a top module"},
    {"NameInTheLanguage", "wire --port 0x340 --irq 6", "wire is a word of SystemVerilog"},
    {"NameOfAType", "int --port 0x340 --irq 6", "int is a word of SystemVerilog"},
    {"NameInCpp", "namespace --port 0x340 --irq 6", "namespace is a word of C++"},
    {"NameOfAWire", "irq_pit --port 0x340 --irq 6", "irq_pit is named at"},
    {"NameOfAWireOfASlot", "lamp_response --port 0x340 --irq 6", "lamp_response is named at"},
    {"NameOfAHeader", "lamp_inputs --port 0x340 --irq 6", "module lamp_inputs: the build calls"},
    {"NameOfAClass", "cpu_cpu_bus_if --port 0x340 --irq 6", "module cpu_cpu_bus_if: the build"},
    {"NameOfWhatHasNone", "plugged1 --port 0x340 --irq 6", "plugged1 is how the machine names"},
    {"NameOfAPort", "clk_i --port 0x340 --irq 6", "module clk_i has a port of that name"},
    {"NameOfASignal", "scratch_q --port 0x340 --irq 6", "has a signal of that name"},
    {"NameInCppOnly", "bitand --port 0x340 --irq 6", "bitand is a word of C++"},
    {"NameOfAConstant", "cascade --port 0x340 --irq 6", "IRQ_CASCADE is named at"},
    {"NameOfAWindow", "pic1 --port 0x340 --irq 6", "PIC1_PORT is named at"},
    {"PortsOfADevice", "crc --port 0x3F0 --irq 6", "shares addresses with ATA_CONTROL"},
    {"PortsOfASlot", "crc --port 0x30C --irq 6", "shares addresses with LAMP"},
    {"PortsBeyondTheEnd", "crc --port 0xFFF8 --irq 6", "not inside io space"},
    {"PortOffTheAlignment", "crc --port 0x342 --irq 6", "no multiple of 4"},
    {"PortOfNoNumber", "crc --port com1 --irq 6", "com1 is no number"},
    {"LineOfADevice", "crc --port 0x340 --irq 14", "line 14 belongs to ata"},
    {"LineOfASlot", "crc --port 0x340", "line 5 belongs to lamp"},
    {"LineOfTheCascade", "crc --port 0x340 --irq 2", "2 is no line of the 8259 pair"},
    {"LineOutOfRange", "crc --port 0x340 --irq 16", "16 is no line of the 8259 pair"},
    {"LineOfNoNumber", "crc --port 0x340 --irq five", "five is no number"},
};

INSTANTIATE_TEST_SUITE_P(All, NewDeviceRefuses, testing::ValuesIn(kRefusals),
                         [](const auto& refusal) { return std::string(refusal.param.name); });

}  // namespace
}  // namespace strata::style
