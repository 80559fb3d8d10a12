#include "models/engine/lockstep/state_difference.h"

#include <cstdint>
#include <cstdio>
#include <utility>
#include <vector>

namespace strata {
namespace {

using Fields = std::vector<std::pair<std::string, std::uint32_t>>;

void add_segment(Fields& fields, const std::string& name, const SegmentState& segment) {
  fields.emplace_back(name, segment.selector);
  fields.emplace_back(name + ".base", segment.base);
  fields.emplace_back(name + ".limit", segment.limit);
  fields.emplace_back(name + ".attributes", segment.attributes);
}

void add_table(Fields& fields, const std::string& name, const TableState& table) {
  fields.emplace_back(name + ".base", table.base);
  fields.emplace_back(name + ".limit", table.limit);
}

Fields fields_of(const CpuState& state) {
  constexpr const char* kGprs[] = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};
  constexpr const char* kSegments[] = {"es", "cs", "ss", "ds", "fs", "gs"};
  Fields fields;
  for (unsigned n = 0; n < state.gpr.size(); ++n) {
    fields.emplace_back(kGprs[n], state.gpr[n]);
  }
  fields.emplace_back("eip", state.eip);
  fields.emplace_back("eflags", state.eflags);
  for (unsigned n = 0; n < state.seg.size(); ++n) {
    add_segment(fields, kSegments[n], state.seg[n]);
  }
  add_segment(fields, "ldtr", state.ldtr);
  add_segment(fields, "tr", state.tr);
  add_table(fields, "gdtr", state.gdtr);
  add_table(fields, "idtr", state.idtr);
  fields.emplace_back("cr0", state.cr0);
  fields.emplace_back("cr2", state.cr2);
  fields.emplace_back("cr3", state.cr3);
  fields.emplace_back("cr4", state.cr4);
  for (unsigned n = 0; n < state.dr.size(); ++n) {
    fields.emplace_back("dr" + std::to_string(n), state.dr[n]);
  }
  fields.emplace_back("shadow", state.shadow);
  fields.emplace_back("halted", state.halted);
  fields.emplace_back("pending_exception", state.pending_exception);
  fields.emplace_back("nmi_blocked", state.nmi_blocked);
  fields.emplace_back("nmi_pending", state.nmi_pending);
  fields.emplace_back("shutdown", state.shutdown);
  return fields;
}

}  // namespace

std::string side_by_side(const CpuState& interpreter, const CpuState& engine) {
  std::string text = "  field              interpreter  engine\n";
  const Fields expected = fields_of(interpreter);
  const Fields actual = fields_of(engine);
  for (std::size_t n = 0; n < expected.size(); ++n) {
    char line[80];
    std::snprintf(line, sizeof(line), "%c %-17s  %08x     %08x\n",
                  expected[n].second == actual[n].second ? ' ' : '*', expected[n].first.c_str(),
                  expected[n].second, actual[n].second);
    text += line;
  }
  return text;
}

}  // namespace strata
