#include "tests/style/include_rules.h"

#include <map>
#include <regex>
#include <sstream>

namespace strata::style {
namespace {

// What rules are made of: regular expressions for the target as it is written, with < > or " ".
constexpr char kStandard[] = "<(?!(systemc|tlm)>)[a-z_]+>";
constexpr char kSystemC[] = "<(systemc|tlm|tlm_utils/[a-z_]+\\.h)>";
constexpr char kPosix[] =
    "<(fcntl|unistd|signal|poll|termios|time|elf|pthread|sched|cpuid|sys/[a-z]+)\\.h>";
constexpr char kFormatting[] = "<fmt/[a-z/_]+\\.h>";
constexpr char kBase[] = "\"models/base/.*\"";
constexpr char kMemoryMap[] = "\"models/machine/memory_map\\.h\"";
constexpr char kPvPage[] = "\"models/pv/pv_page\\.h\"";
constexpr char kBusMap[] = "\"models/machine/bus_map\\.h\"";
constexpr char kIsa[] = "\"models/isa/.*\"";
constexpr char kCpuInterface[] = "\"models/isa/(cpu_state|retire_record)\\.h\"";
constexpr char kEngineFace[] =
    "\"models/engine/"
    "(engine|software_engine|execution_watch|exit_watch|instruction_watch|debug_target|engine_"
    "debug|foresight|linear_bytes|words_together)\\."
    "h\"";
constexpr char kBusShared[] = "\"models/bus/(wishbone|clock_driver|ticked_module|device_tlm)\\.h\"";
constexpr char kOwn[] = "\"{folder}/.*\"";
constexpr char kVerilated[] =
    "[<\"](V[a-z_0-9]+|verilated|verilated_save|verilated_vcd_c)\\.h[>\"]";

constexpr char kTwin[] = "\"{folder}/.*_(tlm|rtl|model)\\.h\"";
constexpr char kCoreOrTlm[] = "\"{folder}/.*_(core|tlm)\\.h\"";
constexpr char kRtlOrModel[] = "\"{folder}/.*_(rtl|model)\\.h\"";
// But not what guests and host share of port ABBA.
constexpr char kDevices[] =
    "\"models/(vga|ata|pic|pit|uart|debug|keyboard|rtc|pv)/(?!pv_page\\.h).*\"";
constexpr char kKvmHeader[] = "<linux/kvm\\.h>";
constexpr char kSeccomp[] = "<seccomp\\.h>";
constexpr char kProgramOptions[] = "<boost/program_options.*>";

struct IncludeRule {
  const char* files;  // regular expression for the whole path
  std::vector<const char*> allowed;
  std::vector<const char*> forbidden;  // wins over allowed
  const char* reason;
};

// The first rule whose `files` matches holds.
const std::vector<IncludeRule>& rules() {
  static const std::vector<IncludeRule> table = {
      {"models/base/file_descriptor\\.h", {kStandard, kPosix}, {}, "a descriptor: POSIX"},
      {"models/base/(verilated_model|initial_values)\\.h",
       {kStandard, kVerilated},
       {},
       "what Verilated models share: Verilator's header"},
      {"models/base/.*", {kStandard, kBase}, {}, "models/base: the standard library"},
      {"models/isa/disassembl.*",
       {kStandard, kBase, kIsa, "<Zydis/.*>"},
       {},
       "the disassembler: base, isa and Zydis"},
      {"models/isa/.*", {kStandard, kBase, kIsa}, {}, "models/isa: base"},
      {"models/engine/engine\\.h", {kStandard, kBase, kIsa}, {}, "engine.h: base and isa"},
      {"models/engine/[a-z_]+\\.(h|cpp)",
       {kStandard, kBase, kIsa, kEngineFace},
       {},
       "what engines share: base, isa, engine.h; no engine"},
      {"models/engine/kvm/.*",
       {kStandard, kPosix, kFormatting, kKvmHeader, kBase, kIsa, kEngineFace, kOwn},
       {},
       "the KVM engine: base, isa, engine.h; fmt for what it reports of the host"},
      {"models/engine/jit/.*",
       {kStandard, kPosix, kBase, kIsa, kEngineFace, kOwn, "\"models/engine/block/.*\"",
        "<xbyak/xbyak.*>"},
       {},
       "the JIT: base, isa, engine.h and block"},
      {"models/engine/lockstep/.*",
       {kStandard, kBase, kIsa, kEngineFace, kOwn, "\"models/engine/interpreter/.*\""},
       {},
       "lockstep: base, isa, engine.h and the golden model"},
      {"models/engine/.*",
       {kStandard, kBase, kIsa, kEngineFace, kOwn},
       {},
       "an engine: base, isa, engine.h; no other engine"},
      {"models/machine/.*",
       {kStandard, kBase, kIsa, kEngineFace, kMemoryMap, kOwn},
       {},
       "the plain machine: base, isa, engine.h; no SystemC, no concrete device, no engine"},
      {"models/tlm/.*",
       {kStandard, kSystemC, kBase, kOwn},
       {},
       "TLM-2.0 targets as devices: SystemC, base"},
      {"models/slot/.*",
       {kStandard, kSystemC, kVerilated, kBase, kBusShared, kBusMap, kOwn},
       {},
       "a device in a slot: its model, base, the map, SystemC"},
      {"models/[a-z]+/.*_model\\..*",
       {kStandard, kVerilated, kBase, kCpuInterface, kOwn},
       {kCoreOrTlm},
       "a Verilated model: its header, base, the CPU's state and retire record"},
      {"models/[a-z]+/.*_rtl\\..*",
       {kStandard, kSystemC, kBase, kCpuInterface, kBusShared, kMemoryMap, kBusMap, kOwn},
       {kCoreOrTlm},
       "an RTL wrapper: SystemC, its model, base, retire record; never its core"},
      {"models/(bus|memory)/.*",
       {kStandard, kSystemC, kBase, kMemoryMap, kBusMap, kOwn, "\"models/(bus|memory)/.*\""},
       {},
       "bus and memory: SystemC, base, the map, each other"},
      {"models/[a-z]+/.*_tlm\\..*",
       {kStandard, kSystemC, kBase, kBusShared, kOwn},
       {kRtlOrModel},
       "a TLM shell: SystemC, its own core, base"},
      {"models/pv/pv_page\\.h",
       {"<std(def|int)\\.h>", kMemoryMap},
       {},
       "what guests and host share of port ABBA: C, and the map"},
      {"models/[a-z]+/.*",
       {kStandard, kBase, kMemoryMap, kOwn},
       {kTwin},
       "a device core: base; of the memory map only its own block, rates and latencies"},
      {"platform/option(s|_files|_values)\\..*",
       {kStandard, kFormatting, kProgramOptions, kBase, "\"platform/.*\""},
       {},
       "options: Boost.Program_options, base, platform"},
      {"platform/sandbox/.*",
       {kStandard, kPosix, kSeccomp, "<malloc\\.h>", kBase, kOwn, "\"platform/exit_codes\\.h\""},
       {},
       "the sandbox: base and libseccomp"},
      {"platform/(rtl_machine|rtl_devices|software_machine)\\.(h|cpp)",
       {".*"},
       {kKvmHeader, kProgramOptions, "\"tests/.*\""},
       "machine: all of models"},
      {"platform/.*",
       {".*"},
       {kKvmHeader, kProgramOptions, kSeccomp, kDevices, "\"tests/.*\"",
        "\"sw/(lib|drivers|demos)/.*\""},
       "platform: all of models, but concrete devices only in machine and Boost.Program_options "
       "only in options"},
      {"sw/(start/bootrom|measure/measure)_data\\.h",
       {kStandard, kMemoryMap},
       {},
       "images as C++ data"},
      {"sw/benchmarks/bench_guests\\.h", {kStandard}, {}, "guests as C++ data"},
      {"sw/.*",
       {"<std(arg|bool|def|int)\\.h>", "\"sw/.*\"", kMemoryMap, kPvPage},
       {},
       "sw: sw, models/machine/memory_map.h and models/pv/pv_page.h"},
  };
  return table;
}

std::string with_folder(std::string expression, const std::string& path) {
  const std::string folder = path.substr(0, path.find_last_of('/'));
  const std::string placeholder = "{folder}";
  if (const auto at = expression.find(placeholder); at != std::string::npos)
    expression.replace(at, placeholder.size(), folder);
  return expression;
}

/// The expressions are few and used for every include: compiled once, as that is the slow part.
const std::regex& compiled(const std::string& expression) {
  static std::map<std::string, std::regex> cache;
  const auto known = cache.find(expression);
  if (known != cache.end()) return known->second;
  return cache.emplace(expression, std::regex(expression)).first->second;
}

bool matches_any(const std::string& target, const std::vector<const char*>& expressions,
                 const std::string& path) {
  for (const char* expression : expressions)
    if (std::regex_match(target, compiled(with_folder(expression, path)))) return true;
  return false;
}

std::string unit_of(const std::string& path) {
  const std::string folder = path.substr(0, path.find_last_of('/'));
  return folder.substr(folder.find_last_of('/') + 1);
}

std::string stem_of(const std::string& path) {
  return std::filesystem::path(path).stem().string();
}

}  // namespace

std::vector<std::string> forbidden_includes(const SourceFile& file) {
  static const std::regex include_line("^[ \t]*#[ \t]*include[ \t]+([<\"][^>\"]+[>\"]).*");
  std::vector<std::string> findings;
  for (const IncludeRule& rule : rules()) {
    if (!std::regex_match(file.path, compiled(rule.files))) continue;
    std::istringstream text(file.text);
    unsigned number = 0;
    for (std::string line; std::getline(text, line);) {
      number++;
      std::smatch match;
      if (!std::regex_match(line, match, include_line)) continue;
      const std::string target = match[1];
      if (matches_any(target, rule.allowed, file.path) &&
          !matches_any(target, rule.forbidden, file.path))
        continue;
      findings.push_back(file.path + ":" + std::to_string(number) + ": must not include " + target +
                         " (" + rule.reason + ")");
    }
    break;
  }
  return findings;
}

std::vector<std::string> known_addresses(const SourceFile& file) {
  static const std::regex device("models/(?!bus/|memory/|cpu/|machine/)[a-z]+/.*");
  static const std::regex address("\\bSTRATA_([A-Z0-9_]+_(PORT|BASE)|IRQ_[A-Z]+)\\b");
  std::vector<std::string> findings;
  if (!std::regex_match(file.path, device)) return findings;
  for (std::sregex_iterator it(file.text.begin(), file.text.end(), address), end; it != end; ++it)
    findings.push_back(file.path + ": a device must not know its address: " + it->str());
  return findings;
}

std::vector<std::string> forbidden_rtl_uses(const SourceFile& file,
                                            const std::vector<SourceFile>& all) {
  static const std::regex comment("//.*");
  // A package (name::), or an instance (name u_... or name #().
  static const std::regex use("\\b([a-z_0-9]+)(?=::|[ \t]+u_[a-z_0-9]+|[ \t]*#[ \t]*\\()");
  std::vector<std::string> findings;
  std::istringstream text(file.text);
  unsigned number = 0;
  for (std::string line; std::getline(text, line);) {
    number++;
    line = std::regex_replace(line, comment, "");
    for (std::sregex_iterator it(line.begin(), line.end(), use), end; it != end; ++it) {
      for (const SourceFile& other : all) {
        const std::string unit = unit_of(other.path);
        if (stem_of(other.path) != (*it)[1] || unit == "common" || unit == unit_of(file.path))
          continue;
        findings.push_back(file.path + ":" + std::to_string(number) + ": must not use " +
                           other.path + " (rtl/<unit>: rtl/common and itself)");
      }
    }
  }
  return findings;
}

}  // namespace strata::style
