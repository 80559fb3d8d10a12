// What the CPU, and who watches it, must know of the other masters of the bus.
#pragma once

#include <functional>
#include <utility>

#include "models/bus/bus_rtl.h"
#include "models/cpu/cpu_rtl.h"
#include "models/machine/memory_map.h"

namespace strata {

/// From now on the CPU, and then `seen`, are told of every store to memory by a master other than
/// the CPU, in the cycle in which it is acknowledged. `cpu` outlives `bus`.
inline void watch_foreign_writes(BusRtl& bus, CpuRtl& cpu,
                                 std::function<void(const WishboneRequest&)> seen) {
  bus.on_transfer(STRATA_MASTER_CPU + 1,
                  [&cpu, seen = std::move(seen)](unsigned, const WishboneRequest& request) {
                    if (!request.we || request.tga != kMemorySpace) return;
                    cpu.snoop(request.adr);
                    seen(request);
                  });
}

}  // namespace strata
