#include "platform/stats/explanation.h"

#include <fmt/format.h>

#include <algorithm>

#include "platform/stats/number_text.h"

namespace strata {
namespace {

double each(std::uint64_t whole, std::uint64_t parts) {
  return parts == 0 ? 0 : static_cast<double>(whole) / static_cast<double>(parts);
}

std::string ns_text(double ns) {
  if (ns < 1e3) return fmt::format("{:.0f} ns", ns);
  if (ns < 1e6) return fmt::format("{:.1f} us", ns / 1e3);
  if (ns < 1e9) return fmt::format("{:.1f} ms", ns / 1e6);
  return fmt::format("{:.2f} s", ns / 1e9);
}

std::string count_text(double count, const char* one) {
  const std::string text = fmt::format("{:.1f}", count);
  const bool whole = text.ends_with(".0");
  const std::string number = whole ? group_digits(static_cast<std::uint64_t>(count + 0.5)) : text;
  return fmt::format("{} {}{}", number, one, number == "1" ? "" : "s");
}

std::string place_text(const ExplainedExit& exit) {
  std::string text = exit.kind;
  for (const std::string* part : {&exit.access, &exit.place, &exit.device}) {
    if (!part->empty()) text += " " + *part;
  }
  return text;
}

std::string code_text(const ExplainedExit& exit) {
  if (exit.exits == 0) return "- kept by KVM and carried out at another exit";
  const std::string name = exit.function.empty() ? "-" : exit.function;
  return fmt::format("{:<20} {:08x} {}", name, exit.address, exit.instruction);
}

std::string exits_text(const Explanation& explanation, std::size_t most) {
  std::string text = fmt::format("{:>11} {:>11} {:>16} {:>14}  {:<30} {:<20} {}\n", "exits",
                                 "accesses", "time", "each", "what", "function", "instruction");
  for (const ExplainedExit& exit : explanation.exits) {
    if (most-- == 0) break;
    text += fmt::format(
        "{:>11} {:>11} {:>16} {:>14}  {:<30} {}\n", group_digits(exit.exits),
        group_digits(exit.accesses), time_text(explanation, static_cast<double>(exit.time)),
        time_text(explanation, each(exit.time, exit.exits)), place_text(exit), code_text(exit));
  }
  return text;
}

/// "256 exits, 4.6 ms a disk sector by registers (16); 1 call, 21 us".
std::string work_text(const Explanation& explanation, const ExplainedWork& work) {
  std::string text = fmt::format("{}: {} by registers, {}, {} each; by {} 1 exit, {}", work.unit,
                                 group_digits(work.units), count_text(work.exits_each(), "exit"),
                                 time_text(explanation, work.time_each()), work.call,
                                 time_text(explanation, work.call_each()));
  const double saved = work.saved();
  const double share = work.time == 0 ? 0 : 100 * saved / static_cast<double>(work.time);
  text += saved > 0
              ? fmt::format(": would save {}, {:.1f} %\n", time_text(explanation, saved), share)
              : std::string(": would save nothing\n");
  text +=
      fmt::format("  reckoned with {} {}\n", count_text(static_cast<double>(work.calls), "call"),
                  work.own ? "of this guest's" : "of a guest run on the same engine for it");
  return text;
}

}  // namespace

double ExplainedWork::exits_each() const {
  return each(exits, units);
}
double ExplainedWork::time_each() const {
  return each(time, units);
}
double ExplainedWork::call_each() const {
  return each(calls_time, calls);
}

double ExplainedWork::saved() const {
  return static_cast<double>(time) - static_cast<double>(units) * call_each();
}

std::string time_text(const Explanation& explanation, double time) {
  return explanation.unit == "ns" ? ns_text(time) : count_text(time, "cycle");
}

std::string to_text(const Explanation& explanation, std::size_t most) {
  std::uint64_t exits = 0;
  std::uint64_t time = 0;
  for (const ExplainedExit& exit : explanation.exits) {
    exits += exit.exits;
    if (exit.kind != "hlt") time += exit.time;
  }
  std::string text =
      fmt::format("{}, {} without sleep", count_text(static_cast<double>(exits), "exit"),
                  time_text(explanation, static_cast<double>(time)));
  if (explanation.transition != 0) {
    text += fmt::format("; in each {}, the shortest way out of KVM_RUN and back",
                        time_text(explanation, static_cast<double>(explanation.transition)));
  }
  text += "\n" + exits_text(explanation, most);
  if (explanation.exits.size() > most) {
    text += fmt::format("and {} more, all in --stats\n", explanation.exits.size() - most);
  }
  for (const ExplainedWork& work : explanation.works) text += work_text(explanation, work);
  return text;
}

nlohmann::ordered_json to_json_value(const Explanation& explanation) {
  nlohmann::ordered_json json;
  json["unit"] = explanation.unit;
  json["transition"] = explanation.transition;
  json["exits"] = nlohmann::ordered_json::array();
  for (const ExplainedExit& exit : explanation.exits) {
    json["exits"].push_back({{"kind", exit.kind},
                             {"access", exit.access},
                             {"place", exit.place},
                             {"device", exit.device},
                             {"function", exit.function},
                             {"address", exit.address},
                             {"instruction", exit.instruction},
                             {"exits", exit.exits},
                             {"accesses", exit.accesses},
                             {"bytes", exit.bytes},
                             {"time", exit.time}});
  }
  json["works"] = nlohmann::ordered_json::array();
  for (const ExplainedWork& work : explanation.works) {
    json["works"].push_back({{"unit", work.unit},
                             {"units", work.units},
                             {"exits", work.exits},
                             {"time", work.time},
                             {"call", work.call},
                             {"calls", work.calls},
                             {"calls_time", work.calls_time},
                             {"own", work.own},
                             {"saved", work.saved()}});
  }
  return json;
}

Explanation read_explanation(const nlohmann::json& json) {
  Explanation explanation;
  json.at("unit").get_to(explanation.unit);
  json.at("transition").get_to(explanation.transition);
  for (const nlohmann::json& from : json.at("exits")) {
    ExplainedExit exit;
    from.at("kind").get_to(exit.kind);
    from.at("access").get_to(exit.access);
    from.at("place").get_to(exit.place);
    from.at("device").get_to(exit.device);
    from.at("function").get_to(exit.function);
    from.at("address").get_to(exit.address);
    from.at("instruction").get_to(exit.instruction);
    from.at("exits").get_to(exit.exits);
    from.at("accesses").get_to(exit.accesses);
    from.at("bytes").get_to(exit.bytes);
    from.at("time").get_to(exit.time);
    explanation.exits.push_back(std::move(exit));
  }
  for (const nlohmann::json& from : json.at("works")) {
    ExplainedWork work;
    from.at("unit").get_to(work.unit);
    from.at("units").get_to(work.units);
    from.at("exits").get_to(work.exits);
    from.at("time").get_to(work.time);
    from.at("call").get_to(work.call);
    from.at("calls").get_to(work.calls);
    from.at("calls_time").get_to(work.calls_time);
    from.at("own").get_to(work.own);
    explanation.works.push_back(std::move(work));
  }
  return explanation;
}

}  // namespace strata
