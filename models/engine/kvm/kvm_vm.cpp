#include "models/engine/kvm/kvm_vm.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <cassert>
#include <cerrno>
#include <cstring>

#include "models/base/system_error.h"
#include "models/engine/kvm/kvm_cpuid.h"
#include "models/engine/kvm/kvm_state.h"

namespace strata {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr const char* kUseInterpreter = "or use --engine interp";

/// VT-x without unrestricted guest keeps a task state segment (3 pages) and an identity page table
/// (1 page) in guest-physical space to run real mode. They lie below the largest ROM of 16 MiB.
constexpr std::uint64_t kReservedPages = 4;
constexpr std::uint64_t kReservedTop = 0xFF000000;

Error kvm_error(const char* what) {
  const int error = errno;
  return system_error(fmt::format("KVM refused {} ({}); check the kernel log (dmesg), {}", what,
                                  std::strerror(error), kUseInterpreter),
                      error);
}

Error open_error(const std::string& device, int error) {
  switch (error) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
      return Error{
          fmt::format("no KVM on this host: {} is missing; load kvm_intel or kvm_amd (and "
                      "switch virtualisation on in the firmware), {}",
                      device, kUseInterpreter)};
    case EACCES:
    case EPERM:
      return Error{
          fmt::format("no permission to open {}; add your user to its group (usually kvm), {}",
                      device, kUseInterpreter)};
    default:
      return system_error(fmt::format("cannot open {} ({}); it must be the host's KVM device, {}",
                                      device, std::strerror(error), kUseInterpreter),
                          error);
  }
}

bool overlaps(const MemoryRegion& region, std::uint64_t base, std::uint64_t size) {
  return region.base < base + size && base < region.base + region.size;
}

/// Highest place under kReservedTop that no memory region touches.
std::uint64_t reserved_base(std::span<const MemoryRegion> memory) {
  constexpr std::uint64_t kSize = kReservedPages * kPage;
  std::uint64_t base = kReservedTop - kSize;
  for (bool moved = true; moved && base >= kSize;) {
    moved = false;
    for (const MemoryRegion& region : memory) {
      if (overlaps(region, base, kSize)) {
        base = region.base >= kSize ? region.base - kSize : 0;
        moved = true;
      }
    }
  }
  return base;
}

}  // namespace

Result<FileDescriptor> open_kvm(const std::string& device) {
  FileDescriptor kvm(open(device.c_str(), O_RDWR | O_CLOEXEC));
  if (!kvm.valid()) return open_error(device, errno);
  const int version = ioctl(kvm.get(), KVM_GET_API_VERSION, 0);
  if (version < 0) return open_error(device, errno);
  if (version != KVM_API_VERSION) {
    return Error{
        fmt::format("{} speaks KVM API {}, strata needs {}; use a kernel of 2.6.22 or newer",
                    device, version, KVM_API_VERSION)};
  }
  return kvm;
}

Result<std::unique_ptr<KvmVm>> KvmVm::create(const std::string& device,
                                             std::span<const MemoryRegion> memory,
                                             std::uint64_t clock_hz, CpuFamily family) {
  Result<FileDescriptor> kvm = open_kvm(device);
  if (!kvm) return kvm.failure();
  std::unique_ptr<KvmVm> vm(new KvmVm);
  vm->kvm_ = std::move(*kvm);
  if (auto made = vm->create_machine(memory); !made) return made.failure();
  if (auto made = vm->create_cpu(clock_hz, family); !made) return made.failure();
  return vm;
}

KvmVm::~KvmVm() {
  if (run_ != nullptr) munmap(run_, run_bytes_);
}

