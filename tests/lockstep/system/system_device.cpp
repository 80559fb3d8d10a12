#include "tests/lockstep/system/system_device.h"

#include "tests/lockstep/system/system_features.h"
#include "tests/lockstep/system/system_map.h"
#include "tests/lockstep/system/system_segments.h"

namespace strata::test {

std::uint32_t SystemDevice::choice() {
  ++choices_;
  if (force_plan_) {
    force_plan_ = false;
    return SYSTEM_CHOICE_PLAN;
  }
  switch (pick(random_, 16)) {
    case 0:
    case 1:
    case 2: return SYSTEM_CHOICE_PLAN;
    case 3:
    case 4: return SYSTEM_CHOICE_RETURN;
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
    case 10: return has(kPaging) ? SYSTEM_CHOICE_MEND : SYSTEM_CHOICE_NUDGE;
    default: return SYSTEM_CHOICE_NUDGE;
  }
}

std::uint32_t SystemDevice::steps() {
  std::uint32_t bits = 0;
  if (has(kTasks) && pick(random_, 6) == 0) {
    bits |= SYSTEM_STEP_TASKS;
  }
  if (has(kPaging) && pick(random_, 4) == 0) bits |= SYSTEM_STEP_PAGE;
  if (has(kDebug) && pick(random_, 12) == 0) bits |= SYSTEM_STEP_DEBUG;
  if (pick(random_, 8) == 0) bits |= SYSTEM_STEP_CR0;
  return bits;
}

std::uint32_t SystemDevice::plan() {
  const unsigned plan = pick(random_, kPlans);
  destination_ = SystemProgram::destination(features_, plan);
  return SYSTEM_ROM16 + plan * SYSTEM_PLAN_BYTES;
}

std::uint32_t SystemDevice::place() {
  return system_place(random_, destination_.level, destination_.wide);
}

std::uint32_t SystemDevice::entry() {
  change_ = fault_pending_ ? change_page_of(random_, features_, fault_)
                           : change_any_page(random_, features_);
  fault_pending_ = false;
  return change_.address;
}

std::uint32_t SystemDevice::read(bool port, std::uint32_t address) {
  if (!port) {
    return static_cast<std::uint32_t>(random_());
  }
  switch (address) {
    case SYSTEM_PORT_CHOICE: return choice();
    case SYSTEM_PORT_NUDGE: return 1 + pick(random_, 8);
    case SYSTEM_PORT_STEPS: return steps();
    case SYSTEM_PORT_PLAN: return plan();
    case SYSTEM_PORT_PLACE: return place();
    case SYSTEM_PORT_VALUE: return random_value(random_);
    case SYSTEM_PORT_TASK: return (kFirstTss + pick(random_, SYSTEM_TSS_COUNT - 1)) * 8;
    case SYSTEM_PORT_LDT: return (kFirstLdt + pick(random_, 2)) * 8;
    case SYSTEM_PORT_ENTRY: return entry();
    case SYSTEM_PORT_ENTRY_VALUE: return change_.value;
    case SYSTEM_PORT_LINEAR: return change_.linear;
    case SYSTEM_PORT_FLUSH: return change_.flush;
    case SYSTEM_PORT_CR0: return random_cr0(random_, features_);
    case SYSTEM_PORT_DR7: return random_dr7(random_);
    default: return static_cast<std::uint32_t>(random_());
  }
}

void SystemDevice::write(bool port, std::uint32_t address, std::uint32_t value) {
  if (port && address == SYSTEM_PORT_FAULT) {
    fault_ = value;
    fault_pending_ = true;
  }
}

std::uint8_t SystemDevice::vector() {
  if (force_plan_) {
    return 0x20;
  }
  return static_cast<std::uint8_t>(pick(random_, 24) == 0 ? pick(random_, 256)
                                                          : 0x20 + pick(random_, 0xE0));
}

}  // namespace strata::test
