#include "models/engine/kvm/bare_kvm.h"

#include <fcntl.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

namespace strata {
namespace {

constexpr std::size_t kMemoryBytes = 1 << 20;
constexpr std::uint32_t kCode = 0x1000;
constexpr std::uint32_t kExits = 500;
constexpr int kRounds = 9;

/// out 0x80, al; dec ecx; jnz; hlt
constexpr std::array<std::uint8_t, 6> kPortLoop = {0xE6, 0x80, 0x49, 0x75, 0xFB, 0xF4};

}  // namespace

BareKvm::BareKvm(std::span<std::uint8_t> memory, std::uint32_t address) : address_(address) {
  kvm_.reset(open("/dev/kvm", O_RDWR | O_CLOEXEC));
  vm_.reset(ioctl(kvm_.get(), KVM_CREATE_VM, 0));
  ioctl(vm_.get(), KVM_SET_TSS_ADDR, 0xFFFBD000);
  kvm_userspace_memory_region slot{};
  slot.memory_size = memory.size();
  slot.userspace_addr = reinterpret_cast<std::uintptr_t>(memory.data());
  if (ioctl(vm_.get(), KVM_SET_USER_MEMORY_REGION, &slot) < 0) return;
  cpu_.reset(ioctl(vm_.get(), KVM_CREATE_VCPU, 0));
  run_bytes_ = static_cast<std::size_t>(ioctl(kvm_.get(), KVM_GET_VCPU_MMAP_SIZE, 0));
  void* block = mmap(nullptr, run_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, cpu_.get(), 0);
  if (block != MAP_FAILED) run_ = static_cast<kvm_run*>(block);
}

BareKvm::~BareKvm() {
  if (run_ != nullptr) munmap(run_, run_bytes_);
}

bool BareKvm::start(std::uint32_t count) {
  kvm_sregs system{};
  if (ioctl(cpu_.get(), KVM_GET_SREGS, &system) < 0) return false;
  system.cr0 |= 1;
  kvm_segment flat{};
  flat.limit = 0xFFFFFFFF;
  flat.selector = 16;
  flat.type = 3;
  flat.present = flat.db = flat.s = flat.g = 1;
  system.ds = system.es = system.fs = system.gs = system.ss = flat;
  flat.selector = 8;
  flat.type = 11;
  system.cs = flat;
  kvm_regs registers{};
  registers.rip = address_;
  registers.rcx = count;
  registers.rflags = 2;
  return ioctl(cpu_.get(), KVM_SET_SREGS, &system) == 0 &&
         ioctl(cpu_.get(), KVM_SET_REGS, &registers) == 0;
}

long BareKvm::run(std::uint32_t count) {
  if (!start(count)) return -1;
  for (long exits = 0;; ++exits) {
    if (ioctl(cpu_.get(), KVM_RUN, 0) < 0) return -1;
    if (run_->exit_reason == KVM_EXIT_HLT) return exits;
    if (run_->exit_reason != KVM_EXIT_IO) return -1;
  }
}

std::optional<double> bare_port_exit_us() {
  void* memory =
      mmap(nullptr, kMemoryBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return std::nullopt;
  const std::span<std::uint8_t> bytes(static_cast<std::uint8_t*>(memory), kMemoryBytes);
  std::ranges::copy(kPortLoop, bytes.begin() + kCode);
  std::vector<double> rounds;
  {
    BareKvm kvm(bytes, kCode);
    for (int round = 0; kvm.ok() && round < kRounds; ++round) {
      const auto begin = std::chrono::steady_clock::now();
      if (kvm.run(kExits) != kExits) break;
      const std::chrono::duration<double, std::micro> taken =
          std::chrono::steady_clock::now() - begin;
      rounds.push_back(taken.count() / kExits);
    }
  }
  munmap(memory, kMemoryBytes);
  if (rounds.size() != kRounds) return std::nullopt;
  return std::ranges::min(rounds);
}

}  // namespace strata
