// The Wishbone B4 bus as SystemC signals carry it: one struct for what a master drives, one for
// what a slave answers (host-facts: payload structs are far cheaper than a signal a wire). The RTL
// has the same wires as separate ports, wb_<field>_i/_o.
//
// Every module registers its outputs. A classic cycle: the master raises cyc and stb; the slave
// samples them at an edge and answers with ack for exactly one cycle; the master drops stb at the
// edge that samples ack. A slave must not start again in the cycle its ack is high.
//
// Bursts (cache-line fills) are always four words, wrapping inside 16 bytes (CTI 010, BTE 01):
// after the first the slave knows the rest, so acks may follow in consecutive cycles without new
// addresses.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <systemc>

namespace strata {

/// Address tag (tga): what space an address is in.
enum WishboneSpace : std::uint8_t {
  kMemorySpace = 0,
  kIoSpace = 1,               // x86 port; the port number is in adr and sel
  kInterruptAcknowledge = 2,  // INTA: the 8259 pair answers with the vector in dat[7:0]
};

/// Cycle type identifier (Wishbone B4, table 4-2) and burst type extension (table 4-3).
inline constexpr std::uint8_t kCtiClassic = 0;
inline constexpr std::uint8_t kCtiIncrementing = 2;
inline constexpr std::uint8_t kCtiEndOfBurst = 7;
inline constexpr std::uint8_t kBteWrap4 = 1;

struct WishboneRequest {
  std::uint32_t adr = 0;  // byte address of the 32-bit word, bits 1:0 zero
  std::uint32_t dat = 0;
  std::uint8_t sel = 0;  // byte lanes
  std::uint8_t tga = kMemorySpace;
  std::uint8_t cti = kCtiClassic;
  std::uint8_t bte = 0;
  bool cyc = false;
  bool stb = false;
  bool we = false;
  bool operator==(const WishboneRequest&) const = default;
};

struct WishboneResponse {
  std::uint32_t dat = 0;
  bool ack = false;
  bool operator==(const WishboneResponse&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const WishboneRequest& r) {
  return out << (r.we ? "write " : "read ") << std::hex << r.adr << '/' << unsigned{r.sel}
             << (r.stb ? "" : " idle");
}

inline std::ostream& operator<<(std::ostream& out, const WishboneResponse& r) {
  return out << std::hex << r.dat << (r.ack ? " ack" : "");
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
}

inline void sc_trace(sc_core::sc_trace_file* file, const WishboneResponse& r,
                     const std::string& name) {
  sc_core::sc_trace(file, r.ack, name + ".ack");
  sc_core::sc_trace(file, r.dat, name + ".dat");
}

}  // namespace strata
