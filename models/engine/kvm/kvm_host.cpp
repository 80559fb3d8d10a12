#include "models/engine/kvm/kvm_host.h"

#include <cpuid.h>
#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <memory>
#include <span>

#include "models/engine/kvm/kvm_engine.h"
#include "models/isa/mmu.h"

namespace strata {
namespace {

constexpr std::uint64_t kMemoryBytes = 64 * 1024;
constexpr std::uint32_t kCodeAddress = 0x1000;
constexpr std::uint64_t kClockHz = 1'000'000;  // any: only host time is read

/// Below this a CPU's own execution would have to be slower than any that has VT-x or AMD-V.
constexpr double kHardwareMips = 30;

/// A loop of two instructions, ECX times, then HLT.
constexpr std::array<std::uint8_t, 5> kRealModeLoop = {0x66, 0x49, 0x75, 0xFC, 0xF4};
constexpr std::array<std::uint8_t, 4> kProtectedModeLoop = {0x49, 0x75, 0xFD, 0xF4};

class NoDevices : public EngineBus {
 public:
  std::uint32_t port_read(std::uint16_t, unsigned) override { return ~0u; }
  void port_write(std::uint16_t, unsigned, std::uint32_t) override {}
  std::uint32_t mmio_read(std::uint32_t, unsigned) override { return ~0u; }
  void mmio_write(std::uint32_t, unsigned, std::uint32_t) override {}
  std::uint8_t acknowledge_interrupt() override { return 0; }
};

struct Unmap {
  void operator()(std::uint8_t* memory) const { munmap(memory, kMemoryBytes); }
};
using PageMemory = std::unique_ptr<std::uint8_t, Unmap>;

PageMemory allocate_pages() {
  void* memory =
      mmap(nullptr, kMemoryBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return PageMemory(memory == MAP_FAILED ? nullptr : static_cast<std::uint8_t*>(memory));
}

CpuState real_mode_state() {
  CpuState state;
  state.cr0 = cr0::kEt;
  state.eip = kCodeAddress;
  constexpr std::uint32_t kData = attr::kPresent | attr::kS | attr::kWritable | attr::kAccessed;
  state.seg.fill(SegmentState{0, 0, 0xFFFF, kData});
  state.seg[kCs].attributes |= attr::kCode;
  return state;
}

CpuState protected_mode_state() {
  CpuState state = real_mode_state();
  state.cr0 |= cr0::kPe;
  for (unsigned i = 0; i < state.seg.size(); ++i) {
    state.seg[i].selector = i == kCs ? 8 : 16;
    state.seg[i].limit = 0xFFFFFFFF;
    state.seg[i].attributes |= attr::kBig | attr::kGranularity;
  }
  return state;
}

/// Page tables that map linear 4 MiB to kPagedData, and the first 4 MiB to themselves.
constexpr std::uint32_t kDirectory = 0x2000;
constexpr std::uint32_t kLowTable = 0x3000;
constexpr std::uint32_t kHighTable = 0x4000;
constexpr std::uint32_t kPagedData = 0x5000;
constexpr std::uint32_t kPagedValue = 0x86AB5EED;

/// mov eax, kDirectory; mov cr3, eax; mov eax, cr0; or eax, 80000000h; mov cr0, eax; jmp over
/// nothing; mov ebx, [400000h]; hlt
constexpr std::array<std::uint8_t, 28> kPagedCode = {
    0xB8, 0x00, 0x20, 0x00, 0x00, 0x0F, 0x22, 0xD8, 0x0F, 0x20, 0xC0, 0x0D, 0x00, 0x00,
    0x00, 0x80, 0x0F, 0x22, 0xC0, 0xEB, 0x00, 0x8B, 0x1D, 0x00, 0x00, 0x40, 0x00, 0xF4};

/// Whether a guest that switches paging on goes on, and reads through its page tables.
bool runs_paged(Engine& engine, std::uint8_t* memory) {
  constexpr std::uint32_t kPresentWritable = pte::kPresent | pte::kWritable;
  constexpr std::uint32_t kPages = kMemoryBytes / 4096;
  const auto put = [memory](std::uint32_t at, std::uint32_t value) {
    std::memcpy(memory + at, &value, sizeof value);
  };
  put(kDirectory, kLowTable | kPresentWritable);
  put(kDirectory + 4, kHighTable | kPresentWritable);
  for (std::uint32_t page = 0; page < kPages; ++page) {
    put(kLowTable + 4 * page, page << 12 | kPresentWritable);
  }
  put(kHighTable, kPagedData | kPresentWritable);
  put(kPagedData, kPagedValue);
  std::ranges::copy(kPagedCode, memory + kCodeAddress);
  engine.load_state(protected_mode_state());
  return engine.run(kClockHz) == StopReason::kHalted && engine.state().gpr[kEbx] == kPagedValue;
}

/// Seconds the engine takes to run the loop at kCodeAddress `iterations` times; negative if it
/// fails.
double time_loop(Engine& engine, CpuState state, std::uint32_t iterations) {
  state.gpr[kEcx] = iterations;
  engine.load_state(state);
  const auto start = std::chrono::steady_clock::now();
  const StopReason reason = engine.run(kNever);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  return reason == StopReason::kHalted ? taken.count() : -1;
}

/// Million instructions a second, from a run long enough to tell, about half a millisecond or more.
double measure_mips(Engine& engine, const CpuState& state) {
  constexpr double kLongEnough = 0.0005;
  constexpr std::uint32_t kMostIterations = 1u << 24;
  for (std::uint32_t iterations = 256;; iterations *= 2) {
    const double seconds = time_loop(engine, state, iterations);
    if (seconds < 0) return 0;
    if (seconds >= kLongEnough || iterations >= kMostIterations) {
      return 2e-6 * iterations / std::max(seconds, 1e-9);
    }
  }
}

void read_cpu_flags(KvmHost& host) {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  constexpr unsigned kVmxBit = 5;  // CPUID.1:ECX (SDM vol. 2, table 3-10)
  constexpr unsigned kSvmBit = 2;  // CPUID.80000001:ECX (AMD APM vol. 3, E.4.2)
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx)) host.vmx = (ecx >> kVmxBit) & 1;
  if (__get_cpuid(0x80000001, &eax, &ebx, &ecx, &edx)) host.svm = (ecx >> kSvmBit) & 1;
}

}  // namespace

