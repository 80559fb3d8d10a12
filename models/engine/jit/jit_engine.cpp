#include "models/engine/jit/jit_engine.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstdio>

#include "models/engine/jit/ir_check.h"
#include "models/engine/jit/listing.h"
#include "models/engine/jit/lower.h"

namespace strata {

using jit::Exit;
using jit::HostCode;
using jit::JitContext;

namespace {

/// A block that is translated again and again, because its bytes are run at several EIPs, is left
/// to the other engine.
constexpr unsigned kMostTranslations = 16;
/// Longest code of one block.
constexpr std::size_t kRoomForBlock = std::size_t{64} << 10;
/// Instructions until the engine looks whether somebody has asked it to stop.
constexpr Cycle kMostInstructions = 1 << 20;

/// perf(1) reads it: a line a piece of code, with address, size and name. Without the file nothing
/// is named.
FileDescriptor open_perf_map() {
  const std::string name = "/tmp/perf-" + std::to_string(getpid()) + ".map";
  return FileDescriptor(open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
}

/// Whether translated code gains more than it loses by calling the interpreter, and by coming back
/// where that ends the block: as much as an instruction or two gain.
bool worth_translating(const jit::IrBlock& block) {
  unsigned gains = 0, losses = 0;
  for (const jit::IrInstruction& one : block.instructions) {
    if (!left_to_interpreter(one.op)) ++gains;
    if (one.op == jit::IrOp::kInterpret || one.op == jit::IrOp::kInterpretOn) ++losses;
    if (one.op == jit::IrOp::kInterpretLast) losses += 4;
  }
  return gains > losses;
}

template <typename T>
std::int32_t distance(const Processor& from, const T& to) {
  return static_cast<std::int32_t>(reinterpret_cast<const char*>(&to) -
                                   reinterpret_cast<const char*>(&from));
}

}  // namespace

// ---- making ----

JitEngine::JitEngine(strata::EngineBus& bus, std::span<const MemoryRegion> regions, Cycle cpi,
                     CpuFamily family, const Settings& settings)
    : BlockEngine(bus, regions, cpi, family, settings.steps),
      settings_(settings),
      window_(regions),
      buffer_(settings.code) {
  if (settings.perf_map) perf_map_ = open_perf_map();
  if (buffer_.failed()) return;
  context_.engine = this;
  context_.step = [](void* engine, Translation* translation, std::uint32_t index) {
    return static_cast<JitEngine*>(engine)->step(*translation, index);
  };
  context_.window = window_.base();
  code_writer_ = std::make_unique<HostCode>(buffer_.size(), buffer_.writable(), offsets());
  emit_common_code();
  code_.count_runs([this](Block& block) {
    if (block.translation != nullptr) drop(*block.translation);
  });
}

JitEngine::~JitEngine() = default;

jit::Offsets JitEngine::offsets() {
  return {.gpr = distance(processor_, processor_.gpr),
          .eip = distance(processor_, processor_.eip),
          .segments = distance(processor_, processor_.system.seg),
          .context = distance(processor_, context_)};
}

/// Enter, leave, and the call of step(): what touches all registers.
void JitEngine::emit_common_code() {
  using namespace Xbyak::util;
  HostCode& c = *code_writer_;
  const auto load_registers = [&] {
    for (unsigned n = 0; n < 8; ++n) c.mov(HostCode::guest32(n), c.gpr(n));
  };
  const auto store_registers = [&] {
    for (unsigned n = 0; n < 8; ++n) c.mov(c.gpr(n), HostCode::guest32(n));
    c.mov(c.context32(offsetof(JitContext, flags)), HostCode::image32());
    c.mov(c.context32(offsetof(JitContext, budget)), HostCode::budget32());
  };
  const Xbyak::Reg64 kKept[] = {rbx, rbp, r12, r13, r14, r15};

  const std::size_t enter = c.getSize();
  for (const auto& kept : kKept) c.push(kept);
  c.sub(rsp, 8);
  c.mov(r15, rdi);
  c.mov(r9, rsi);
  c.mov(HostCode::budget32(), c.context32(offsetof(JitContext, budget)));
  c.mov(HostCode::window64(), c.context64(offsetof(JitContext, window)));
  c.mov(HostCode::readable64(), c.context64(offsetof(JitContext, readable)));
  c.mov(HostCode::image32(), c.context32(offsetof(JitContext, flags)));
  load_registers();
  c.jmp(r9);

  common_.leave = c.getSize();
  store_registers();
  common_.leave_stored = c.getSize();
  c.add(rsp, 8);
  for (auto it = std::rbegin(kKept); it != std::rend(kKept); ++it) c.pop(*it);
  c.ret();

  common_.step = c.getSize();
  Xbyak::Label leave;
  store_registers();
  c.mov(rdi, c.context64(offsetof(JitContext, engine)));
  c.mov(rsi, HostCode::value64());
  c.mov(edx, HostCode::address32());
  c.sub(rsp, 8);
  c.call(c.context64(offsetof(JitContext, step)));
  c.add(rsp, 8);
  c.test(eax, eax);
  c.jnz(leave);
  c.mov(HostCode::image32(), c.context32(offsetof(JitContext, flags)));
  c.mov(HostCode::budget32(), c.context32(offsetof(JitContext, budget)));
  load_registers();
  c.ret();
  c.L(leave);
  c.add(rsp, 8);
  c.jmp(c.getCode() + common_.leave_stored, HostCode::T_NEAR);

  common_end_ = c.getSize();
  enter_ = reinterpret_cast<Enter>(reinterpret_cast<std::uintptr_t>(buffer_.executable(enter)));
}

// ---- translations ----

bool JitEngine::translatable(const Block& block) const {
  return block.translations < kMostTranslations;
}

/// Operands in memory are looked up by their page where the window does not show them, as while the
/// A20 gate is closed.
jit::Conditions JitEngine::conditions() const {
  const bool windowed =
      processor_.reaches_memory() && processor_.memory.a20_open() && window_.useful();
  return jit::Conditions::of(processor_, !windowed);
}

/// Whether all code of the block's page, which is at EIP, is inside CS: what follows a block there
/// is run without a look at the limit.
bool JitEngine::page_inside_limit(const Block& block) const {
  constexpr std::uint32_t kPageBytes = GuestMemory::kPageMask + 1;
  const std::uint64_t end = std::uint64_t{processor_.eip} + (kPageBytes - block.offset);
  return end <= std::uint64_t{processor_.system.seg[kCs].limit} + 1;
}

/// The block's translation, once it has run often enough.
Translation* JitEngine::ready(Block& block) {
  if ((block.special & Block::kCounted) == 0) return nullptr;
  if (!translatable(block)) {
    block.special &= ~Block::kCounted;
    return nullptr;
  }
  if (!page_inside_limit(block)) return nullptr;
  if (block.translation != nullptr) {
    const Translation& known = *block.translation;
    const bool holds = known.conditions == conditions().for_code(known.segments);
    if (known.eip == processor_.eip && holds) return block.translation;
    drop(*block.translation);
  }
  if (block.runs < settings_.runs) {
    ++block.runs;
    return nullptr;
  }
  return translate(block);
}

/// Whether flags need not be kept for what follows at `eip`: it is in the block's page.
bool JitEngine::lost_behind(Block& block, unsigned edge, std::uint32_t eip) {
  constexpr std::uint32_t kPageBytes = GuestMemory::kPageMask + 1;
  const std::uint32_t offset = block.offset + (eip - processor_.eip);
  std::uint32_t looked_at = 0;
  const bool lost = offset < kPageBytes &&
                    jit::replaces_flags(block.page + offset, kPageBytes - offset, block.mode.big,
                                        processor_.family, conditions(), looked_at);
  code_.depend(block, edge, offset, lost ? looked_at : 0);
  return lost;
}

Translation* JitEngine::translate(Block& block) {
  const auto begin = std::chrono::steady_clock::now();
  if (code_writer_ == nullptr) return nullptr;
  const jit::Conditions now = conditions();
  jit::IrBlock ir = jit::lower_block(block, now, processor_.eip);
  if (!settings_.every_block && !worth_translating(ir)) {
    block.special &= ~Block::kCounted;
    return nullptr;
  }
  if (buffer_.size() - code_writer_->getSize() < kRoomForBlock) drop_all();
  auto translation = std::make_unique<Translation>();
  translation->block = &block;
  translation->eip = processor_.eip;
  translation->segments = ir.segments();
  translation->conditions = now.for_code(translation->segments);
  translation->trapping = block.trapping;
  const jit::IrInstruction& last = ir.instructions.back();
  const std::uint32_t behind = processor_.eip + block.bytes;
  const bool lost_next = goes_on_behind(last.op) && lost_behind(block, 0, behind);
  const bool lost_target = goes_to_target(last.op) && lost_behind(block, 1, last.target);
  find_live_flags(ir, lost_next, lost_target);
  assert(jit::check(ir, block).empty());
  translation->listed = settings_.list;
  if (settings_.list) {
    for (const jit::IrInstruction& one : ir.instructions) {
      translation->operations.push_back(to_text(one));
    }
  }
  jit::BlockEmitter(*code_writer_, common_, *translation).emit(ir);
  name_code(*translation);
  translations_.push_back(std::move(translation));
  block.translation = translations_.back().get();
  ++block.translations;
  ++counts_.translated;
  counts_.host_ns += static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - begin)
          .count());
  return block.translation;
}

