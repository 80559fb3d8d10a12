#include "platform/trace/save_file.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "platform/trace/save_file_layout.h"

namespace strata {
namespace {

namespace fs = std::filesystem;

constexpr Cycle kLeadIn = 4;  // cycles shown left of the beginning
// GTKWave's zoom is the negative binary logarithm of the time that 200 pixels show.
constexpr double kCyclesIn200Pixels = 6.4;
constexpr double kNanosecondsIn200Pixels = 20'000;
constexpr double kWindowIn200Pixels = 5.5;  // what the window has for waves

/// Absolute, so that GTKWave finds it wherever it is started.
std::string absolute(const std::string& path) {
  std::error_code error;
  const fs::path found = fs::absolute(path, error);
  return error ? path : found.lexically_normal().string();
}

/// GTKWave counts in whole units ("10ns" files in nanoseconds).
std::uint64_t gtkwave_time(const TimeBase& time, Cycle cycle) {
  std::uint64_t ticks = time.rising(cycle);
  for (int power = (time.exponent + 12) % 3; power > 0; --power) ticks *= 10;
  return ticks;
}

std::string window(const TimeBase& time, Cycle begin, double in_200_pixels) {
  const double shown = in_200_pixels * static_cast<double>(gtkwave_time(time, 1));
  std::string text =
      "[timestart] " + std::to_string(gtkwave_time(time, begin - std::min(begin, kLeadIn)));
  // Zoom, the primary marker, and 26 named markers that are not set.
  text +=
      "\n*" + std::to_string(-std::log2(shown)) + ' ' + std::to_string(gtkwave_time(time, begin));
  for (int marker = 0; marker < 26; ++marker) text += " -1";
  return text + '\n';
}

}  // namespace

std::string save_file_of(const std::string& wave_path) {
  std::error_code error;
  const fs::file_status status = fs::status(wave_path, error);
  return fs::exists(status) && !fs::is_regular_file(status) ? "" : wave_path + ".gtkw";
}

Result<SaveFile> SaveFile::open(const std::string& wave_path) {
  SaveFile made;
  const std::string path = save_file_of(wave_path);
  if (path.empty()) return made;
  made.names_ =
      "[dumpfile] \"" + absolute(wave_path) + "\"\n[savefile] \"" + absolute(path) + "\"\n";
  auto file = Document::open({"save file", path, true});
  if (!file) return file.failure();
  made.file_ = std::move(*file);
  return made;
}

void SaveFile::write(const TimeBase& time, Cycle begin) {
  if (!file_) return;
  file_->write(names_ + window(time, begin, kCyclesIn200Pixels) + kSaveFileLayout);
}

void SaveFile::write_of_exits(const TimeBase& time, Cycle begin, Cycle span) {
  if (!file_) return;
  const bool host_time = time.high_ticks == 0;
  double shown = host_time ? kNanosecondsIn200Pixels : kCyclesIn200Pixels;
  if (span != 0) shown = static_cast<double>(span) / kWindowIn200Pixels;
  file_->write(names_ + window(time, begin, shown) + kExitSaveFileLayout);
}

}  // namespace strata
