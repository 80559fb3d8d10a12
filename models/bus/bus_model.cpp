#include "models/bus/bus_model.h"

#include <bit>
#include <type_traits>

#include "Vwb_interconnect_inputs.h"
#include "models/base/verilated_model.h"
#include "verilated_vcd_c.h"

namespace strata {
namespace {

/// Sets one bit of a port that is as wide as there are masters, or slaves.
template <typename Port>
void set_bit(Port& port, unsigned bit, bool level) {
  const auto mask = static_cast<Port>(Port{1} << bit);
  port = static_cast<Port>(level ? port | mask : port & ~mask);
}

}  // namespace

BusModel::BusModel(VerilatedContext* context, const char* name)
    : rtl_(begin_model<Vwb_interconnect>(context, name)) {
  reset_slave(*rtl_);
}

BusModel::~BusModel() {
  end_model(*rtl_);
}

unsigned BusModel::masters() {
  return std::extent_v<std::remove_reference_t<decltype(Vwb_interconnect::m_adr_i)>>;
}

unsigned BusModel::slaves() {
  return std::extent_v<std::remove_reference_t<decltype(Vwb_interconnect::s_dat_i)>>;
}

void BusModel::set_request(unsigned master, const Request& request) {
  set_bit(rtl_->m_cyc_i, master, request.cyc);
  set_bit(rtl_->m_stb_i, master, request.stb);
  set_bit(rtl_->m_lock_i, master, request.lock);
  set_bit(rtl_->m_we_i, master, request.we);
  rtl_->m_adr_i[master] = request.adr >> 2;
  rtl_->m_sel_i[master] = request.sel;
  rtl_->m_dat_i[master] = request.dat;
  rtl_->m_tga_i[master] = request.tga;
  rtl_->m_cti_i[master] = request.cti;
  rtl_->m_bte_i[master] = request.bte;
}

void BusModel::set_response(unsigned slave, const WishboneResponse& response) {
  set_bit(rtl_->s_ack_i, slave, response.ack);
  rtl_->s_dat_i[slave] = response.dat;
  rtl_->s_tgd_i[slave] = response.tgd;
}

bool BusModel::in_cycle(unsigned master) const {
  return rtl_->m_cyc_i >> master & 1;
}

void BusModel::clock() {
  clock_model(*rtl_);
}

bool BusModel::idle() const {
  return rtl_->idle_o;
}
bool BusModel::ack(unsigned master) const {
  return rtl_->m_ack_o >> master & 1;
}
unsigned BusModel::acks() const {
  return rtl_->m_ack_o;
}
std::uint32_t BusModel::dat() const {
  return rtl_->m_dat_o;
}
std::uint8_t BusModel::tgd() const {
  return rtl_->m_tgd_o;
}

unsigned BusModel::active() const {
  return rtl_->s_stb_o != 0 ? static_cast<unsigned>(std::countr_zero(rtl_->s_stb_o)) : kNoSlave;
}

BusModel::Request BusModel::slave_request(unsigned slave) const {
  Request request;
  request.adr = rtl_->s_adr_o << 2;
  request.dat = rtl_->s_dat_o;
  request.sel = rtl_->s_sel_o;
  request.tga = rtl_->s_tga_o;
  request.cti = rtl_->s_cti_o;
  request.bte = rtl_->s_bte_o;
  request.we = rtl_->s_we_o;
  request.stb = rtl_->s_stb_o >> slave & 1;
  request.cyc = request.stb;
  return request;
}

void BusModel::trace(VerilatedVcdC* file, int levels) {
  rtl_->trace(file, levels);
}

}  // namespace strata
