#include "verilated_vcd_c.h"

#include <cassert>

using strata::ChangeMarker;
using strata::Signal;
using strata::SignalKind;

void VerilatedVcd::addModel(VerilatedModel* model) {
  assert((context_ == nullptr || context_ == model->contextp()) && "models of one context only");
  assert(chunk_ == nullptr && "models are added before recording starts");
  context_ = model->contextp();
}

void VerilatedVcd::declare(std::uint32_t code, const char* name, bool array, int index,
                           Signal signal) {
  signal.code = code;
  if (array) signal.name = '[' + std::to_string(index) + ']';
  table_.declare(prefixes_.back() + name, std::move(signal));
}

void VerilatedVcd::declEvent(std::uint32_t code, const char* name, bool array, int index) {
  declare(code, name, array, index, {.kind = SignalKind::kEvent});
}

void VerilatedVcd::declBit(std::uint32_t code, const char* name, bool array, int index) {
  declare(code, name, array, index, {});
}

void VerilatedVcd::declBus(std::uint32_t code, const char* name, bool array, int index, int msb,
                           int lsb) {
  const int bits = (msb > lsb ? msb - lsb : lsb - msb) + 1;
  declare(code, name, array, index,
          {.bits = static_cast<std::uint32_t>(bits), .ranged = true, .msb = msb, .lsb = lsb});
}

void VerilatedVcd::declQuad(std::uint32_t code, const char* name, bool array, int index, int msb,
                            int lsb) {
  declBus(code, name, array, index, msb, lsb);
}

void VerilatedVcd::declArray(std::uint32_t code, const char* name, bool array, int index, int msb,
                             int lsb) {
  declBus(code, name, array, index, msb, lsb);
}

void VerilatedVcd::declDouble(std::uint32_t code, const char* name, bool array, int index) {
  declare(code, name, array, index, {.bits = 64, .kind = SignalKind::kReal});
}

void VerilatedVcd::open() {
  if (chunk_) return;
  for (const auto& record : init_callbacks_) {
    record.callback(record.self, this, static_cast<std::uint32_t>(table_.state_words()));
  }
  assert(table_.state_words() <= strata::kCodeMask);
  table_.fold_tops();
  sink_.begin(table_);
  state_.assign(table_.state_words(), 0);
  guards_.assign(table_.state_words(), 0);
  // A marker, and for each signal its head and its words.
  max_cycle_words_ = 3 + table_.codes() + table_.state_words();
  next_chunk();
}

void VerilatedVcd::next_chunk() {
  if (chunk_) chunk_->size = static_cast<std::size_t>(write_ - chunk_->words.data());
  chunk_ = sink_.exchange(chunk_, max_cycle_words_);
  assert(chunk_->words.size() >= max_cycle_words_);
  chunk_->size = 0;
  save_members();
  chunk_->state_before = state_;
  write_ = chunk_->words.data();
}

void VerilatedVcd::put_marker(ChangeMarker marker, std::uint64_t cycle) {
  const auto room = static_cast<std::size_t>(chunk_->words.data() + chunk_->words.size() - write_);
  if (room < max_cycle_words_) next_chunk();
  if (write_ == chunk_->words.data()) chunk_->first_cycle = cycle;
  chunk_->last_cycle = cycle;
  write_[0] = static_cast<std::uint32_t>(marker) << strata::kInlineShift;
  write_[1] = static_cast<std::uint32_t>(cycle);
  write_[2] = static_cast<std::uint32_t>(cycle >> 32);
  write_ += 3;
}

void VerilatedVcd::dump(std::uint64_t cycle) {
  put_marker(full_dump_ ? ChangeMarker::kAll : ChangeMarker::kChanges, cycle);
  full_dump_ ? dump_all() : dump_changes();
  full_dump_ = false;
  for (const auto& record : cleanup_callbacks_) record.callback(record.self, this);
}

void VerilatedVcd::dump_all() {
  Buffer buffer(state_.data(), guards_.data(), write_);
  for (const auto& record : full_callbacks_) record.callback(record.self, &buffer);
  write_ = buffer.write();
  for (Changes& changes : changes_) changes.members.visited = false;
}

void VerilatedVcd::dump_changes() {
  Buffer buffer(state_.data(), guards_.data(), write_);
  for (Changes& changes : changes_) {
    buffer.begin(changes.members);
    changes.callback(changes.self, &buffer);
  }
  write_ = buffer.write();
}

/// Members are not written into the state as they change.
void VerilatedVcd::save_members() {
  for (const Changes& changes : changes_) {
    if (!changes.members.visited) continue;
    changes.members.bytes.save(state_.data());
    changes.members.words.save(state_.data());
  }
}

void VerilatedVcd::stop(std::uint64_t cycle) {
  put_marker(ChangeMarker::kUnknown, cycle);
  full_dump_ = true;
}

void VerilatedVcd::close() {
  if (!chunk_) return;
  chunk_->size = static_cast<std::size_t>(write_ - chunk_->words.data());
  sink_.end(chunk_);
  chunk_ = nullptr;
}
