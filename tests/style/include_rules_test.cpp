// Who includes whom: the table of the charter over the whole tree, and the proof that it catches.
#include "tests/style/include_rules.h"

#include <gtest/gtest.h>

namespace strata::style {
namespace {

bool allowed(const std::string& path, const std::string& include) {
  return forbidden_includes({path, "// text\n#include " + include + "\n"}).empty();
}

TEST(StyleIncludes, NoFileIncludesWhatItsLayerMayNotSee) {
  const auto files = source_files({".h", ".cpp", ".c", ".S"});
  ASSERT_FALSE(files.empty());
  std::vector<std::string> findings;
  for (const SourceFile& file : files)
    for (std::string& finding : forbidden_includes(file)) findings.push_back(std::move(finding));
  EXPECT_TRUE(findings.empty()) << lines(findings);
}

TEST(StyleIncludes, NoRtlUnitUsesAnother) {
  const auto files = source_files({".sv"});
  ASSERT_FALSE(files.empty());
  std::vector<std::string> findings;
  for (const SourceFile& file : files)
    for (std::string& finding : forbidden_rtl_uses(file, files))
      findings.push_back(std::move(finding));
  EXPECT_TRUE(findings.empty()) << lines(findings);
}

TEST(StyleIncludes, NoDeviceKnowsItsAddress) {
  std::vector<std::string> findings;
  for (const SourceFile& file : source_files({".h", ".cpp"}))
    for (std::string& finding : known_addresses(file)) findings.push_back(std::move(finding));
  EXPECT_TRUE(findings.empty()) << lines(findings);
}

TEST(StyleIncludes, DeviceThatKnowsItsAddressIsFound) {
  const auto findings = [](const std::string& path, const std::string& text) {
    return known_addresses({path, text}).size();
  };
  EXPECT_EQ(findings("models/ata/ata_core.cpp", "f(STRATA_ATA_FLUSH_CYCLES);"), 0u);
  EXPECT_EQ(findings("models/ata/ata_core.cpp", "f(STRATA_ATA_BLOCK_CONTROL);"), 0u);
  EXPECT_EQ(findings("models/ata/ata_core.cpp", "f(STRATA_ATA_COMMAND_PORT);"), 1u);
  EXPECT_EQ(findings("models/ata/ata_rtl.cpp", "f(STRATA_IRQ_ATA);"), 1u);
  EXPECT_EQ(findings("models/vga/vga_core.cpp", "f(STRATA_VGA_TEXT_BASE);"), 1u);
  EXPECT_EQ(findings("models/bus/bus_model.cpp", "f(STRATA_ATA_COMMAND_PORT);"), 0u);
}

TEST(StyleIncludes, BaseSeesTheStandardLibraryOnly) {
  EXPECT_TRUE(allowed("models/base/a.h", "<vector>"));
  EXPECT_FALSE(allowed("models/base/a.h", "<systemc>"));
  EXPECT_FALSE(allowed("models/base/a.h", "\"models/isa/cpu_state.h\""));
}

TEST(StyleIncludes, CoreSeesNoSystemCAndNoTwin) {
  EXPECT_TRUE(allowed("models/ata/ata_core.cpp", "\"models/ata/ata_core.h\""));
  EXPECT_TRUE(allowed("models/ata/ata_core.cpp", "\"models/base/device.h\""));
  EXPECT_FALSE(allowed("models/ata/ata_core.cpp", "<systemc>"));
  EXPECT_FALSE(allowed("models/ata/ata_core.cpp", "\"models/ata/ata_tlm.h\""));
  EXPECT_FALSE(allowed("models/ata/ata_core.cpp", "\"models/vga/vga_core.h\""));
}

TEST(StyleIncludes, RtlWrapperNeverSeesItsCore) {
  EXPECT_TRUE(allowed("models/ata/ata_rtl.cpp", "\"models/ata/ata_model.h\""));
  EXPECT_TRUE(allowed("models/ata/ata_rtl.cpp", "\"models/bus/wishbone.h\""));
  EXPECT_FALSE(allowed("models/ata/ata_rtl.cpp", "\"models/ata/ata_core.h\""));
  EXPECT_FALSE(allowed("models/ata/ata_rtl.h", "\"models/ata/ata_tlm.h\""));
  EXPECT_FALSE(allowed("models/ata/ata_model.cpp", "\"models/ata/ata_core.h\""));
  EXPECT_FALSE(allowed("models/ata/ata_model.cpp", "<systemc>"));
}

TEST(StyleIncludes, TlmShellSeesItsOwnCoreOnly) {
  EXPECT_TRUE(allowed("models/ata/ata_tlm.h", "\"models/ata/ata_core.h\""));
  EXPECT_FALSE(allowed("models/ata/ata_tlm.h", "\"models/ata/ata_rtl.h\""));
  EXPECT_FALSE(allowed("models/ata/ata_tlm.h", "\"models/pic/pic_core.h\""));
  EXPECT_FALSE(allowed("models/ata/ata_tlm.h", "\"models/engine/engine.h\""));
}

TEST(StyleIncludes, ThePlainMachineSeesNoSystemCNoDeviceAndNoEngine) {
  const std::string file = "models/machine/plain_machine.h";
  EXPECT_TRUE(allowed(file, "\"models/engine/engine.h\""));
  EXPECT_TRUE(allowed(file, "\"models/isa/cpu_state.h\""));
  EXPECT_TRUE(allowed(file, "\"models/base/device.h\""));
  EXPECT_FALSE(allowed(file, "<systemc>"));
  EXPECT_FALSE(allowed(file, "<tlm>"));
  EXPECT_FALSE(allowed(file, "\"models/pic/pic_core.h\""));
  EXPECT_FALSE(allowed(file, "\"models/bus/device_tlm.h\""));
  EXPECT_FALSE(allowed(file, "\"models/engine/interpreter/interpreter.h\""));
}

TEST(StyleIncludes, TlmTargetsAsDevicesSeeSystemCAndBaseOnly) {
  EXPECT_TRUE(allowed("models/tlm/tlm_device.h", "<tlm>"));
  EXPECT_TRUE(allowed("models/tlm/tlm_device.h", "\"models/base/device.h\""));
  EXPECT_FALSE(allowed("models/tlm/tlm_device.h", "\"models/machine/plain_machine.h\""));
  EXPECT_FALSE(allowed("models/tlm/tlm_device.h", "\"models/uart/uart_tlm.h\""));
}

TEST(StyleIncludes, OnlyTheKvmEngineSeesKvm) {
  EXPECT_TRUE(allowed("models/engine/kvm/kvm_vm.cpp", "<linux/kvm.h>"));
  EXPECT_FALSE(allowed("models/engine/interpreter/a.cpp", "<linux/kvm.h>"));
  EXPECT_FALSE(allowed("platform/machine.cpp", "<linux/kvm.h>"));
  EXPECT_FALSE(allowed("platform/stats/a.cpp", "<linux/kvm.h>"));
}

TEST(StyleIncludes, NoEngineSeesAnother) {
  EXPECT_FALSE(allowed("models/engine/interpreter/a.cpp", "\"models/engine/kvm/kvm_vm.h\""));
  EXPECT_FALSE(allowed("models/engine/kvm/a.cpp", "\"models/engine/interpreter/a.h\""));
  EXPECT_FALSE(allowed("models/engine/lockstep/a.cpp", "\"models/engine/kvm/kvm_vm.h\""));
  EXPECT_TRUE(allowed("models/engine/lockstep/a.cpp", "\"models/engine/interpreter/a.h\""));
  EXPECT_TRUE(allowed("models/engine/jit/a.cpp", "\"models/engine/block/a.h\""));
  EXPECT_TRUE(allowed("models/engine/kvm/a.cpp", "\"models/engine/software_engine.h\""));
  EXPECT_FALSE(allowed("models/engine/software_engine.cpp", "\"models/engine/kvm/a.h\""));
}

TEST(StyleIncludes, PlatformNamesDevicesAndOptionsInOnePlaceEach) {
  EXPECT_TRUE(allowed("platform/rtl_devices.cpp", "\"models/vga/vga_tlm.h\""));
  EXPECT_FALSE(allowed("platform/display/a.cpp", "\"models/vga/vga_tlm.h\""));
  EXPECT_TRUE(allowed("platform/options.cpp", "<boost/program_options.hpp>"));
  EXPECT_FALSE(allowed("platform/main.cpp", "<boost/program_options.hpp>"));
}

TEST(StyleIncludes, GuestSoftwareSeesNoLibrary) {
  EXPECT_TRUE(allowed("sw/demos/a/a.c", "\"models/machine/memory_map.h\""));
  EXPECT_TRUE(allowed("sw/demos/a/a.c", "<stdint.h>"));
  EXPECT_FALSE(allowed("sw/demos/a/a.c", "<stdio.h>"));
  EXPECT_FALSE(allowed("sw/demos/a/a.c", "\"platform/options.h\""));
}

TEST(StyleIncludes, FindingsNameFileLineAndTarget) {
  const auto findings = forbidden_includes({"models/base/a.h", "\n#include <systemc>\n"});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_NE(findings[0].find("models/base/a.h:2: must not include <systemc>"), std::string::npos);
}

TEST(StyleIncludes, RtlUseOfAnotherUnitIsFound) {
  const std::vector<SourceFile> all = {{"rtl/common/memory_map_pkg.sv", ""},
                                       {"rtl/ata/ata_pkg.sv", ""},
                                       {"rtl/ata/ata_fifo.sv", ""}};
  EXPECT_TRUE(forbidden_rtl_uses({"rtl/vga/vga.sv", "import memory_map_pkg::*;\n"}, all).empty());
  EXPECT_TRUE(forbidden_rtl_uses({"rtl/vga/vga.sv", "// as ata_pkg::x\n"}, all).empty());
  EXPECT_TRUE(forbidden_rtl_uses({"rtl/ata/ata.sv", "  ata_fifo u_fifo (\n"}, all).empty());
  EXPECT_EQ(forbidden_rtl_uses({"rtl/vga/vga.sv", "import ata_pkg::*;\n"}, all).size(), 1u);
  EXPECT_EQ(forbidden_rtl_uses({"rtl/vga/vga.sv", "  ata_fifo u_fifo (\n"}, all).size(), 1u);
  EXPECT_EQ(forbidden_rtl_uses({"rtl/vga/vga.sv", "  ata_fifo #(\n"}, all).size(), 1u);
}

}  // namespace
}  // namespace strata::style
