// The microcode assembler: encodings of a small program, every kind of mistake with its place, and
// the CPU's own microcode.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>

#include "tests/style/source_tree.h"
#include "tests/support/temp_folder.h"

namespace strata::style {
namespace {

namespace fs = std::filesystem;

// Small enough to encode by hand: a 2, b 2, at_a 1, data 2, dst 2, rdst 2, mem 2, seg 1, size 1,
// special 2, flag 1, ctl 3 and target 3 bits.
constexpr char kTypes[] = R"(package types_pkg;
  typedef enum logic [1:0] { UsZero, UsT0, UsEa } us_e;
  typedef enum logic [1:0] { UbZero, UbFour, UbMinusFour } ub_e;
  typedef enum logic [1:0] { UdNone, UdT0, UdGpr } ud_e;
  typedef enum logic [1:0] { UrNone, UrT0 } ur_e;
  typedef enum logic [1:0] { MemNone, MemRead, MemWrite, MemOut } umem_e;
  typedef enum logic { MsData, MsStack } useg_e;
  typedef enum logic { UzByte, UzWord } usize_e;
  typedef enum logic [1:0] {
    SpNone,   // nothing
    SpCheck,
    SpRaise = 2'd3
  } usp_e;
  typedef enum logic [2:0] { CtNext, CtJump, CtCall, CtReturn, CtJumpReal, CtDone } uctl_e;
  parameter int unsigned UC_BITS = 3;
  parameter int unsigned UC_CALL_DEPTH = 1;
  typedef struct packed {
    us_e a; ub_e b; logic at_a; us_e data; ud_e dst; ur_e rdst; umem_e mem; useg_e seg;
    usize_e size; usp_e special; logic flag; uctl_e ctl; upc_t target;
  } uinst_t;
endpackage
)";

class Microcode : public testing::Test {
 protected:
  void SetUp() override { write("types_pkg.sv", kTypes); }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }

  CommandResult assemble(const std::string& program, const std::string& options = "--list") {
    write("a.uc", program);
    return run_command("scripts/microcode --types " + quoted((folder_ / "types_pkg.sv").string()) +
                       " " + options + " " + quoted((folder_ / "a.uc").string()));
  }

  /// Expects the program to be refused with this message behind the place.
  void expect_error(const std::string& program, const std::string& place,
                    const std::string& message) {
    const CommandResult result = assemble(program);
    EXPECT_EQ(result.status, 2) << program;
    EXPECT_NE(result.output.find(place + ": " + message), std::string::npos)
        << program << "gives:\n"
        << result.output << "not:\n"
        << place << ": " << message;
  }

  const test::TempFolder own_;
  const fs::path folder_ = own_.path();
};

TEST_F(Microcode, EncodesFieldsFromTheHighestBitDown) {
  const CommandResult result = assemble(
      "entry GO:\n"
      "    T0 = Ea - Four ; write stack[Ea].word = T0 ; flag\n"
      "    T0 = read data[T0 + Four] ; SpCheck ; call sub  # comment\n"
      "    Ebx = T0\n"
      "    if Real jump .end\n"
      "    T0 = T0 ; write data[sum] = T0\n"
      ".end:\n"
      "    done\n"
      "sub:\n"
      "    return\n");
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.output,
            "entry GO:\n"
            "    0 aa9640  T0 = Ea - Four ; write stack[Ea].word = T0 ; flag\n"
            "    1 502896  T0 = read data[T0 + Four] ; SpCheck ; call sub\n"
            "    2 410003  Ebx = T0\n"
            "    3 000025  if Real jump .end\n"
            "    4 429000  T0 = T0 ; write data[sum] = T0\n"
            "GO.end:\n"
            "    5 000028  done\n"
            "sub:\n"
            "    6 000018  return\n");
}

TEST_F(Microcode, WritesAPackageWithEntriesAndAFullRom) {
  const CommandResult result = assemble("entry FIRST:\n done\nentry SECOND_ONE:\n SpRaise\n", "");
  EXPECT_EQ(result.status, 0);
  for (const char* line :
       {"package cpu_microcode_pkg;\n", "  parameter upc_t UC_FIRST = 3'd0;\n",
        "  parameter upc_t UC_SECOND_ONE = 3'd1;\n", "  parameter logic [23:0] UC_ROM[8] = '{\n",
        "    24'h000028,  // 0: done\n", "    24'h000180,  // 1: SpRaise\n",
        "    24'h000000\n  };\n"})
    EXPECT_NE(result.output.find(line), std::string::npos) << line << "\n" << result.output;
}

TEST_F(Microcode, LocalLabelsBelongToTheLabelBefore) {
  const CommandResult result = assemble(
      "entry A:\n jump .x\n.x:\n done\n"
      "entry B:\n jump .x\n.x:\n done\n");
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_NE(result.output.find("    2 00000b  jump .x"), std::string::npos) << result.output;
}

