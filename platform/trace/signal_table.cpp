#include "platform/trace/signal_table.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace strata {
namespace {

// verilated_trace_defs.h, VltTraceScope.
ScopeKind scope_kind(unsigned char mark) {
  switch (mark & 0x7F) {
    case 6: return ScopeKind::kStruct;
    case 7: return ScopeKind::kUnion;
    case 9: return ScopeKind::kInterface;
    default: return ScopeKind::kModule;
  }
}

// The scope Verilator adds for the top module repeats the ports of the instance's own scope.
bool repeats_ports(const Scope& top, const Scope& instance) {
  if (instance.signals.empty()) return false;
  const Signal& port = instance.signals.front();
  return std::ranges::any_of(top.signals, [&](const Signal& signal) {
    return signal.code == port.code && signal.name == port.name;
  });
}

const Signal* find_signal(const Scope& scope, std::string_view path) {
  const auto space = path.find(' ');
  if (space == path.npos) {
    const auto found = std::ranges::find(scope.signals, path, &Signal::name);
    return found == scope.signals.end() ? nullptr : &*found;
  }
  for (const auto& child : scope.scopes) {
    if (child->name == path.substr(0, space)) return find_signal(*child, path.substr(space + 1));
  }
  return nullptr;
}

template <typename Visit>
void for_each_signal(Scope& scope, const Visit& visit) {
  for (Signal& signal : scope.signals) visit(signal);
  for (auto& child : scope.scopes) for_each_signal(*child, visit);
}

}  // namespace

Scope& Scope::child(std::string_view child_name, ScopeKind child_kind) {
  for (auto& scope : scopes) {
    if (scope->name == child_name) return *scope;
  }
  scopes.push_back(std::make_unique<Scope>());
  scopes.back()->name = child_name;
  scopes.back()->kind = child_kind;
  return *scopes.back();
}

void SignalTable::declare(std::string_view path, Signal signal) {
  Scope* scope = &root_;
  for (auto space = path.find(' '); space != path.npos; space = path.find(' ')) {
    std::string_view part = path.substr(0, space);
    path.remove_prefix(space + 1);
    if (part.empty()) continue;
    ScopeKind kind = ScopeKind::kModule;
    const auto mark = static_cast<unsigned char>(part.back());
    if (mark >= 0x80) {
      kind = scope_kind(mark);
      part.remove_suffix(1);
    }
    scope = &scope->child(part, kind);
  }
  assert(signal.code != 0 && signal.bits != 0);
  signal.name = std::string(path) + signal.name;
  const std::size_t words = (signal.bits + 31) / 32;
  state_words_ = std::max(state_words_, signal.code + words);
  if (bits_of_code_.size() < state_words_) bits_of_code_.resize(state_words_, 0);
  if (bits_of_code_[signal.code] == 0) ++codes_;
  bits_of_code_[signal.code] = signal.bits;
  scope->signals.push_back(std::move(signal));
}

void SignalTable::fold_tops() {
  for (auto& platform : root_.scopes) {
    for (auto& instance : platform->scopes) {
      const auto top = std::ranges::find_if(
          instance->scopes, [&](const auto& scope) { return repeats_ports(*scope, *instance); });
      if (top == instance->scopes.end()) continue;
      const std::unique_ptr<Scope> folded = std::move(*top);
      instance->scopes.erase(top);
      instance->signals = std::move(folded->signals);
      // Ports that are structs are scopes, and repeated too.
      std::erase_if(instance->scopes, [&](const auto& port) {
        return std::ranges::any_of(folded->scopes,
                                   [&](const auto& scope) { return scope->name == port->name; });
      });
      std::ranges::move(folded->scopes, std::back_inserter(instance->scopes));
    }
  }
}

void SignalTable::replace_wires(std::string_view port, std::uint32_t code) {
  std::vector<bool> replaced(state_words_, false);
  for_each_signal(root_, [&](const Signal& signal) {
    if (signal.name == port && signal.bits == 1) replaced[signal.code] = true;
  });
  for_each_signal(root_, [&](Signal& signal) {
    if (replaced[signal.code]) signal.code = code;
  });
}

void SignalTable::set_derived(std::uint32_t code) {
  if (derived_.size() <= code) derived_.resize(code + 1, false);
  derived_[code] = true;
}

const Signal* SignalTable::find(std::string_view path) const {
  return find_signal(root_, path);
}

void SignalTable::add_derived(const std::vector<std::string>& paths, std::uint32_t bits,
                              std::vector<std::uint32_t> sources,
                              std::function<DerivedSignals::Make()> start) {
  assert(derived_signals_.size() < 32);
  DerivedSignals derived{{}, std::move(sources), std::move(start)};
  for (const std::string& path : paths) {
    Signal signal;
    signal.code = static_cast<std::uint32_t>(state_words_);
    if (bits == 0) {
      signal.kind = SignalKind::kString;
    } else {
      signal.bits = bits;
      signal.ranged = true;
      signal.msb = static_cast<int>(bits) - 1;
    }
    derived.outputs.push_back({signal.code, bits});
    set_derived(signal.code);
    declare(path, std::move(signal));
  }
  derived_signals_.push_back(std::move(derived));
}

void SignalTable::add_text(TextSignal text) {
  for_each_signal(root_, [&](Signal& signal) {
    if (signal.code != text.code) return;
    signal.kind = SignalKind::kString;
    signal.bits = 1;
    signal.ranged = false;
  });
  texts_.push_back(std::move(text));
}

}  // namespace strata
