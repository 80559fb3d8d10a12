#include "models/isa/task_switch.h"

#include "models/isa/privilege.h"
#include "models/isa/segmentation.h"
#include "models/isa/stack_switch.h"

namespace strata {
namespace {

constexpr Privilege kSystem = Privilege::kSupervisor;

/// Where things are in a TSS (SDM vol. 3, figures 7-2 and 7-10). Registers and segment selectors
/// lie in encoding order.
struct Layout {
  std::uint32_t least_limit;
  std::uint32_t eip;
  std::uint32_t eflags;
  std::uint32_t registers;
  std::uint32_t segments;
  std::uint32_t ldt;
  unsigned segment_count;
  std::uint32_t item;  // bytes from one register or selector to the next
};

constexpr Layout kLayout32 = {0x67, 0x20, 0x24, 0x28, 0x48, 0x60, 6, 4};
constexpr Layout kLayout16 = {0x2B, 0x0E, 0x10, 0x12, 0x22, 0x2A, 4, 2};
constexpr std::uint32_t kCr3 = 0x1C;   // 32-bit TSS only
constexpr std::uint32_t kTrap = 0x64;  // word; bit 0 is T

const Layout& layout_of(std::uint32_t attributes) {
  return is_tss32(attributes) ? kLayout32 : kLayout16;
}

/// The new task's state as its TSS has it.
struct Image {
  std::uint32_t cr3 = 0;
  std::uint32_t eip = 0;
  std::uint32_t eflags = 0;
  std::uint32_t registers[8] = {};
  std::uint16_t segments[6] = {};  // FS and GS are null after a 16-bit TSS
  std::uint16_t ldt = 0;
  std::uint16_t trap = 0;
};

/// Reads a dword or word field; what a word lacks is `upper`.
bool read_field(Processor& p, const Layout& layout, std::uint32_t address, std::uint32_t upper,
                std::uint32_t& value) {
  if (layout.item == 4) {
    return p.read_linear(address, kSystem, value);
  }
  std::uint16_t word = 0;
  const bool done = p.read_linear(address, kSystem, word);
  value = upper | word;
  return done;
}

bool read_image(Processor& p, const Layout& layout, std::uint32_t base, Image& image) {
  bool done = true;
  if (layout.item == 4) {
    done = p.read_linear(base + kCr3, kSystem, image.cr3) &&
           p.read_linear(base + kTrap, kSystem, image.trap);
  }
  done = done && read_field(p, layout, base + layout.eip, 0, image.eip) &&
         read_field(p, layout, base + layout.eflags, 0, image.eflags);
  for (unsigned n = 0; n < 8 && done; ++n) {
    const std::uint32_t at = base + layout.registers + n * layout.item;
    done = read_field(p, layout, at, 0xFFFF0000, image.registers[n]);
  }
  for (unsigned n = 0; n < layout.segment_count && done; ++n) {
    done = p.read_linear(base + layout.segments + n * layout.item, kSystem, image.segments[n]);
  }
  return done && p.read_linear(base + layout.ldt, kSystem, image.ldt);
}

bool write_field(Processor& p, const Layout& layout, std::uint32_t address, std::uint32_t value) {
  return layout.item == 4 ? p.write_linear(address, kSystem, value)
                          : p.write_linear(address, kSystem, static_cast<std::uint16_t>(value));
}

/// Saves the old task; its pages have been checked.
bool save_state(Processor& p, const TaskSwitch& request) {
  const Layout& layout = layout_of(p.system.tr.attributes);
  const std::uint32_t base = p.system.tr.base;
  const bool drop_nt = request.by == TaskSwitchBy::kReturn;
  const std::uint32_t flags = request.saved_eflags & ~(drop_nt ? eflags::kNt : 0);
  bool done = write_field(p, layout, base + layout.eip, request.saved_eip) &&
              write_field(p, layout, base + layout.eflags, flags);
  for (unsigned n = 0; n < 8 && done; ++n) {
    done = write_field(p, layout, base + layout.registers + n * layout.item, p.gpr[n]);
  }
  for (unsigned n = 0; n < layout.segment_count && done; ++n) {
    done = p.write_linear(base + layout.segments + n * layout.item, kSystem,
                          static_cast<std::uint16_t>(p.system.seg[n].selector));
  }
  return done;
}

// ---- step 5 of SDM vol. 3, 7.3: everything is there ----

/// #PF unless the bytes from `first` to `last` can be written.
bool probe_write(Processor& p, std::uint32_t first, std::uint32_t last) {
  Location<std::uint8_t> at;
  return p.locate_linear(first, kSystem, at) && p.locate_linear(last, kSystem, at);
}

bool probe_read(Processor& p, std::uint32_t first, std::uint32_t last) {
  std::uint8_t value = 0;
  return p.read_linear(first, kSystem, value) && p.read_linear(last, kSystem, value);
}

bool nests(TaskSwitchBy by) {
  return by == TaskSwitchBy::kCall || by == TaskSwitchBy::kInterrupt;
}

/// The change of the busy bit in the old (JMP, IRET) or the new task's descriptor.
bool prepare_busy(Processor& p, const TaskSwitch& request, const Descriptor& tss,
                  AccessChange& old_free, AccessChange& new_busy) {
  if (!nests(request.by)) {
    Descriptor old;
    const auto selector = static_cast<std::uint16_t>(p.system.tr.selector);
    const auto free = [](const Descriptor& d) {
      return static_cast<std::uint8_t>(d.attributes() & ~system_type::kBusy);
    };
    if (!read_descriptor(p, selector, old) || !old_free.prepare(p, old.address, free(old))) {
      return false;
    }
  }
  const auto busy = static_cast<std::uint8_t>(tss.attributes() | system_type::kBusy);
  return request.by == TaskSwitchBy::kReturn || new_busy.prepare(p, tss.address, busy);
}

/// All that can fault in the old task: limits, then pages.
bool prepare_switch(Processor& p, const TaskSwitch& request, std::uint16_t selector,
                    const Descriptor& tss, AccessChange& old_free, AccessChange& new_busy) {
  const SegmentState& old = p.system.tr;
  const Layout& from = layout_of(old.attributes);
  const Layout& to = layout_of(tss.attributes());
  if (tss.limit() < to.least_limit) {
    return p.raise(vector::kInvalidTss, error_of(selector, request.external));
  }
  if (old.limit < from.least_limit) {
    return p.raise(vector::kInvalidTss,
                   error_of(static_cast<std::uint16_t>(old.selector), request.external));
  }
  const std::uint32_t base = tss.segment(selector, 0).base;
  const std::uint32_t saved_last = from.segments + from.segment_count * from.item - 1;
  return probe_read(p, base, base + to.least_limit) &&
         probe_write(p, old.base + from.eip, old.base + saved_last) &&
         (!nests(request.by) || probe_write(p, base, base + 1)) &&
         prepare_busy(p, request, tss, old_free, new_busy);
}

// ---- steps 6 to 12 ----

/// Selectors of the new task before their descriptors are loaded: unusable, with SS's DPL as CPL.
void set_raw_segments(Processor& p, const Image& image, unsigned level) {
  for (unsigned n = kEs; n <= kGs; ++n) {
    SegmentState state = null_segment(image.segments[n]);
    state.attributes |= level << attr::kDplShift;
    p.set_segment(n, state);
  }
}

void load_state(Processor& p, const TaskSwitch& request, const Image& image, bool wide) {
  p.set_cr0(p.system.cr0 | cr0::kTs);
  if (wide && (p.system.cr0 & cr0::kPg) != 0) {
    p.set_cr3(image.cr3);
  }
  p.set_eflags(image.eflags | (nests(request.by) ? eflags::kNt : 0), 0xFFFFFFFF);
  p.eip = image.eip;
  p.next_eip = image.eip;
  for (unsigned n = 0; n < 8; ++n) {
    p.gpr[n] = image.registers[n];
  }
  p.set_debug_register(7, p.system.dr[7] & ~(dr7::kLocal | dr7::kLe));
  p.system.ldtr = null_segment(image.ldt);
}

/// Saves the old task and loads the new one's registers. Faults only if saving the old state has
/// changed the page tables under the new TSS.
bool commit_switch(Processor& p, const TaskSwitch& request, std::uint16_t selector,
                   const Descriptor& tss, const AccessChange& old_free,
                   const AccessChange& new_busy, Image& image) {
  const SegmentState task = tss.segment(selector, system_type::kBusy);
  const auto old_selector = static_cast<std::uint16_t>(p.system.tr.selector);
  old_free.commit(p);
  if (!save_state(p, request) ||
      (nests(request.by) && !p.write_linear(task.base, kSystem, old_selector))) {
    return false;
  }
  new_busy.commit(p);
  p.system.tr = task;
  if (!read_image(p, layout_of(task.attributes), task.base, image)) {
    return false;
  }
  load_state(p, request, image, is_tss32(task.attributes));
  return true;
}

// ---- step 13: in the new task ----

bool load_ldt(Processor& p, std::uint16_t selector, Refusal refusal) {
  if (is_null(selector)) {
    return true;
  }
  const std::uint32_t error = error_of(selector, refusal.external);
  if ((selector & kTableIndicator) != 0) {
    return p.raise(refusal.vector, error);
  }
  Descriptor ldt;
  if (!find_descriptor(p, selector, refusal.vector, refusal.external, ldt)) {
    return false;
  }
  if (!ldt.is_system() || ldt.type() != system_type::kLdt || !ldt.present()) {
    return p.raise(refusal.vector, error);
  }
  p.system.ldtr = ldt.segment(selector, 0);
  return true;
}

/// LDTR, CS, SS, then DS ES FS GS, each checked and loaded before the next.
bool load_segments(Processor& p, const Image& image, std::uint32_t external) {
  const Refusal refusal = {.vector = vector::kInvalidTss, .external = external};
  const bool v86 = virtual_8086(p);
  const unsigned level = v86 ? 3 : rpl_of(image.segments[kCs]);
  set_raw_segments(p, image, level);
  if (!load_ldt(p, image.ldt, refusal)) {
    return false;
  }
  if (v86) {
    for (unsigned n = kEs; n <= kGs; ++n) {
      p.set_segment(n, v86_segment(image.segments[n]));
    }
    return true;
  }
  CodeTarget code;
  if (!check_code_segment(p, CodeUse::kTask, image.segments[kCs], refusal, code)) {
    return false;
  }
  code.code.commit(p, kCs);
  CheckedSegment stack;
  if (!check_stack_segment(p, image.segments[kSs], level, refusal, stack)) {
    return false;
  }
  stack.commit(p, kSs);
  for (const unsigned n : {kDs, kEs, kFs, kGs}) {
    CheckedSegment data;
    if (!check_data_segment(p, image.segments[n], level, refusal, data)) {
      return false;
    }
    data.commit(p, n);
  }
  return true;
}

bool push_error_code(Processor& p, const TaskSwitch& request) {
  const bool wide = is_tss32(p.system.tr.attributes);
  if (wide ? p.push<std::uint32_t>(request.error_code)
           : p.push<std::uint16_t>(static_cast<std::uint16_t>(request.error_code))) {
    return true;
  }
  return push_fault(p, request.external);
}

/// The debug trap of TSS bit T (SDM vol. 3, 17.3.1.5), before the new task's first instruction.
void request_debug_trap(Processor& p) {
  p.system.dr[6] |= dr6::kBt;
  p.system.pending_exception = kPendingDebugTrap;
  p.request_attention();
}

/// SDM vol. 3, 7.3. `tss` has the right type and is present.
bool switch_task(Processor& p, const TaskSwitch& request, std::uint16_t selector,
                 const Descriptor& tss) {
  AccessChange old_free;
  AccessChange new_busy;
  Image image;
  if (!prepare_switch(p, request, selector, tss, old_free, new_busy) ||
      !commit_switch(p, request, selector, tss, old_free, new_busy, image) ||
      !load_segments(p, image, request.external) ||
      (request.push_error && !push_error_code(p, request))) {
    return false;
  }
  if (p.next_eip > p.system.seg[kCs].limit) {
    return p.raise(vector::kGeneralProtection, request.external);
  }
  if ((image.trap & 1) != 0) {
    request_debug_trap(p);
  }
  return true;
}

// ---- which TSS ----

/// Checks the descriptor of a TSS: available, or busy for IRET; then present.
bool check_tss(Processor& p, std::uint16_t selector, const Descriptor& tss, unsigned busy,
               Refusal refusal) {
  const unsigned type = tss.type() & ~system_type::kWide;
  if (!tss.is_system() || type != (system_type::kTss16 | busy)) {
    return p.raise(refusal.vector, error_of(selector, refusal.external));
  }
  return tss.present() || p.raise(vector::kSegmentNotPresent, error_of(selector, refusal.external));
}

/// Finds the TSS a task gate or a back link names, which must be in the GDT.
bool find_tss(Processor& p, std::uint16_t selector, unsigned busy, Refusal refusal,
              Descriptor& tss) {
  if (is_null(selector) || (selector & kTableIndicator) != 0) {
    return p.raise(refusal.vector, error_of(selector, refusal.external));
  }
  return find_descriptor(p, selector, refusal.vector, refusal.external, tss) &&
         check_tss(p, selector, tss, busy, refusal);
}

}  // namespace

bool is_task_target(const Descriptor& descriptor) {
  const unsigned type = descriptor.type();
  return descriptor.is_system() &&
         (type == system_type::kTaskGate || (type & ~system_type::kWide) == system_type::kTss16);
}

bool transfer_to_task(Processor& p, TaskSwitchBy by, std::uint16_t selector,
                      const Descriptor& descriptor) {
  const TaskSwitch request = {.by = by, .saved_eip = p.next_eip, .saved_eflags = p.eflags_image()};
  const bool gate = descriptor.type() == system_type::kTaskGate;
  const bool local_tss = !gate && (selector & kTableIndicator) != 0;
  if (descriptor.dpl() < p.cpl() || descriptor.dpl() < rpl_of(selector) || local_tss) {
    return p.raise(vector::kGeneralProtection, error_of(selector, 0));
  }
  if (!descriptor.present()) {
    return p.raise(vector::kSegmentNotPresent, error_of(selector, 0));
  }
  if (!gate) {
    return switch_task(p, request, selector, descriptor);
  }
  Descriptor tss;
  return find_tss(p, descriptor.gate_selector(), 0, {}, tss) &&
         switch_task(p, request, descriptor.gate_selector(), tss);
}

bool return_to_task(Processor& p) {
  const TaskSwitch request = {
      .by = TaskSwitchBy::kReturn, .saved_eip = p.next_eip, .saved_eflags = p.eflags_image()};
  std::uint16_t link = 0;
  Descriptor tss;
  return p.read_linear(p.system.tr.base, kSystem, link) &&
         find_tss(p, link, system_type::kBusy, {.vector = vector::kInvalidTss}, tss) &&
         switch_task(p, request, link, tss);
}

bool interrupt_task(Processor& p, std::uint16_t selector, const TaskSwitch& request) {
  Descriptor tss;
  return find_tss(p, selector, 0, {.external = request.external}, tss) &&
         switch_task(p, request, selector, tss);
}

}  // namespace strata
