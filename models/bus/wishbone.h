// The Wishbone B4 bus as SystemC signals carry it: one struct for what a master drives, one for
// what a slave answers (cheaper than a signal a wire). The RTL
// has the same wires as separate ports, wb_<field>_i/_o.
//
// Every module registers its outputs. A classic cycle: the master raises cyc and stb; the slave
// samples them at an edge and answers with ack for exactly one cycle; the master drops stb at the
// edge that samples ack. A slave must not start again in the cycle its ack is high.
//
// Bursts (cache-line fills) are always four words, wrapping inside 16 bytes (CTI 010, BTE 01):
// after the first the slave knows the rest, so acks may follow in consecutive cycles without new
// addresses.
//
// Whether a line may be cached the slave says, in the data tag beside its ack. Memory says yes of
// RAM; a device need not know of the wire, whose rest is no.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <systemc>

#include "models/base/wishbone_wires.h"

namespace strata {

inline std::ostream& operator<<(std::ostream& out, const WishboneRequest& r) {
  return out << (r.we ? "write " : "read ") << std::hex << r.adr << '/' << unsigned{r.sel}
             << (r.stb ? "" : " idle");
}

inline std::ostream& operator<<(std::ostream& out, const WishboneResponse& r) {
  return out << std::hex << r.dat << (r.ack ? " ack" : "")
             << (r.tgd != kTgdNone ? " cacheable" : "");
}

/// SystemC tracing of the structs, field by field (IEEE 1666, 6.4.2 user-defined types).
inline void sc_trace(sc_core::sc_trace_file* file, const WishboneRequest& r,
                     const std::string& name) {
  sc_core::sc_trace(file, r.cyc, name + ".cyc");
  sc_core::sc_trace(file, r.stb, name + ".stb");
  sc_core::sc_trace(file, r.we, name + ".we");
  sc_core::sc_trace(file, r.adr, name + ".adr");
  sc_core::sc_trace(file, r.dat, name + ".dat");
  sc_core::sc_trace(file, r.sel, name + ".sel");
  sc_core::sc_trace(file, r.tga, name + ".tga");
  sc_core::sc_trace(file, r.lock, name + ".lock");
  sc_core::sc_trace(file, r.tgc, name + ".tgc");
}

inline void sc_trace(sc_core::sc_trace_file* file, const WishboneResponse& r,
                     const std::string& name) {
  sc_core::sc_trace(file, r.ack, name + ".ack");
  sc_core::sc_trace(file, r.dat, name + ".dat");
  sc_core::sc_trace(file, r.tgd, name + ".tgd");
}

}  // namespace strata
