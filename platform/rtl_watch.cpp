#include "platform/rtl_watch.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <utility>

#include "models/engine/linear_bytes.h"
#include "models/machine/bus_map.h"

namespace strata {
namespace {

/// The linear address of the instruction after `record`.
std::uint32_t next_address(const RetireRecord& record, const CpuModel& cpu) {
  return cpu.code_base() + record.next_eip;
}

}  // namespace

bool is_device_memory(std::uint32_t physical) {
  return machine_bus_map().find(kMemorySpace, physical) != nullptr;
}

RtlWatch::RtlWatch(WaveRecorder* recorder, LockstepChecker* checker, const MemoryMap& memory,
                   const TraceConfig& trace, std::function<void()> on_difference)
    : recorder_(recorder),
      checker_(checker),
      memory_(memory),
      from_(trace.from),
      to_(trace.to),
      on_difference_(std::move(on_difference)) {}

void RtlWatch::sample(Cycle cycle, std::uint16_t irq_lines) {
  if (recorder_ == nullptr) return;
  move_window(cycle);
  if (!recorder_->recording()) return;
  sampled_ = cycle;
  recorder_->set_irq_lines(irq_lines);
  recorder_->sample(cycle);
}

void RtlWatch::move_window(Cycle cycle) {
  if (from_.cycle && cycle >= *from_.cycle) {
    recorder_->start();
    from_.cycle.reset();
  }
  if (to_.cycle && cycle > *to_.cycle) {
    recorder_->stop();
    to_.cycle.reset();
    // A window that ends before it begins is empty.
    from_.address.reset();
  }
}

/// With the instruction at `next` still to come.
void RtlWatch::move_window_before(std::uint32_t next) {
  if (from_.address == next) {
    recorder_->start();
    from_.address.reset();
  } else if (recorder_->recording() && to_.address == next) {
    recorder_->stop();
    to_.address.reset();
  }
}

void RtlWatch::on_retire(const RetireRecord& record, const CpuModel& cpu) {
  if (!listeners_.empty()) {
    const std::uint32_t next = next_address(record, cpu);
    for (const RetirementListener& listener : listeners_) listener(record, next, cpu);
  }
  if (recorder_ != nullptr) {
    if (entry_ || from_.address || to_.address) {
      const std::uint32_t next = next_address(record, cpu);
      if (entry_ == next) {
        recorder_->begin_story_at(record.cycle);
        entry_.reset();
      }
      move_window_before(next);
    }
    if (recorder_->recording()) show(record, cpu);
  }
  // What read before a write of another master must not see it in the checker either.
  if (!foreign_writes_.empty()) {
    pass_on_foreign_writes(cpu, cpu.unseen_snoops());
  }
  if (checker_ != nullptr && !differs_ && !checker_->on_retire(record, cpu.state())) {
    differs_ = true;
    on_difference_();
  }
}

void RtlWatch::switch_waves(bool on) {
  if (recorder_ == nullptr || recorder_->recording() == on) return;
  on ? recorder_->start() : recorder_->stop();
}

void RtlWatch::on_foreign_write(const WishboneRequest& request) {
  if (checker_ != nullptr && !differs_) foreign_writes_.push_back(request);
}

/// All but the latest `unseen`. What a store of the CPU's has gone over meanwhile, which the
/// checker has executed already, stays as that has left it.
void RtlWatch::pass_on_foreign_writes(const CpuModel& cpu, std::size_t unseen) {
  const std::size_t seen = foreign_writes_.size() - std::min(unseen, foreign_writes_.size());
  for (std::size_t n = 0; n < seen; ++n) {
    const WishboneRequest& request = foreign_writes_[n];
    const unsigned lanes = request.sel & ~cpu.overwritten_lanes(foreign_writes_.size() - 1 - n);
    for (unsigned lane = 0; lane < 4; ++lane) {
      if (lanes >> lane & 1) {
        checker_->on_foreign_write(request.adr + lane, 1, request.dat >> (8 * lane) & 0xFF);
      }
    }
  }
  foreign_writes_.erase(foreign_writes_.begin(),
                        foreign_writes_.begin() + static_cast<std::ptrdiff_t>(seen));
}

void RtlWatch::show(const RetireRecord& record, const CpuModel& cpu) {
  std::array<std::uint8_t, 15> bytes{};
  const auto code = std::span(bytes).first(record.length);
  read_code(cpu, record.linear_eip, code);
  recorder_->retire(record, code, cpu.code32());
}

std::size_t RtlWatch::read_code(const CpuModel& cpu, std::uint32_t linear,
                                std::span<std::uint8_t> bytes) const {
  static const CpuState kWithoutPaging;
  return cpu.paging() ? read_code(cpu.state(), linear, bytes)
                      : read_code(kWithoutPaging, linear, bytes);
}

std::size_t RtlWatch::read_code(const CpuState& state, std::uint32_t linear,
                                std::span<std::uint8_t> bytes) const {
  const auto plain = [this](std::uint32_t physical) -> std::span<const std::uint8_t> {
    const MemoryMap::Region region = memory_.find(physical);
    if (region.bytes == nullptr) return {};
    return {region.bytes + (physical - region.first), std::size_t{region.last} - physical + 1};
  };
  return read_linear_bytes(plain, state, linear, bytes);
}

void RtlWatch::on_acknowledge(std::uint8_t vector) {
  if (checker_ != nullptr && !differs_) checker_->on_acknowledge(vector);
}

void RtlWatch::on_a20(bool open) {
  if (checker_ != nullptr && !differs_) checker_->on_a20(open);
}

void RtlWatch::on_memory_write(std::uint32_t address) {
  late_writes_[writes_++ % kLateWrites] = address;
}

std::set<std::uint32_t> RtlWatch::written_lately() const {
  std::set<std::uint32_t> written;
  for (std::size_t n = 0; n < std::min(writes_, kLateWrites); ++n) {
    written.insert(late_writes_[n]);
    written.insert(late_writes_[n] + 4);  // the second half of a store that is not aligned
  }
  return written;
}

void RtlWatch::on_access(const WishboneRequest& request, std::uint32_t data) {
  if (accessed_) accessed_(request, data);
  const bool io = request.tga == kIoSpace;
  if (checker_ == nullptr || differs_) return;
  if (!io && !is_device_memory(request.adr)) return;
  const auto lane = static_cast<unsigned>(std::countr_zero(request.sel));
  const auto bytes = static_cast<unsigned>(std::popcount(request.sel));
  const std::uint32_t mask = bytes == 4 ? ~0u : (1u << (8 * bytes)) - 1;
  BusAccess access;
  access.write = request.we;
  access.port = io;
  access.address = request.adr + lane;
  access.bytes = bytes;
  access.data = (data >> (8 * lane)) & mask;
  checker_->on_access(access);
}

}  // namespace strata
