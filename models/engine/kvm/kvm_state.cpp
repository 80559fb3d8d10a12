#include "models/engine/kvm/kvm_state.h"

#include <sys/ioctl.h>

#include <array>
#include <cstddef>
#include <cstring>

namespace strata {
namespace {

constexpr std::uint32_t kPendingValid = 1u << 31;
constexpr std::uint32_t kFirstExternalVector = 32;
constexpr std::uint32_t kTypeBusyTss32 = 0xB;
constexpr std::uint32_t kBusyTssBit = 0x2;
constexpr std::uint32_t kSmallestTssLimit = 0x67;
constexpr std::uint32_t kMsrTsc = 0x10;

/// Bits DR6 and DR7 keep set (386 manual, 12.2; SDM vol. 3, figure 17-1).
constexpr std::uint32_t kDr6Ones = 0xFFFF0FF0;
constexpr std::uint32_t kDr7Ones = 0x400;

kvm_segment to_kvm_segment(const SegmentState& segment) {
  const std::uint32_t bits = segment.attributes;
  kvm_segment out{};
  out.base = segment.base;
  out.limit = segment.limit;
  out.selector = static_cast<__u16>(segment.selector);
  out.type = bits & attr::kTypeMask;
  out.s = (bits & attr::kS) != 0;
  out.dpl = (bits >> attr::kDplShift) & 3;
  out.present = (bits & attr::kPresent) != 0;
  out.avl = (bits & attr::kAvailable) != 0;
  out.db = (bits & attr::kBig) != 0;
  out.g = (bits & attr::kGranularity) != 0;
  out.unusable = (bits & attr::kUnusable) != 0 || !out.present;
  // VM entry wants G to agree with the limit (SDM vol. 3, 26.3.1.2).
  if (segment.limit > 0xFFFFF) out.g = 1;
  if ((segment.limit & 0xFFF) != 0xFFF) out.g = 0;
  return out;
}

/// VM entry wants a busy task state segment (SDM vol. 3, 26.3.1.2) even if the guest has none yet.
kvm_segment to_kvm_task_register(const SegmentState& segment) {
  kvm_segment out = to_kvm_segment(segment);
  if (out.unusable) {
    out.limit = kSmallestTssLimit;
    out.type = kTypeBusyTss32;
    out.present = 1;
    out.unusable = 0;
    out.g = 0;
  }
  out.s = 0;
  out.type |= kBusyTssBit;
  return out;
}

SegmentState from_kvm_segment(const kvm_segment& segment) {
  SegmentState out;
  out.selector = segment.selector;
  out.base = static_cast<std::uint32_t>(segment.base);
  out.limit = segment.limit;
  if (segment.unusable) {
    out.attributes = attr::kUnusable;
    return out;
  }
  out.attributes = segment.type | (segment.s ? attr::kS : 0u) |
                   static_cast<std::uint32_t>(segment.dpl << attr::kDplShift) |
                   (segment.present ? attr::kPresent : 0u) | (segment.avl ? attr::kAvailable : 0u) |
                   (segment.db ? attr::kBig : 0u) | (segment.g ? attr::kGranularity : 0u);
  return out;
}

/// KVM names the segments, CpuState numbers them; this is the one place that pairs them.
template <typename System>
auto segments_of(System& system) {
  return std::array{&system.es, &system.cs, &system.ss, &system.ds, &system.fs, &system.gs};
}

template <typename Registers>
auto general_of(Registers& registers) {
  return std::array{&registers.rax, &registers.rcx, &registers.rdx, &registers.rbx,
                    &registers.rsp, &registers.rbp, &registers.rsi, &registers.rdi};
}

kvm_dtable to_kvm_table(const TableState& table) {
  kvm_dtable out{};
  out.base = table.base;
  out.limit = static_cast<__u16>(table.limit);
  return out;
}

TableState from_kvm_table(const kvm_dtable& table) {
  return {static_cast<std::uint32_t>(table.base), table.limit};
}

/// kvm_msrs with room for one entry.
struct OneMsr {
  std::uint32_t count = 1;
  std::uint32_t padding = 0;
  kvm_msr_entry entry{};
};
constexpr unsigned long kGetMsrs = _IOC(_IOC_READ | _IOC_WRITE, KVMIO, 0x88, 8);
constexpr unsigned long kSetMsrs = _IOC(_IOC_WRITE, KVMIO, 0x89, 8);
static_assert(offsetof(OneMsr, entry) == 8 && kGetMsrs == 0xC008AE88 && kSetMsrs == 0x4008AE89);

}  // namespace

void to_kvm(const CpuState& state, kvm_sregs& system) {
  const auto segments = segments_of(system);
  for (unsigned i = 0; i < segments.size(); ++i) *segments[i] = to_kvm_segment(state.seg[i]);
  system.ldt = to_kvm_segment(state.ldtr);
  system.tr = to_kvm_task_register(state.tr);
  system.gdt = to_kvm_table(state.gdtr);
  system.idt = to_kvm_table(state.idtr);
  system.cr0 = state.cr0 | cr0::kEt;
  system.cr2 = state.cr2;
  system.cr3 = state.cr3;
  system.cr4 = state.cr4;
  system.efer = 0;
  std::memset(system.interrupt_bitmap, 0, sizeof system.interrupt_bitmap);
}

kvm_regs to_kvm_regs(const CpuState& state) {
  kvm_regs out{};
  const auto general = general_of(out);
  for (unsigned i = 0; i < general.size(); ++i) *general[i] = state.gpr[i];
  out.rip = state.eip;
  out.rflags = state.eflags | eflags::kReserved1;
  return out;
}

kvm_debugregs to_kvm_debugregs(const CpuState& state) {
  kvm_debugregs out{};
  for (unsigned i = 0; i < 4; ++i) out.db[i] = state.dr[i];
  out.dr6 = state.dr[6] | kDr6Ones;
  out.dr7 = state.dr[7] | kDr7Ones;
  return out;
}

kvm_vcpu_events to_kvm_events(const CpuState& state) {
  kvm_vcpu_events out{};
  out.flags = KVM_VCPUEVENT_VALID_SHADOW | KVM_VCPUEVENT_VALID_NMI_PENDING;
  out.nmi.pending = static_cast<__u8>(state.nmi_pending);
  out.nmi.masked = static_cast<__u8>(state.nmi_blocked);
  if (state.shadow & kStiShadow) out.interrupt.shadow |= KVM_X86_SHADOW_INT_STI;
  if (state.shadow & kMovSsShadow) out.interrupt.shadow |= KVM_X86_SHADOW_INT_MOV_SS;
  if (state.pending_exception & kPendingValid) {
    const auto vector = static_cast<std::uint8_t>(state.pending_exception);
    if (vector >= kFirstExternalVector) {
      out.interrupt.injected = 1;
      out.interrupt.nr = vector;
    } else {
      out.exception.injected = 1;
      out.exception.nr = vector;
    }
  }
  return out;
}

CpuState from_kvm(const kvm_regs& registers, const kvm_sregs& system, const kvm_debugregs& debug,
                  const kvm_vcpu_events& events) {
  CpuState out;
  const auto general = general_of(registers);
  for (unsigned i = 0; i < general.size(); ++i) {
    out.gpr[i] = static_cast<std::uint32_t>(*general[i]);
  }
  out.eip = static_cast<std::uint32_t>(registers.rip);
  out.eflags = static_cast<std::uint32_t>(registers.rflags);
  const auto segments = segments_of(system);
  for (unsigned i = 0; i < segments.size(); ++i) out.seg[i] = from_kvm_segment(*segments[i]);
  out.ldtr = from_kvm_segment(system.ldt);
  out.tr = from_kvm_segment(system.tr);
  out.gdtr = from_kvm_table(system.gdt);
  out.idtr = from_kvm_table(system.idt);
  out.cr0 = static_cast<std::uint32_t>(system.cr0);
  out.cr2 = static_cast<std::uint32_t>(system.cr2);
  out.cr3 = static_cast<std::uint32_t>(system.cr3);
  out.cr4 = static_cast<std::uint32_t>(system.cr4);
  for (unsigned i = 0; i < 4; ++i) out.dr[i] = static_cast<std::uint32_t>(debug.db[i]);
  out.dr[6] = static_cast<std::uint32_t>(debug.dr6);
  out.dr[7] = static_cast<std::uint32_t>(debug.dr7);
  if (events.interrupt.shadow & KVM_X86_SHADOW_INT_STI) out.shadow |= kStiShadow;
  if (events.interrupt.shadow & KVM_X86_SHADOW_INT_MOV_SS) out.shadow |= kMovSsShadow;
  out.nmi_blocked = events.nmi.masked;
  out.nmi_pending = events.nmi.pending != 0 || events.nmi.injected != 0;
  if (events.interrupt.injected) out.pending_exception = kPendingValid | events.interrupt.nr;
  if (events.exception.injected) out.pending_exception = kPendingValid | events.exception.nr;
  return out;
}

bool write_tsc(int cpu, std::uint64_t value) {
  OneMsr msr;
  msr.entry.index = kMsrTsc;
  msr.entry.data = value;
  return ioctl(cpu, kSetMsrs, &msr) == 1;
}

std::uint64_t read_tsc(int cpu) {
  OneMsr msr;
  msr.entry.index = kMsrTsc;
  return ioctl(cpu, kGetMsrs, &msr) == 1 ? msr.entry.data : 0;
}

}  // namespace strata
