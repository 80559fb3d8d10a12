#include "tests/rtl/pv/pv_twins.h"

#include <gtest/gtest.h>

#include "models/pv/pv_core.h"
#include "models/pv/pv_model.h"
#include "tests/rtl/bus/verilated_context.h"
#include "tests/rtl/pv/pv_bus.h"

namespace strata::test {
namespace {

class CoreTwin final : public PvTwin {
 public:
  explicit CoreTwin(PvSurroundings& around)
      : core_(
            PvMemory(around.ram_of_twin(), around.text_of_twin(),
                     {{PvSurroundings::kHole, PvSurroundings::kHole + 0xFFF}}),
            around.disk_of_twin(), around.sinks(), [&around](bool level) { around.set_irq(level); },
            around.log_of_twin()) {}

  std::uint32_t read(std::uint32_t offset, unsigned bytes, Cycle now) override {
    return core_.read(offset, bytes, now);
  }
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) override {
    core_.write(offset, bytes, value, now);
  }
  StateBytes save(Cycle now) override { return core_.save(now); }
  bool load(std::span<const std::uint8_t> state, Cycle now) override {
    return core_.load(state, now);
  }

 private:
  PvCore core_;
};

class RtlTwin final : public PvTwin {
 public:
  explicit RtlTwin(PvSurroundings& around)
      : around_(around),
        bus_(around),
        model_(context_.get(), "pv", PvSurroundings::kRamBytes, around.disk_of_twin(),
               around.sinks(), around.log_of_twin()) {}

  std::uint32_t read(std::uint32_t offset, unsigned bytes, Cycle now) override {
    const std::uint32_t word = access(offset, bytes, 0, false, now);
    return word >> (8 * (offset % 4)) & (bytes == 4 ? ~0u : (1u << (8 * bytes)) - 1);
  }
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) override {
    access(offset, bytes, value, true, now);
    while (!model_.idle()) clock({}, now);
  }
  StateBytes save(Cycle) override { return to_bytes(model_.state()); }
  bool load(std::span<const std::uint8_t> bytes, Cycle) override {
    PvState state;
    if (!from_bytes(bytes, state)) return false;
    model_.load_state(state);
    tell_irq();
    return true;
  }

 private:
  std::uint32_t access(std::uint32_t offset, unsigned bytes, std::uint32_t value, bool we,
                       Cycle now) {
    const WishboneRequest request{
        .adr = offset & ~3u,
        .dat = value << (8 * (offset % 4)),
        .sel = static_cast<std::uint8_t>(((1u << bytes) - 1) << (offset % 4)),
        .cyc = true,
        .stb = true,
        .we = we};
    while (!model_.ack()) clock(request, now);
    const std::uint32_t data = model_.dat();
    clock(request, now);
    return data;
  }

  void clock(const WishboneRequest& request, Cycle now) {
    model_.clock(now, request, bus_.answer(model_.master()));
    tell_irq();
  }

  void tell_irq() {
    if (model_.irq() == irq_) return;
    irq_ = model_.irq();
    around_.set_irq(irq_);
  }

  PvSurroundings& around_;
  PvBus bus_;
  OwnedContext context_ = new_context();
  PvModel model_;
  bool irq_ = false;
};

}  // namespace

std::unique_ptr<PvTwin> make_pv(PvKind kind, PvSurroundings& surroundings) {
  if (kind == PvKind::kCore) return std::make_unique<CoreTwin>(surroundings);
  return std::make_unique<RtlTwin>(surroundings);
}

}  // namespace strata::test
