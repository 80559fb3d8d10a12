#include "platform/bench/bench_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "platform/stats/number_text.h"
#include "platform/stats/report_json.h"

namespace strata {
namespace {

constexpr int kNameWidth = 18;
constexpr int kCountWidth = 11;
constexpr unsigned kFrameCells = 2000;
constexpr double kMicroseconds = 1e6;

const char* things_of(BenchDevice device) {
  return device == BenchDevice::kDisk ? "sectors" : "frames";
}

const char* direction_of(bool reading) {
  return reading ? "read" : "write";
}

double each(const BenchCell& cell, double value) {
  return value / static_cast<double>(cell.count);
}

/// Three digits or more, without a power of ten.
std::string short_number(double value) {
  if (value >= 100) return group_digits(static_cast<std::uint64_t>(value + 0.5));
  if (value >= 10) return fmt::format("{:.1f}", value);
  return value >= 1 ? fmt::format("{:.2f}", value) : fmt::format("{:.3g}", value);
}

/// A line of the table: all counts of one engine and way.
struct Row {
  std::string name;
  std::map<std::uint64_t, std::string> by_count;
  const BenchCell* largest = nullptr;  // of those finished
  double each_us = 0;
};

const BenchReference* reference_of(const BenchTable& table, const BenchCell& cell) {
  const unsigned block = cell.way == "list" || cell.way == "ring" ? 127 : 1;
  const auto found = std::ranges::find_if(table.references, [&](const BenchReference& reference) {
    return reference.reading == cell.reading && reference.sectors == cell.count &&
           reference.block_sectors == block;
  });
  return found == table.references.end() ? nullptr : &*found;
}

std::vector<Row> rows_of(const BenchTable& table, bool reading) {
  std::vector<Row> rows;
  const auto row_named = [&](const std::string& name) -> Row& {
    const auto found = std::ranges::find(rows, name, &Row::name);
    if (found != rows.end()) return *found;
    rows.push_back({name, {}});
    return rows.back();
  };
  for (const BenchReference& reference : table.references) {
    if (reference.reading != reading) continue;
    Row& row = row_named(fmt::format("dd {} B", group_digits(reference.block_sectors * 512)));
    row.by_count[reference.sectors] = short_number(reference.seconds);
    row.each_us = reference.seconds * kMicroseconds / static_cast<double>(reference.sectors);
  }
  for (const BenchCell& cell : table.cells) {
    if (cell.reading != reading) continue;
    Row& row = row_named(fmt::format("{:<7}{}", cell.engine, cell.way));
    row.by_count[cell.count] = cell.finished() ? short_number(cell.seconds) : "-";
    if (cell.finished() && !cell.verified) row.by_count[cell.count] += " WRONG";
    if (!cell.finished() || (row.largest != nullptr && row.largest->count > cell.count)) continue;
    row.largest = &cell;
    row.each_us = each(cell, cell.seconds * kMicroseconds);
  }
  return rows;
}

std::set<std::uint64_t> counts_of(const BenchTable& table) {
  std::set<std::uint64_t> counts;
  for (const BenchCell& cell : table.cells) counts.insert(cell.count);
  return counts;
}

std::string row_text(const BenchTable& table, const Row& row,
                     const std::set<std::uint64_t>& counts) {
  std::string line = fmt::format("{:<{}}", row.name, kNameWidth);
  for (const std::uint64_t count : counts) {
    const auto found = row.by_count.find(count);
    line += fmt::format(" {:>{}}", found == row.by_count.end() ? "" : found->second, kCountWidth);
  }
  line += fmt::format("  {:>10}", row.each_us > 0 ? short_number(row.each_us) : "-");
  if (row.largest == nullptr) return line + '\n';
  const BenchCell& cell = *row.largest;
  line += fmt::format(" {:>10}", short_number(each(cell, static_cast<double>(cell.exits()))));
  if (table.device == BenchDevice::kScreen) {
    const double frames = static_cast<double>(cell.count) / cell.seconds;
    line += fmt::format(" {:>12} {:>14}", short_number(frames), short_number(frames * kFrameCells));
  } else if (const BenchReference* reference = reference_of(table, cell)) {
    line += fmt::format(" {:>8.0f} %", 100 * reference->seconds / cell.seconds);
  }
  if (cell.engine == "rtl") {
    line +=
        fmt::format("  {} cycles each", short_number(each(cell, static_cast<double>(cell.cycles))));
  }
  return line + '\n';
}

std::string part(const BenchTable& table, bool reading) {
  const std::vector<Row> rows = rows_of(table, reading);
  if (rows.empty()) return "";
  const std::set<std::uint64_t> counts = counts_of(table);
  const bool disk = table.device == BenchDevice::kDisk;
  std::string text =
      disk ? fmt::format("{:<{}}", reading ? "sectors read" : "sectors written", kNameWidth)
           : fmt::format("{:<{}}", "frames drawn", kNameWidth);
  for (const std::uint64_t count : counts) {
    text += fmt::format(" {:>{}}", group_digits(count), kCountWidth);
  }
  text += fmt::format("  {:>10} {:>10}", "us each", "exits each");
  text += disk ? fmt::format(" {:>10}", "of dd")
               : fmt::format(" {:>12} {:>14}", "frames/s", "characters/s");
  text += '\n';
  for (const Row& row : rows) text += row_text(table, row, counts);
  return text + '\n';
}

/// Of those of an engine and way the first, as the larger ones follow from it.
std::string missing_text(const BenchTable& table) {
  std::string text;
  std::set<std::string> said;
  for (const BenchCell& cell : table.cells) {
    std::string name = cell.engine + ' ' + cell.way;
    if (table.device == BenchDevice::kDisk) name += fmt::format(" {}", direction_of(cell.reading));
    if (cell.finished() || !said.insert(name).second) continue;
    text += fmt::format("{} {}: {}\n", name, group_digits(cell.count), cell.missing);
  }
  return text;
}

nlohmann::ordered_json to_json_value(const BenchCell& cell, BenchDevice device) {
  nlohmann::ordered_json json;
  const bool finished = cell.finished();
  const auto known = [&](auto value) {
    return finished ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
  };
  json["engine"] = cell.engine;
  json["way"] = cell.way;
  if (device == BenchDevice::kDisk) json["direction"] = direction_of(cell.reading);
  json[things_of(device)] = cell.count;
  json["seconds"] = known(cell.seconds);
  json["cycles"] = known(cell.cycles);
  json["exits"] = known(cell.exits());
  json["exits_by_kind"] = known(cell.exits_by_kind);
  if (device == BenchDevice::kScreen) {
    const double rate = static_cast<double>(cell.count) / std::max(cell.seconds, 1e-9);
    json["frames_per_second"] = known(rate);
    json["characters_per_second"] = known(rate * kFrameCells);
  }
  json["verified"] = finished && cell.verified;
  json["missing"] =
      finished ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(cell.missing);
  return json;
}

/// A line of the picture: a colour an engine, a mark a way, dashes for reading.
struct PlotLine {
  std::string name;
  std::string style;
  std::map<std::uint64_t, double> points;
};

std::string plot_style(const std::string& engine, std::size_t mark, bool reading) {
  static const std::map<std::string, const char*> kColours = {{"rtl", "#2e8b57"},
                                                              {"interp", "#1f5fbf"},
                                                              {"block", "#8a5fb5"},
                                                              {"jit", "#c77f1a"},
                                                              {"kvm", "#c03028"}};
  const auto colour = kColours.find(engine);
  return fmt::format("lc rgb '{}' pt {} dt {}",
                     colour == kColours.end() ? "#000000" : colour->second, mark + 1,
                     reading ? 2 : 1);
}

std::vector<PlotLine> plot_lines(const BenchTable& table) {
  std::vector<PlotLine> lines;
  std::vector<std::string> ways;
  const auto add = [&](const std::string& engine, const std::string& way, bool reading,
                       std::uint64_t count, double seconds) {
    auto known = std::ranges::find(ways, way);
    if (known == ways.end()) known = ways.insert(ways.end(), way);
    const auto mark = static_cast<std::size_t>(known - ways.begin());
    std::string name = engine + ' ' + way;
    if (table.device == BenchDevice::kDisk) name += fmt::format(", {}", direction_of(reading));
    auto line = std::ranges::find(lines, name, &PlotLine::name);
    if (line == lines.end()) {
      line = lines.insert(line, {name, plot_style(engine, mark, reading), {}});
    }
    line->points[count] = seconds;
  };
  for (const BenchReference& reference : table.references) {
    add("dd", fmt::format("{} B", reference.block_sectors * 512), reference.reading,
        reference.sectors, reference.seconds);
  }
  for (const BenchCell& cell : table.cells) {
    if (cell.finished()) add(cell.engine, cell.way, cell.reading, cell.count, cell.seconds);
  }
  return lines;
}

std::string gnuplot_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char letter : text) quoted += letter == '\'' ? "''" : std::string(1, letter);
  return quoted + '\'';
}

}  // namespace