void JitEngine::name_code(const Translation& translation) const {
  if (!perf_map_.valid()) return;
  char line[80];
  const int length = std::snprintf(
      line, sizeof(line), "%zx %zx guest_%08x\n",
      reinterpret_cast<std::size_t>(buffer_.executable(translation.begin)),
      translation.end - translation.begin, translation.conditions.code_base + translation.eip);
  static_cast<void>(write(perf_map_.get(), line, static_cast<std::size_t>(length)));
}

void JitEngine::link(TranslationEdge& edge, Translation& to) {
  edge.to = &to;
  to.incoming.push_back(&edge);
  const bool free = edge.flags_lost || (edge.host_flags && edge.right_flags);
  const bool host_entry = to.host_entry != 0 && free;
  if (edge.host_flags && !host_entry) {
    redirect(edge.image_jump, to.entry);
  } else {
    redirect(edge.jump, host_entry ? to.host_entry : to.entry);
  }
  ++counts_.linked;
}

/// What `to` asks for must be what `from` does. Where addresses are looked up, another page may be
/// elsewhere next time.
bool JitEngine::may_link(const Translation& from, const Translation& to) const {
  return from.conditions.for_code(to.segments) == to.conditions &&
         (!from.conditions.looks_up || from.block->page == to.block->page);
}

