// Where an MMU's translations come from, if not from the guest's tables by itself: a monitor
// between guest and hardware. The MMU is the TLB in front of it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "models/isa/page_walk.h"

namespace strata {

class TranslationSource {
 public:
  virtual ~TranslationSource() = default;

  /// Before anything else: what makes the TLB forget every page that lies in a frame.
  virtual void attach(std::function<void(std::uint32_t frame)> forget_frame) = 0;

  /// A state was loaded as a whole, memory too: nothing known holds any more.
  virtual void reset(const PagingMode& mode) = 0;

  /// The guest has changed PG, WP, PSE or PGE; has loaded CR3; has executed INVLPG.
  virtual void on_control(const PagingMode& mode) = 0;
  virtual void on_directory(const PagingMode& mode) = 0;
  virtual void on_invalidate(std::uint32_t linear) = 0;

  /// The `bytes` bytes of memory at `physical` were written by a device.
  virtual void on_foreign_write(std::uint32_t physical, std::uint32_t bytes) = 0;

  /// The entry of the 4 KiB page of `linear`, for an access that the TLB has no entry for; false
  /// with `error_code` of the #PF. The entry may allow less than this access, which then is made
  /// all the same. Sets accessed and dirty bits in the guest's tables.
  virtual bool find(std::uint32_t linear, Privilege privilege, Access access, std::uint32_t& entry,
                    std::uint32_t& error_code) = 0;

  /// Whether the hardware runs with CR0.WP set, whatever the guest has.
  virtual bool write_protects() const = 0;

  /// What it has done so far, by name.
  virtual std::map<std::string, std::uint64_t> counters() const = 0;
};

}  // namespace strata
