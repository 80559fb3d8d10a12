#include "platform/stats/state_text.h"

#include <fmt/format.h>

#include <array>

namespace strata {
namespace {

std::string segment_line(const char* name, const SegmentState& segment) {
  return fmt::format("{:<4} {:04x}  base {:08x}  limit {:08x}  attributes {:04x}\n", name,
                     segment.selector, segment.base, segment.limit, segment.attributes);
}

}  // namespace

std::string to_text(const CpuState& state) {
  std::string text =
      fmt::format("EAX {:08x}  EBX {:08x}  ECX {:08x}  EDX {:08x}\n", state.gpr[kEax],
                  state.gpr[kEbx], state.gpr[kEcx], state.gpr[kEdx]);
  text += fmt::format("ESI {:08x}  EDI {:08x}  EBP {:08x}  ESP {:08x}\n", state.gpr[kEsi],
                      state.gpr[kEdi], state.gpr[kEbp], state.gpr[kEsp]);
  text += fmt::format("EIP {:08x}  EFLAGS {:08x}\n", state.eip, state.eflags);
  constexpr std::array kNames = {"ES", "CS", "SS", "DS", "FS", "GS"};
  for (std::size_t i = 0; i < kNames.size(); ++i) text += segment_line(kNames[i], state.seg[i]);
  text += segment_line("LDTR", state.ldtr) + segment_line("TR", state.tr);
  text += fmt::format("GDTR      base {:08x}  limit {:08x}\n", state.gdtr.base, state.gdtr.limit);
  text += fmt::format("IDTR      base {:08x}  limit {:08x}\n", state.idtr.base, state.idtr.limit);
  text += fmt::format("CR0 {:08x}  CR2 {:08x}  CR3 {:08x}  CR4 {:08x}\n", state.cr0, state.cr2,
                      state.cr3, state.cr4);
  return text;
}

}  // namespace strata
