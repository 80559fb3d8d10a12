// The working form of CpuState: what the semantics of instructions read and change. Registers, lazy
// flags, segment checks and the paths to memory. It knows no instructions: the opcode table's
// handlers act on it, and an engine drives it.
//
// Faults never throw. A call that can fault returns false after raise(); the handler then returns
// Outcome::kFault before it has changed any state, so the instruction can be restarted.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "models/isa/cpu_state.h"
#include "models/isa/guest_memory.h"
#include "models/isa/instruction.h"
#include "models/isa/lazy_flags.h"
#include "models/isa/mmu.h"

namespace strata {

/// An exception an instruction raised. `error_code` counts only for vectors that push one.
struct Fault {
  std::uint8_t vector = 0;
  std::uint32_t error_code = 0;
};

/// A place in memory whose access rights have been checked, in every page it touches:
/// read-modify-write cannot fault any more.
template <typename T>
struct Location {
  std::uint8_t* host = nullptr;
  GuestMemory::Place place;  // where host is null: not plain memory, or not inside one page
};

/// EIP values whose bytes can be fetched straight from host memory, 16 bytes at a time.
struct FetchWindow {
  std::uint32_t eip = 0;
  std::uint32_t size = 0;
  const std::uint8_t* host = nullptr;
};

/// How much of a segment operands reach without a look at its limit: they may be read and written
/// there.
enum class SegmentShape : std::uint8_t {
  kOther,  // only the check can tell
  kWords,  // offsets of 16 bits
  kWhole,  // all offsets
  kFlat,   // all, and they are linear addresses
};

/// The shapes of ES to GS, two bits each.
class SegmentShapes {
 public:
  SegmentShape operator[](unsigned segment) const {
    return static_cast<SegmentShape>(bits_ >> (2 * segment) & 3);
  }
  void set(unsigned segment, SegmentShape shape) {
    const unsigned at = 2 * segment;
    bits_ = static_cast<std::uint16_t>((bits_ & ~(3u << at)) | static_cast<unsigned>(shape) << at);
  }
  std::uint16_t bits() const { return bits_; }
  bool operator==(const SegmentShapes&) const = default;

 private:
  std::uint16_t bits_ = 0;
};

/// Sees each access by linear address that has no host page to go to at once, when it has been
/// allowed. `operand`: of the instruction at its level; else of a delivery, a descriptor, a TSS or
/// another level's stack. A write that is seen may still not be made, if a fault follows.
class AccessObserver {
 public:
  virtual void on_access(std::uint32_t linear, unsigned bytes, Access access, bool operand,
                         const GuestMemory::Place& place) = 0;

 protected:
  ~AccessObserver() = default;
};

class Processor {
 public:
  /// Longest instruction the 80386 accepts (SDM vol. 2, 2.3.11).
  static constexpr unsigned kMaxLength = 15;

  explicit Processor(EngineBus& bus, CpuFamily cpu_family = CpuFamily::k586)
      : memory(bus), family(cpu_family), mmu_(memory, cpu_family) {
    load_state(CpuState::reset(cpu_family));
  }

  void load_state(const CpuState& state);
  CpuState state() const;

  // ---- general registers, by number in the encoding ----

  template <typename T>
  T reg(unsigned number) const {
    if constexpr (sizeof(T) == 1) {
      return static_cast<T>(gpr[number & 3] >> ((number & 4) * 2));
    } else {
      return static_cast<T>(gpr[number]);
    }
  }

  template <typename T>
  void set_reg(unsigned number, T value) {
    if constexpr (sizeof(T) == 1) {
      const unsigned shift = (number & 4) * 2;
      gpr[number & 3] = (gpr[number & 3] & ~(0xFFu << shift)) | (std::uint32_t{value} << shift);
    } else if constexpr (sizeof(T) == 2) {
      gpr[number] = (gpr[number] & 0xFFFF0000) | value;
    } else {
      gpr[number] = value;
    }
  }

  /// Sets the part of a register an address size or stack size selects.
  void set_masked(unsigned number, std::uint32_t mask, std::uint32_t value) {
    gpr[number] = (gpr[number] & ~mask) | (value & mask);
  }

  // ---- flags ----

  std::uint32_t eflags_image() const { return control_flags | flags.status(); }

