// GTKWave's compressed wave format from a change stream, by the fstapi that comes with Verilator.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/base/result.h"
#include "platform/output/output.h"
#include "platform/trace/wave_writer.h"

namespace strata {

class FstWriter : public WaveWriter {
 public:
  static Result<std::unique_ptr<FstWriter>> create(TimeBase time, const std::string& path);
  ~FstWriter() override;

  std::uint64_t bytes() const override { return bytes_; }

 private:
  FstWriter(TimeBase time, void* fst, std::unique_ptr<Output> file);

  void put_header(const SignalTable& table) override;
  void put_time(std::uint64_t ticks) override;
  void put_value(std::uint32_t code, std::uint32_t bits, const std::uint32_t* words) override;
  void put_string(std::uint32_t code, std::string_view text) override;
  void put_unknown() override;
  void put_all(bool first) override;
  std::string close_file() override;

  void put_scope(const Scope& scope);
  void put_variable(const Signal& signal);

  std::unique_ptr<Output> file_;
  void* fst_;
  std::size_t held_bytes_ = 0;  // of changes since fstapi was told to write
  std::uint64_t bytes_ = 0;
  std::vector<std::uint32_t> handles_;  // by code
  std::vector<bool> real_;              // by code
  std::vector<Signal> first_signals_;   // one for each code shown
  std::vector<char> digits_;            // room for the widest signal
};

}  // namespace strata
