#include "platform/explain/exit_instruction.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace strata {
namespace {

constexpr std::uint32_t kCode = 0x1000;

struct Code {
  std::vector<std::uint8_t> bytes;
  SymbolTable symbols;

  std::uint32_t find(const ExitRecord& exit, std::uint32_t offset) const {
    const ReadCode read = [this](std::uint32_t linear, std::span<std::uint8_t> to) {
      std::size_t done = 0;
      while (done < to.size() && linear + done - kCode < bytes.size()) {
        to[done] = bytes[linear + done - kCode];
        ++done;
      }
      return done;
    };
    return find_exit_instruction(exit, kCode + offset, true, CpuFamily::k586, symbols, read) -
           kCode;
  }
};

ExitRecord port(bool write, std::uint32_t number) {
  return {.kind = ExitKind::kPort, .write = write, .place = number};
}

ExitRecord memory(bool write) {
  return {.kind = ExitKind::kMemory, .write = write, .place = 0xB8000};
}

TEST(ExitInstruction, WhatReadsIsWhereTheCpuStands) {
  const Code code{{0xEC, 0xEC}, {}};  // in al,dx twice
  EXPECT_EQ(code.find(port(false, 0x1F7), 0), 0u);
  EXPECT_EQ(code.find(port(false, 0x1F7), 1), 1u);
}

TEST(ExitInstruction, AnOutIsBehindOrBeforeIt) {
  const Code code{{0x90, 0xEE, 0x90, 0xE6, 0x80, 0x90, 0x66, 0xEF, 0x90}, {}};
  EXPECT_EQ(code.find(port(true, 0x3F6), 2), 1u);  // nop; out dx,al
  EXPECT_EQ(code.find(port(true, 0x3F6), 1), 1u);
  EXPECT_EQ(code.find(port(true, 0x80), 5), 3u);   // out 80h,al
  EXPECT_EQ(code.find(port(true, 0x3F6), 8), 6u);  // out dx,ax with its prefix
}

TEST(ExitInstruction, AnOutWithAnotherPortIsNotIt) {
  const Code code{{0xE6, 0x80, 0xE6, 0x81, 0x90}, {}};
  EXPECT_EQ(code.find(port(true, 0x81), 2), 2u);
  EXPECT_EQ(code.find(port(true, 0x80), 2), 0u);
}

TEST(ExitInstruction, ARepeatedOutsStaysWhileMoreIsToCome) {
  const Code code{{0x90, 0xF3, 0x66, 0x6F, 0x90}, {}};
  EXPECT_EQ(code.find(port(true, 0x1F0), 1), 1u);
  EXPECT_EQ(code.find(port(true, 0x1F0), 4), 1u);
}

/// mov al,2; mov [0B8000h],al; nop
TEST(ExitInstruction, AStoreIsFoundFromTheBeginningOfItsFunction) {
  Code code{{0xB0, 0x02, 0xA2, 0x00, 0x80, 0x0B, 0x00, 0x90}, {}};
  EXPECT_EQ(code.find(memory(true), 7), 7u) << "without a symbol";
  code.symbols.by_address[kCode] = "f";
  EXPECT_EQ(code.find(memory(true), 7), 2u);
  EXPECT_EQ(code.find(memory(false), 7), 7u);
}

/// mov al,2; rep stosd
TEST(ExitInstruction, ARepeatedStoreStaysWhileMoreIsToCome) {
  Code code{{0xB0, 0x02, 0xF3, 0xAB, 0x90}, {}};
  code.symbols.by_address[kCode] = "f";
  EXPECT_EQ(code.find(memory(true), 2), 2u);
  EXPECT_EQ(code.find(memory(true), 4), 2u);
}

}  // namespace
}  // namespace strata
