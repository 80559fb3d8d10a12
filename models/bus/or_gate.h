// A wire between SystemC modules that is high while any of several others is. SharedLine
// (models/base/shared_line.h) is the same between plain C++ cores.
#pragma once

#include <functional>
#include <systemc>
#include <utility>

namespace strata {

class OrGate : public sc_core::sc_module {
 public:
  sc_core::sc_port<sc_core::sc_signal_in_if<bool>, 0> in;  // any number
  sc_core::sc_out<bool> out;

  explicit OrGate(const sc_core::sc_module_name& name) : sc_module(name), in("in"), out("out") {
    SC_HAS_PROCESS(OrGate);
    SC_METHOD(level_method);
    sensitive << in;
  }

  /// Called when the output rises; empty: nobody.
  void on_rise(std::function<void()> listener) { rises_ = std::move(listener); }

 private:
  void level_method() {
    bool level = false;
    for (int n = 0; n < in.size(); ++n) level = level || in[n]->read();
    if (level && !level_ && rises_) rises_();
    level_ = level;
    out.write(level);
  }

  std::function<void()> rises_;
  bool level_ = false;
};

}  // namespace strata
