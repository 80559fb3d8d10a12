#include "tests/isa/conformance/capture_machine.h"

#include <algorithm>
#include <cstdlib>
#include <iomanip>
#include <sstream>

namespace strata::test {
namespace {

/// The 80286 has FLAGS bits 15:12 clear in real mode; the 80386 keeps IOPL and NT.
constexpr std::uint16_t k286RealModeFlags = 0x0FFF;

struct RegisterPlace {
  CaptureRegister capture;
  Gpr gpr;
  const char* name;
};

/// Bytes of a real-mode vector.
constexpr unsigned kVectorBytes = 4;

constexpr RegisterPlace kGprs[] = {{kCapAx, kEax, "ax"}, {kCapBx, kEbx, "bx"}, {kCapCx, kEcx, "cx"},
                                   {kCapDx, kEdx, "dx"}, {kCapSp, kEsp, "sp"}, {kCapBp, kEbp, "bp"},
                                   {kCapSi, kEsi, "si"}, {kCapDi, kEdi, "di"}};

struct SegmentPlace {
  CaptureRegister capture;
  Segment segment;
  const char* name;
};

constexpr SegmentPlace kSegments[] = {
    {kCapCs, kCs, "cs"}, {kCapSs, kSs, "ss"}, {kCapDs, kDs, "ds"}, {kCapEs, kEs, "es"}};

void compare(std::ostream& out, const std::string& what, std::uint32_t expected,
             std::uint32_t actual) {
  if (expected != actual) {
    out << ' ' << what << " expected " << std::hex << expected << " got " << actual << ';';
  }
}

/// Undefined flags in the FLAGS word an exception pushed. Its place follows from the stack pointer:
/// the captured address is that of a bus cycle, which is one too low where the pointer is odd.
std::uint8_t memory_mask(const Capture& capture, std::uint32_t address, std::uint16_t flags_mask) {
  constexpr unsigned kFlagsAboveTop = 4;  // CS and IP lie below
  if (capture.exception) {
    const std::uint32_t offset = (capture.after[kCapSp] + kFlagsAboveTop) & 0xFFFF;
    const std::uint32_t byte = address - (capture.after[kCapSs] * 16u + offset);
    if (byte < 2) {
      return static_cast<std::uint8_t>(flags_mask >> (8 * byte));
    }
  }
  return 0xFF;
}

}  // namespace

void CaptureMachine::Free::operator()(std::uint8_t* memory) const {
  std::free(memory);
}

// calloc: most of the 16 MiB are never touched.
CaptureMachine::CaptureMachine(const MakeCpu& make_cpu)
    : memory_(static_cast<std::uint8_t*>(std::calloc(kMemoryBytes, 1))) {
  const MemoryRegion region{.base = 0, .size = kMemoryBytes, .host = memory_.get()};
  cpu_ = make_cpu(std::span(&region, 1));
}

std::string CaptureMachine::run(const Capture& capture, std::uint16_t flags_mask) {
  load(capture);
  cpu_->run_to_halt();
  std::string result = differences(capture, flags_mask);
  clear(capture);
  return result;
}

std::optional<std::uint8_t> CaptureMachine::exception_of(const Capture& capture) {
  load(capture);
  const std::optional<std::uint8_t> vector = cpu_->step();
  std::fill_n(memory_.get(), kMemoryBytes, std::uint8_t{0});  // an exception writes the stack
  return vector;
}

void CaptureMachine::load(const Capture& capture) {
  for (const auto& [address, byte] : capture.memory_before) {
    memory_[address] = byte;
  }
  if (capture.exception && capture.exception->vector == vector::kGeneralProtection) {
    // "Interrupt 12 (stack exception) if the operand is in the stack segment, else 13" (386
    // reference manual, 14.7.1); this 80286 has 13 for both. The same handler for both lets the
    // rest be compared.
    std::copy_n(&memory_[vector::kGeneralProtection * kVectorBytes], kVectorBytes,
                &memory_[vector::kStackFault * kVectorBytes]);
  }
  CpuState state = CpuState::reset();
  for (const RegisterPlace& place : kGprs) {
    state.gpr[place.gpr] = capture.before[place.capture];
  }
  for (const SegmentPlace& place : kSegments) {
    state.seg[place.segment].selector = capture.before[place.capture];
    state.seg[place.segment].base = std::uint32_t{capture.before[place.capture]} << 4;
  }
  state.eip = capture.before[kCapIp];
  state.eflags = capture.before[kCapFlags] & k286RealModeFlags;
  cpu_->load(state);
}

std::string CaptureMachine::differences(const Capture& capture, std::uint16_t flags_mask) const {
  std::ostringstream out;
  const CpuState state = cpu_->state();
  if (state.halted == 0) {
    out << " never reached HLT;";
  }
  for (const RegisterPlace& place : kGprs) {
    compare(out, place.name, capture.after[place.capture], state.gpr[place.gpr]);
  }
  for (const SegmentPlace& place : kSegments) {
    compare(out, place.name, capture.after[place.capture], state.seg[place.segment].selector);
  }
  // The capture's IP has 16 bits: after a HLT at FFFF it reads 0, where EIP is 10000.
  compare(out, "ip", capture.after[kCapIp], state.eip & 0xFFFF);
  const std::uint32_t mask = flags_mask & k286RealModeFlags;
  compare(out, "flags", capture.after[kCapFlags] & mask, state.eflags & mask);
  for (const auto& [address, byte] : capture.memory_after) {
    const std::uint8_t byte_mask = memory_mask(capture, address, flags_mask);
    std::ostringstream what;
    what << '[' << std::hex << address << ']';
    compare(out, what.str(), byte & byte_mask, memory_[address] & byte_mask);
  }
  return out.str();
}

void CaptureMachine::clear(const Capture& capture) {
  for (const auto* list : {&capture.memory_before, &capture.memory_after}) {
    for (const auto& [address, byte] : *list) {
      memory_[address] = 0;
    }
  }
  std::fill_n(&memory_[vector::kStackFault * kVectorBytes], kVectorBytes, std::uint8_t{0});
}

std::optional<std::uint32_t> CaptureMachine::stray_write() const {
  const std::uint8_t* end = memory_.get() + kMemoryBytes;
  const std::uint8_t* found = std::find_if(static_cast<const std::uint8_t*>(memory_.get()), end,
                                           [](std::uint8_t byte) { return byte != 0; });
  return found == end ? std::nullopt
                      : std::optional(static_cast<std::uint32_t>(found - memory_.get()));
}

}  // namespace strata::test
