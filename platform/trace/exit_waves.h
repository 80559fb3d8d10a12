// Waves of a machine without wires: where the CPU is - in the guest, on the way out, in a device,
// on the way in, asleep - and what it left the guest for, as tracks in VCD and FST.
//
// Time: on host time nanoseconds since the guest was first entered; else CPU cycles, a cycle as
// long as the clock's period, so that the same guest's waves of wires lie beside these.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/base/result.h"
#include "platform/explain/exit_record.h"
#include "platform/trace/change_stream.h"
#include "platform/trace/save_file.h"
#include "platform/trace/time_base.h"
#include "platform/trace/wave_writer.h"

namespace strata {

struct ExitWaveOptions {
  std::string vcd_path;  // empty: no VCD
  std::string fst_path;  // empty: no FST
  bool host_time = false;
  std::uint64_t clock_period_ps = 40'000;
  std::function<std::string(std::uint32_t address)> symbol_at;
  std::function<std::string(const ExitRecord& exit)> device_of;
  std::function<std::string(const ExitRecord& exit)> name_of;
};

class ExitWaves final : public ExitSink {
 public:
  /// Opens the files; an error names the path and why it cannot be written.
  static Result<std::unique_ptr<ExitWaves>> create(ExitWaveOptions options);
  ~ExitWaves() override;

  void on_exit(const ExitRecord& exit, const ReadExitInstruction& read) override;
  void on_guest(ExitTime entered, ExitTime left) override;
  void on_label(ExitTime now, const std::string& label) override;
  void on_waves(ExitTime now, bool on) override;

  /// Finishes the files, with a GTKWave save file beside each. Failures are the program's (Output).
  void close();

 private:
  enum Track : unsigned;
  enum class Where : std::uint8_t;

  explicit ExitWaves(ExitWaveOptions options);
  std::optional<Error> open();
  void declare();
  std::uint32_t text(const std::string& text);
  void set(Track track, std::uint64_t value);
  void set_where(Where where);
  void move_to(ExitTime now);
  void put_changes();
  void put(unsigned track);
  void hand_over();
  void show(const ExitRecord& exit);

  ExitWaveOptions options_;
  TimeBase time_;
  std::vector<std::unique_ptr<WaveWriter>> writers_;
  std::vector<SaveFile> save_files_;
  SignalTable table_;
  std::vector<std::uint32_t> codes_;   // by track
  std::vector<std::uint64_t> values_;  // by track
  std::vector<bool> changed_;          // by track, at now_
  std::vector<std::string> texts_;     // by number; values of string tracks are numbers
  std::map<std::string, std::uint32_t> numbers_;
  ChangeChunk chunk_;
  ExitTime now_ = 0;
  std::optional<ExitTime> first_exit_;
  std::optional<ExitTime> first_label_;
  ExitTime last_label_ = 0;
  std::uint64_t exits_ = 0;
  bool recording_ = true;
  bool complete_ = false;  // everything is known to the files
  bool open_ = false;
};

}  // namespace strata
