// A whole cycle-accurate machine with a bus master of the test's (its wires are master2_request and
// master2_response): what it writes to memory reaches the CPU's prefetched code, and the memory of
// the interpreter that a checked run is compared with.
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "models/bus/clocked_signal.h"
#include "models/bus/wishbone.h"
#include "platform/rtl_machine.h"
#include "tests/cli/boot_sectors.h"
#include "tests/guest/machine/guest_machine.h"
#include "tests/support/fresh_simulation.h"
#include "tests/support/temp_folder.h"
#include "tests/support/wishbone_script.h"

namespace strata::test {
namespace {

template <typename Object>
Object& found(const char* name) {
  auto* object = dynamic_cast<Object*>(sc_core::sc_find_object(name));
  if (object == nullptr) throw std::runtime_error(std::string("there is no ") + name);
  return *object;
}

/// A dword written to memory.
WishboneScript::Access store(Cycle not_before, std::uint32_t address, std::uint32_t value) {
  WishboneScript::Access access;
  access.not_before = not_before;
  access.request = {.adr = address, .dat = value, .sel = 0xF, .cyc = true, .stb = true, .we = true};
  return access;
}

class SecondMasterTest : public testing::Test {
 protected:
  /// A checked run of `code` at 0:7C00 while the other master makes `stores`.
  RunResult run(const Bytes& code, const std::vector<WishboneScript::Access>& stores) {
    const Bytes image = boot_sector(code);
    const std::string file = folder_.file("guest");
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(image.data()), static_cast<long>(image.size()));
    guest_ = std::make_unique<GuestMachine>(file, [](MachineConfig config) {
      config.check = true;
      return make_rtl_machine(config);
    });
    WishboneScript second("second", found<ClockDriver>("clock"));
    second.request(found<ClockedSignal<WishboneRequest>>("master2_request"));
    second.response(found<ClockedSignal<WishboneResponse>>("master2_response"));
    second.accesses = stores;
    const RunOutcome outcome = guest_->run_to(200'000);
    EXPECT_EQ(outcome.report, "");
    EXPECT_NE(second.accesses.back().acknowledged, kNever);
    return guest_->result(outcome);
  }

  FreshSimulation simulation_;
  TempFolder folder_;
  std::unique_ptr<GuestMachine> guest_;
};

// The program loads from the dword all the time, so some of the stores fall between a load and its
// retirement.
TEST_F(SecondMasterTest, WhatItWritesIsSeenByTheProgramAndByTheCheck) {
  const Bytes code = {0xFA, 0x31, 0xC0, 0x8E, 0xD8,   // cli; xor ax,ax; mov ds,ax
                      0x66, 0xA3, 0x00, 0x06,         // mov [600h],eax
                      0x66, 0xA1, 0x00, 0x06,         // again: mov eax,[600h]
                      0x66, 0x8B, 0x1E, 0x00, 0x06,   // mov ebx,[600h]
                      0x3C, 0xFF, 0x75, 0xF3,         // cmp al,FFh; jne again
                      0xB0, 0x07, 0xE6, 0xF4, 0xF4};  // mov al,7; out F4h,al
  std::vector<WishboneScript::Access> stores;
  for (std::uint32_t n = 1; n <= 200; ++n) stores.push_back(store(4000 + n * 61, 0x600, n & 0x7F));
  stores.push_back(store(30'000, 0x600, 0x123456FF));
  const RunResult result = run(code, stores);
  EXPECT_EQ(result.end, RunEnd::kExited);
  EXPECT_EQ(result.status, 7u);
  EXPECT_EQ(result.state.gpr[kEbx], 0x123456FFu);
}

// The program stores into the dword all the time, so some of the stores find the CPU's on its way
// to the bus: that goes over them.
TEST_F(SecondMasterTest, TheCheckHasTheStoresOfBothInTheOrderOfTheBus) {
  const Bytes code = {0xFA, 0x31, 0xC0, 0x8E, 0xD8,  // cli; xor ax,ax; mov ds,ax
                      0xB9, 0x00, 0x08,              // mov cx,800h
                      0x66, 0xA3, 0x10, 0x06, 0x66,
                      0xA3, 0x20, 0x06,               // mov [610h],eax; mov [620h],eax
                      0xA3, 0x00, 0x06,               // mov [600h],ax
                      0x66, 0x8B, 0x1E, 0x00, 0x06,   // mov ebx,[600h]
                      0x40, 0x49, 0x75, 0xEC,         // inc ax; dec cx; jnz
                      0xB0, 0x07, 0xE6, 0xF4, 0xF4};  // mov al,7; out F4h,al
  std::vector<WishboneScript::Access> stores;
  for (std::uint32_t n = 1; n <= 200; ++n)
    stores.push_back(store(4000 + n * 67, 0x600, 0x10001 * n));
  const RunResult result = run(code, stores);
  EXPECT_EQ(result.end, RunEnd::kExited);
  EXPECT_EQ(result.status, 7u);
}

// SDM vol. 3, 11.6: code that is overwritten, by whomever, is not executed from the prefetch queue.
TEST_F(SecondMasterTest, CodeItOverwritesIsExecutedAnew) {
  const Bytes code = {0xFA, 0xEB, 0x00, 0x90,         // cli; jmp $+2; nop
                      0xEB, 0xFE, 0x90, 0x90,         // at 7C04: jmp $
                      0xB0, 0x07, 0xE6, 0xF4, 0xF4};  // mov al,7; out F4h,al
  const RunResult result = run(code, {store(9000, 0x7C04, 0x90909090)});
  EXPECT_EQ(result.end, RunEnd::kExited);
  EXPECT_EQ(result.status, 7u);
}

}  // namespace
}  // namespace strata::test