bool shows_virtualisation() {
  KvmHost host;
  read_cpu_flags(host);
  return host.vmx || host.svm;
}

KvmHost probe_kvm(const std::string& device) {
  KvmHost host;
  read_cpu_flags(host);
  NoDevices bus;
  const PageMemory memory = allocate_pages();
  KvmConfig config{.memory = {{0, kMemoryBytes, memory.get(), true}},
                   .clock_hz = kClockHz,
                   .device = device,
                   // Whoever finds out must not ask.
                   .host_pages = [] { return true; },
                   .host_may_not_page = [] { return false; },
                   .host_emulates = [] { return false; }};
  auto engine = KvmEngine::create(bus, config);
  if (!engine) {
    host.reason = engine.error();
    return host;
  }
  host.available = true;
  host.api_version = 12;  // the one KvmEngine::create() accepts
  std::ranges::copy(kRealModeLoop, memory.get() + kCodeAddress);
  host.real_mode_mips = measure_mips(**engine, real_mode_state());
  std::ranges::copy(kProtectedModeLoop, memory.get() + kCodeAddress);
  host.protected_mode_mips = measure_mips(**engine, protected_mode_state());
  host.paging = runs_paged(**engine, memory.get());
  host.kind = host.protected_mode_mips >= kHardwareMips ? KvmKind::kHardware : KvmKind::kEmulating;
  return host;
}

const KvmHost& describe_kvm() {
  static const KvmHost host = probe_kvm("/dev/kvm");
  return host;
}

std::string KvmHost::line() const {
  if (!available) return reason;
  const char* flags = vmx ? "VT-x" : svm ? "AMD-V" : "no VT-x or AMD-V shown";
  return fmt::format(
      "KVM API {}, {} ({}): a register loop runs at {:.3g} MIPS in real mode, {:.3g} in protected "
      "mode; {}",
      api_version,
      kind == KvmKind::kHardware ? "hardware virtualisation"
                                 : "emulating every 32-bit instruction in software",
      flags, real_mode_mips, protected_mode_mips,
      paging ? "runs paged 32-bit guests"
             : "cannot run paged 32-bit guests, use --engine interp for those");
}

const char* to_string(KvmKind kind) {
  switch (kind) {
    case KvmKind::kNone: return "none";
    case KvmKind::kEmulating: return "emulating";
    case KvmKind::kHardware: return "hardware";
  }
  return "none";
}

}  // namespace strata