  /// Replaces the EFLAGS bits in `mask` by those of `image`.
  void set_eflags(std::uint32_t image, std::uint32_t mask);

  bool flag(std::uint32_t control_bit) const { return (control_flags & control_bit) != 0; }

  // ---- modes ----

  bool protected_mode() const { return (system.cr0 & cr0::kPe) != 0; }
  /// Current privilege level: SS's DPL, which is right in the instructions between setting CR0.PE
  /// and reloading CS too.
  unsigned cpl() const { return (system.seg[kSs].attributes >> attr::kDplShift) & 3; }
  std::uint32_t stack_mask() const { return stack_mask_; }
  bool code_big() const { return (system.seg[kCs].attributes & attr::kBig) != 0; }

  // ---- debugging (SDM vol. 3, chapter 17) ----

  /// Whether the next instruction may end in a debug trap or meet an instruction breakpoint, or has
  /// to clear RF: then an engine cannot just execute it.
  bool watched() const {
    constexpr std::uint32_t kFlags = eflags::kTf | eflags::kRf;
    return (control_flags & kFlags) != 0 || (system.dr[7] & dr7::kEnables) != 0;
  }

  /// MOV DRn. DR6 and DR7 keep the bits that exist.
  void set_debug_register(unsigned number, std::uint32_t value);

  /// An allowed access to I/O ports: it may meet a breakpoint.
  void note_port_access(std::uint16_t port, unsigned bytes);

  // ---- faults ----

  bool raise(std::uint8_t vector, std::uint32_t error_code = 0) {
    fault_ = {vector, error_code};
    return false;
  }
  Outcome raised(std::uint8_t vector, std::uint32_t error_code = 0) {
    raise(vector, error_code);
    return Outcome::kFault;
  }
  const Fault& fault() const { return fault_; }

  // ---- memory operands ----

  std::uint32_t effective_address(const Instruction& i) const {
    return (gpr[i.base] + (gpr[i.index] << i.scale) + i.displacement) & i.address_mask;
  }

  /// The effective address `bytes` behind that of the operand: where the next of several items in
  /// it is. Items go round in the address size, one item does not (models/isa/README.md).
  std::uint32_t item_address(const Instruction& i, std::uint32_t bytes) const {
    return (effective_address(i) + bytes) & i.address_mask;
  }

  template <typename T>
  [[gnu::always_inline]] bool read(unsigned segment, std::uint32_t offset, T& value) {
    std::uint32_t linear = 0;
    if (!readable<T>(segment, offset, linear)) [[unlikely]] {
      return false;
    }
    return read_at<T>(operands_, linear, value);
  }

  template <typename T>
  [[gnu::always_inline]] bool write(unsigned segment, std::uint32_t offset, T value) {
    std::uint32_t linear = 0;
    if (!writable<T>(segment, offset, linear)) [[unlikely]] {
      return false;
    }
    return write_at<T>(operands_, linear, value);
  }

  /// Checks a read-modify-write access; load() and store() then do it.
  template <typename T>
  [[gnu::always_inline]] bool locate(unsigned segment, std::uint32_t offset, Location<T>& at) {
    std::uint32_t linear = 0;
    if (!writable<T>(segment, offset, linear)) [[unlikely]] {
      return false;
    }
    return locate_at<T>(operands_, linear, at);
  }

  template <typename T>
  [[gnu::always_inline]] T load(const Location<T>& at) {
    if (at.host == nullptr) [[unlikely]] {
      return static_cast<T>(memory.read(at.place, sizeof(T)));
    }
    T value;
    std::memcpy(&value, at.host, sizeof(T));
    return value;
  }

  template <typename T>
  [[gnu::always_inline]] void store(const Location<T>& at, T value) {
    if (at.host == nullptr) [[unlikely]] {
      memory.write(at.place, sizeof(T), value);
    } else {
      std::memcpy(at.host, &value, sizeof(T));
    }
  }

  /// Host memory of an operand that may be read (written) at once; null where an access has to go
  /// the long way, which read() and write() know.
  template <typename T>
  [[gnu::always_inline]] const std::uint8_t* plain_to_read(unsigned segment,
                                                           std::uint32_t offset) const {
    const SegmentCheck& check = checks_[segment];
    return last_byte<T>(offset) > check.read_limit
               ? nullptr
               : plain_at<T>(operands_.view.readable, check.base + offset);
  }
  template <typename T>
  [[gnu::always_inline]] std::uint8_t* plain_to_write(unsigned segment,
                                                      std::uint32_t offset) const {
    const SegmentCheck& check = checks_[segment];
    return last_byte<T>(offset) > check.write_limit
               ? nullptr
               : plain_at<T>(operands_.view.writable, check.base + offset);
  }

