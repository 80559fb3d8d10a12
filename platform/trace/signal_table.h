// The signals of a recording as a tree of scopes, built while the Verilated models declare them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// A string is text of any length; what is recorded of it, if anything, is what it is made from.
enum class SignalKind : std::uint8_t { kWire, kReal, kEvent, kString };

/// A signal's code is the index of its first word in the state; it takes (bits + 31) / 32 words,
/// least significant first. Several signals may share one code: the same wire seen in two scopes.
struct Signal {
  std::string name = {};  // with the index of an array's element: "mem[3]"
  std::uint32_t code = 0;
  std::uint32_t bits = 1;
  SignalKind kind = SignalKind::kWire;
  bool ranged = false;  // shown as name[msb:lsb]
  int msb = 0;
  int lsb = 0;
};

enum class ScopeKind : std::uint8_t { kModule, kStruct, kUnion, kInterface };

struct Scope {
  std::string name;
  ScopeKind kind = ScopeKind::kModule;
  std::vector<Signal> signals;
  std::vector<std::unique_ptr<Scope>> scopes;

  /// The child of that name, made when there is none.
  Scope& child(std::string_view child_name, ScopeKind child_kind = ScopeKind::kModule);
};

/// A signal whose recorded words are not what is shown: `make` turns them into text.
struct TextSignal {
  std::uint32_t code = 0;
  std::function<std::string(const std::uint32_t* words)> make;
};

/// Signals nobody records, made of others when the file is written: once for every cycle in which
/// one of `sources` has changed, after all of them.
struct DerivedSignals {
  struct Output {
    std::uint32_t code = 0;
    std::uint32_t bits = 0;  // 0: a string
  };
  using Words = std::vector<std::uint32_t>;
  struct Value {
    Words words;       // of a vector
    std::string text;  // of a string
    bool operator==(const Value&) const = default;
  };
  /// Gets the state, indexed by code, and sets the value of each output.
  using Make = std::function<void(const Words& state, std::vector<Value>& values)>;

  std::vector<Output> outputs;
  std::vector<std::uint32_t> sources;  // codes
  std::function<Make()> start;         // a maker for one file, which may remember what was before
};

class SignalTable {
 public:
  /// `path` is Verilator's form: scopes and the name separated by spaces; a scope that is not a
  /// module ends with a byte of 0x80 plus its VLT_TRACE_SCOPE_* number.
  void declare(std::string_view path, Signal signal);

  /// After the last declare(): folds the scope Verilator makes for an instance and the one for its
  /// top module, which repeats the ports, into one.
  void fold_tops();

  /// Shows all wires called `port` with the signal `code` instead, and forgets their own changes.
  void replace_wires(std::string_view port, std::uint32_t code);

  void add_text(TextSignal text);

  /// Adds vectors of those paths, each of `bits` bits, or strings for 0; at most 32 calls.
  void add_derived(const std::vector<std::string>& paths, std::uint32_t bits,
                   std::vector<std::uint32_t> sources, std::function<DerivedSignals::Make()> start);

  /// The signal of that path ("strata cpu wb_adr_o"), or null.
  const Signal* find(std::string_view path) const;

  /// A code for a signal nobody records: whoever writes the file makes its changes.
  void set_derived(std::uint32_t code);
  bool derived(std::uint32_t code) const { return code < derived_.size() && derived_[code]; }

  const Scope& root() const { return root_; }
  const std::vector<TextSignal>& texts() const { return texts_; }
  const std::vector<DerivedSignals>& derived_signals() const { return derived_signals_; }

  /// Width in bits of the signal whose code is the index; 0 for codes no signal has.
  const std::vector<std::uint32_t>& bits_of_code() const { return bits_of_code_; }

  /// Words of a complete state, which is indexed by code.
  std::size_t state_words() const { return state_words_; }

  /// Signals with a code of their own.
  std::size_t codes() const { return codes_; }

  /// The derived signals made from the cycle markers; 0 where there is none.
  std::uint32_t clock_code = 0;
  std::uint32_t cycle_code = 0;

 private:
  Scope root_;
  std::vector<TextSignal> texts_;
  std::vector<DerivedSignals> derived_signals_;
  std::vector<bool> derived_;
  std::vector<std::uint32_t> bits_of_code_;
  std::size_t state_words_ = 1;
  std::size_t codes_ = 0;
};

}  // namespace strata
