// Counts the privileged and sensitive instructions of a run, for `run --sensitive`.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/engine/instruction_watch.h"
#include "models/isa/sensitivity.h"
#include "platform/loader/guest_image.h"
#include "platform/stats/sensitive_report.h"

namespace strata {

/// Where the guest takes itself to run.
enum class GuestMode : std::uint8_t { kReal, kV86, kLevel0, kLevel1, kLevel2, kLevel3 };

GuestMode guest_mode(const Processor& p);

/// "real", "v86", "level 0".
const char* mode_name(GuestMode mode);

class SensitiveCounts final : public InstructionWatch {
 public:
  /// How the guest's memory is read from the first instruction on.
  void attach(ReadLinear read) { read_ = std::move(read); }

  bool on_fetched(const Processor& p, const Instruction& instruction) override;
  void on_executed(const Processor& p, const Instruction& instruction, Outcome outcome) override;

  SensitiveReport report(const SymbolTable& symbols, CpuFamily family) const;

 private:
  struct Key {
    std::uint32_t address = 0;  // linear
    GuestMode mode = GuestMode::kReal;
    const SensitiveRow* row = nullptr;
    Sensitivity sensitivity = Sensitivity::kNone;

    auto operator<=>(const Key&) const = default;
  };
  struct Counts {
    std::uint64_t count = 0;
    std::uint64_t faults = 0;
    std::uint64_t first = 0;
    std::vector<std::uint8_t> bytes;
    bool code32 = false;
  };

  ReadLinear read_;
  std::map<Key, Counts> counts_;
  std::optional<Key> next_;  // what is carried out, where it is sensitive
  std::uint64_t told_ = 0;   // instructions
};

}  // namespace strata