Result<bool> KvmVm::create_machine(std::span<const MemoryRegion> memory) {
  for (const int needed : {KVM_CAP_USER_MEMORY, KVM_CAP_READONLY_MEM, KVM_CAP_IMMEDIATE_EXIT}) {
    if (ioctl(kvm_.get(), KVM_CHECK_EXTENSION, needed) <= 0) {
      return Error{fmt::format("KVM on this host lacks extension {}; use Linux 4.13 or newer, {}",
                               needed, kUseInterpreter)};
    }
  }
  vm_ = FileDescriptor(ioctl(kvm_.get(), KVM_CREATE_VM, 0));
  if (!vm_.valid()) return kvm_error("a virtual machine");

  if (ioctl(kvm_.get(), KVM_CHECK_EXTENSION, KVM_CAP_EXIT_ON_EMULATION_FAILURE) > 0) {
    // Without it KVM turns a CPL 3 instruction it cannot emulate into #UD unseen.
    kvm_enable_cap exit_on_failure{};
    exit_on_failure.cap = KVM_CAP_EXIT_ON_EMULATION_FAILURE;
    exit_on_failure.args[0] = 1;
    ioctl(vm_.get(), KVM_ENABLE_CAP, &exit_on_failure);
  }
  const std::uint64_t reserved = reserved_base(memory);
  __u64 identity_map = reserved;
  if (ioctl(kvm_.get(), KVM_CHECK_EXTENSION, KVM_CAP_SET_IDENTITY_MAP_ADDR) > 0 &&
      ioctl(vm_.get(), KVM_SET_IDENTITY_MAP_ADDR, &identity_map) < 0) {
    return kvm_error("the identity map page");
  }
  if (ioctl(kvm_.get(), KVM_CHECK_EXTENSION, KVM_CAP_SET_TSS_ADDR) > 0 &&
      ioctl(vm_.get(), KVM_SET_TSS_ADDR, reserved + kPage) < 0) {
    return kvm_error("the task state pages");
  }
  unsigned slot = 0;
  for (const MemoryRegion& region : memory) {
    if (auto added = add_slot(slot++, region); !added) return added;
  }
  return true;
}

Result<bool> KvmVm::add_slot(unsigned slot, const MemoryRegion& region) {
  assert(region.base % kPage == 0 && region.size % kPage == 0);
  assert(reinterpret_cast<std::uintptr_t>(region.host) % kPage == 0);
  kvm_userspace_memory_region memory{};
  memory.slot = slot;
  memory.flags = region.writable ? 0 : KVM_MEM_READONLY;
  memory.guest_phys_addr = region.base;
  memory.memory_size = region.size;
  memory.userspace_addr = reinterpret_cast<std::uintptr_t>(region.host);
  if (ioctl(vm_.get(), KVM_SET_USER_MEMORY_REGION, &memory) < 0) {
    return kvm_error(
        fmt::format("{} KiB of memory at {:#x}", region.size >> 10, region.base).c_str());
  }
  return true;
}

Result<bool> KvmVm::create_cpu(std::uint64_t clock_hz, CpuFamily family) {
  cpu_ = FileDescriptor(ioctl(vm_.get(), KVM_CREATE_VCPU, 0));
  if (!cpu_.valid()) return kvm_error("a virtual CPU");
  const int bytes = ioctl(kvm_.get(), KVM_GET_VCPU_MMAP_SIZE, 0);
  if (bytes < static_cast<int>(sizeof(kvm_run))) return kvm_error("the size of its run block");
  run_bytes_ = static_cast<std::size_t>(bytes);
  void* block = mmap(nullptr, run_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, cpu_.get(), 0);
  if (block == MAP_FAILED) return kvm_error("its run block");
  run_ = static_cast<kvm_run*>(block);
  if (!set_guest_cpuid(cpu_.get(), family)) return kvm_error("the guest's CPUID");
  if (ioctl(kvm_.get(), KVM_CHECK_EXTENSION, KVM_CAP_TSC_CONTROL) > 0) {
    // Best effort: a host that cannot scale so far leaves the guest its own rate.
    ioctl(cpu_.get(), KVM_SET_TSC_KHZ, clock_hz / 1000);
  }
  return true;
}

int KvmVm::enter() {
  return ioctl(cpu_.get(), KVM_RUN, 0) < 0 ? errno : 0;
}

void KvmVm::keep_writes(std::uint16_t port, unsigned bytes) {
  const int page = ioctl(kvm_.get(), KVM_CHECK_EXTENSION, KVM_CAP_COALESCED_MMIO);
  if (page <= 0 || ioctl(kvm_.get(), KVM_CHECK_EXTENSION, KVM_CAP_COALESCED_PIO) <= 0) return;
  kvm_coalesced_mmio_zone zone{};
  zone.addr = port;
  zone.size = bytes;
  zone.pio = 1;
  if (ioctl(vm_.get(), KVM_REGISTER_COALESCED_MMIO, &zone) < 0) return;
  auto* block = reinterpret_cast<std::uint8_t*>(run_);
  kept_ = reinterpret_cast<kvm_coalesced_mmio_ring*>(block + static_cast<unsigned>(page) * kPage);
}

