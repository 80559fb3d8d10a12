#include "platform/stats/paging_table.h"

#include <fmt/format.h>

#include <functional>

#include "platform/stats/number_text.h"
#include "platform/stats/table_columns.h"

namespace strata {
namespace {

struct CountRow {
  const char* label;
  const char* counter;  // behind "paging."
};
constexpr CountRow kTraps[] = {
    {"traps to the monitor", "traps"},
    {"  changes of CR0, CR4", "traps.control"},
    {"  loads of CR3", "traps.cr3"},
    {"  INVLPG", "traps.invlpg"},
    {"  page faults of the guest", "traps.guest_fault"},
    {"  hidden page faults", "traps.hidden_fault"},
    {"  writes into page tables", "traps.table_write"},
    {"  faults of the second level", "traps.host_fault"},
};
constexpr CountRow kWalks[] = {
    {"TLB lookups", "tlb.lookups"},
    {"TLB misses", "tlb.misses"},
    {"walks", "walks"},
    {"references of walks", "references"},
};
constexpr CountRow kMemory[] = {
    {"references of the monitor", "monitor_references"},
    {"accessed, dirty bits written", "marks"},
    {"tables of the monitor, most", "most_tables"},
    {"lines of 64 bytes walked", "lines"},
    {"estimated cycles", "estimated_cycles"},
};

constexpr char kLegend[] =
    "hidden page faults: the guest's tables had the page, the shadow had it not yet, or not for "
    "writing\n"
    "estimated cycles: all traps and references at --paging-cost, beside the run's own\n";

using Runs = std::vector<const ComparedRun*>;
using Cell = std::function<std::string(const ComparedRun&)>;

std::string row(const Runs& runs, const std::string& label, const Cell& cell) {
  std::string line = fmt::format("{:<{}}", label, kLabelWidth);
  for (const ComparedRun* run : runs) line += fmt::format(" {:>{}}", cell(*run), kColumnWidth - 1);
  return line + "\n";
}

std::uint64_t count(const ComparedRun& run, const std::string& name) {
  const auto found = run.report.counters.find("paging." + name);
  return found == run.report.counters.end() ? 0 : found->second;
}

template <std::size_t kRows>
std::string count_rows(const Runs& runs, const CountRow (&rows)[kRows]) {
  std::string text;
  for (const CountRow& one : rows) {
    text += row(runs, one.label,
                [&](const ComparedRun& run) { return group_digits(count(run, one.counter)); });
  }
  return text;
}

std::string ratio_text(std::uint64_t whole, std::uint64_t parts, const char* format) {
  if (parts == 0) return "-";
  return fmt::format(fmt::runtime(format), static_cast<double>(whole) / static_cast<double>(parts));
}

}  // namespace

std::string paging_table(const std::vector<ComparedRun>& runs) {
  Runs paged;
  for (const ComparedRun& run : runs) {
    if (run.report.counters.contains("paging.traps")) paged.push_back(&run);
  }
  if (paged.empty()) return "";
  std::string text =
      row(paged, "paged by a monitor", [](const ComparedRun& r) { return r.report.engine; });
  for (const std::string& name : varied_names(runs)) {
    text += row(paged, name, [&](const ComparedRun& r) { return r.parameter(name); });
  }
  text += count_rows(paged, kTraps) + count_rows(paged, kWalks);
  text += row(paged, "  a walk", [](const ComparedRun& r) {
    return ratio_text(count(r, "references"), count(r, "walks"), "{:.2f}");
  });
  text += count_rows(paged, kMemory);
  text += row(paged, "  times the run's", [](const ComparedRun& r) {
    return ratio_text(count(r, "estimated_cycles"), r.report.cycles, "{:.3f}x");
  });
  return text + kLegend;
}

}  // namespace strata