  /// Whether DS, ES and SS all begin at 0, end at 4 GiB and may be read and written, and ESP is the
  /// stack pointer: then an offset there is a linear address and needs no check.
  bool flat() const { return flat_; }
  const SegmentShapes& segment_shapes() const { return shapes_; }

  /// As plain_to_read() and plain_to_write(), of an offset in DS, ES or SS where they are flat.
  template <typename T>
  [[gnu::always_inline]] const std::uint8_t* flat_to_read(std::uint32_t linear) const {
    return plain_at<T>(operands_.view.readable, linear);
  }
  template <typename T>
  [[gnu::always_inline]] std::uint8_t* flat_to_write(std::uint32_t linear) const {
    return plain_at<T>(operands_.view.writable, linear);
  }

  /// Limit and type checks of an access of sizeof(T) bytes; gives the linear address.
  template <typename T>
  bool readable(unsigned segment, std::uint32_t offset, std::uint32_t& linear) {
    const SegmentCheck& check = checks_[segment];
    linear = check.base + offset;
    if (last_byte<T>(offset) <= check.read_limit) [[likely]] {
      return true;
    }
    return check_access(segment, offset, sizeof(T), false);
  }
  template <typename T>
  bool writable(unsigned segment, std::uint32_t offset, std::uint32_t& linear) {
    const SegmentCheck& check = checks_[segment];
    linear = check.base + offset;
    if (last_byte<T>(offset) <= check.write_limit) [[likely]] {
      return true;
    }
    return check_access(segment, offset, sizeof(T), true);
  }

  /// #AC for an operand wider than the accesses it is made of (SDM vol. 3, table 6-7: a quadword).
  bool require_alignment(std::uint32_t linear, unsigned bytes) {
    const bool misaligned = (linear & (bytes - 1)) != 0 && checks_alignment();
    return !misaligned || raise(vector::kAlignmentCheck);
  }

  // ---- linear memory: no segment, but paging; false with #PF raised ----

  /// Of data accesses at the current level; descriptor tables and task state segments are always
  /// accessed as supervisor (SDM vol. 3, 4.6).
  Privilege privilege() const { return operands_.privilege; }

  template <typename T>
  bool read_linear(std::uint32_t linear, Privilege privilege, T& value) {
    return read_at<T>(tables(privilege), linear, value);
  }

  template <typename T>
  bool write_linear(std::uint32_t linear, Privilege privilege, T value) {
    return write_at<T>(tables(privilege), linear, value);
  }

  /// Checks a write; store() then cannot fault.
  template <typename T>
  bool locate_linear(std::uint32_t linear, Privilege privilege, Location<T>& at) {
    return locate_at<T>(tables(privilege), linear, at);
  }

  // ---- code ----

  /// The physical address of a code byte at the current level; false with #PF raised.
  bool translate_code(std::uint32_t linear, std::uint32_t& physical) {
    return translate(linear, privilege(), Access::kRead, physical);
  }

  /// Host memory of the page `linear` lies in, if code there can be fetched without a page walk;
  /// null: not known, or not plain memory.
  const std::uint8_t* code_page(std::uint32_t linear) const {
    return mmu_.code_page(privilege(), linear);
  }

  bool paging() const { return mmu_.paging(); }

  /// Pages that operands reach at once, at the current level.
  const PageView& operand_pages() const { return operands_.view; }
  /// Whether those are physical memory as it is: no paging, and no access has to be looked at.
  bool reaches_memory() const {
    return operands_.view.readable == memory.readable_pages() && memory.a20_open();
  }

  /// As GuestMemory::set_a20(), between two instructions.
  void set_a20(bool open) {
    memory.set_a20(open);
    mmu_.forget_hosts();
    window = {};
  }

  /// As Mmu::generation().
  std::uint32_t translation_generation() const { return mmu_.generation(); }

  /// As GuestMemory::guard_page().
  void guard_code(const std::uint8_t* page, bool guarded) {
    memory.guard_page(page, guarded, [this](std::uint32_t frame) { mmu_.forget_writable(frame); });
  }

