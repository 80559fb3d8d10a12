// What an exit costs in the KVM engine against a bare KVM_RUN loop running the same guest, and how
// long the engine takes from nothing to the guest's first port write. Prints "name value" lines for
// scripts/bench; rounds of the two alternate, and each figure is a median, because hosts are noisy.
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <span>
#include <vector>

#include "models/engine/kvm/bare_kvm.h"
#include "models/engine/kvm/kvm_engine.h"
#include "models/engine/kvm/kvm_host.h"

namespace strata::bench {
namespace {

constexpr std::size_t kMemoryBytes = 1 << 20;
constexpr std::uint32_t kCode = 0x1000;
constexpr std::uint32_t kExits = 1000;
constexpr int kRounds = 21;
constexpr int kStarts = 9;

/// out 0x80, al; dec ecx; jnz; hlt
constexpr std::array<std::uint8_t, 6> kPortLoop = {0xE6, 0x80, 0x49, 0x75, 0xFB, 0xF4};

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

[[noreturn]] void give_up(const char* why) {
  std::fprintf(stderr, "kvm_exits: %s\n", why);
  std::exit(1);
}

class SilentBus : public EngineBus {
 public:
  std::uint32_t port_read(std::uint16_t, unsigned) override { return ~0u; }
  void port_write(std::uint16_t, unsigned, std::uint32_t) override {
    if (first_write == 0) first_write = seconds_now();
  }
  std::uint32_t mmio_read(std::uint32_t, unsigned) override { return ~0u; }
  void mmio_write(std::uint32_t, unsigned, std::uint32_t) override {}
  std::uint8_t acknowledge_interrupt() override { return 0; }

  double first_write = 0;
};

CpuState flat_state(std::uint32_t count) {
  CpuState state;
  state.cr0 = cr0::kPe | cr0::kEt;
  state.eip = kCode;
  state.gpr[kEcx] = count;
  constexpr std::uint32_t kData = attr::kPresent | attr::kS | attr::kWritable | attr::kAccessed |
                                  attr::kBig | attr::kGranularity;
  state.seg.fill(SegmentState{16, 0, 0xFFFFFFFF, kData});
  state.seg[kCs] = SegmentState{8, 0, 0xFFFFFFFF, kData | attr::kCode};
  return state;
}

std::span<std::uint8_t> guest_memory() {
  void* memory =
      mmap(nullptr, kMemoryBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) give_up("no memory");
  std::span<std::uint8_t> span(static_cast<std::uint8_t*>(memory), kMemoryBytes);
  std::ranges::copy(kPortLoop, span.data() + kCode);
  return span;
}

std::unique_ptr<KvmEngine> make_engine(EngineBus& bus, std::span<std::uint8_t> memory) {
  const KvmConfig config{{{0, memory.size(), memory.data(), true}}, 25'000'000};
  auto engine = KvmEngine::create(bus, config);
  if (!engine) give_up(engine.error().c_str());
  return std::move(*engine);
}

void measure_exits(std::span<std::uint8_t> memory) {
  SilentBus bus;
  const auto engine = make_engine(bus, memory);
  BareKvm bare(memory, kCode);
  if (!bare.ok()) give_up("the bare loop cannot be built");
  std::vector<double> bare_us, engine_us, ratios;
  for (int round = 0; round < kRounds; ++round) {
    const double begin = seconds_now();
    if (bare.run(kExits) != kExits) give_up("the bare loop went wrong");
    const double middle = seconds_now();
    engine->load_state(flat_state(kExits));
    if (engine->run(kNever) != StopReason::kHalted) give_up("the engine went wrong");
    const double end = seconds_now();
    bare_us.push_back((middle - begin) / kExits * 1e6);
    engine_us.push_back((end - middle) / kExits * 1e6);
    ratios.push_back((end - middle) / (middle - begin));
  }
  std::printf("kvm_bare_port_exit_us %.3f\n", median(bare_us));
  std::printf("kvm_engine_port_exit_us %.3f\n", median(engine_us));
  std::printf("kvm_port_exit_ratio %.3f\n", median(ratios));
}

void measure_start(std::span<std::uint8_t> memory) {
  std::vector<double> milliseconds;
  for (int i = 0; i < kStarts; ++i) {
    SilentBus bus;
    const double begin = seconds_now();
    const auto engine = make_engine(bus, memory);
    engine->load_state(flat_state(1));
    if (engine->run(kNever) != StopReason::kHalted) give_up("the engine went wrong");
    milliseconds.push_back((bus.first_write - begin) * 1e3);
  }
  std::printf("kvm_engine_start_ms %.3f\n", median(milliseconds));
}

void measure_probe() {
  const double begin = seconds_now();
  const KvmHost& host = describe_kvm();
  std::printf("kvm_probe_ms %.3f\n", (seconds_now() - begin) * 1e3);
  std::printf("kvm_kind %s\n", to_string(host.kind));
  std::printf("kvm_real_mode_mips %.3f\n", host.real_mode_mips);
  std::printf("kvm_protected_mode_mips %.3f\n", host.protected_mode_mips);
  if (!host.available) give_up(host.reason.c_str());
}

}  // namespace
}  // namespace strata::bench

int main() {
  strata::bench::measure_probe();
  const auto memory = strata::bench::guest_memory();
  strata::bench::measure_start(memory);
  strata::bench::measure_exits(memory);
}
