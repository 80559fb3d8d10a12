#include "models/bus/bus_model.h"

#include "Vwb_interconnect.h"
#include "verilated.h"
#include "verilated_vcd_c.h"

namespace strata {
namespace {

constexpr std::uint8_t kTgaIo = 1;
constexpr std::uint8_t kTgaInterruptAcknowledge = 2;

}  // namespace

BusModel::BusModel(VerilatedContext* context, const char* name)
    : rtl_(std::make_unique<Vwb_interconnect>(context, name)) {
  rtl_->rst_ni = 0;
  clock();
  clock();
  rtl_->rst_ni = 1;
}

BusModel::~BusModel() {
  rtl_->final();
}

void BusModel::set_request(const Request& request) {
  rtl_->cpu_cyc_i = request.cyc;
  rtl_->cpu_stb_i = request.stb;
  rtl_->cpu_we_i = request.we;
  rtl_->cpu_adr_i = request.adr >> 2;
  rtl_->cpu_sel_i = request.sel;
  rtl_->cpu_dat_i = request.dat;
  rtl_->cpu_tga_i = request.tga;
  rtl_->cpu_cti_i = request.cti;
  rtl_->cpu_bte_i = request.bte;
}

void BusModel::set_response(BusSlave slave, bool ack, std::uint32_t dat) {
  switch (slave) {
    case kBusMem: rtl_->mem_ack_i = ack, rtl_->mem_dat_i = dat; break;
    case kBusVga: rtl_->vga_ack_i = ack, rtl_->vga_dat_i = dat; break;
    case kBusAta: rtl_->ata_ack_i = ack, rtl_->ata_dat_i = dat; break;
    case kBusPic: rtl_->pic_ack_i = ack, rtl_->pic_dat_i = dat; break;
    case kBusPit: rtl_->pit_ack_i = ack, rtl_->pit_dat_i = dat; break;
    case kBusUart: rtl_->uart_ack_i = ack, rtl_->uart_dat_i = dat; break;
    case kBusDebug: rtl_->debug_ack_i = ack, rtl_->debug_dat_i = dat; break;
    default: break;
  }
}

void BusModel::clock() {
  rtl_->clk_i = 1;
  rtl_->eval();
  rtl_->clk_i = 0;
  rtl_->eval();
}

bool BusModel::idle() const {
  return rtl_->idle_o;
}
bool BusModel::cpu_ack() const {
  return rtl_->cpu_ack_o;
}
std::uint32_t BusModel::cpu_dat() const {
  return rtl_->cpu_dat_o;
}

BusSlave BusModel::active() const {
  if (rtl_->mem_stb_o) return kBusMem;
  if (rtl_->vga_stb_o) return kBusVga;
  if (rtl_->ata_stb_o) return kBusAta;
  if (rtl_->pic_stb_o) return kBusPic;
  if (rtl_->pit_stb_o) return kBusPit;
  if (rtl_->uart_stb_o) return kBusUart;
  if (rtl_->debug_stb_o) return kBusDebug;
  return kBusNone;
}

BusModel::Request BusModel::slave_request(BusSlave slave) const {
  Request request;
  request.we = rtl_->slave_we_o;
  request.sel = rtl_->slave_sel_o;
  request.dat = rtl_->slave_dat_o;
  request.tga = kTgaIo;
  request.stb = active() == slave;
  request.cyc = request.stb;
  std::uint32_t dword = 0;
  switch (slave) {
    case kBusMem:
      dword = rtl_->mem_adr_o;
      request.cti = rtl_->mem_cti_o;
      request.bte = rtl_->mem_bte_o;
      request.tga = 0;
      break;
    case kBusVga: dword = rtl_->vga_adr_o; break;
    case kBusAta: dword = rtl_->ata_adr_o; break;
    case kBusPic:
      dword = rtl_->pic_adr_o;
      if (rtl_->pic_inta_o) request.tga = kTgaInterruptAcknowledge;
      break;
    case kBusUart: dword = rtl_->uart_adr_o; break;
    case kBusDebug: dword = rtl_->debug_adr_o; break;
    default: break;
  }
  request.adr = dword << 2;
  return request;
}

void BusModel::trace(VerilatedVcdC* file, int levels) {
  rtl_->trace(file, levels);
}

}  // namespace strata
