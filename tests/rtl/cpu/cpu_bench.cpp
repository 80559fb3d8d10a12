#include "tests/rtl/cpu/cpu_bench.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "verilated.h"
#include "verilated_vcd_c.h"

namespace strata::test {
namespace {

// Values of the bus signals (rtl/cpu/cpu_bus_unit.sv).
constexpr unsigned kTagMemory = 0;
constexpr unsigned kTagPort = 1;
constexpr unsigned kTagAcknowledge = 2;
constexpr unsigned kBurstWords = 4;
constexpr std::uint32_t kLineMask = 15;

}  // namespace

void CpuBench::WavesDeleter::operator()(VerilatedVcdC* waves) const {
  delete waves;
}

CpuBench::CpuBench(std::span<const MemoryRegion> regions, BenchDevice& device, CpuFamily family,
                   std::uint32_t seed, const CacheShape& caches)
    : regions_(regions.begin(), regions.end()),
      device_(device),
      context_(new_context(seed)),
      cpu_(std::make_unique<CpuModel>(context_.get(), "cpu", family, caches)) {
  cpu_->keep_state(CpuModel::KeepState::kOn);
}

CpuBench::~CpuBench() = default;

void CpuBench::set_interrupt(bool level) {
  interrupt_ = level;
  cpu_->set_interrupt(level);
}

void CpuBench::load(const CpuState& state) {
  cpu_->set_response({});
  cpu_->load(state);
}

std::uint8_t* CpuBench::plain(std::uint32_t address, bool write) const {
  for (const MemoryRegion& region : regions_) {
    if (address >= region.base && address - region.base < region.size) {
      return write && !region.writable ? nullptr : region.host + (address - region.base);
    }
  }
  return nullptr;
}

void CpuBench::store(const CpuModel::Request& request, std::uint8_t* word) {
  for (unsigned lane = 0; lane < 4; ++lane) {
    if ((request.sel >> lane) & 1) {
      word[lane] = static_cast<std::uint8_t>(request.dat >> (8 * lane));
    }
  }
}

std::uint32_t CpuBench::access_device(const CpuModel::Request& request) {
  const unsigned lane = static_cast<unsigned>(std::countr_zero(request.sel));
  const unsigned bytes = static_cast<unsigned>(std::popcount(request.sel));
  const std::uint32_t mask = bytes == 4 ? ~0u : (1u << (8 * bytes)) - 1;
  BusAccess access{.write = request.we,
                   .port = request.tga == kTagPort,
                   .address = request.adr + lane,
                   .bytes = bytes,
                   .data = (request.dat >> (8 * lane)) & mask};
  if (access.write) {
    device_.write(access.port, access.address, bytes, access.data);
  } else {
    access.data = device_.read(access.port, access.address, bytes) & mask;
  }
  const bool dropped = access.write && !access.port && plain(request.adr, false) != nullptr;
  if (checker_ != nullptr && request.tgc != kTgcWalk && !dropped) {
    checker_->on_access(access);
  }
  return access.data << (8 * lane);
}

/// Carries out the access of one acknowledge; the data for reads.
std::uint32_t CpuBench::answer(const CpuModel::Request& request) {
  if (request.tga == kTagAcknowledge) {
    const std::uint8_t vector = device_.acknowledge();
    set_interrupt(false);
    ++acknowledges_;
    if (checker_ != nullptr) {
      checker_->on_acknowledge(vector);
    }
    return vector;
  }
  if (request.tga == kTagMemory) {
    if (std::uint8_t* word = plain(beat_address_, request.we)) {
      std::uint32_t value = 0;
      std::memcpy(&value, word, sizeof(value));
      if (request.we) {
        store(request, word);
      }
      return value;
    }
    if (request.tgc == kTgcCode) {
      return ~0u;  // a fetch from nowhere
    }
  }
  return access_device(request);
}

/// Clocks of waiting at random, if that is asked for. The generator is xorshift32, which never
/// comes to 0.
unsigned CpuBench::delay() {
  if (delays_ == 0) {
    return 0;
  }
  delays_ ^= delays_ << 13;
  delays_ ^= delays_ >> 17;
  delays_ ^= delays_ << 5;
  const std::uint32_t pick = delays_ >> 8;
  return pick % 16 == 0 ? pick / 16 % (kMostDelay + 1) : pick / 16 % 3;
}

/// Plain memory may be cached, if the line is in it whole.
std::uint8_t CpuBench::tag_of(std::uint32_t address) const {
  const std::uint32_t line = address & ~kLineMask;
  if (plain(line, false) == nullptr || plain(line | kLineMask, false) == nullptr) return kTgdNone;
  return plain(line, true) != nullptr ? kTgdCacheable : kTgdFixed;
}

void CpuBench::respond() {
  if (turnaround_) {
    turnaround_ = false;
  } else if (beats_ == 0 && cpu_->strobe()) {
    const CpuModel::Request request = cpu_->request();
    tag_ = request.tga == kTagMemory && !request.we ? tag_of(request.adr) : kTgdNone;
    beats_ = request.cti == kCtiIncrementing && tag_ != kTgdNone ? kBurstWords : 1;
    beat_address_ = request.adr;
    wait_ = latency_ + delay();
  }
  bool ack = false;
  std::uint32_t data = 0;
  if (beats_ != 0 && (wait_ == 0 || --wait_ == 0)) {
    ack = true;
    data = answer(cpu_->request());
    beat_address_ = (beat_address_ & ~kLineMask) | ((beat_address_ + 4) & kLineMask);
    turnaround_ = --beats_ == 0;
    wait_ = 1 + delay();
  }
  if (!time_held_) cpu_->set_cycle(clocks_);
  cpu_->clock();
  cpu_->set_response({data, ack, tag_});
}

void CpuBench::write_elsewhere(std::uint32_t address, unsigned bytes, std::uint32_t value) {
  std::memcpy(plain(address, true), &value, bytes);
  cpu_->snoop(address);
  writes_elsewhere_.push_back({address, bytes, value});
}

void CpuBench::touch_elsewhere(std::uint32_t address) {
  cpu_->snoop(address);
  writes_elsewhere_.push_back({});
}

/// All but the latest `unseen`.
void CpuBench::pass_on_writes_elsewhere(std::size_t unseen) {
  const std::size_t seen = writes_elsewhere_.size() - std::min(unseen, writes_elsewhere_.size());
  for (std::size_t n = 0; n < seen && checker_ != nullptr; ++n) {
    const WriteElsewhere& write = writes_elsewhere_[n];
    const unsigned gone = cpu_->overwritten_lanes(writes_elsewhere_.size() - 1 - n);
    for (unsigned byte = 0; byte < write.bytes; ++byte) {
      const std::uint32_t address = write.address + byte;
      if (gone >> (address & 3) & 1) continue;
      checker_->on_foreign_write(address, 1, write.value >> (8 * byte) & 0xFF);
    }
  }
  writes_elsewhere_.erase(writes_elsewhere_.begin(),
                          writes_elsewhere_.begin() + static_cast<std::ptrdiff_t>(seen));
}

void CpuBench::raise_nmi() {
  constexpr unsigned kPulse = 2;
  nmi_clocks_ = kPulse;
}

void CpuBench::record_waves(const std::string& path) {
  constexpr int kAllLevels = 99;
  context_->traceEverOn(true);
  waves_.reset(new VerilatedVcdC);
  cpu_->trace(waves_.get(), kAllLevels);
  waves_->open(path.c_str());
}

bool CpuBench::clock() {
  cpu_->set_nmi(nmi_clocks_ != 0);
  nmi_clocks_ -= nmi_clocks_ != 0 ? 1 : 0;
  respond();
  ++clocks_;
  if (waves_) {
    waves_->dump(clocks_);
  }
  if (!cpu_->retired()) {
    return false;
  }
  record_ = cpu_->record();
  record_.cycle = clocks_;
  pass_on_writes_elsewhere(cpu_->unseen_snoops());
  if (cpu_->retired_nmi()) {
    ++nmis_;
    if (checker_ != nullptr) {
      checker_->on_nmi();
    }
  }
  return true;
}

}  // namespace strata::test