TEST_F(Microcode, UnknownWordsNameThePlaceAndWhatIsLegal) {
  expect_error("entry A:\n T9 = T0 ; done\n", "a.uc:2",
               "unknown destination 'T9'; legal: None, T0, Gpr");
  expect_error("entry A:\n T0 = T9 ; done\n", "a.uc:2",
               "unknown first source 'T9'; legal: Zero, T0, Ea");
  expect_error("entry A:\n T0 = T0 + Five ; done\n", "a.uc:2",
               "unknown second source 'Five'; legal: Zero, Four, MinusFour");
  expect_error("\nentry A:\n SpNever ; done\n", "a.uc:3",
               "unknown special 'SpNever'; legal: SpNone, SpCheck, SpRaise");
  expect_error("entry A:\n read code[Ea] ; done\n", "a.uc:2",
               "unknown segment 'code'; legal: data, stack");
  expect_error("entry A:\n read data[Ea].dword ; done\n", "a.uc:2",
               "unknown size 'dword'; legal: byte, word");
  expect_error("entry A:\n jump nowhere\n", "a.uc:2", "no label 'nowhere'; legal: A");
  expect_error("entry A:\n if Never jump A\n", "a.uc:2", "no control 'JumpNever'");
  expect_error("entry A:\n stop\n", "a.uc:2", "'stop' is not understood");
}

TEST_F(Microcode, ClausesThatContradictEachOtherAreRefused) {
  expect_error("entry A:\n flag ; flag ; done\n", "a.uc:2", "'flag' is given twice");
  expect_error("entry A:\n done ; done\n", "a.uc:2", "'ctl' is given twice");
  expect_error("entry A:\n T0 = Ea ; T0 = T0 ; done\n", "a.uc:2", "there is one sum");
  expect_error("entry A:\n T0 = Ea + Four ; read data[T0] ; done\n", "a.uc:2",
               "the address 'T0' is neither the sum nor its first source");
  expect_error("entry A:\n Ebx = T0 ; jump A\n", "a.uc:2", "'target' is given twice");
  expect_error("entry A:\n write data[Ea] ; done\n", "a.uc:2", "'write' needs what it writes");
  expect_error("entry A:\n read data[Ea] = T0 ; done\n", "a.uc:2", "'read' writes nothing");
  expect_error("entry A:\n read [Ea] ; done\n", "a.uc:2", "'read' needs a segment");
  expect_error("entry A:\n read data ; done\n", "a.uc:2", "'read' needs an address");
}

TEST_F(Microcode, FlowIsChecked) {
  expect_error("entry A:\n done\n done\n", "a.uc:3", "is never reached from an entry");
  expect_error("entry A:\n done\nlost:\n done\n", "a.uc:4", "is never reached from an entry");
  expect_error("entry A:\n flag\nunused:\n done\n", "a.uc:3", "label 'unused' is never used");
  expect_error("entry A:\n flag\n", "a.uc:2", "the sequence runs over the end of the file");
  expect_error("entry A:\n return\n", "a.uc:2", "returns, but is reached without a call");
  expect_error("entry A:\n call s\n done\ns:\n call s2\n return\ns2:\n return\n", "a.uc:5",
               "calls deeper than UC_CALL_DEPTH, which is 1");
  expect_error("entry A:\n done\nentry A:\n done\n", "a.uc:3", "'A' is already at");
  expect_error("entry lower:\n done\n", "a.uc:1", "an entry is named in capitals, not 'lower'");
  std::string nine;
  for (int i = 0; i < 9; i++) nine += " flag\n";
  expect_error("entry A:\n" + nine + " done\n", "types_pkg.sv", "UC_BITS: 10 micro-instructions");
}

TEST_F(Microcode, AnEnumerationThatOverflowsItsBitsIsRefused) {
  std::string types = kTypes;
  types.replace(types.find("UsEa }"), 6, "UsEa, UsEb, UsEc }");
  write("types_pkg.sv", types);
  expect_error("entry A:\n done\n", "types_pkg.sv:2", "us_e: UsEc is 4, which 2 bits do not hold");
}

/// Every entry is started by name somewhere in rtl/cpu, or it is dead.
TEST(MicrocodeOfTheCore, EveryEntryIsStartedBySomething) {
  const CommandResult listing = run_command("scripts/microcode --list");
  ASSERT_EQ(listing.status, 0) << listing.output;
  static const std::regex entry("entry ([A-Z0-9_]+):");
  std::string rtl;
  for (const SourceFile& file : source_files({".sv"}))
    if (file.path.starts_with("rtl/cpu/")) rtl += file.text;
  std::sregex_iterator it(listing.output.begin(), listing.output.end(), entry);
  EXPECT_NE(it, std::sregex_iterator());
  for (; it != std::sregex_iterator(); ++it)
    EXPECT_TRUE(std::regex_search(rtl, std::regex("\\bUC_" + it->str(1) + "\\b"))) << it->str(1);
}

}  // namespace
}  // namespace strata::style