  /// As Mmu::set_source().
  void set_source(TranslationSource& source, unsigned tlb_entries);
  const Mmu::TlbCounts& tlb_counts() const { return mmu_.tlb_counts(); }

  // ---- stack (SDM vol. 1, 6.2): the stack size is SS's B bit ----

  template <typename T>
  bool push(T value) {
    const auto size = static_cast<std::uint32_t>(sizeof(T));
    const std::uint32_t top = (gpr[kEsp] - size) & stack_mask_;
    if (!write<T>(kSs, top, value)) {
      return false;
    }
    set_masked(kEsp, stack_mask_, top);
    return true;
  }

  /// Reads the item `skip` bytes above the top, without moving ESP.
  template <typename T>
  bool peek(std::uint32_t skip, T& value) {
    return read<T>(kSs, (gpr[kEsp] + skip) & stack_mask_, value);
  }

  void drop(std::uint32_t bytes) { set_masked(kEsp, stack_mask_, gpr[kEsp] + bytes); }

  // ---- segments and mode changes ----

  /// Replaces a segment register whole; every change of one ends here.
  void set_segment(unsigned segment, const SegmentState& value) {
    system.seg[segment] = value;
    refresh_segment(segment);
  }

  /// Change a control register and what follows from it: segment checks, TLB entries, fetching.
  /// The values have been checked.
  void set_cr0(std::uint32_t value);
  void set_cr3(std::uint32_t value);
  void set_cr4(std::uint32_t value);

  /// INVLPG: forgets the page `linear` lies in.
  void flush_page(std::uint32_t linear);

  /// Asks the engine to look for interrupts at the next boundary (IF or the shadow has changed).
  void request_attention() { attention = true; }

  // ---- time stamp counter: an engine's clock and what WRMSR has added to it ----

  /// From now on the counter advances with `clock`, which outlives the processor; it keeps its
  /// value.
  void attach_clock(const std::uint64_t& clock) {
    const std::uint64_t value = time_stamp();
    clock_ = &clock;
    set_time_stamp(value);
  }
  std::uint64_t time_stamp() const { return clock_ != nullptr ? *clock_ + system.tsc : system.tsc; }
  void set_time_stamp(std::uint64_t value) {
    system.tsc = clock_ != nullptr ? value - *clock_ : value;
  }

  // ---- fields the handlers use directly ----

  /// EAX..EDI, then a register that always reads zero (kNoRegister).
  std::array<std::uint32_t, 9> gpr{};
  std::uint32_t eip = 0;
  /// EIP after the running instruction; branches change it.
  std::uint32_t next_eip = 0;
  LazyFlags flags;
  /// EFLAGS but for the status flags; bit 1 is set.
  std::uint32_t control_flags = eflags::kReserved1;
  bool attention = false;
  /// DR6 bits of the debug traps the running instruction has met so far. It ends in #DB if they are
  /// not zero; the engine clears them before the next.
  std::uint32_t debug_hits = 0;
  /// Everything else of the state. Its gpr, eip and eflags are not kept up to date; with a clock
  /// attached its tsc is the counter's lead over that.
  CpuState system;
  GuestMemory memory;
  const CpuFamily family;
  FetchWindow window;
  /// Null: nobody. Outlives the processor.
  AccessObserver* observer = nullptr;

 private:
  // An access reads all of one, so each lies in one line of the host's cache: a tenth of the time.
  struct alignas(32) SegmentCheck {
    std::uint32_t base = 0;
    /// Highest offset that may be read (written), or -1 where only check_access() can tell.
    std::int64_t read_limit = -1;
    std::int64_t write_limit = -1;
  };

  template <typename T>
  static std::int64_t last_byte(std::uint32_t offset) {
    return std::int64_t{offset} + (static_cast<std::int64_t>(sizeof(T)) - 1);
  }

  template <typename T>
  [[gnu::always_inline]] static std::uint8_t* plain_at(std::uint8_t* const* pages,
                                                       std::uint32_t linear) {
    std::uint8_t* page = pages[linear >> GuestMemory::kPageShift];
    const bool plain = page != nullptr && GuestMemory::inside_page<T>(linear);
    return plain ? page + (linear & GuestMemory::kPageMask) : nullptr;
  }