std::uint64_t BenchCell::exits() const {
  if (const auto found = exits_by_kind.find("vm-exit"); found != exits_by_kind.end()) {
    return found->second;
  }
  std::uint64_t sum = 0;
  for (const char* kind : {"port", "mmio", "hlt"}) {
    const auto found = exits_by_kind.find(kind);
    if (found != exits_by_kind.end()) sum += found->second;
  }
  return sum;
}

std::string to_table(const BenchTable& table) {
  std::string text = "seconds by number of " + std::string(things_of(table.device)) + "\n\n";
  text += part(table, false) + part(table, true) + missing_text(table);
  if (table.kvm_exit) {
    text += fmt::format(
        "kvm: an exit and its device access {:.2f} us, in a bare KVM_RUN loop {:.2f} us: {:.2f} "
        "times\n",
        table.kvm_exit->machine, table.kvm_exit->bare,
        table.kvm_exit->machine / table.kvm_exit->bare);
  }
  if (!table.note.empty()) text += "kvm: " + table.note + '\n';
  if (table.interrupted) text += "interrupted: what had been finished is above\n";
  return text;
}

std::string to_json(const BenchTable& table) {
  nlohmann::ordered_json json;
  json["schema"] = kReportSchema;
  json["device"] = table.device == BenchDevice::kDisk ? "disk" : "vga";
  json["host"] = table.host;
  json["note"] = table.note;
  json["interrupted"] = table.interrupted;
  json["kvm_exit_us"] = nullptr;
  if (table.kvm_exit) {
    json["kvm_exit_us"] = {{"bare", table.kvm_exit->bare}, {"machine", table.kvm_exit->machine}};
  }
  json["references"] = nlohmann::ordered_json::array();
  for (const BenchReference& reference : table.references) {
    json["references"].push_back({{"direction", direction_of(reference.reading)},
                                  {"sectors", reference.sectors},
                                  {"block_sectors", reference.block_sectors},
                                  {"seconds", reference.seconds}});
  }
  json["cells"] = nlohmann::ordered_json::array();
  for (const BenchCell& cell : table.cells) {
    json["cells"].push_back(to_json_value(cell, table.device));
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string to_csv(const BenchTable& table) {
  std::string text = fmt::format("engine,way,direction,{},seconds,cycles,exits,verified\n",
                                 things_of(table.device));
  for (const BenchCell& cell : table.cells) {
    if (!cell.finished()) continue;
    text += fmt::format("{},{},{},{},{:.9f},{},{},{}\n", cell.engine, cell.way,
                        direction_of(cell.reading), cell.count, cell.seconds, cell.cycles,
                        cell.exits(), cell.verified);
  }
  return text;
}

std::string to_gnuplot(const BenchTable& table, const std::string& prefix) {
  const std::vector<PlotLine> lines = plot_lines(table);
  std::string script = "set logscale xy\nset format y '%g'\nset grid\nset key outside right\n";
  script += fmt::format("set xlabel '{}'\nset ylabel 'seconds'\n", things_of(table.device));
  std::string plots;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    script += fmt::format("$line{} << EOD\n", i);
    for (const auto& [count, seconds] : lines[i].points) {
      script += fmt::format("{} {:.9f}\n", count, seconds);
    }
    script += "EOD\n";
    plots += fmt::format("{}$line{} using 1:2 with linespoints {} title '{}'",
                         plots.empty() ? "" : ", ", i, lines[i].style, lines[i].name);
  }
  for (const char* kind : {"png", "svg"}) {
    const char* terminal = kind == std::string("png") ? "pngcairo size 1200,700 noenhanced"
                                                      : "svg size 1200,700 noenhanced";
    script += fmt::format("set terminal {}\nset output {}\nplot {}\n", terminal,
                          gnuplot_quoted(prefix + '.' + kind), plots);
  }
  return script;
}

}  // namespace strata
