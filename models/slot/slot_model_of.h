// SlotModel of a Verilated class. A device has the ports clk_i, rst_ni, wb_cyc_i, wb_stb_i,
// wb_we_i, wb_sel_i, wb_dat_i, wb_ack_o and wb_dat_o; wb_adr_i where its block is larger than a
// word, and irq_o, idle_o and next_event_o where it wants to. For the files that
// scripts/machine_table makes.
#pragma once

#include <memory>
#include <type_traits>

#include "models/base/verilated_model.h"
#include "models/slot/model_bytes.h"
#include "models/slot/slot_model.h"
#include "verilated_vcd_c.h"

namespace strata {

template <typename Rtl>
class SlotModelOf final : public SlotModel {
 public:
  SlotModelOf(VerilatedContext* context, const char* name) : rtl_(begin_model<Rtl>(context, name)) {
    reset_slave(*rtl_);
  }

  ~SlotModelOf() override { end_model(*rtl_); }

  void clock(const WishboneRequest& request) override {
    rtl_->wb_cyc_i = request.cyc;
    rtl_->wb_stb_i = request.stb;
    rtl_->wb_we_i = request.we;
    rtl_->wb_sel_i = request.sel;
    rtl_->wb_dat_i = request.dat;
    if constexpr (requires(Rtl & rtl) { rtl.wb_adr_i; }) {
      using Address = std::remove_reference_t<decltype(rtl_->wb_adr_i)>;
      rtl_->wb_adr_i = static_cast<Address>(request.adr >> 2);
    }
    clock_model(*rtl_);
  }

  bool ack() const override { return rtl_->wb_ack_o; }
  std::uint32_t dat() const override { return rtl_->wb_dat_o; }

  bool irq() const override {
    if constexpr (requires(Rtl & rtl) { rtl.irq_o; }) return rtl_->irq_o;
    return false;
  }

  bool idle() const override {
    if constexpr (requires(Rtl & rtl) { rtl.idle_o; }) return rtl_->idle_o;
    return false;
  }

  Cycle next_event() const override {
    if constexpr (requires(Rtl & rtl) { rtl.next_event_o; }) {
      const std::uint32_t clocks = rtl_->next_event_o;
      if (clocks == ~std::uint32_t{0}) return kNever;
      return clocks > 0 ? clocks : 1;
    }
    return 1;
  }

  StateBytes state() override { return model_bytes(*rtl_); }
  bool load_state(std::span<const std::uint8_t> bytes) override { return load_bytes(*rtl_, bytes); }

  void trace(VerilatedVcdC* file, int levels) override { rtl_->trace(file, levels); }

 private:
  std::unique_ptr<Rtl> rtl_;
};

}  // namespace strata
