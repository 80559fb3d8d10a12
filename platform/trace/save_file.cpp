#include "platform/trace/save_file.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "platform/output/output_file.h"
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

std::string header(const std::string& wave_path, const TimeBase& time, Cycle begin,
                   double in_200_pixels) {
  const double shown = in_200_pixels * static_cast<double>(gtkwave_time(time, 1));
  std::string text = "[dumpfile] \"" + absolute(wave_path) + "\"\n";
  text += "[savefile] \"" + absolute(save_file_of(wave_path)) + "\"\n";
  text += "[timestart] " + std::to_string(gtkwave_time(time, begin - std::min(begin, kLeadIn)));
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

void write_save_file(const std::string& wave_path, const TimeBase& time, Cycle begin) {
  const std::string path = save_file_of(wave_path);
  if (path.empty()) return;
  write_document({"save file", path, true},
                 header(wave_path, time, begin, kCyclesIn200Pixels) + kSaveFileLayout);
}

void write_exit_save_file(const std::string& wave_path, const TimeBase& time, Cycle begin,
                          Cycle span) {
  const std::string path = save_file_of(wave_path);
  if (path.empty()) return;
  const bool host_time = time.high_ticks == 0;
  double shown = host_time ? kNanosecondsIn200Pixels : kCyclesIn200Pixels;
  if (span != 0) shown = static_cast<double>(span) / kWindowIn200Pixels;
  write_document({"save file", path, true},
                 header(wave_path, time, begin, shown) + kExitSaveFileLayout);
}

}  // namespace strata
