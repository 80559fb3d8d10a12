#include "tests/silicon/native_cpu.h"

#if defined(__x86_64__) && defined(__linux__)

#include <asm/ldt.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "models/base/file_descriptor.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kContextBase = 0x3D5B6000;
constexpr std::uint32_t kExitBase = 0x3D5B7000;

/// Registers on their way in and out; the assembly below knows the offsets.
struct Context {
  std::uint32_t gpr[8];
  std::uint64_t eflags;
  std::uint32_t entry_offset;
  std::uint16_t entry_selector;
  std::uint16_t use_fs_base;  // FS is loaded, and its base restored by WRFSBASE
  std::uint64_t host_rsp;
  std::uint64_t host_fs_base;
  std::uint16_t ds, es, fs, gs, ss, cs;
  std::uint32_t running;
  std::uint32_t vector, error_code, cr2, eip;
  std::uint32_t
      ticks;  // of the watchdog, which counts the program's own time, since this run began
};
static_assert(offsetof(Context, eflags) == 0x20 && offsetof(Context, entry_offset) == 0x28);
static_assert(offsetof(Context, use_fs_base) == 0x2E && offsetof(Context, host_rsp) == 0x30);
static_assert(offsetof(Context, host_fs_base) == 0x38 && offsetof(Context, ds) == 0x40);
static_assert(offsetof(Context, running) == 0x4C && offsetof(Context, ticks) == 0x60);

Context& context() {
  return *reinterpret_cast<Context*>(std::uintptr_t{kContextBase});
}

constexpr int kSignals[] = {SIGILL, SIGFPE, SIGTRAP, SIGBUS, SIGVTALRM};
static_assert(SIGVTALRM == 26);
constexpr std::size_t kSignalStackBytes = 64 * 1024;
constexpr long kWatchMicroseconds = 200'000;
constexpr unsigned long kHwcap2FsGsBase = 1u << 1;  // AT_HWCAP2 of the kernel's x86 ABI

struct OldHandlers {
  struct sigaction action[std::size(kSignals)];
  stack_t stack;
};
OldHandlers old_handlers;

}  // namespace
}  // namespace strata::test

// Entry, exit and the first instructions of the signal handler. The exit is copied to kExitBase,
// where a far jump with a 32-bit offset reaches it; it names memory by absolute addresses only. FS
// and with it thread-local storage is the host's again before any C++ code runs.
asm(R"(
  .pushsection .text
  .set CTX, 0x3D5B6000
strata_native_enter:
  push %rbx
  push %rbp
  push %r12
  push %r13
  push %r14
  push %r15
  mov %rsp, CTX+0x30
  mov CTX+0x40, %ds
  mov CTX+0x42, %es
  mov CTX+0x46, %gs
  cmpw $0, CTX+0x2E
  je 1f
  rdfsbase %rax
  mov %rax, CTX+0x38
  mov CTX+0x44, %fs
1:
  push CTX+0x20
  popfq
  mov CTX+0x00, %eax
  mov CTX+0x04, %ecx
  mov CTX+0x08, %edx
  mov CTX+0x0C, %ebx
  mov CTX+0x14, %ebp
  mov CTX+0x18, %esi
  mov CTX+0x1C, %edi
  mov CTX+0x10, %esp
  ljmpl *CTX+0x28

strata_native_exit_begin:
  mov %eax, CTX+0x00
  mov %ecx, CTX+0x04
  mov %edx, CTX+0x08
  mov %ebx, CTX+0x0C
  mov %esp, CTX+0x10
  mov %ebp, CTX+0x14
  mov %esi, CTX+0x18
  mov %edi, CTX+0x1C
  mov CTX+0x30, %rsp
  pushfq
  pop CTX+0x20
  push $0x202
  popfq
  mov %ss, CTX+0x48
  mov %ds, CTX+0x40
  mov %es, CTX+0x42
  mov %fs, CTX+0x44
  mov %gs, CTX+0x46
  mov $0x2B, %ecx
  mov %ecx, %ss
  xor %ecx, %ecx
  mov %ecx, %gs
  cmpw $0, CTX+0x2E
  je 1f
  mov %ecx, %fs
  mov CTX+0x38, %rax
  wrfsbase %rax
1:
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbp
  pop %rbx
  ret
strata_native_exit_end:

strata_native_signal:
  cmp $26, %edi
  jne 2f
  incl CTX+0x60
  cmpl $3, CTX+0x60
  jae 2f
  ret
2:
  cmpl $0, CTX+0x4C
  je strata_native_on_signal
  mov %ds, CTX+0x40
  mov %es, CTX+0x42
  mov %fs, CTX+0x44
  mov %gs, CTX+0x46
  xor %ecx, %ecx
  mov %ecx, %gs
  cmpw $0, CTX+0x2E
  je strata_native_on_signal
  mov %ecx, %fs
  mov CTX+0x38, %rax
  wrfsbase %rax
  jmp strata_native_on_signal

strata_native_after_signal:
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbp
  pop %rbx
  ret
  .popsection
)");

