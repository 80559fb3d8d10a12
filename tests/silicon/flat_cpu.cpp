#include "tests/silicon/flat_cpu.h"

#include <cassert>
#include <cstring>
#include <iterator>

#include "models/isa/exceptions.h"
#include "models/isa/mmu.h"

namespace strata::test {
namespace {

// The kernel's memory, physical and linear the same.
constexpr std::uint32_t kSystemBase = FlatCpu::kKernel.base;
constexpr std::uint32_t kSystemBytes = FlatCpu::kKernel.size;
constexpr std::uint32_t kGdt = kSystemBase;
constexpr std::uint32_t kLdt = kSystemBase + 0x400;
constexpr std::uint32_t kTss = kSystemBase + 0x800;
constexpr std::uint32_t kIdt = kSystemBase + 0x1000;
constexpr std::uint32_t kHandlers = kSystemBase + 0x2000;
constexpr std::uint32_t kStackTop = kSystemBase + 0x5000;
constexpr std::uint32_t kDirectory = kSystemBase + 0x8000;
constexpr std::uint32_t kFirstTable = kSystemBase + 0x9000;

constexpr std::uint32_t kKernelCode = 0x10;
constexpr std::uint32_t kKernelData = 0x18;
constexpr std::uint32_t kTaskRegister = 0x40;
constexpr std::uint32_t kLocalTable = 0x50;
constexpr std::uint32_t kGdtLimit = 0x7F;
constexpr std::uint32_t kLdtLimit = (std::size(layout::kLocal) + 1) * 8 - 1;
constexpr unsigned kVectors = 256;
constexpr unsigned kHandlerBytes = 16;
constexpr std::uint32_t kHlt = 0xF4;
constexpr std::uint32_t kTssLimit = 0x67;  // no I/O permission bitmap

constexpr Range kUser[] = {layout::kCode,  layout::kReadOnly, layout::kData,
                           layout::kStack, layout::kWrapped,  layout::kLow};
constexpr std::size_t kUserBytes = layout::kCode.size + layout::kReadOnly.size +
                                   layout::kData.size + layout::kStack.size +
                                   layout::kWrapped.size + layout::kLow.size;

constexpr std::uint32_t kDpl3 = 3u << attr::kDplShift;
constexpr std::uint32_t kFlatData =
    attr::kGranularity | attr::kBig | attr::kPresent | attr::kS | attr::kWritable | attr::kAccessed;
constexpr std::uint32_t kFlatCode = kFlatData | attr::kCode;
constexpr std::uint32_t kLdtType = attr::kPresent | 2;
constexpr std::uint32_t kBusyTss32 = attr::kPresent | 0xB;

bool is_fixed(const Range& range) {
  return range.base == layout::kCode.base || range.base == layout::kReadOnly.base;
}

}  // namespace

/// Nothing is outside memory but what no page maps.
class FlatCpu::Bus final : public EngineBus {
 public:
  std::uint32_t port_read(std::uint16_t, unsigned) override { return ~0u; }
  void port_write(std::uint16_t, unsigned, std::uint32_t) override {}
  std::uint32_t mmio_read(std::uint32_t, unsigned) override { return ~0u; }
  void mmio_write(std::uint32_t, unsigned, std::uint32_t) override {}
  std::uint8_t acknowledge_interrupt() override { return 0; }
};

FlatCpu::FlatCpu(const Surroundings& surroundings, MakeSoftwareEngine make)
    : surroundings_(surroundings),
      user_(kUserBytes),
      system_(kSystemBytes),
      bus_(std::make_unique<Bus>()) {
  std::vector<MemoryRegion> regions;
  regions.push_back({kSystemBase, kSystemBytes, system_.bytes().data(), true});
  std::uint8_t* host = user_.bytes().data();
  for (const Range& range : kUser) {
    regions.push_back({range.base, range.size, host, true});
    host += range.size;
  }
  cpu_ = make(*bus_, regions, CpuFamily::k586);
  write_tables();
}

FlatCpu::~FlatCpu() = default;

std::uint8_t* FlatCpu::memory(std::uint32_t address) {
  std::uint8_t* host = user_.bytes().data();
  for (const Range& range : kUser) {
    if (range.contains(address)) return host + (address - range.base);
    host += range.size;
  }
  assert(false);
  return nullptr;
}

void FlatCpu::put(std::uint32_t address, std::uint32_t value) {
  std::memcpy(&system_.bytes()[address - kSystemBase], &value, sizeof(value));
}

std::uint32_t FlatCpu::get(std::uint32_t address) const {
  std::uint32_t value;
  std::memcpy(&value, &system_.bytes()[address - kSystemBase], sizeof(value));
  return value;
}

void FlatCpu::put_descriptor(std::uint32_t table, std::uint32_t selector, std::uint32_t base,
                             std::uint32_t limit, std::uint32_t attributes) {
  const std::uint32_t at = table + (selector & ~7u);
  put(at, base << 16 | (limit & 0xFFFF));
  put(at + 4, (base & 0xFF000000) | ((base >> 16) & 0xFF) | (limit & 0xF0000) | attributes << 8);
}

/// Maps the range with a page table of its own, or the one that is there already.
void FlatCpu::map_pages(std::uint32_t& next_table, const Range& range, std::uint32_t physical,
                        std::uint32_t rights) {
  const std::uint32_t directory_at = kDirectory + (range.base >> 22) * 4;
  if (get(directory_at) == 0) {
    put(directory_at, next_table | pte::kPresent | pte::kWritable | pte::kUser);
    next_table += layout::kPage;
    assert(next_table <= kSystemBase + kSystemBytes);
  }
  const std::uint32_t table = get(directory_at) & pte::kFrame;
  for (std::uint32_t offset = 0; offset < range.size; offset += layout::kPage) {
    put(table + ((range.base + offset) >> 12 & 0x3FF) * 4, (physical + offset) | rights);
  }
}

void FlatCpu::write_local_table() {
  put_descriptor(kGdt, kLocalTable, kLdt, kLdtLimit, kLdtType);
  for (const layout::LocalSegment& segment : layout::kLocal) {
    const std::uint32_t kind = attr::kPresent | attr::kS | attr::kWritable | attr::kAccessed |
                               (segment.expand_down ? attr::kExpandDown : 0) |
                               (segment.pages ? attr::kGranularity : 0) |
                               (segment.big ? attr::kBig : 0);
    put_descriptor(kLdt, segment.selector, segment.base, segment.limit, kind | kDpl3);
  }
}

void FlatCpu::write_tables() {
  // Linux's places: kernel code and data, 32-bit user code, user data, 64-bit user code.
  put_descriptor(kGdt, kKernelCode, 0, 0xFFFFF, kFlatCode);
  put_descriptor(kGdt, kKernelData, 0, 0xFFFFF, kFlatData);
  put_descriptor(kGdt, layout::kCodeSelector, 0, 0xFFFFF, kFlatCode | kDpl3);
  put_descriptor(kGdt, layout::kDataSelector, 0, 0xFFFFF, kFlatData | kDpl3);
  put_descriptor(kGdt, layout::kCode64Selector, 0, 0xFFFFF, kFlatCode | kDpl3);
  put_descriptor(kGdt, kTaskRegister, kTss, kTssLimit, kBusyTss32);
  put(kTss + 4, kStackTop);
  put(kTss + 8, kKernelData);
  put(kTss + 0x64, (kTssLimit + 1) << 16);
  for (unsigned n = 0; n < kVectors; ++n) {
    const std::uint32_t handler = kHandlers + n * kHandlerBytes;
    put(handler, kHlt);
    const bool open = n == vector::kBreakpoint || n == vector::kOverflow;
    put(kIdt + n * 8, kKernelCode << 16 | (handler & 0xFFFF));
    put(kIdt + n * 8 + 4, (handler & 0xFFFF0000) | 0x8E00 | (open ? kDpl3 << 8 : 0));
  }
  if (surroundings_.local_segments) write_local_table();
  std::uint32_t next_table = kFirstTable;
  map_pages(next_table, {kSystemBase, kSystemBytes}, kSystemBase, pte::kPresent | pte::kWritable);
  for (const Range& range : kUser) {
    if (range.base == layout::kLow.base && !surroundings_.low_memory) continue;
    map_pages(next_table, range, range.base,
              pte::kPresent | pte::kUser | (is_fixed(range) ? 0 : pte::kWritable));
  }
}

void FlatCpu::load(const Registers& start) {
  state_ = CpuState();
  state_.cr0 = cr0::kPe | cr0::kEt | cr0::kAm | cr0::kPg;
  state_.cr3 = kDirectory;
  state_.gdtr = {kGdt, kGdtLimit};
  state_.idtr = {kIdt, kVectors * 8 - 1};
  state_.tr = {kTaskRegister, kTss, kTssLimit, kBusyTss32};
  state_.ldtr.attributes = attr::kUnusable;
  if (surroundings_.local_segments) state_.ldtr = {kLocalTable, kLdt, kLdtLimit, kLdtType};
  state_.dr[6] = dr6::kAlwaysOne;
  state_.dr[7] = dr7::kAlwaysOne;
  state_.gpr = start.gpr;
  state_.eip = start.eip;
  state_.eflags = start.eflags;
  for (unsigned n = 0; n < state_.seg.size(); ++n) {
    SegmentState& segment = state_.seg[n];
    segment.selector = start.selector[n];
    segment.attributes = attr::kUnusable;
    if (start.selector[n] >= 4) {
      segment.limit = 0xFFFFFFFF;
      segment.attributes = (n == kCs ? kFlatCode : kFlatData) | kDpl3;
    }
  }
  cpu_->load_state(state_);
  begin_ = cpu_->cycle();
}

Registers FlatCpu::registers() const {
  Registers r;
  r.gpr = state_.gpr;
  r.eip = state_.eip;
  r.eflags = state_.eflags & ~eflags::kRf;
  for (unsigned n = 0; n < state_.seg.size(); ++n) {
    r.selector[n] = static_cast<std::uint16_t>(state_.seg[n].selector);
  }
  return r;
}

Event FlatCpu::step() {
  cpu_->step_once();
  state_ = cpu_->state();
  if (state_.pending_exception != 0) {
    cpu_->step_once();
    state_ = cpu_->state();
  }
  return event_at_handler();
}

/// A handler is HLT; where the jump leads to, no page is.
Event FlatCpu::run(std::uint32_t end, Cycle cycles) {
  constexpr Cycle kMuchLater = 10'000;
  constexpr Cycle kHalt = 1, kJump = 1, kFault = 1;
  const StopReason reason = cpu_->run(begin_ + cycles + kMuchLater);
  state_ = cpu_->state();
  Event event = event_at_handler();
  Cycle late = kHalt;
  if (event.vector == vector::kPageFault && state_.seg[kCs].selector == layout::kCode64Selector) {
    event = Event{};
    state_.eip = end;
    state_.seg[kCs].selector = layout::kCodeSelector;
    late += kJump + kFault;
  }
  const bool on_time = reason == StopReason::kHalted && this->cycles() == cycles + late;
  return on_time ? event : Event{.vector = kLost};
}

Event FlatCpu::event_at_handler() {
  const std::uint32_t into = state_.eip - kHandlers;
  return into < kVectors * kHandlerBytes ? take_frame(into / kHandlerBytes) : Event{};
}

/// What the exception pushed on the kernel's stack, as the program's state again.
Event FlatCpu::take_frame(unsigned vector) {
  Event event;
  event.vector = vector;
  std::uint32_t at = state_.gpr[kEsp];
  if (has_error_code(static_cast<std::uint8_t>(vector))) {
    event.error_code = get(at);
    at += 4;
  }
  if (vector == vector::kPageFault) event.cr2 = state_.cr2;
  assert(at + 20 == kStackTop);
  state_.eip = get(at);
  state_.seg[kCs].selector = get(at + 4);
  state_.eflags = get(at + 8);
  state_.gpr[kEsp] = get(at + 12);
  state_.seg[kSs].selector = get(at + 16);
  return event;
}

}  // namespace strata::test