void JitEngine::unlink(TranslationEdge& edge) {
  edge.to = nullptr;
  redirect(edge.jump, edge.stub);
  if (edge.host_flags) redirect(edge.image_jump, edge.exit);
}

/// Makes the jump whose displacement is at `jump` go to `target`.
void JitEngine::redirect(std::size_t jump, std::size_t target) {
  code_writer_->rewrite(jump, target - (jump + 4), 4);
}

/// Nobody enters it any more; what of it runs goes on.
void JitEngine::drop(Translation& translation) {
  for (TranslationEdge* edge : translation.incoming) unlink(*edge);
  translation.incoming.clear();
  for (TranslationEdge& edge : translation.edges) {
    if (edge.to != nullptr) std::erase(edge.to->incoming, &edge);
    edge.to = nullptr;
  }
  JitContext::Jump& jump = context_.jumps[translation.eip % JitContext::kJumps];
  if (jump.code == buffer_.executable(translation.entry)) jump = {};
  translation.dead = true;
  translation.block->translation = nullptr;
  ++counts_.dropped;
}

void JitEngine::drop_all() {
  for (const auto& translation : translations_) {
    if (!translation->dead) translation->block->translation = nullptr;
  }
  forget_translations();
}

void JitEngine::on_flush() {
  BlockEngine::on_flush();
  forget_translations();
}

void JitEngine::forget_translations() {
  if (!translations_.empty()) ++counts_.flushes;
  translations_.clear();
  context_.jumps.fill({});
  if (code_writer_ != nullptr) code_writer_->setSize(common_end_);
  ++flush_number_;
}

void JitEngine::guard(const std::uint8_t* page, bool guarded) {
  BlockEngine::guard(page, guarded);
  window_.guard(page, guarded);
}