extern "C" {
void strata_native_enter();
void strata_native_signal(int, siginfo_t*, void*);
void strata_native_on_signal(int, siginfo_t*, void*) __attribute__((used));
extern const char strata_native_exit_begin[];
extern const char strata_native_exit_end[];
extern const char strata_native_after_signal[];
}

/// Notes the state the exception left and makes the signal return to strata_native_enter()'s
/// caller. A signal that is not ours is left to the default.
void strata_native_on_signal(int signal, siginfo_t*, void* frame) {
  using strata::test::Context;
  Context& c = strata::test::context();
  if (c.running == 0) {
    if (signal != SIGVTALRM) ::signal(signal, SIG_DFL);
    return;
  }
  constexpr int kOrder[8] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX,
                             REG_RSP, REG_RBP, REG_RSI, REG_RDI};
  greg_t* const registers = static_cast<ucontext_t*>(frame)->uc_mcontext.gregs;
  for (int n = 0; n < 8; ++n) {
    c.gpr[n] = static_cast<std::uint32_t>(registers[kOrder[n]]);
  }
  const auto selectors = static_cast<std::uint64_t>(registers[REG_CSGSFS]);
  c.cs = static_cast<std::uint16_t>(selectors);
  c.ss = static_cast<std::uint16_t>(selectors >> 48);
  c.eflags = static_cast<std::uint64_t>(registers[REG_EFL]);
  c.eip = static_cast<std::uint32_t>(registers[REG_RIP]);
  c.vector = static_cast<std::uint32_t>(registers[REG_TRAPNO]);
  if (signal == SIGVTALRM) c.vector = strata::test::NativeCpu::kTimeout;
  c.error_code = static_cast<std::uint32_t>(registers[REG_ERR]);
  c.cr2 = static_cast<std::uint32_t>(registers[REG_CR2]);
  constexpr std::uint64_t kHost = 0x33 | std::uint64_t{0x2B} << 48;
  constexpr std::uint64_t kKept = 0x0000FFFFFFFF0000;
  registers[REG_CSGSFS] = static_cast<greg_t>((selectors & kKept) | kHost);
  registers[REG_RIP] = reinterpret_cast<greg_t>(strata_native_after_signal);
  registers[REG_RSP] = static_cast<greg_t>(c.host_rsp);
  registers[REG_EFL] = 0x202;
}

namespace strata::test {
namespace {

bool map_at(const Range& range, int protection, int file = -1) {
  constexpr int kFixed = MAP_FIXED_NOREPLACE;
  const int kind = file < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
  void* const wanted = NativeCpu::memory(range.base);
  void* const got = mmap(wanted, range.size, protection, kind | kFixed, file, 0);
  if (got != MAP_FAILED && got != wanted) munmap(got, range.size);
  return got == wanted;
}

/// The handler of the signals that end a run.
struct sigaction own_action() {
  struct sigaction action {};
  action.sa_sigaction = strata_native_signal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigfillset(&action.sa_mask);
  return action;
}

/// The same of SIGSEGV, for a run: an engine that translates has a handler of its own.
class OwnSegv {
 public:
  OwnSegv() {
    static const struct sigaction kOwn = own_action();
    sigaction(SIGSEGV, &kOwn, &other_);
  }
  ~OwnSegv() { sigaction(SIGSEGV, &other_, nullptr); }
  OwnSegv(const OwnSegv&) = delete;
  OwnSegv& operator=(const OwnSegv&) = delete;

