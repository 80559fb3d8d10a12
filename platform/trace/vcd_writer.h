// Value change dump (IEEE 1364-2005, clause 18) from a change stream.
#pragma once

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/output/output.h"
#include "platform/trace/wave_writer.h"

namespace strata {

class VcdWriter final : public WaveWriter {
 public:
  VcdWriter(TimeBase time, std::unique_ptr<Output> file);

  std::uint64_t bytes() const override { return file_->bytes(); }

 private:
  struct alignas(16) Identifier {
    char text[8];  // with the line's end; a leading space for vectors, reals and strings
    std::uint8_t length;
    bool real;
    Form form;
  };

  void decode(const ChangeChunk& chunk) override;
  void put_header(const SignalTable& table) override;
  void put_time(std::uint64_t ticks) override;
  void put_value(std::uint32_t code, std::uint32_t bits, const std::uint32_t* words) override;
  void put_string(std::uint32_t code, std::string_view text) override;
  void put_unknown() override;
  void put_all(bool first) override;
  std::string close_file() override;

  void put(std::string_view text);
  void put_scope(const Scope& scope, unsigned depth);
  void add_identifier(const Signal& signal);
  void close_section();
  void allocate(std::size_t slack);
  void make_room();

  struct Free {
    void operator()(char* memory) const { std::free(memory); }
  };

  std::unique_ptr<Output> file_;
  std::unique_ptr<char, Free> buffer_;
  char* write_ = nullptr;
  bool section_open_ = false;            // of $dumpvars or $dumpon
  std::vector<Identifier> identifiers_;  // by code
  std::vector<Signal> first_signals_;    // one for each code shown
};

}  // namespace strata