const std::uint8_t* JitEngine::go_on(const std::uint8_t* at) {
  if (!buffer_.holds(at)) return nullptr;
  const std::size_t offset = buffer_.offset_of(at);
  const auto behind = std::ranges::upper_bound(
      translations_, offset, {}, [](const auto& translation) { return translation->begin; });
  if (behind == translations_.begin()) return nullptr;
  Translation& translation = **std::prev(behind);
  const auto site =
      std::ranges::lower_bound(translation.sites, offset, {}, &Translation::Site::code);
  if (site == translation.sites.end() || site->code != offset) return nullptr;
  translation.block->trapping |= std::uint64_t{1} << site->index;
  translation.renew = true;
  return buffer_.executable(site->stub);
}

// ---- running ----

std::int32_t JitEngine::budget() const {
  const Cycle cycles = cycles_to_break();
  const Cycle left = cpi_ == 1 ? cycles : cycles / cpi_;  // a division takes its time
  return static_cast<std::int32_t>(std::min(left, kMostInstructions)) - jit::kReserve;
}

/// A number for what EIP means now, in bits 63:32.
std::uint64_t JitEngine::tag() {
  const JumpCache::Context now = context();
  const std::size_t place =
      (now ^ granted_.code_base >> 4 ^ granted_.shapes.bits() ^ (granted_.looks_up ? 8 : 0)) %
      tags_.size();
  TaggedContext& known = tags_[place];
  if (known.tag == 0 || known.context != now || known.conditions != granted_) {
    known = {now, granted_, next_tag_++};
  }
  return std::uint64_t{known.tag} << 32;
}

bool JitEngine::run_translated(Block& block) {
  Translation* const translation = follow(&block);
  if (translation == nullptr) return false;
  const jit::FaultScope faults(*this);
  run(translation);
  return true;
}

/// Runs translated code until there is none, or the engine must look at something.
void JitEngine::run(Translation* translation) {
  Processor& p = processor_;
  while (translation != nullptr) {
    run_.accessing = nullptr;
    context_.budget = budget();
    begin_counting(context_.budget);
    context_.flags = p.flags.status();
    granted_ = conditions();
    context_.tag = tag();
    context_.readable = p.operand_pages().readable;
    context_.writable = p.operand_pages().writable;
    context_.exit = Exit::kStep;
    ++counts_.entered;
    enter_(&p, buffer_.executable(translation->entry));
    bool lost = false;
    translation = leave(lost);
    if (translation == nullptr && lost) {
      if (Block* next = find()) run_one(*next);
    }
  }
}

/// What is left to do where translated code has come back, and the translation to go on with.
/// `lost`: flags are not those of the guest until the block at EIP has run.
Translation* JitEngine::leave(bool& lost) {
  if (context_.exit == Exit::kStep) {
    if (left_translation_->renew && !left_translation_->dead) drop(*left_translation_);
    counts_.instructions += instructions_ - instructions_before_;
    if (left_step_ != nullptr) {
      end_instruction(left_step_->instruction, left_outcome_, left_translation_->block->certain());
    }
    return must_break() ? nullptr : follow(find());
  }
  processor_.flags.set_status(context_.flags);
  const std::int64_t executed = budget_before_ - context_.budget;
  cycle_ = cycle_before_ + static_cast<Cycle>(executed) * cpi_;
  instructions_ = instructions_before_ + static_cast<std::uint64_t>(executed);
  counts_.instructions += static_cast<std::uint64_t>(executed);
  TranslationEdge* const edge = context_.exit == Exit::kEdge ? context_.edge : nullptr;
  lost = context_.exit == Exit::kBudget || (edge != nullptr && edge->flags_lost);
  if (must_break() || context_.exit == Exit::kBudget) return nullptr;
  const std::uint64_t flush_number = flush_number_;
  Translation* next = follow(find());
  if (next == nullptr) return nullptr;
  if (edge == nullptr) {
    context_.jumps[next->eip % JitContext::kJumps] = {tag() | next->eip,
                                                      buffer_.executable(next->entry)};
  } else if (flush_number == flush_number_ && edge->to == nullptr && !edge->from->dead &&
             may_link(*edge->from, *next)) {
    link(*edge, *next);
  }
  return next;
}

