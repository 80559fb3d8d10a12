// Takes the place of Verilator's own header of this name (this folder comes first in the include
// path of Verilated code): the same classes as far as generated code uses them, but changes go as
// binary records to a ChangeSink (platform/trace/change_stream.h) and not as VCD text to a file.
// Written for the code Verilator 5.006 generates with --trace; names and signatures below are
// therefore its own. Left out: --trace-threads, dumpvars(), roll-over, several open files.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "member_lanes.h"
#include "platform/trace/change_stream.h"
#include "platform/trace/plain_vcd_sink.h"
#include "verilated.h"
#include "verilated_trace.h"  // VerilatedTraceConfig

#if VERILATOR_VERSION_INTEGER < 5006000 || VERILATOR_VERSION_INTEGER >= 5007000
#error "platform/trace is written for Verilator 5.006 (Debian 12)"
#endif

class VerilatedVcdC;

class VerilatedVcd final {
 public:
  class Buffer;
  using InitCallback = void (*)(void* self, VerilatedVcd* trace, std::uint32_t code);
  using DumpCallback = void (*)(void* self, Buffer* buffer);
  using CleanupCallback = void (*)(void* self, VerilatedVcd* trace);

  // Registration, from the model's trace().
  void addModel(VerilatedModel* model);
  void addInitCb(InitCallback callback, void* self) { init_callbacks_.push_back({callback, self}); }
  void addFullCb(DumpCallback callback, void* self) { full_callbacks_.push_back({callback, self}); }
  void addChgCb(DumpCallback callback, void* self) { changes_.push_back({callback, self, {}}); }
  void addCleanupCb(CleanupCallback callback, void* self) {
    cleanup_callbacks_.push_back({callback, self});
  }

  // Declaration, from the init callbacks. Names come with spaces between scopes.
  void scopeEscape(char) {}
  void pushNamePrefix(const std::string& prefix) { prefixes_.push_back(prefixes_.back() + prefix); }
  void popNamePrefix(unsigned count = 1) { prefixes_.resize(prefixes_.size() - count); }
  void declEvent(std::uint32_t code, const char* name, bool array, int index);
  void declBit(std::uint32_t code, const char* name, bool array, int index);
  void declBus(std::uint32_t code, const char* name, bool array, int index, int msb, int lsb);
  void declQuad(std::uint32_t code, const char* name, bool array, int index, int msb, int lsb);
  void declArray(std::uint32_t code, const char* name, bool array, int index, int msb, int lsb);
  void declDouble(std::uint32_t code, const char* name, bool array, int index);

 private:
  friend class VerilatedVcdC;

  template <typename Callback>
  struct Record {
    Callback callback;
    void* self;
  };
  /// A model's variables that are compared many at a time, and what is known of it.
  struct Members {
    bool arranged = false;
    bool visited =
        false;  // since the latest full dump: guards and members are those of the latest dump
    strata::MemberLanes<CData> bytes;
    strata::MemberLanes<IData> words;
    std::vector<CData> byte_values;
    std::vector<IData> word_values;
  };
  struct Changes {
    DumpCallback callback;
    void* self;
    Members members;
  };

  explicit VerilatedVcd(strata::ChangeSink& sink) : sink_(sink) {}
  void declare(std::uint32_t code, const char* name, bool array, int index, strata::Signal signal);
  void open();
  void dump(std::uint64_t cycle);
  void stop(std::uint64_t cycle);
  void close();
  void put_marker(strata::ChangeMarker marker, std::uint64_t cycle);
  void next_chunk();
  void dump_all();
  void dump_changes();
  void save_members();

  strata::ChangeSink& sink_;
  strata::SignalTable table_;
  std::vector<Record<InitCallback>> init_callbacks_;
  std::vector<Record<DumpCallback>> full_callbacks_;
  std::vector<Changes> changes_;
  std::vector<Record<CleanupCallback>> cleanup_callbacks_;
  std::vector<std::string> prefixes_{"strata "};
  const VerilatedContext* context_ = nullptr;