 private:
  struct sigaction other_ {};
};

bool take_signals() {
  stack_t stack{};
  stack.ss_size = kSignalStackBytes;
  stack.ss_sp =
      mmap(nullptr, stack.ss_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (stack.ss_sp == MAP_FAILED || sigaltstack(&stack, &old_handlers.stack) != 0) return false;
  const struct sigaction action = own_action();
  for (std::size_t n = 0; n < std::size(kSignals); ++n) {
    if (sigaction(kSignals[n], &action, &old_handlers.action[n]) != 0) return false;
  }
  constexpr itimerval kWatch{{0, kWatchMicroseconds}, {0, kWatchMicroseconds}};
  return setitimer(ITIMER_VIRTUAL, &kWatch, nullptr) == 0;
}

/// Puts the segment into the process's local descriptor table, or removes it.
bool write_local_segment(const layout::LocalSegment& segment, bool present) {
  constexpr int kWrite = 0x11;
  constexpr unsigned kExpandDownData = 1;
  user_desc d{};
  d.entry_number = segment.selector >> 3;
  if (present) {
    d.base_addr = segment.base;
    d.limit = segment.limit;
    d.seg_32bit = segment.big ? 1 : 0;
    d.contents = segment.expand_down ? kExpandDownData : 0;
    d.limit_in_pages = segment.pages ? 1 : 0;
  } else {
    d.read_exec_only = 1;
    d.seg_not_present = 1;
  }
  return syscall(SYS_modify_ldt, kWrite, &d, sizeof(d)) == 0;
}

bool write_local_segments(bool present) {
  bool done = true;
  for (const layout::LocalSegment& segment : layout::kLocal) {
    done = write_local_segment(segment, present) && done;
  }
  return done;
}

/// Whether nothing of the program but what was mapped here lies below 4 GiB, where sequences reach:
/// a sanitizer's shadow, say, or a program that is not position-independent.
bool low_addresses_are_free() {
  constexpr Range kOwn[] = {layout::kCode,        layout::kReadOnly, layout::kData,
                            layout::kStack,       layout::kWrapped,  layout::kLow,
                            NativeCpu::kOwnMemory};
  std::ifstream maps("/proc/self/maps");
  std::string line;
  while (std::getline(maps, line)) {
    const std::uint64_t begin = std::strtoull(line.c_str(), nullptr, 16);
    if (begin > 0xFFFFFFFF) return true;
    const auto address = static_cast<std::uint32_t>(begin);
    if (std::none_of(std::begin(kOwn), std::end(kOwn),
                     [&](const Range& range) { return range.contains(address); })) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::unique_ptr<NativeCpu> NativeCpu::create(std::string& reason) {
  std::unique_ptr<NativeCpu> cpu(new NativeCpu);
  if (!cpu->map_all(reason)) return nullptr;
  if (!low_addresses_are_free()) {
    reason =
        "the program itself has memory below 4 GiB (a sanitizer's, or it is built without PIE)";
    return nullptr;
  }
  if (!cpu->try_out(reason)) return nullptr;
  return cpu;
}

/// Whether a program finds the local descriptor table it has been given.
bool NativeCpu::loads_local_segments(const Registers& usual) {
  for (const layout::LocalSegment& segment : layout::kLocal) {
    CodeBytes code = CodeBytes{0xB8}.add(segment.selector, 4).add(0x8E, 1).add(0xE8, 1);
    for (const std::uint8_t byte : leave_code().bytes()) code.add(byte);  // mov eax; mov gs, ax
    std::memcpy(code_, code.bytes().data(), code.size());
    const Outcome outcome = run(usual);
    if (outcome.event.vector != Event::kNone || outcome.registers.selector[kGs] != segment.selector)
      return false;
  }
  return true;
}

/// The first run shows whether the kernel has a 32-bit code segment where it should be, and what a
/// pushed selector looks like.
bool NativeCpu::try_out(std::string& reason) {
  CodeBytes code{0x6A, 0xFF, 0x58,  // push -1; pop eax
                 0x1E, 0x58};       // push ds; pop eax
  const CodeBytes leave = leave_code();
  for (const std::uint8_t byte : leave.bytes()) code.add(byte);
  std::memcpy(code_, code.bytes().data(), code.size());
  Registers start;
  start.eip = layout::kCode.base;
  start.eflags = 0x202;
  start.gpr[kEsp] = layout::kStack.base + layout::kStack.size / 2;
  start.selector.fill(layout::kDataSelector);
  start.selector[kCs] = layout::kCodeSelector;
  const Outcome outcome = run(start);
  if (outcome.event.vector != Event::kNone) {
    reason = "the kernel has no 32-bit code segment (" + describe(outcome.event) + ")";
    return false;
  }
  pushes_half_selectors_ = outcome.registers.gpr[kEax] != layout::kDataSelector;
  has_local_segments_ = write_local_segments(true) && loads_local_segments(start);
  if (!has_local_segments_) write_local_segments(false);
  return true;
}

bool NativeCpu::map_all(std::string& reason) {
  const FileDescriptor file(memfd_create("strata-silicon", MFD_CLOEXEC));
  constexpr int kReadWrite = PROT_READ | PROT_WRITE;
  constexpr Range kOwnPages[] = {{kContextBase, layout::kPage}, {kExitBase, layout::kPage}};
  bool mapped = file.valid() && ftruncate(file.get(), layout::kCode.size) == 0 &&
                map_at(layout::kCode, PROT_READ | PROT_EXEC, file.get()) &&
                map_at(layout::kData, kReadWrite) && map_at(layout::kStack, kReadWrite) &&
                map_at(layout::kWrapped, kReadWrite) && map_at(layout::kReadOnly, kReadWrite) &&
                map_at(kOwnPages[0], kReadWrite) && map_at(kOwnPages[1], kReadWrite);
  if (mapped) {
    void* const view = mmap(nullptr, layout::kCode.size, kReadWrite, MAP_SHARED, file.get(), 0);
    mapped = view != MAP_FAILED;
    code_ = static_cast<std::uint8_t*>(view);
  }
  if (!mapped) {
    reason = std::string("low addresses cannot be mapped (") + std::strerror(errno) + ")";
  }
  if (!mapped) return false;
  has_low_memory_ = map_at(layout::kLow, kReadWrite);
  can_load_fs_ = (getauxval(AT_HWCAP2) & kHwcap2FsGsBase) != 0;
  std::memcpy(memory(kExitBase), strata_native_exit_begin,
              static_cast<std::size_t>(strata_native_exit_end - strata_native_exit_begin));
  if (mprotect(memory(kExitBase), layout::kPage, PROT_READ | PROT_EXEC) != 0 || !take_signals()) {
    reason =
        std::string("the host refuses executable memory or signals (") + std::strerror(errno) + ")";
    return false;
  }
  return true;
}

NativeCpu::~NativeCpu() {
  constexpr itimerval kOff{};
  setitimer(ITIMER_VIRTUAL, &kOff, nullptr);
  for (std::size_t n = 0; n < std::size(kSignals); ++n) {
    sigaction(kSignals[n], &old_handlers.action[n], nullptr);
  }
  stack_t ours{};
  sigaltstack(&old_handlers.stack, &ours);
  write_local_segments(false);
  munmap(ours.ss_sp, ours.ss_size);
  munmap(code_, layout::kCode.size);
  for (const Range& range :
       {layout::kCode, layout::kData, layout::kStack, layout::kReadOnly, layout::kWrapped,
        Range{kContextBase, layout::kPage}, Range{kExitBase, layout::kPage}}) {
    munmap(memory(range.base), range.size);
  }
  if (has_low_memory_) munmap(memory(layout::kLow.base), layout::kLow.size);
}

CodeBytes NativeCpu::leave_code() {
  return CodeBytes{0xEA}.add(kExitBase, 4).add(layout::kCode64Selector, 2);
}

void NativeCpu::protect_read_only() {
  mprotect(memory(layout::kReadOnly.base), layout::kReadOnly.size, PROT_READ);
}

Outcome NativeCpu::run(const Registers& start) {
  Context& c = context();
  std::memcpy(c.gpr, start.gpr.data(), sizeof(c.gpr));
  c.eflags = start.eflags;
  c.entry_offset = start.eip;
  c.entry_selector = start.selector[kCs];
  c.use_fs_base = can_load_fs_ ? 1 : 0;
  c.ds = start.selector[kDs];
  c.es = start.selector[kEs];
  c.fs = start.selector[kFs];
  c.gs = start.selector[kGs];
  c.vector = Event::kNone;
  c.ticks = 0;
  {
    const OwnSegv own;
    c.running = 1;
    strata_native_enter();
    c.running = 0;
  }

  Outcome outcome;
  Registers& r = outcome.registers;
  std::memcpy(r.gpr.data(), c.gpr, sizeof(c.gpr));
  r.eflags = static_cast<std::uint32_t>(c.eflags) & ~eflags::kRf;
  r.selector = {c.es, start.selector[kCs], c.ss, c.ds, c.fs, c.gs};
  outcome.event.vector = c.vector;
  if (c.vector != Event::kNone) {
    r.eip = c.eip;
    r.selector[kCs] = c.cs;
    outcome.event.error_code = c.error_code;
    outcome.event.cr2 = c.vector == vector::kPageFault ? c.cr2 : 0;
  }
  return outcome;
}

}  // namespace strata::test

#else

namespace strata::test {

std::unique_ptr<NativeCpu> NativeCpu::create(std::string& reason) {
  reason = "the host is not x86-64 Linux";
  return nullptr;
}
NativeCpu::~NativeCpu() = default;
CodeBytes NativeCpu::leave_code() {
  return {};
}
void NativeCpu::protect_read_only() {}
Outcome NativeCpu::run(const Registers&) {
  return {};
}

}  // namespace strata::test

#endif
