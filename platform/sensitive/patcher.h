// The other classical answer to instructions that a monitor does not see: they give way to a jump
// to a routine of its own before they run, for `run --patch`. README.md says how and where not.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "platform/sensitive/code_scan.h"
#include "platform/sensitive/sensitive_counts.h"
#include "platform/stats/patch_report.h"

namespace strata {

/// Memory the monitor takes for its routines: below the boot ROM, offered to no guest.
inline constexpr std::uint32_t kMonitorBase = 0xE0000;
inline constexpr std::uint32_t kMonitorSize = 0x10000;

class Patcher final : public InstructionWatch {
 public:
  /// The guest outlives it.
  Patcher(const GuestImage& guest, CpuFamily family) : guest_(guest), family_(family) {}

  /// Writes plain memory from a linear address on; how many bytes were written.
  using WriteLinear = std::function<std::size_t(const CpuState& state, std::uint32_t linear,
                                                std::span<const std::uint8_t> bytes)>;

  /// How the guest's memory is read and written from the first instruction on.
  void attach(ReadLinear read, WriteLinear write);

  bool on_fetched(const Processor& p, const Instruction& instruction) override;
  void on_executed(const Processor& p, const Instruction& instruction, Outcome outcome) override;

  /// Traps that were left, one for each place that was looked at among them.
  std::uint64_t traps() const { return traps_; }

  /// Places and traps; cycles and the run without are the caller's.
  PatchReport report() const;

 private:
  enum class Form : std::uint8_t { kRoutine, kTrapByte, kTrap };
  struct Site {
    Form form = Form::kTrap;
    std::string why;
    GuestMode mode = GuestMode::kReal;
    bool code32 = false;
    std::vector<std::uint8_t> bytes;  // of the instruction
    std::vector<std::uint8_t> moved;  // of all that gave way to the jump
    std::uint32_t routine = 0;        // linear
    int vector = -1;                  // of INT n
    std::uint32_t entry = 0;          // its selector and offset, in the routine
    std::uint64_t executed = 0;
  };

  bool on_routine(const Processor& p, std::uint32_t address);
  bool take_back(const Processor& p, std::uint32_t address);
  Site& find_site(const Processor& p, const Instruction& instruction, std::uint32_t address,
                  Sensitivity sensitivity);
  std::string patch(const Processor& p, const Instruction& instruction, std::uint32_t address,
                    Site& site);
  std::string patch_flat(const Processor& p, std::uint32_t address, Site& site);
  std::string patch_real(const Processor& p, const Instruction& instruction, std::uint32_t address,
                         Site& site);
  std::string write_patch(const Processor& p, std::uint32_t address, const MovedCode& moved,
                          const std::vector<std::uint8_t>& routine,
                          const std::vector<std::uint8_t>& jump, Site& site);
  std::uint32_t vector_entry(const Processor& p, int vector) const;

  const GuestImage& guest_;
  const CpuFamily family_;
  ReadLinear read_;
  WriteLinear write_;
  std::map<std::uint32_t, Site> sites_;              // by linear address
  std::map<std::uint32_t, std::uint32_t> routines_;  // address of the routine, of the site
  std::map<std::uint32_t, std::uint32_t> inside_;    // behind the first byte of a jump, the site
  std::uint32_t free_ = kMonitorBase;
  std::uint64_t traps_ = 0;
  Site* next_ = nullptr;  // what is carried out, where it traps
};

}  // namespace strata