  // Every signal's value as of the latest dump, by code; members' as of save_members().
  std::vector<std::uint32_t> state_;
  std::vector<std::uint32_t> guards_;     // Buffer::changed(): variables as of the latest dump
  strata::ChangeChunk* chunk_ = nullptr;  // not null: open
  std::uint32_t* write_ = nullptr;        // into chunk_
  std::size_t max_cycle_words_ = 0;       // what one cycle can need at most
  bool full_dump_ = true;
};

/// Writes change records. No bounds are checked: a chunk is left before a whole cycle might not
/// fit.
class VerilatedVcd::Buffer final {
 public:
  Buffer(std::uint32_t* state, std::uint32_t* guards, std::uint32_t* write)
      : state_(state), guards_(guards), write_(write) {}

  std::uint32_t* oldp(std::uint32_t code) { return state_ + code; }
  std::uint32_t* write() const { return write_; }

  /// Whose changes follow.
  void begin(Members& members) {
    members_ = &members;
    before_known_ = members.visited;
  }

  void fullBit(std::uint32_t* oldp, CData value) { put_inline(oldp, value); }
  void fullCData(std::uint32_t* oldp, CData value, int) { put_inline(oldp, value); }
  void fullSData(std::uint32_t* oldp, SData value, int) { put_word(oldp, value); }
  void fullIData(std::uint32_t* oldp, IData value, int) { put_word(oldp, value); }
  void fullQData(std::uint32_t* oldp, QData value, int) { put_quad(oldp, value); }
  void fullWData(std::uint32_t* oldp, const WData* value, int bits);
  void fullDouble(std::uint32_t* oldp, double value) { put_quad(oldp, as_quad(value)); }
  void fullEvent(std::uint32_t* oldp, VlEvent value) { chgEvent(oldp, value); }

  /// Whether `variable` may have changed since the latest dump. All signals made of it are tested
  /// where it may have; they have `kWords` words of state from `oldp` on, and with it as many for
  /// the variable itself.
  template <std::size_t kWords, typename Variable>
  bool changed(const std::uint32_t* oldp, const Variable& variable) {
    if constexpr (sizeof variable > kWords * sizeof(std::uint32_t)) return true;
    std::uint32_t* const before = guards_ + code(oldp);
    if (before_known_ && std::memcmp(before, &variable, sizeof variable) == 0) return false;
    std::memcpy(before, &variable, sizeof variable);
    return true;
  }

  // What follows stands in for tests; scripts/cmake/guard_trace.py writes the calls.

  /// Numbers that signals are written into, which member() then names.
  CData* bytes(std::size_t count) { return numbers(members_->byte_values, count); }
  IData* words(std::size_t count) { return numbers(members_->word_values, count); }
  bool wantsMembers() const { return !members_->arranged; }
  bool wantsAll() const { return !before_known_; }
  void member(const std::uint32_t* oldp, const CData& variable) {
    members_->bytes.add(variable, code(oldp));
  }
  void member(const std::uint32_t* oldp, const IData& variable) {
    members_->words.add(variable, code(oldp));
  }
  /// Records what changed in the members.
  void chgMembers();

  // Inline and branching: measured against writing always and advancing the pointer only when a
  // value differs, which is slower by half (the pointer then depends on every signal before).
  void chgBit(std::uint32_t* oldp, CData value) {
    if (VL_UNLIKELY(*oldp != value)) put_inline(oldp, value);
  }
  void chgCData(std::uint32_t* oldp, CData value, int) {
    if (VL_UNLIKELY(*oldp != value)) put_inline(oldp, value);
  }
  void chgSData(std::uint32_t* oldp, SData value, int) {
    if (VL_UNLIKELY(*oldp != value)) put_word(oldp, value);
  }
  void chgIData(std::uint32_t* oldp, IData value, int) {
    if (VL_UNLIKELY(*oldp != value)) put_word(oldp, value);
  }
  void chgQData(std::uint32_t* oldp, QData value, int) {
    const QData old = oldp[0] | QData{oldp[1]} << 32;
    if (VL_UNLIKELY(old != value)) put_quad(oldp, value);
  }
  void chgWData(std::uint32_t* oldp, const WData* value, int bits) {
    for (int i = 0; i < (bits + 31) / 32; ++i) {
      if (VL_UNLIKELY(oldp[i] != value[i])) return fullWData(oldp, value, bits);
    }
  }
  void chgDouble(std::uint32_t* oldp, double value) { chgQData(oldp, as_quad(value), 64); }
  void chgEvent(std::uint32_t* oldp, VlEvent value) {
    if (value.isTriggered()) put_inline(oldp, 1);
  }

