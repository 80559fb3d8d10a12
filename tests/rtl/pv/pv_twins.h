// The two twins of the paravirtual interface behind one face.
#pragma once

#include <cstdint>
#include <memory>
#include <ostream>
#include <span>

#include "models/base/disk_backend.h"
#include "models/base/event_log.h"
#include "models/base/state_fields.h"
#include "models/pv/pv_sinks.h"
#include "models/pv/pv_state.h"

namespace strata::test {

enum class PvKind { kCore, kRtl };

inline std::ostream& operator<<(std::ostream& out, PvKind kind) {
  return out << (kind == PvKind::kCore ? "Core" : "Rtl");
}

/// What a twin has around it.
class PvSurroundings {
 public:
  static constexpr std::uint32_t kRamBytes = 0x130000;
  static constexpr std::uint32_t kTextBytes = 0x8000;
  static constexpr std::uint32_t kHole = 0x120000;  // a device's, of a page

  virtual ~PvSurroundings() = default;
  virtual std::span<std::uint8_t> ram_of_twin() = 0;
  virtual std::span<std::uint8_t> text_of_twin() = 0;
  virtual DiskBackend& disk_of_twin() = 0;
  virtual EventLog* log_of_twin() = 0;
  virtual PvSinks sinks() = 0;
  /// The interrupt's line has changed.
  virtual void set_irq(bool level) = 0;
};

class PvTwin {
 public:
  virtual ~PvTwin() = default;
  /// Accesses within a word of the block; what they begin is done when they return. It is cycle
  /// `now` all the time.
  virtual std::uint32_t read(std::uint32_t offset, unsigned bytes, Cycle now) = 0;
  virtual void write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) = 0;
  virtual StateBytes save(Cycle now) = 0;
  virtual bool load(std::span<const std::uint8_t> state, Cycle now) = 0;
};

/// `surroundings` outlives the twin. The RTL's bus takes its time, different from access to access,
/// and is gone through word by word; a test fails if it asks for what is neither RAM nor text.
std::unique_ptr<PvTwin> make_pv(PvKind kind, PvSurroundings& surroundings);

}  // namespace strata::test