  /// How an access goes to memory.
  struct Reach {
    PageView view{};
    Privilege privilege = Privilege::kSupervisor;
    bool operand = false;  // of the instruction at its level: breakpoints and alignment count
  };

  Reach tables(Privilege privilege) const {
    return {.view = mmu_.view(privilege), .privilege = privilege};
  }

  /// One access where the view has its page; the slow calls do all others.
  template <typename T>
  [[gnu::always_inline]] bool read_at(const Reach& reach, std::uint32_t linear, T& value) {
    const std::uint8_t* page = reach.view.readable[linear >> GuestMemory::kPageShift];
    if (page == nullptr || !GuestMemory::inside_page<T>(linear)) [[unlikely]] {
      std::uint32_t pieces = 0;
      const bool done = read_slowly(reach, linear, sizeof(T), pieces);
      value = static_cast<T>(pieces);
      return done;
    }
    std::memcpy(&value, page + (linear & GuestMemory::kPageMask), sizeof(T));
    return true;
  }

  template <typename T>
  [[gnu::always_inline]] bool write_at(const Reach& reach, std::uint32_t linear, T value) {
    std::uint8_t* page = reach.view.writable[linear >> GuestMemory::kPageShift];
    if (page == nullptr || !GuestMemory::inside_page<T>(linear)) [[unlikely]] {
      return write_slowly(reach, linear, sizeof(T), value);
    }
    std::memcpy(page + (linear & GuestMemory::kPageMask), &value, sizeof(T));
    return true;
  }

  template <typename T>
  [[gnu::always_inline]] bool locate_at(const Reach& reach, std::uint32_t linear, Location<T>& at) {
    std::uint8_t* page = reach.view.writable[linear >> GuestMemory::kPageShift];
    if (page == nullptr || !GuestMemory::inside_page<T>(linear)) [[unlikely]] {
      at.host = nullptr;
      return find_place(reach, linear, sizeof(T), Access::kWrite, at.place);
    }
    at.host = page + (linear & GuestMemory::kPageMask);
    return true;
  }

  std::uint32_t writable_eflags() const;
  bool read_slowly(const Reach& reach, std::uint32_t linear, unsigned bytes, std::uint32_t& value);
  bool write_slowly(const Reach& reach, std::uint32_t linear, unsigned bytes, std::uint32_t value);
  bool find_place(const Reach& reach, std::uint32_t linear, unsigned bytes, Access access,
                  GuestMemory::Place& place);
  bool translate(std::uint32_t linear, Privilege privilege, Access access, std::uint32_t& physical);
  bool checks_alignment() const;
  void refresh_reach();

  void refresh_segment(unsigned segment);
  SegmentShape shape_of(unsigned segment) const;
  bool check_access(unsigned segment, std::uint32_t offset, unsigned bytes, bool for_write);

  std::array<SegmentCheck, 6> checks_{};
  Reach operands_{.operand = true};
  bool alignment_flag_ = false;  // EFLAGS.AC at the last refresh_reach()
  std::uint32_t stack_mask_ = 0xFFFF;
  bool flat_ = false;
  SegmentShapes shapes_;
  Mmu mmu_;
  Fault fault_;
  const std::uint64_t* clock_ = nullptr;
  std::uint64_t evictions_ = 0;  // of the TLB's entries that fetching knows of
};

/// Items pushed together: either all are, or the stack is untouched and a fault is raised.
class StackFrame {
 public:
  void add(std::uint32_t value) { values_[count_++] = value; }

  /// Pushes the items in the order they were added, each as a T.
  template <typename T>
  bool push(Processor& p) {
    std::array<Location<T>, kMost> places;
    std::uint32_t top = p.gpr[kEsp];
    for (unsigned n = 0; n < count_; ++n) {
      top = (top - static_cast<std::uint32_t>(sizeof(T))) & p.stack_mask();
      if (!p.locate<T>(kSs, top, places[n])) {
        return false;
      }
    }
    for (unsigned n = 0; n < count_; ++n) {
      p.store<T>(places[n], static_cast<T>(values_[n]));
    }
    p.set_masked(kEsp, p.stack_mask(), top);
    return true;
  }

 private:
  static constexpr unsigned kMost = 8;
  std::array<std::uint32_t, kMost> values_{};
  unsigned count_ = 0;
};

}  // namespace strata