 private:
  std::uint32_t code(const std::uint32_t* oldp) const {
    return static_cast<std::uint32_t>(oldp - state_);
  }
  template <typename Number>
  static Number* numbers(std::vector<Number>& values, std::size_t count) {
    if (VL_UNLIKELY(values.size() < count)) values.resize(count);
    return values.data();
  }
  static QData as_quad(double value) { return __builtin_bit_cast(QData, value); }

  void put_inline(std::uint32_t* oldp, CData value) {
    *oldp = value;
    *write_++ = code(oldp) | std::uint32_t{value} << strata::kInlineShift;
  }
  void put_word(std::uint32_t* oldp, IData value) {
    *oldp = value;
    write_[0] = code(oldp);
    write_[1] = value;
    write_ += 2;
  }
  void put_quad(std::uint32_t* oldp, QData value) {
    oldp[0] = static_cast<std::uint32_t>(value);
    oldp[1] = static_cast<std::uint32_t>(value >> 32);
    write_[0] = code(oldp);
    write_[1] = oldp[0];
    write_[2] = oldp[1];
    write_ += 3;
  }
  std::uint32_t* const state_;
  std::uint32_t* const guards_;
  std::uint32_t* write_;
  Members* members_ = nullptr;
  bool before_known_ = false;
};

inline void VerilatedVcd::Buffer::chgMembers() {
  if (VL_UNLIKELY(!members_->arranged)) {
    members_->bytes.arrange();
    members_->words.arrange();
    members_->arranged = true;
  }
  members_->visited = true;  // what did nothing since does not come here
  if (VL_LIKELY(before_known_)) {
    write_ = members_->words.record(members_->bytes.record(write_));
  } else {
    write_ = members_->words.record_all(state_, members_->bytes.record_all(state_, write_));
  }
}

inline void VerilatedVcd::Buffer::fullWData(std::uint32_t* oldp, const WData* value, int bits) {
  *write_++ = code(oldp);
  for (int i = 0; i < (bits + 31) / 32; ++i) {
    oldp[i] = value[i];
    *write_++ = value[i];
  }
}

/// What the recorder drives. Times are cycle numbers.
class VerilatedVcdC final {
 public:
  explicit VerilatedVcdC(strata::ChangeSink& sink) : trace_(sink) {}
  /// Writes a VCD file of its own, to the path given to open().
  VerilatedVcdC() : trace_(plain_sink_) {}
  VerilatedVcdC(const VerilatedVcdC&) = delete;
  VerilatedVcdC& operator=(const VerilatedVcdC&) = delete;
  ~VerilatedVcdC() { close(); }

  bool isOpen() const { return trace_.chunk_ != nullptr; }
  VerilatedVcd* spTrace() { return &trace_; }

  /// Lets all models declare their signals.
  void open(const char* path = "") {
    plain_sink_.set_path(path);
    trace_.open();
  }
  /// Records what changed since the last dump (everything after open() and stop()).
  void dump(std::uint64_t cycle) { trace_.dump(cycle); }
  /// From this cycle on nothing is known until the next dump().
  void stop(std::uint64_t cycle) { trace_.stop(cycle); }
  void close() { trace_.close(); }

 private:
  strata::PlainVcdSink plain_sink_;
  VerilatedVcd trace_;
};
