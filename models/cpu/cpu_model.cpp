#include "models/cpu/cpu_model.h"

#include <algorithm>
#include <span>

#include "Vcpu___024root.h"
#include "Vcpu_inputs.h"
#include "models/base/verilated_model.h"
#include "verilated_vcd_c.h"

namespace strata {
namespace {

/// Words of cpu_state_pkg::cpu_state_t, the fields of CpuState in order.
constexpr std::size_t kStateWords = 66;

/// Visits every word of `state` with its place in the RTL's packed struct.
template <typename State, typename Visitor>
void for_each_word(State& state, Visitor&& visit) {
  std::size_t word = 0;
  const auto one = [&](auto& field) { visit(word++, field); };
  const auto segment = [&](auto& s) {
    one(s.selector);
    one(s.base);
    one(s.limit);
    one(s.attributes);
  };
  for (auto& reg : state.gpr) one(reg);
  one(state.eip);
  one(state.eflags);
  for (auto& s : state.seg) segment(s);
  segment(state.ldtr);
  segment(state.tr);
  one(state.gdtr.base);
  one(state.gdtr.limit);
  one(state.idtr.base);
  one(state.idtr.limit);
  one(state.cr0);
  one(state.cr2);
  one(state.cr3);
  one(state.cr4);
  for (auto& reg : state.dr) one(reg);
  one(state.shadow);
  one(state.halted);
  one(state.pending_exception);
  one(state.nmi_blocked);
  one(state.nmi_pending);
  one(state.shutdown);
}

/// cpu_pkg::cache_shape_t.
std::uint32_t strap_of(const CacheShape& caches) {
  return std::uint32_t{caches.off} << 24 | (caches.ways - 1) << 16 | (caches.sets - 1);
}

constexpr std::size_t kTscLow = kStateWords - 2;
constexpr std::size_t kTscHigh = kStateWords - 1;

/// `tags` are cpu_tags' tag_t, `words` the lines' at the same places.
template <typename Tags, typename Words>
std::vector<CpuModel::CachedLine> lines_of(const Tags& tags, const Words& words) {
  constexpr std::uint32_t kValid = 1u << 29;
  std::vector<CpuModel::CachedLine> lines;
  for (std::size_t place = 0; place < std::size(tags.m_storage); ++place) {
    if ((tags[place] & kValid) == 0) continue;
    lines.push_back({tags[place] << 4, {}});
    for (std::size_t n = 0; n < 4; ++n) lines.back().words[n] = words[4 * place + n];
  }
  return lines;
}

}  // namespace

CpuModel::CpuModel(VerilatedContext* context, const char* name, CpuFamily family,
                   const CacheShape& caches)
    : rtl_(begin_model<Vcpu>(context, name)) {
  static_assert(sizeof(rtl_->state_o) == kStateWords * sizeof(EData));
  rtl_->family_i = static_cast<std::uint8_t>(family);
  rtl_->caches_i = strap_of(caches);
  rtl_->a20_i = 1;
  rtl_->rst_ni = 0;
  clock();
  clock();
  rtl_->rst_ni = 1;
}

CpuModel::~CpuModel() {
  end_model(*rtl_);
}

void CpuModel::set_response(const WishboneResponse& response) {
  rtl_->wb_ack_i = response.ack;
  rtl_->wb_dat_i = response.dat;
  rtl_->wb_tgd_i = response.tgd;
}

void CpuModel::set_interrupt(bool level) {
  rtl_->intr_i = level;
}

void CpuModel::set_a20(bool level) {
  rtl_->a20_i = level;
}

void CpuModel::snoop(std::uint32_t address) {
  rtl_->snoop_i = 1;
  rtl_->snoop_line_i = address >> 4;
  ++snoops_;
  if (keeps_state_ != KeepState::kOn) return;
  latest_snoops_.push_back({.address = address & ~3u});
  if (latest_snoops_.size() > kKnownSnoops) latest_snoops_.erase(latest_snoops_.begin());
}

void CpuModel::set_cycle(std::uint64_t cycle) {
  rtl_->cycle_i = cycle;
}

void CpuModel::set_nmi(bool level) {
  rtl_->nmi_i = level;
}

bool CpuModel::retired_nmi() const {
  return rtl_->retire_nmi_o;
}

std::uint8_t CpuModel::unseen_snoops() const {
  return static_cast<std::uint8_t>(snoops_ - rtl_->retire_snoops_o);
}

std::vector<CpuModel::BufferedStore> CpuModel::buffered_stores() const {
  constexpr unsigned kSel = 0xF;  // in cpu_store_buffer's entry_t
  constexpr unsigned kSpace = 0x30;
  std::vector<BufferedStore> stores;
  const auto& root = *rtl_->rootp;
  if (root.cpu__DOT__u_bus__DOT__next_q && root.cpu__DOT__u_bus__DOT__next_space_q == 0) {
    stores.push_back({root.cpu__DOT__u_bus__DOT__next_addr_q << 2,
                      root.cpu__DOT__u_bus__DOT__next_sel_q,
                      root.cpu__DOT__u_bus__DOT__next_data_q});
  }
  const auto& entries =
      root.cpu__DOT__u_memory__DOT__u_data_cache__DOT__u_store_buffer__DOT__entry_q;
  const auto& addresses =
      root.cpu__DOT__u_memory__DOT__u_data_cache__DOT__u_store_buffer__DOT__addr_q;
  const auto& data = root.cpu__DOT__u_memory__DOT__u_data_cache__DOT__u_store_buffer__DOT__data_q;
  const unsigned head =
      root.cpu__DOT__u_memory__DOT__u_data_cache__DOT__u_store_buffer__DOT__head_q;
  const unsigned count =
      root.cpu__DOT__u_memory__DOT__u_data_cache__DOT__u_store_buffer__DOT__count_q;
  for (unsigned n = 0; n < count; ++n) {
    const std::size_t at = (head + n) % std::size(addresses.m_storage);
    const unsigned entry = entries[at];
    if (entry & kSpace) continue;
    stores.push_back({addresses[at] << 2, entry & kSel, data[at]});
  }
  return stores;
}

std::vector<CpuModel::CachedLine> CpuModel::cached_lines(Cache cache) const {
  const auto& root = *rtl_->rootp;
  return cache == Cache::kData
             ? lines_of(root.cpu__DOT__u_memory__DOT__u_data_cache__DOT__u_tags__DOT__tag_q,
                        root.cpu__DOT__u_memory__DOT__u_data_cache__DOT__word_q)
             : lines_of(root.cpu__DOT__u_memory__DOT__u_instruction_cache__DOT__u_tags__DOT__tag_q,
                        root.cpu__DOT__u_memory__DOT__u_instruction_cache__DOT__word_q);
}

void CpuModel::clock() {
  code_base_ = rtl_->code_base_o;
  code32_ = rtl_->code32_o;
  paging_ = rtl_->paging_o;
  if (keeps_state_ == KeepState::kOn || (keeps_state_ == KeepState::kWhilePaging && paging_)) {
    unload_model(*rtl_);
  }
  // What execute stores at this edge is of an instruction that has not seen these.
  const std::uint8_t unseen = static_cast<std::uint8_t>(snoops_ - executing_snoops());
  clock_model(*rtl_);
  if (unseen != 0 && !latest_snoops_.empty()) note_overwritten(unseen);
  rtl_->snoop_i = 0;
}

/// Those of the instruction in execute.
std::uint8_t CpuModel::executing_snoops() const {
  return rtl_->rootp->cpu__DOT__u_retirement__DOT__x_snoops_q;
}

/// Of the latest `unseen` calls of snoop().
void CpuModel::note_overwritten(std::size_t unseen) {
  std::vector<BufferedStore> stores = buffered_stores();
  const Request now = request();
  if (now.stb && now.we && now.tga == kMemorySpace) stores.push_back({now.adr, now.sel, now.dat});
  const std::size_t count = std::min(unseen, latest_snoops_.size());
  for (Snoop& snoop : std::span(latest_snoops_).last(count)) {
    for (const BufferedStore& store : stores) {
      if (store.address == snoop.address) snoop.overwritten |= store.sel;
    }
  }
}

unsigned CpuModel::overwritten_lanes(std::size_t later) const {
  if (later >= latest_snoops_.size()) return 0;
  return latest_snoops_[latest_snoops_.size() - 1 - later].overwritten;
}

bool CpuModel::strobe() const {
  return rtl_->wb_stb_o;
}

CpuModel::Request CpuModel::request() const {
  Request request;
  request.adr = rtl_->wb_adr_o << 2;
  request.dat = rtl_->wb_dat_o;
  request.sel = rtl_->wb_sel_o;
  request.tga = rtl_->wb_tga_o;
  request.cti = rtl_->wb_cti_o;
  request.bte = rtl_->wb_bte_o;
  request.cyc = rtl_->wb_cyc_o;
  request.stb = rtl_->wb_stb_o;
  request.we = rtl_->wb_we_o;
  request.lock = rtl_->wb_lock_o;
  request.tgc = rtl_->wb_tgc_o;
  return request;
}

bool CpuModel::retired() const {
  return rtl_->retire_valid_o;
}

RetireRecord CpuModel::record() const {
  RetireRecord record;
  record.kind = static_cast<RetireKind>(rtl_->retire_kind_o);
  record.partial = rtl_->retire_partial_o;
  const bool event = record.kind != RetireKind::kInstruction;
  record.vector = event ? rtl_->retire_vector_o : 0;
  record.error_code = event ? rtl_->retire_error_o : 0;
  record.length = event ? 0 : rtl_->retire_length_o;
  record.eip = rtl_->retire_eip_o;
  record.linear_eip = rtl_->retire_linear_o;
  record.next_eip = rtl_->retire_next_eip_o;
  record.eflags = rtl_->retire_eflags_o;
  return record;
}

void CpuModel::keep_state(KeepState keep) {
  keeps_state_ = keep;
  if (keep != KeepState::kOn) latest_snoops_.clear();
}

CpuState CpuModel::look() {
  unload_model(*rtl_);
  return state();
}

CpuState CpuModel::state() const {
  CpuState state;
  for_each_word(state, [this](std::size_t word, auto& field) { field = rtl_->state_o[word]; });
  state.tsc = rtl_->state_o[kTscLow] | std::uint64_t{rtl_->state_o[kTscHigh]} << 32;
  return state;
}

void CpuModel::load(const CpuState& state) {
  for_each_word(state, [this](std::size_t word, auto& field) { rtl_->load_state_i[word] = field; });
  rtl_->load_state_i[kTscLow] = static_cast<EData>(state.tsc);
  rtl_->load_state_i[kTscHigh] = static_cast<EData>(state.tsc >> 32);
  rtl_->load_valid_i = 1;
  clock();
  rtl_->load_valid_i = 0;
}

void CpuModel::set_drain(bool drain) {
  rtl_->drain_i = drain;
}

bool CpuModel::drained() const {
  return rtl_->drained_o;
}

void CpuModel::count_cycles(bool count) {
  rtl_->count_i = count;
}

CycleCause CpuModel::cycle_cause() const {
  return static_cast<CycleCause>(rtl_->cause_o);
}

std::uint32_t CpuModel::happened() const {
  return rtl_->happened_o;
}

bool CpuModel::idle() const {
  return rtl_->idle_o;
}

bool CpuModel::shutdown() const {
  return rtl_->shutdown_o;
}

void CpuModel::trace(VerilatedVcdC* file, int levels) {
  rtl_->trace(file, levels);
}

}  // namespace strata
