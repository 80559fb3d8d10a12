// What the host's own CPU does with an operand of several items that lies over the end of the
// address size (models/isa/README.md). 64-bit user code can ask with 32-bit addresses: with a GS
// base, the byte behind address FFFFFFFF is 4 GiB above the base if addresses do not go round, and
// at the base if they do. There are no limits in 64-bit mode, so one item over the end shows that
// it does not go round instead of faulting. 16-bit addresses are silicon_test's, where the host has
// 32-bit code.
#include <gtest/gtest.h>

#if defined(__x86_64__) && defined(__linux__)

#include <asm/prctl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>

namespace strata::test {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::uint64_t k4GiB = std::uint64_t{1} << 32;
constexpr std::uint8_t kRound = 0x11;  // at the base
constexpr std::uint8_t kAbove = 0x22;  // below and above base + 4 GiB

sigjmp_buf back;
volatile greg_t error_code;

void on_fault(int, siginfo_t*, void* context) {
  error_code = static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_ERR];
  siglongjmp(back, 1);
}

/// GS based at memory whose first page, and the page before and behind 4 GiB, are there.
class HostAddresses : public ::testing::Test {
 protected:
  void SetUp() override {
    void* const all =
        mmap(nullptr, k4GiB + kPage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (all == MAP_FAILED) GTEST_SKIP() << "no 4 GiB of address space";
    base_ = static_cast<std::uint8_t*>(all);
    end_ = base_ + k4GiB;
    ASSERT_EQ(mprotect(base_, kPage, PROT_READ | PROT_WRITE), 0);
    ASSERT_EQ(mprotect(end_ - kPage, 2 * kPage, PROT_READ | PROT_WRITE), 0);
    std::memset(base_, kRound, kPage);
    std::memset(end_ - kPage, kAbove, 2 * kPage);
    set_base();
  }
  void TearDown() override {
    syscall(SYS_arch_prctl, ARCH_SET_GS, 0);
    if (base_ != nullptr) munmap(base_, k4GiB + kPage);
  }

  void set_base() { ASSERT_EQ(syscall(SYS_arch_prctl, ARCH_SET_GS, base_), 0); }

  static void put_word(std::uint8_t* at, std::uint16_t value) { std::memcpy(at, &value, 2); }

  std::uint8_t* base_ = nullptr;
  std::uint8_t* end_ = nullptr;
};

std::uint16_t loaded_gs() {
  std::uint16_t selector;
  asm volatile("mov %%gs, %0" : "=r"(selector));
  return selector;
}

/// Null selectors, which user code may load, tell where the selector came from.
TEST_F(HostAddresses, SelectorOfAFarPointerGoesRound) {
  put_word(base_, 3);
  put_word(end_, 2);
  std::uint32_t address = 0xFFFFFFFE;
  asm volatile(".byte 0x65, 0x66, 0x67, 0x0F, 0xB5, 0x0B"  // lgs cx, gs:[ebx]
               :
               : "b"(address)
               : "rcx", "memory");
  EXPECT_EQ(loaded_gs(), 3);
  set_base();
  address = 0xFFFFFFFC;
  asm volatile(".byte 0x65, 0x67, 0x0F, 0xB5, 0x0B"  // lgs ecx, gs:[ebx]
               :
               : "b"(address)
               : "rcx", "memory");
  EXPECT_EQ(loaded_gs(), 3);
}

/// Selectors beyond every table: the #GP names the one that was read.
TEST_F(HostAddresses, SelectorOfAFarJumpAndCallGoesRound) {
  put_word(base_, 0xFE3);
  put_word(end_, 0xEE3);
  struct sigaction action {};
  struct sigaction old {};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  ASSERT_EQ(sigaction(SIGSEGV, &action, &old), 0);
  error_code = 0;
  if (sigsetjmp(back, 1) == 0) {
    asm volatile(".byte 0x65, 0x67, 0xFF, 0x2B" : : "b"(0xFFFFFFFC) : "memory");  // jmp m16:32
  }
  EXPECT_EQ(error_code, 0xFE0);
  error_code = 0;
  if (sigsetjmp(back, 1) == 0) {
    asm volatile(".byte 0x65, 0x66, 0x67, 0xFF, 0x1B"  // call m16:16
                 :
                 : "b"(0xFFFFFFFE)
                 : "memory");
  }
  EXPECT_EQ(error_code, 0xFE0);
  ASSERT_EQ(sigaction(SIGSEGV, &old, nullptr), 0);
}

/// Whether the kernel answers SGDT instead of the processor.
bool has_umip() {
  std::ifstream info("/proc/cpuinfo");
  std::string word;
  while (info >> word) {
    if (word == "umip") return true;
  }
  return false;
}

TEST_F(HostAddresses, BaseOfATableRegisterGoesRound) {
  if (has_umip()) GTEST_SKIP() << "this host's user code may not execute SGDT (UMIP)";
  const std::uint32_t address = 0xFFFFFFFE;
  asm volatile(".byte 0x65, 0x67, 0x0F, 0x01, 0x03"  // sgdt gs:[ebx]
               :
               : "b"(address)
               : "memory");
  EXPECT_FALSE(end_[-1] == kAbove && end_[-2] == kAbove) << "the limit";
  EXPECT_EQ(end_[0], kAbove);
  EXPECT_EQ(end_[7], kAbove);
  EXPECT_NE(base_[7], kRound) << "the top of a kernel's address";
}

TEST_F(HostAddresses, OneItemDoesNotGoRound) {
  std::uint32_t dword;
  asm volatile(".byte 0x65, 0x67, 0x8B, 0x03"  // mov eax, gs:[ebx]
               : "=a"(dword)
               : "b"(0xFFFFFFFE)
               : "memory");
  EXPECT_EQ(dword, 0x22222222u);
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  asm volatile(".byte 0x65, 0x67, 0x0F, 0xC7, 0x0B"  // cmpxchg8b gs:[ebx]
               : "+a"(low), "+d"(high)
               : "b"(0xFFFFFFFC), "c"(0)
               : "memory");
  EXPECT_EQ(low, 0x22222222u);
  EXPECT_EQ(high, 0x22222222u);
}

}  // namespace
}  // namespace strata::test

#else

TEST(HostAddresses, AreThoseOfX86) {
  GTEST_SKIP() << "the host is not x86-64 Linux";
}

#endif
