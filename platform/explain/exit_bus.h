// Stands between an engine and its machine and tells of each time the guest is left: every call of
// EngineBus, and on KVM every return of KVM_RUN, which may carry a batch of them. Only where
// somebody wants to know; an engine without it runs as it always does.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <tuple>
#include <vector>

#include "models/base/engine_bus.h"
#include "models/engine/engine.h"
#include "models/engine/exit_watch.h"
#include "platform/explain/exit_record.h"
#include "platform/loader/guest_image.h"
#include "platform/profile/recording.h"

namespace strata {

class ExitBus final : public EngineBus, private ExitWatch {
 public:
  /// All outlive the bus. Instructions take `cpi` cycles.
  ExitBus(EngineBus& machine, const SymbolTable& symbols, CpuFamily family, Cycle cpi);

  void add(ExitSink& sink) { sinks_.push_back(&sink); }

  /// Copies code from a linear address on, as the state maps it; how many bytes there were.
  using ReadMapped = std::function<std::size_t(const CpuState& state, std::uint32_t linear,
                                               std::span<std::uint8_t> bytes)>;

  /// The engine that was built with this bus; it and what `read` reads outlive the bus.
  void attach(Engine& engine, ReadMapped read);

  /// Of the machine's clock.
  ExitTime now() const;

  /// In the access that makes it: call `number` of port ABBA has been served.
  void on_call(std::uint32_t number) { call_ = number; }

  void on_label(const std::string& text);
  void on_waves(bool on);

  /// The CPU has slept in HLT.
  void on_sleep(Cycle from, Cycle to);

  std::uint32_t port_read(std::uint16_t port, unsigned bytes) override;
  void port_write(std::uint16_t port, unsigned bytes, std::uint32_t value) override;
  std::uint32_t mmio_read(std::uint32_t physical, unsigned bytes) override;
  void mmio_write(std::uint32_t physical, unsigned bytes, std::uint32_t value) override;
  std::uint8_t acknowledge_interrupt() override;

 private:
  void on_leave(std::int64_t entered, std::int64_t left) override;
  void on_kept() override;
  void on_handled(const char* reason, std::int64_t now) override;

  ExitTime begin_access();
  void end_access(ExitRecord access, ExitTime begun);
  void tell(ExitRecord exit);
  void join_parts(ExitRecord access);
  void tell_parts();
  std::uint32_t find_address(const ExitRecord& exit);
  ReadCode read_in(const CpuState& state) const;

  EngineBus& machine_;
  const SymbolTable& symbols_;
  const CpuFamily family_;
  const ExitTime cpi_;
  Engine* engine_ = nullptr;
  ReadMapped read_;
  ReadExitInstruction read_instruction_;
  std::vector<ExitSink*> sinks_;
  std::int64_t start_ns_;  // what now() counts from: the first entry
  bool entered_ = false;
  bool outside_ = false;               // on host time: between leaving the guest and going back
  ExitRecord exit_;                    // that one
  std::optional<ExitRecord> halt_;     // on host time: the CPU may still sleep
  std::optional<ExitRecord> part_;     // of a call; the other is to come
  std::optional<std::uint32_t> call_;  // served in the access under way
  using Place = std::tuple<std::uint32_t, ExitKind, bool, std::uint32_t>;
  std::map<Place, std::uint32_t> addresses_;  // on host time: of the instructions, once found
};

}  // namespace strata
