#include "platform/trace/derived_signals.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/base/hex.h"
#include "models/cpu/cycle_cause.h"
#include "models/cpu/performance_event.h"
#include "platform/trace/pipeline_texts.h"

namespace strata {
namespace {

using Words = DerivedSignals::Words;
using Value = DerivedSignals::Value;

constexpr std::uint32_t kString = 0;  // bits of a string
constexpr char kCpu[] = "strata cpu ";

struct Name {
  std::uint32_t value;
  std::string_view text;
};

// ATA-1, table 9; the commands the drive has.
constexpr Name kAtaCommands[] = {
    {0x10, "RECALIBRATE"},    {0x20, "READ SECTORS"},  {0x21, "READ SECTORS"},
    {0x30, "WRITE SECTORS"},  {0x31, "WRITE SECTORS"}, {0x40, "READ VERIFY"},
    {0x41, "READ VERIFY"},    {0x70, "SEEK"},          {0x90, "DIAGNOSTIC"},
    {0x91, "SET PARAMETERS"}, {0xE7, "FLUSH CACHE"},   {0xEC, "IDENTIFY DEVICE"},
    {0xEF, "SET FEATURES"}};
// ata_state_e of rtl/ata/ata_pkg.sv.
constexpr Name kAtaStates[] = {
    {0, "ready"}, {1, "busy"}, {2, "data in"}, {3, "data out"}, {4, "soft reset"}};
// Wishbone's cycle type as the CPU uses it, and the address tag (models/base/wishbone_wires.h).
constexpr Name kBusKinds[] = {{0, "access"}, {2, "fetch"}, {7, "page walk"}};
constexpr Name kBusSpaces[] = {{0, "memory"}, {1, "I/O"}, {2, "INTA"}};
// state_e of rtl/cpu/cpu_page_walker.sv.
constexpr Name kWalkStates[] = {{0, "-"},     {1, "read directory"}, {2, "read table"},
                                {3, "check"}, {4, "mark directory"}, {5, "mark table"},
                                {6, "done"},  {7, "fault"}};
constexpr Name kRetireKinds[] = {{0, "instruction"}, {1, "exception"}, {2, "interrupt"}};

/// One signal, which depends on nothing but its sources.
void add_one(SignalTable& table, const char* path, std::uint32_t bits, const Words& sources,
             const std::function<void(const Words& state, Value& value)>& make) {
  table.add_derived({path}, bits, sources, [make] {
    return [make](const Words& state, std::vector<Value>& values) { make(state, values[0]); };
  });
}

/// `path` shows the name of the value of `source`; a value without a name as hexadecimal digits.
void add_names(SignalTable& table, const char* path, const char* source,
               std::span<const Name> names) {
  const Signal* signal = table.find(source);
  if (signal == nullptr || signal->bits > 8) return;
  const auto make = [code = signal->code, names](const Words& state, Value& shown) {
    const std::uint32_t value = state[code];
    const auto found = std::ranges::find(names, value, &Name::value);
    if (found != names.end()) {
      shown.text = found->text;
    } else {
      shown.text = hex_byte(static_cast<std::uint8_t>(value)) + 'h';
    }
  };
  add_one(table, path, kString, {signal->code}, make);
}

/// What the latest cycle of the CPU went to.
void add_cycle_causes(SignalTable& table) {
  static const std::vector<Name> kNames = [] {
    std::vector<Name> names;
    for (std::uint32_t i = 0; i < kCycleCauseNames.size(); ++i) {
      names.push_back({i, kCycleCauseNames[i]});
    }
    return names;
  }();
  add_names(table, "strata cycle_went_to", "strata cpu cause_o", kNames);
}

/// What happened in it, one behind the other.
void add_happenings(SignalTable& table) {
  const Signal* signal = table.find("strata cpu happened_o");
  if (signal == nullptr || signal->bits > 32) return;
  add_one(table, "strata happened", kString, {signal->code},
          [code = signal->code](const Words& state, Value& shown) {
            shown.text.clear();
            for (std::size_t event = 0; event < kPerformanceEvents.size(); ++event) {
              if ((state[code] >> event & 1) == 0) continue;
              if (!shown.text.empty()) shown.text += ", ";
              shown.text += kPerformanceEvents[event].text;
            }
            if (shown.text.empty()) shown.text = "-";
          });
}

/// The address of the lowest byte that is accessed: a word address [31:2] and the byte lanes.
void add_byte_address(SignalTable& table, const char* path, const char* word_path,
                      const char* lanes_path) {
  const Signal* const words_signal = table.find(word_path);
  const Signal* const lanes_signal = table.find(lanes_path);
  if (words_signal == nullptr || lanes_signal == nullptr || words_signal->lsb < 0) return;
  const std::uint32_t word = words_signal->code;
  const std::uint32_t lanes = lanes_signal->code;
  const int shift = words_signal->lsb;
  add_one(table, path, 32, {word, lanes}, [=](const Words& state, Value& address) {
    const std::uint32_t selected = state[lanes];
    const int lane = selected == 0 ? 0 : std::countr_zero(selected);
    address.words[0] = (state[word] << shift) + static_cast<std::uint32_t>(lane);
  });
}

/// The CPU's registers a PipelineView is made of, by code.
struct PipelineCodes {
  std::uint32_t window_eip, prefixes, available, window_lo, window_hi, code32;
  std::uint32_t address_valid, address_end, address_guess, memory_valid, memory_end, execute_valid,
      execute_end;