/// Nobody fills the ring while the CPU is not running: it is the only one.
std::optional<VirtualCpu::KeptWrite> KvmVm::take_kept_write() {
  if (kept_ == nullptr || kept_->first == kept_->last) return std::nullopt;
  // Behind `first` and `last`; C++ has the ring's array of no length elsewhere.
  constexpr std::size_t kHead = 2 * sizeof(__u32);
  constexpr std::size_t kEntries = (kPage - kHead) / sizeof(kvm_coalesced_mmio);
  kvm_coalesced_mmio entry{};
  const auto* ring = reinterpret_cast<const std::uint8_t*>(kept_);
  std::memcpy(&entry, ring + kHead + kept_->first * sizeof entry, sizeof entry);
  KeptWrite write{static_cast<std::uint16_t>(entry.phys_addr), entry.len, {}};
  std::memcpy(write.data.data(), entry.data, write.data.size());
  kept_->first = static_cast<__u32>((kept_->first + 1) % kEntries);
  return write;
}

bool KvmVm::signal_on_write(std::uint16_t port, std::uint32_t value, int event) {
  if (ioctl(kvm_.get(), KVM_CHECK_EXTENSION, KVM_CAP_IOEVENTFD) <= 0) return false;
  kvm_ioeventfd wanted{};
  wanted.datamatch = value;
  wanted.addr = port;
  wanted.len = 4;
  wanted.fd = event;
  wanted.flags = KVM_IOEVENTFD_FLAG_PIO | KVM_IOEVENTFD_FLAG_DATAMATCH;
  return ioctl(vm_.get(), KVM_IOEVENTFD, &wanted) == 0;
}

bool KvmVm::single_step(bool on) {
  kvm_guest_debug debug{};
  if (on) debug.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP;
  return ioctl(cpu_.get(), KVM_SET_GUEST_DEBUG, &debug) == 0;
}

bool KvmVm::break_at(std::optional<std::uint32_t> linear) {
  kvm_guest_debug debug{};
  if (linear) {
    constexpr std::uint32_t kExact = 0x400;  // bit 10 of DR7 is set (SDM vol. 3, 17.2.4)
    constexpr std::uint32_t kGlobal0 = 2;    // DR0 is on, for execution
    debug.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW_BP;
    debug.arch.debugreg[0] = *linear;
    debug.arch.debugreg[7] = kExact | kGlobal0;
  }
  return ioctl(cpu_.get(), KVM_SET_GUEST_DEBUG, &debug) == 0;
}

bool KvmVm::inject_interrupt(std::uint8_t vector) {
  kvm_interrupt interrupt{vector};
  return ioctl(cpu_.get(), KVM_INTERRUPT, &interrupt) == 0;
}

bool KvmVm::raise_nmi() {
  return ioctl(cpu_.get(), KVM_NMI, 0) == 0;
}

bool KvmVm::write_state(const CpuState& state) {
  write_tsc(cpu_.get(), state.tsc);
  tsc_offset_ = state.tsc - read_tsc(cpu_.get());
  return write_registers(state);
}

bool KvmVm::write_registers(const CpuState& state) {
  const int cpu = cpu_.get();
  kvm_sregs system{};
  if (ioctl(cpu, KVM_GET_SREGS, &system) < 0)
    return false;  // keeps what CpuState has not (APIC base)
  to_kvm(state, system);
  kvm_regs registers = to_kvm_regs(state);
  kvm_debugregs debug = to_kvm_debugregs(state);
  kvm_vcpu_events events = to_kvm_events(state);
  return ioctl(cpu, KVM_SET_SREGS, &system) == 0 && ioctl(cpu, KVM_SET_REGS, &registers) == 0 &&
         ioctl(cpu, KVM_SET_DEBUGREGS, &debug) == 0 &&
         ioctl(cpu, KVM_SET_VCPU_EVENTS, &events) == 0;
}

CpuState KvmVm::read_state() const {
  const int cpu = cpu_.get();
  kvm_regs registers{};
  kvm_sregs system{};
  kvm_debugregs debug{};
  kvm_vcpu_events events{};
  [[maybe_unused]] const bool read =
      ioctl(cpu, KVM_GET_REGS, &registers) == 0 && ioctl(cpu, KVM_GET_SREGS, &system) == 0 &&
      ioctl(cpu, KVM_GET_DEBUGREGS, &debug) == 0 && ioctl(cpu, KVM_GET_VCPU_EVENTS, &events) == 0;
  assert(read);
  CpuState state = from_kvm(registers, system, debug, events);
  state.tsc = read_tsc(cpu) + tsc_offset_;
  return state;
}

}  // namespace strata
