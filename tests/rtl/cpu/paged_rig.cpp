#include "tests/rtl/cpu/paged_rig.h"

#include <algorithm>
#include <cstring>

namespace strata::test {
namespace {

constexpr std::uint32_t kIdt = 0x21000;
constexpr std::uint32_t kCodeSelector = 0x08;
constexpr std::uint32_t kDataSelector = 0x10;
constexpr std::uint32_t kConforming = 0x18;
constexpr std::uint32_t kUserCodeSelector = 0x23;
constexpr std::uint32_t kUserDataSelector = 0x2B;

/// Flat segment with this access byte.
SegmentState flat(std::uint32_t selector, std::uint32_t access) {
  return {.selector = selector, .base = 0, .limit = 0xFFFFFFFF, .attributes = 0xC000 | access};
}

}  // namespace

PagedRig::PagedRig(std::initializer_list<std::uint8_t> code)
    : ram_(kRamBytes),
      regions_{{.base = 0, .size = kRamBytes, .host = ram_.data()}},
      bench_(regions_, *this),
      initial_(CpuState::reset()) {
  put(kCode, code);
  put(kHandler, {0xF4});
  for (unsigned n = 0; n < 1024; ++n) {
    set(kTables + n * 4, n << 12 | kP | kW | kU | kA | kD);
  }
  set(kDirectory, kTables | kP | kW | kU | kA);
  set(kDirectory + 4, (kTables + 0x1000) | kP | kW | kU);
  for (unsigned n = 1; const std::uint32_t access : {0x9B, 0x93, 0x9F, 0xFB, 0xF3}) {
    set(kGdt + 8 * n, 0x0000FFFF);
    set(kGdt + 8 * n++ + 4, 0x00CF0000 | access << 8);
  }
  for (unsigned n = 0; n < 256; ++n) {
    set(kIdt + 8 * n, kConforming << 16 | (kHandler & 0xFFFF));
    set(kIdt + 8 * n + 4, (kHandler & 0xFFFF0000) | 0x8E00);
  }
  initial_.cr0 |= cr0::kPe | cr0::kPg | cr0::kCd;
  initial_.cr3 = kDirectory;
  initial_.gdtr = {.base = kGdt, .limit = 6 * 8 - 1};
  initial_.idtr = {.base = kIdt, .limit = 256 * 8 - 1};
  for (SegmentState& segment : initial_.seg) segment = flat(kDataSelector, 0x93);
  initial_.seg[kCs] = flat(kCodeSelector, 0x9B);
  initial_.eip = kCode;
  initial_.gpr[kEsp] = kStackTop;
}

void PagedRig::use_level_3() {
  for (SegmentState& segment : initial_.seg) segment = flat(kUserDataSelector, 0xF3);
  initial_.seg[kCs] = flat(kUserCodeSelector, 0xFB);
}

void PagedRig::put(std::uint32_t physical, std::initializer_list<std::uint8_t> bytes) {
  std::copy(bytes.begin(), bytes.end(), ram_.begin() + physical);
}

void PagedRig::set(std::uint32_t physical, std::uint32_t value) {
  std::memcpy(ram_.data() + physical, &value, sizeof value);
}

std::uint32_t PagedRig::get(std::uint32_t physical) {
  std::uint32_t value = 0;
  std::memcpy(&value, ram_.data() + physical, sizeof value);
  return value;
}

void PagedRig::run_with_interrupt(unsigned clocks) {
  bench_.load(initial_);
  clock(clocks);
}

void PagedRig::clock(unsigned interrupt_after) {
  faulted_ = false;
  for (unsigned n = 0; n < kMostClocks && !faulted_ && !bench_.cpu().idle(); ++n) {
    if (n == interrupt_after) bench_.set_interrupt(true);
    if (bench_.clock() && bench_.record().kind == RetireKind::kException) {
      faulted_ = true;
      fault_ = bench_.record();
    }
    if (bench_.state().halted != 0) bench_.set_interrupt(false);
    watch();
  }
}

void PagedRig::watch() {
  const bool strobe = bench_.cpu().strobe();
  const CpuModel::Request request = bench_.cpu().request();
  // One store may follow another at once.
  const bool begins =
      strobe && (!strobe_ || request.adr != latest_.adr || request.we != latest_.we);
  latest_ = request;
  if (begins && request.tgc == kTgcWalk) {
    const char* kind = request.we ? "w" : "r";
    if (request.adr == directory_at(kData)) walks_ += std::string(kind) + "d ";
    if (request.adr >= entry_at(kData) && request.adr < entry_at(kData) + 0x1000) {
      walks_ += kind + std::to_string((request.adr - entry_at(kData)) / 4) + ' ';
    }
  }
  strobe_ = strobe;
}

std::string PagedRig::exception() const {
  if (!faulted_) return "none";
  return std::to_string(fault_.vector) + '(' + std::to_string(fault_.error_code) + ')';
}

}  // namespace strata::test
