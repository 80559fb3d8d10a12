#include "platform/explain/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "models/isa/disassemble.h"
#include "models/machine/bus_map.h"
#include "models/pv/pv_page.h"

namespace strata {
namespace {

const char* kind_name(const ExitTable::Key& key) {
  switch (key.kind) {
    case ExitKind::kPort: return "port";
    case ExitKind::kMemory: return "mmio";
    case ExitKind::kCall: return "call";
    case ExitKind::kInterrupt: return "interrupt";
    case ExitKind::kHalt: return "hlt";
    case ExitKind::kHost: return key.reason.c_str();
  }
  return "?";
}

bool is_access(ExitKind kind) {
  return kind == ExitKind::kPort || kind == ExitKind::kMemory;
}

std::string place_name(const ExitTable::Key& key) {
  switch (key.kind) {
    case ExitKind::kPort:
    case ExitKind::kMemory:
    case ExitKind::kInterrupt: return fmt::format("{:x}", key.place);
    case ExitKind::kCall: return fmt::format("{}", key.place);
    default: return "";
  }
}

/// A page belongs to the device with a window in it.
std::string device_name(const ExitTable::Key& key) {
  if (key.kind == ExitKind::kCall) return call_name(key.place);
  if (!is_access(key.kind)) return "";
  const WishboneSpace space = key.kind == ExitKind::kPort ? kIoSpace : kMemorySpace;
  const BusWindow* window = machine_bus_map().find(space, key.place);
  return window == nullptr ? "" : machine_devices()[window->device].name;
}

ExplainedExit explained(const ExitTable::Key& key, const ExitTable::Row& row,
                        const SymbolTable& symbols, CpuFamily family, ExitTime transition) {
  ExplainedExit exit;
  exit.kind = kind_name(key);
  if (is_access(key.kind)) exit.access = key.write ? "write" : "read";
  exit.place = place_name(key);
  exit.device = device_name(key);
  exit.function = symbols.at(key.address);
  exit.address = key.address;
  if (!row.code.bytes.empty()) {
    exit.instruction = disassemble(row.code.bytes, row.code.code32, key.address, family);
  }
  exit.exits = row.counts.exits;
  exit.accesses = row.counts.accesses;
  exit.bytes = row.counts.bytes;
  const bool leaves = key.kind != ExitKind::kInterrupt;
  exit.time = static_cast<std::uint64_t>(row.counts.time) +
              (leaves ? row.counts.exits * static_cast<std::uint64_t>(transition) : 0);
  return exit;
}

std::uint64_t whole_time(const ExitCounts& counts, ExitTime transition) {
  return static_cast<std::uint64_t>(counts.time) +
         counts.exits * static_cast<std::uint64_t>(transition);
}

class Works {
 public:
  Works(const ExitTable::Work& work, ExitTime transition, const CallCosts& measured)
      : work_(work), transition_(transition), measured_(measured) {}

  /// `units` of work took `counts`; each of them would be one call of number `call`.
  void add(const char* unit, std::uint64_t units, const ExitCounts& counts, std::uint32_t call) {
    if (units == 0) return;
    ExplainedWork work{.unit = unit,
                       .units = units,
                       .exits = counts.exits,
                       .time = whole_time(counts, transition_),
                       .call = call_name(call)};
    if (const auto own = work_.calls.find(call); own != work_.calls.end()) {
      work.own = true;
      work.calls = own->second.exits;
      work.calls_time = whole_time(own->second, transition_);
    } else if (const auto other = measured_.find(call); other != measured_.end()) {
      work.calls = other->second.calls;
      work.calls_time = other->second.time;
    }
    if (work.calls != 0) works_.push_back(std::move(work));
  }

  std::vector<ExplainedWork> take() { return std::move(works_); }

 private:
  const ExitTable::Work& work_;
  const ExitTime transition_;
  const CallCosts& measured_;
  std::vector<ExplainedWork> works_;
};

}  // namespace

std::string call_name(std::uint32_t number) {
  switch (number) {
    case STRATA_PV_CALL_CHARACTER: return "CHARACTER";
    case STRATA_PV_CALL_DISK_WRITE: return "DISK_WRITE";
    case STRATA_PV_CALL_FRAME: return "FRAME";
    case STRATA_PV_CALL_DISK_READ: return "DISK_READ";
    case STRATA_PV_CALL_LIST: return "LIST";
    case STRATA_PV_CALL_TEXT: return "TEXT";
    case STRATA_PV_CALL_RING: return "RING";
    case STRATA_PV_CALL_EXIT: return "EXIT";
    case STRATA_PV_CALL_REGION_BEGIN: return "REGION_BEGIN";
    case STRATA_PV_CALL_REGION_END: return "REGION_END";
    case STRATA_PV_CALL_WAVES_ON: return "WAVES_ON";
    case STRATA_PV_CALL_WAVES_OFF: return "WAVES_OFF";
    case STRATA_PV_CALL_LABEL: return "LABEL";
    case STRATA_PV_CALL_COUNTS: return "COUNTS";
    default: return "unknown";
  }
}

std::string name_of(const ExitRecord& exit) {
  const ExitTable::Key key{exit.kind, exit.write, exit.place, exit.address, exit.reason};
  std::string name = kind_name(key);
  if (is_access(exit.kind)) name += exit.write ? " write" : " read";
  if (const std::string place = place_name(key); !place.empty()) name += " " + place;
  if (exit.kind == ExitKind::kCall) name += " " + call_name(exit.place);
  return name;
}

std::string device_of(const ExitRecord& exit) {
  if (exit.kind == ExitKind::kCall) return "pv";
  return device_name({exit.kind, exit.write, exit.place, exit.address, exit.reason});
}

CallCosts call_costs(const Explanation& explanation) {
  CallCosts costs;
  for (const ExplainedExit& exit : explanation.exits) {
    if (exit.kind != "call") continue;
    std::uint32_t number = 0;
    std::from_chars(exit.place.data(), exit.place.data() + exit.place.size(), number);
    costs[number].calls += exit.exits;
    costs[number].time += exit.time;
  }
  return costs;
}

bool wants_call_costs(const ExitTable& table) {
  const ExitTable::Work work = table.work();
  return work.disk_sectors + work.screen_cells + work.console_lines != 0;
}

Explanation explain(const ExitTable& table, const SymbolTable& symbols, CpuFamily family,
                    bool host_time, const CallCosts& measured) {
  Explanation explanation;
  const ExitTime transition = host_time ? table.transition() : 0;
  explanation.unit = host_time ? "ns" : "cycles";
  explanation.transition = static_cast<std::uint64_t>(transition);
  for (const auto& [key, row] : table.rows()) {
    explanation.exits.push_back(explained(key, row, symbols, family, transition));
  }
  std::ranges::stable_sort(explanation.exits, std::ranges::greater{}, &ExplainedExit::time);
  const ExitTable::Work work = table.work();
  Works works(work, transition, measured);
  works.add("disk sector", work.disk_sectors, work.disk, STRATA_PV_CALL_DISK_WRITE);
  works.add("screen cell", work.screen_cells, work.screen, STRATA_PV_CALL_CHARACTER);
  constexpr std::uint64_t kFrameCells = STRATA_PV_FRAME_BYTES / 2;
  works.add("screen frame", (work.screen_cells + kFrameCells - 1) / kFrameCells, work.screen,
            STRATA_PV_CALL_FRAME);
  works.add("console line", work.console_lines, work.console, STRATA_PV_CALL_TEXT);
  explanation.works = works.take();
  return explanation;
}

}  // namespace strata