  static std::optional<PipelineCodes> find(const SignalTable& table) {
    bool all = true;
    const auto code = [&](const char* name) {
      const Signal* signal = table.find(std::string(kCpu) + name);
      all = all && signal != nullptr;
      return signal == nullptr ? 0 : signal->code;
    };
    const PipelineCodes codes = {code("u_front_end u_decode eip_q"),
                                 code("u_front_end u_decode prefixes_q"),
                                 code("u_front_end available"),
                                 code("u_front_end window_lo"),
                                 code("u_front_end window_hi"),
                                 code("u_front_end u_decode code32"),
                                 code("decoded valid"),
                                 code("decoded next_eip"),
                                 code("decoded guess"),
                                 code("m valid"),
                                 code("m next_eip"),
                                 code("x valid"),
                                 code("x next_eip")};
    if (!all) return std::nullopt;
    return codes;
  }

  std::vector<std::uint32_t> sources() const {
    return {window_eip, prefixes,      available,   window_lo,     window_hi,
            code32,     address_valid, address_end, address_guess, memory_valid,
            memory_end, execute_valid, execute_end};
  }

  PipelineView view(const Words& state) const {
    PipelineView view;
    view.window_eip = state[window_eip];
    view.prefixes = state[prefixes];
    view.available = state[available];
    view.window[0] = state[window_lo];
    view.window[1] = state[window_lo + 1];
    view.window[2] = state[window_hi + 1];
    view.code32 = state[code32] != 0;
    view.address_valid = state[address_valid] != 0;
    view.address_end = state[address_end];
    view.address_guess = state[address_guess];
    view.memory_valid = state[memory_valid] != 0;
    view.memory_end = state[memory_end];
    view.execute_valid = state[execute_valid] != 0;
    view.execute_end = state[execute_end];
    return view;
  }
};

void add_pipeline(SignalTable& table, const WaveOptions& options) {
  const auto codes = PipelineCodes::find(table);
  if (!codes) return;
  const auto start = [codes = *codes, &options] {
    return [codes, texts = PipelineTexts(options)](const Words& state,
                                                   std::vector<Value>& values) mutable {
      texts.update(codes.view(state));
      values[0].text = texts.decode();
      values[1].text = texts.address();
      values[2].text = texts.memory();
      values[3].text = texts.execute();
    };
  };
  table.add_derived({"strata pipeline decode", "strata pipeline address", "strata pipeline memory",
                     "strata pipeline execute"},
                    kString, codes->sources(), start);
}

}  // namespace

void add_derived_signals(SignalTable& table, const WaveOptions& options) {
  add_byte_address(table, "strata bus_address", "strata cpu wb_adr_o", "strata cpu wb_sel_o");
  add_byte_address(table, "strata vga_offset", "strata vga wb_adr_i", "strata vga wb_sel_i");
  add_cycle_causes(table);
  add_happenings(table);
  add_names(table, "strata bus_space", "strata cpu wb_tga_o", kBusSpaces);
  add_names(table, "strata bus_kind", "strata cpu wb_cti_o", kBusKinds);
  add_names(table, "strata retired kind", "strata cpu retire_kind_o", kRetireKinds);
  add_names(table, "strata page_walk", "strata cpu u_memory u_paging u_walker state_q",
            kWalkStates);
  add_names(table, "strata ata_command", "strata ata command_q", kAtaCommands);
  add_names(table, "strata ata_state", "strata ata state_q", kAtaStates);
  add_pipeline(table, options);
}

}  // namespace strata