Translation* JitEngine::follow(Block* next) {
  return next != nullptr && next->certain() && budget() >= 0 ? ready(*next) : nullptr;
}

/// One instruction by its handler, in the middle of translated code. Not 0: that is left.
std::uint32_t JitEngine::step(Translation& translation, std::uint32_t index) {
  Processor& p = processor_;
  const Block& block = *translation.block;
  const Step& step = block.steps[index];
  const unsigned counted = index >= translation.counted_from ? block.count : 0;
  const std::int64_t executed = std::int64_t{budget_before_} - context_.budget + index - counted;
  cycle_ = cycle_before_ + static_cast<Cycle>(executed) * cpi_;
  instructions_ = instructions_before_ + static_cast<std::uint64_t>(executed);
  p.flags.set_status(context_.flags);
  p.eip = translation.eip + step.offset;
  p.next_eip = p.eip + step.instruction.length;
  ++counts_.stepped;
  ++fallbacks_[std::min<std::size_t>(step.instruction.row, fallbacks_.size() - 1)];
  const Outcome outcome = step.instruction.execute(p, step.instruction);
  const bool last = index + 1 == block.steps.size();
  const bool goes_on = !last || translation.goes_on;
  left_step_ = &step;
  left_outcome_ = outcome;
  left_translation_ = &translation;
  context_.exit = Exit::kStep;
  if (outcome == Outcome::kRepeat && goes_on && block.certain()) return repeat(translation, step);
  if (outcome == Outcome::kDone && goes_on && may_go_on(translation)) {
    context_.flags = p.flags.status();
    return 0;
  }
  if (outcome == Outcome::kDone) p.eip = p.next_eip;
  return 1;
}

/// Behind an instruction of the translation that the interpreter carried out.
bool JitEngine::may_go_on(const Translation& translation) const {
  return !processor_.attention && !translation.renew && granted_.still_hold(processor_);
}

/// The further iterations of a string instruction that ends its block, whose first has been made.
/// As step(); where translated code goes on the counts begin anew, as iterations take time but are
/// no instructions.
std::uint32_t JitEngine::repeat(Translation& translation, const Step& step) {
  const Block& block = *translation.block;
  end_instruction(step.instruction, Outcome::kRepeat, true);
  left_step_ = nullptr;
  const std::int32_t left = budget();
  const bool ended = processor_.eip == translation.eip + block.bytes;
  if (!ended || left < 0 || must_break() || !may_go_on(translation)) return 1;
  const bool counted = step.index >= translation.counted_from;
  context_.budget = left + (counted ? 0 : block.count);
  context_.flags = processor_.flags.status();
  counts_.instructions += instructions_ - instructions_before_;
  begin_counting(left);
  return 0;
}

/// Translated code has `left` on its budget from now on.
void JitEngine::begin_counting(std::int32_t left) {
  budget_before_ = left;
  cycle_before_ = cycle_;
  instructions_before_ = instructions_;
}

std::string JitEngine::translations() const {
  std::vector<const Translation*> alive;
  for (const auto& translation : translations_) {
    if (!translation->dead) alive.push_back(translation.get());
  }
  return jit::listing(alive, buffer_, processor_.family);
}

std::map<std::string, std::uint64_t> JitEngine::counters() const {
  auto counters = BlockEngine::counters();
  counters["jit.translated"] = counts_.translated;
  counters["jit.entered"] = counts_.entered;
  counters["jit.linked"] = counts_.linked;
  counters["jit.dropped"] = counts_.dropped;
  counters["jit.flushes"] = counts_.flushes;
  counters["jit.instructions"] = counts_.instructions;
  counters["jit.stepped"] = counts_.stepped;
  counters["jit.host-ns"] = counts_.host_ns;
  const auto rows = opcode_rows();
  for (std::size_t row = 0; row < fallbacks_.size(); ++row) {
    if (fallbacks_[row] == 0) continue;
    const char* name = row < rows.size() ? rows[row].mnemonic : "(undefined)";
    counters[std::string("jit.fallback.") + name] += fallbacks_[row];
  }
  return counters;
}

}  // namespace strata
