// What the KVM tests share: a bus that writes down what reaches it, 1 MiB of memory, and states
// from which a few hand-assembled bytes run in real or in 32-bit protected mode.
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <vector>

#include "models/engine/kvm/kvm_engine.h"
#include "models/engine/kvm/kvm_host.h"

namespace strata::test {

inline constexpr std::uint32_t kCode = 0x1000;
inline constexpr std::uint32_t kStackTop = 0x8000;
inline constexpr std::uint32_t kGdt = 0x500;
inline constexpr std::uint32_t kIdt = 0x800;
inline constexpr std::uint32_t kVideo = 0xB8000;
inline constexpr std::uint32_t kVideoBytes = 0x8000;
inline constexpr std::uint64_t kClockHz = 25'000'000;
inline constexpr Cycle kSecond = kClockHz;

/// Why a test of the exact instruction an interrupt comes at skips.
inline constexpr const char* kCoarseWindow =
    "this KVM emulates in batches and looks for interrupt windows only between them";

struct Access {
  std::uint32_t address = 0;
  unsigned bytes = 0;
  std::uint32_t value = 0;
  bool operator==(const Access&) const = default;
};

inline void PrintTo(const Access& access, std::ostream* out) {
  *out << std::hex << access.address << '/' << access.bytes << '=' << access.value;
}

class RecordingBus : public EngineBus {
 public:
  std::uint32_t port_read(std::uint16_t port, unsigned bytes) override {
    const std::uint32_t value = next_input();
    port_reads.push_back({port, bytes, value});
    return value;
  }
  void port_write(std::uint16_t port, unsigned bytes, std::uint32_t value) override {
    port_writes.push_back({port, bytes, value});
    if (on_port_write) on_port_write(port, value);
  }
  std::uint32_t mmio_read(std::uint32_t address, unsigned bytes) override {
    const std::uint32_t value = next_input();
    mmio_reads.push_back({address, bytes, value});
    return value;
  }
  void mmio_write(std::uint32_t address, unsigned bytes, std::uint32_t value) override {
    mmio_writes.push_back({address, bytes, value});
  }
  std::uint8_t acknowledge_interrupt() override {
    ++acknowledged;
    if (on_acknowledge) on_acknowledge();
    return interrupt_vector;
  }

  std::vector<Access> port_reads, port_writes, mmio_reads, mmio_writes;
  std::vector<std::uint32_t> inputs;  // what reads give, in turn; then all ones
  std::function<void(std::uint16_t, std::uint32_t)> on_port_write;
  std::function<void()> on_read;
  std::function<void()> on_acknowledge;
  std::uint8_t interrupt_vector = 0x20;
  unsigned acknowledged = 0;

 private:
  std::uint32_t next_input() {
    if (on_read) on_read();
    return input_ < inputs.size() ? inputs[input_++] : ~0u;
  }
  std::size_t input_ = 0;
};

class Pages {
 public:
  explicit Pages(std::size_t bytes) : bytes_(bytes) {
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    data_ = static_cast<std::uint8_t*>(memory);
  }
  ~Pages() { munmap(data_, bytes_); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  std::uint8_t* data() { return data_; }
  std::uint32_t word(std::uint32_t address) const {
    std::uint32_t value = 0;
    std::memcpy(&value, data_ + address, 4);
    return value;
  }
  void set(std::uint32_t address, std::initializer_list<std::uint8_t> bytes) {
    std::ranges::copy(bytes, data_ + address);
  }

 private:
  std::size_t bytes_;
  std::uint8_t* data_;
};

/// Real mode, all segments at 0, interrupts off, code at kCode.
inline CpuState real_mode() {
  CpuState state;
  state.cr0 = cr0::kEt;
  state.eip = kCode;
  state.gpr[kEsp] = kStackTop;
  state.dr[6] = 0xFFFF0FF0;
  state.dr[7] = 0x400;
  constexpr std::uint32_t kData = attr::kPresent | attr::kS | attr::kWritable | attr::kAccessed;
  state.seg.fill(SegmentState{0, 0, 0xFFFF, kData});
  state.seg[kCs].attributes |= attr::kCode;
  state.ldtr = SegmentState{0, 0, 0xFFFF, attr::kPresent | 2};
  state.tr = SegmentState{0, 0, 0xFFFF, attr::kPresent | 0xB};
  state.idtr = TableState{0, 0x3FF};
  return state;
}

/// Flat 32-bit protected mode at CPL 0: selectors 8 (code) and 16 (data), IDT at kIdt.
inline CpuState protected_mode() {
  CpuState state = real_mode();
  state.cr0 |= cr0::kPe;
  for (unsigned i = 0; i < state.seg.size(); ++i) {
    state.seg[i].selector = i == kCs ? 8 : 16;
    state.seg[i].limit = 0xFFFFFFFF;
    state.seg[i].attributes |= attr::kBig | attr::kGranularity;
  }
  state.gdtr = TableState{kGdt, 3 * 8 - 1};
  state.idtr = TableState{kIdt, 0x40 * 8 - 1};
  return state;
}

/// Skips the test, by name and with the reason, where the host has no usable KVM.
class KvmGuest : public ::testing::Test {
 protected:
  void SetUp() override {
    // Flat descriptors 8 and 16 (SDM vol. 3, 3.4.5).
    memory.set(kGdt + 8, {0xFF, 0xFF, 0, 0, 0, 0x9B, 0xCF, 0});
    memory.set(kGdt + 16, {0xFF, 0xFF, 0, 0, 0, 0x93, 0xCF, 0});
    build(/*video_writable=*/true);
  }

  /// (Re)builds the engine; the text window is plain memory or traps writes.
  void build(bool video_writable) {
    engine.reset();
    const KvmConfig config{{{0, kVideo, memory.data(), true},
                            {kVideo, kVideoBytes, video.data(), video_writable},
                            {kVideo + kVideoBytes, 0x40000, high.data(), true}},
                           kClockHz};
    auto made = KvmEngine::create(bus, config);
    if (!made) GTEST_SKIP() << made.error();
    engine = std::move(*made);
  }

  /// Runs `code` from `state` until HLT.
  StopReason run(CpuState state, std::initializer_list<std::uint8_t> code) {
    memory.set(kCode, code);
    engine->load_state(state);
    return engine->run(kNever);
  }

  /// Interrupt gate to `handler` (SDM vol. 3, figure 6-2).
  void set_gate(unsigned vector, std::uint32_t handler) {
    memory.set(kIdt + vector * 8, {static_cast<std::uint8_t>(handler),
                                   static_cast<std::uint8_t>(handler >> 8), 8, 0, 0, 0x8E, 0, 0});
  }

  RecordingBus bus;
  Pages memory{kVideo};
  Pages video{kVideoBytes};
  Pages high{0x40000};
  std::unique_ptr<KvmEngine> engine;
};

}  // namespace strata::test
