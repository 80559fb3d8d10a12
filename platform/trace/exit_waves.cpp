#include "platform/trace/exit_waves.h"

#include <algorithm>
#include <utility>

#include "platform/trace/fst_writer.h"
#include "platform/trace/vcd_writer.h"

namespace strata {

enum ExitWaves::Track : unsigned {
  kWhere,
  kGuest,
  kExit,
  kDevice,
  kEntry,
  kAsleep,
  kWhat,
  kDeviceName,
  kValue,
  kAccesses,
  kFunction,
  kAddress,
  kCall,
  kInterrupt,
  kLabel,
  kCount,
};

enum class ExitWaves::Where : std::uint8_t { kGuest, kExit, kDevice, kEntry, kAsleep };

namespace {

struct TrackText {
  const char* path;
  std::uint32_t bits;  // 0: a string
};
constexpr TrackText kTracks[] = {
    {"strata where", 0},          {"strata guest", 1},         {"strata exit", 1},
    {"strata device", 1},         {"strata entry", 1},         {"strata asleep", 1},
    {"strata left what", 0},      {"strata left device", 0},   {"strata left value", 32},
    {"strata left accesses", 32}, {"strata left function", 0}, {"strata left address", 32},
    {"strata hypercall", 0},      {"strata interrupt", 0},     {"strata label", 0},
    {"strata exits", 48},
};
constexpr const char* kPlaces[] = {"guest", "exit", "device", "entry", "asleep"};
constexpr std::size_t kChunkWords = 64u << 10;

}  // namespace

ExitWaves::ExitWaves(ExitWaveOptions options)
    : options_(std::move(options)),
      time_(options_.host_time ? TimeBase{-9, 1, 0}
                               : TimeBase::for_period_ps(options_.clock_period_ps)) {}

ExitWaves::~ExitWaves() {
  close();
}

Result<std::unique_ptr<ExitWaves>> ExitWaves::create(ExitWaveOptions options) {
  std::unique_ptr<ExitWaves> waves(new ExitWaves(std::move(options)));
  if (auto error = waves->open()) return *error;
  return waves;
}

std::optional<Error> ExitWaves::open() {
  if (!options_.vcd_path.empty()) {
    auto file = Output::create("--vcd " + options_.vcd_path, options_.vcd_path);
    if (!file) return file.failure();
    writers_.push_back(std::make_unique<VcdWriter>(time_, std::move(*file)));
  }
  if (!options_.fst_path.empty()) {
    auto file = FstWriter::create(time_, options_.fst_path);
    if (!file) return file.failure();
    writers_.push_back(std::move(*file));
  }
  for (const std::string& path : {options_.vcd_path, options_.fst_path}) {
    if (path.empty()) continue;
    auto save_file = SaveFile::open(path);
    if (!save_file) return save_file.failure();
    save_files_.push_back(std::move(*save_file));
  }
  declare();
  for (const auto& writer : writers_) writer->begin(table_);
  open_ = true;
  return std::nullopt;
}

void ExitWaves::declare() {
  texts_.emplace_back();
  numbers_[""] = 0;
  std::uint32_t code = 1;
  for (const auto& [path, bits] : kTracks) {
    const std::uint32_t recorded = bits == 0 ? 32 : bits;
    table_.declare(path, {.code = code,
                          .bits = recorded,
                          .ranged = recorded > 1,
                          .msb = static_cast<int>(recorded) - 1});
    if (bits == 0) {
      table_.add_text({code, [this](const std::uint32_t* words) { return texts_[words[0]]; }});
    }
    codes_.push_back(code);
    code += (recorded + 31) / 32;
  }
  if (!options_.host_time) {
    constexpr std::uint32_t kCycleBits = 48;
    table_.declare("strata cycle",
                   {.code = code, .bits = kCycleBits, .ranged = true, .msb = kCycleBits - 1});
    table_.cycle_code = code;
    table_.set_derived(code);
  }
  values_.assign(codes_.size(), 0);
  changed_.assign(codes_.size(), false);
  chunk_.words.resize(kChunkWords);
  set_where(Where::kGuest);
}

// ---- the record ----

std::uint32_t ExitWaves::text(const std::string& text) {
  const auto [found, is_new] =
      numbers_.try_emplace(text, static_cast<std::uint32_t>(texts_.size()));
  if (is_new) texts_.push_back(text);
  return found->second;
}

void ExitWaves::set(Track track, std::uint64_t value) {
  if (values_[track] == value) return;
  values_[track] = value;
  changed_[track] = true;
}

void ExitWaves::set_where(Where where) {
  set(kWhere, text(kPlaces[static_cast<std::size_t>(where)]));
  set(kGuest, where == Where::kGuest);
  set(kExit, where == Where::kExit);
  set(kDevice, where == Where::kDevice);
  set(kEntry, where == Where::kEntry);
  set(kAsleep, where == Where::kAsleep);
}

/// What is set from here on is so from `now` on. Time does not go back: what comes late is shown
/// with what was latest.
void ExitWaves::move_to(ExitTime now) {
  if (now <= now_) return;
  put_changes();
  now_ = now;
}

void ExitWaves::put_changes() {
  const bool changes = std::ranges::find(changed_, true) != changed_.end();
  if (!recording_ || (complete_ && !changes)) return;
  constexpr std::size_t kMostWords = 3 + 3 * std::size(kTracks);
  if (chunk_.size + kMostWords > chunk_.words.size()) hand_over();
  const auto cycle = static_cast<Cycle>(now_);
  const ChangeMarker marker = complete_ ? ChangeMarker::kChanges : ChangeMarker::kAll;
  std::uint32_t* const words = &chunk_.words[chunk_.size];
  words[0] = static_cast<std::uint32_t>(marker) << kInlineShift;
  words[1] = static_cast<std::uint32_t>(cycle);
  words[2] = static_cast<std::uint32_t>(cycle >> 32);
  chunk_.size += 3;
  for (unsigned track = 0; track < codes_.size(); ++track) {
    if (!complete_ || changed_[track]) put(track);
  }
  changed_.assign(changed_.size(), false);
  complete_ = true;
}

void ExitWaves::put(unsigned track) {
  const std::uint32_t bits = table_.bits_of_code()[codes_[track]];
  std::uint32_t* const words = &chunk_.words[chunk_.size];
  const auto low = static_cast<std::uint32_t>(values_[track]);
  if (bits <= kMaxInlineBits) {
    words[0] = codes_[track] | low << kInlineShift;
    chunk_.size += 1;
    return;
  }
  words[0] = codes_[track];
  words[1] = low;
  if (bits > 32) words[2] = static_cast<std::uint32_t>(values_[track] >> 32);
  chunk_.size += 1 + (bits + 31) / 32;
}

void ExitWaves::hand_over() {
  for (const auto& writer : writers_) writer->write(chunk_);
  chunk_.size = 0;
}

// ---- what is told ----

void ExitWaves::on_guest(ExitTime entered, ExitTime left) {
  move_to(entered);
  set_where(Where::kGuest);
  move_to(left);
  set_where(Where::kExit);
}

void ExitWaves::on_exit(const ExitRecord& exit, const ReadExitInstruction&) {
  if (!first_exit_ && exit.kind != ExitKind::kHost) first_exit_ = exit.left;
  move_to(exit.left);
  show(exit);
  if (exit.kind == ExitKind::kHalt) {
    set_where(Where::kAsleep);
  } else {
    if (exit.begun > exit.left) set_where(Where::kExit);
    move_to(exit.begun);
    set_where(Where::kDevice);
  }
  move_to(exit.ended);
  set_where(options_.host_time ? Where::kEntry : Where::kGuest);
  set(kCall, 0);
  set(kInterrupt, 0);
}

void ExitWaves::show(const ExitRecord& exit) {
  exits_ += !exit.kept;
  set(kCount, exits_);
  set(kWhat, text(options_.name_of(exit)));
  set(kDeviceName, text(options_.device_of(exit)));
  set(kValue, exit.value);
  set(kAccesses, exit.accesses);
  set(kFunction, text(options_.symbol_at(exit.address)));
  set(kAddress, exit.address);
  if (exit.kind == ExitKind::kCall) set(kCall, text(options_.name_of(exit)));
  if (exit.kind == ExitKind::kInterrupt) set(kInterrupt, text(options_.name_of(exit)));
}

void ExitWaves::on_label(ExitTime now, const std::string& label) {
  if (!first_label_) first_label_ = now;
  last_label_ = now;
  move_to(now);
  set(kLabel, text(label));
}

/// Nothing is known between two windows.
void ExitWaves::on_waves(ExitTime now, bool on) {
  if (on == recording_) return;
  move_to(now);
  put_changes();
  recording_ = on;
  if (on || !complete_) return;
  complete_ = false;
  ++now_;
  const auto cycle = static_cast<Cycle>(now_);
  std::uint32_t* const words = &chunk_.words[chunk_.size];
  words[0] = static_cast<std::uint32_t>(ChangeMarker::kUnknown) << kInlineShift;
  words[1] = static_cast<std::uint32_t>(cycle);
  words[2] = static_cast<std::uint32_t>(cycle >> 32);
  chunk_.size += 3;
  hand_over();
}

void ExitWaves::close() {
  if (!std::exchange(open_, false)) return;
  put_changes();
  hand_over();
  for (const auto& writer : writers_) writer->finish();
  const ExitTime begin = first_label_.value_or(first_exit_.value_or(0));
  const ExitTime span = first_label_ ? last_label_ - *first_label_ : 0;
  for (SaveFile& file : save_files_) {
    file.write_of_exits(time_, static_cast<Cycle>(begin), static_cast<Cycle>(span));
  }
}

}  // namespace strata
