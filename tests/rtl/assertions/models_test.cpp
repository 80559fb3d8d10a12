// What a build with STRATA_RTL_ASSERTIONS makes of the models themselves: the rules are bound to
// every port, registers start with the values of a seed, and models of several contexts end in any
// order.
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "models/ata/ata_model.h"
#include "models/bus/bus_model.h"
#include "models/cpu/cpu_model.h"
#include "models/debug/debug_model.h"
#include "models/keyboard/keyboard_model.h"
#include "models/pic/pic_model.h"
#include "models/pit/pit_model.h"
#include "models/rtc/rtc_model.h"
#include "models/uart/uart_model.h"
#include "models/vga/vga_model.h"
#include "platform/disk/memory_disk.h"
#include "tests/rtl/assertions/rule_names.h"
#include "tests/rtl/bus/verilated_context.h"

namespace strata::test {
namespace {

constexpr unsigned kSectors = 16;
constexpr std::uint32_t kCpuHz = 33'000'000;

/// A model behind its port.
struct Port {
  std::function<void(bool cyc, bool stb, bool ack)> clock;  // inputs of a slave; of a master ack
  std::function<std::uint32_t()> dat;                       // what it drives
};

template <typename Request>
Request request_of(bool cyc, bool stb) {
  Request request;
  request.cyc = cyc;
  request.stb = stb;
  request.sel = 1;
  return request;
}

/// Of a model whose clock() takes the request, with `more` behind it.
template <typename Model, typename... More>
Port slave(std::shared_ptr<Model> model, More... more) {
  using Request = typename Model::Request;
  return {[=](bool cyc, bool stb, bool) { model->clock(request_of<Request>(cyc, stb), more...); },
          [=] { return model->dat(); }};
}

/// Of a model whose clock() takes the cycle first.
template <typename Model>
Port timed_slave(std::shared_ptr<Model> model) {
  using Request = typename Model::Request;
  return {[=](bool cyc, bool stb, bool) { model->clock(1, request_of<Request>(cyc, stb)); },
          [=] { return model->dat(); }};
}

Port ata(VerilatedContext* context) {
  static MemoryDisk disk(kSectors);
  return timed_slave(std::make_shared<AtaModel>(context, "ata", disk, nullptr));
}

Port debug(VerilatedContext* context) {
  const auto ignore = [](std::uint8_t) {};
  return timed_slave(
      std::make_shared<DebugModel>(context, "debug", DebugSinks{ignore, ignore, ignore}, nullptr));
}

Port pic(VerilatedContext* context) {
  return slave(std::make_shared<PicModel>(context, "pic"), std::uint16_t{0});
}

Port pit(VerilatedContext* context) {
  return slave(std::make_shared<PitModel>(context, "pit"), false, false);
}

Port rtc(VerilatedContext* context) {
  return slave(std::make_shared<RtcModel>(context, "rtc", RtcState{}), false);
}

Port keyboard(VerilatedContext* context) {
  return slave(std::make_shared<KeyboardModel>(context, "keyboard"), false);
}

Port uart(VerilatedContext* context) {
  return slave(std::make_shared<UartModel>(context, "uart", kCpuHz, [](std::uint8_t) {}));
}

Port vga(VerilatedContext* context) {
  const auto model = std::make_shared<VgaModel>(context, "vga");
  return {[=](bool cyc, bool stb, bool) {
            model->set_request(request_of<VgaModel::Request>(cyc, stb));
            model->clock();
          },
          [=] { return model->dat(); }};
}

Port bus(VerilatedContext* context) {
  const auto model = std::make_shared<BusModel>(context, "bus");
  return {[=](bool cyc, bool stb, bool) {
            model->set_request(0, request_of<BusModel::Request>(cyc, stb));
            model->clock();
          },
          [=] { return model->dat(); }};
}

Port cpu(VerilatedContext* context) {
  const auto model = std::make_shared<CpuModel>(context, "cpu", CpuFamily::k586);
  return {[=](bool, bool, bool ack) {
            model->set_response({.ack = ack});
            model->clock();
          },
          [=] { return model->request().dat; }};
}

struct Maker {
  const char* name;
  Port (*make)(VerilatedContext*);
  bool resets_dat = false;  // dat() has no value of the seed
};

std::ostream& operator<<(std::ostream& out, const Maker& maker) {
  return out << maker.name;
}

class ModelWithRules : public testing::TestWithParam<Maker> {
 protected:
  static std::uint32_t value_of(std::uint32_t seed) {
    const OwnedContext context = new_context(seed);
    return GetParam().make(context.get()).dat();
  }
};

// A strobe without a cycle to a slave (Wishbone B4, rule 3.25), an acknowledge nobody asked for to
// a master (3.35).
TEST_P(ModelWithRules, HasThemOfWishboneAtItsPort) {
  const OwnedContext context = new_context();
  context->fatalOnError(false);
  const Port port = GetParam().make(context.get());
  testing::internal::CaptureStdout();
  port.clock(false, false, false);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  testing::internal::CaptureStdout();
  for (int clock = 0; clock < 12; ++clock) port.clock(false, true, true);
  const std::string text = testing::internal::GetCapturedStdout();
  const std::string rule =
      std::string(GetParam().name) == "cpu" ? "ack_answers" : "strobe_within_cycle";
  EXPECT_NE(text.find(rule), std::string::npos) << text;
}

TEST_P(ModelWithRules, StartsWithTheValuesOfItsSeed) {
  constexpr std::uint32_t kSeeds = 8;
  std::set<std::uint32_t> values;
  for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
    const std::uint32_t value = value_of(seed);
    EXPECT_EQ(value_of(seed), value);
    values.insert(value);
  }
  EXPECT_GT(values.size(), GetParam().resets_dat ? 0 : kSeeds / 2);
}

TEST_P(ModelWithRules, EndsAfterALaterOneAndItsContextAreGone) {
  const OwnedContext context = new_context();
  const Port first = GetParam().make(context.get());
  {
    const OwnedContext later = new_context();
    GetParam().make(later.get());
  }
  first.clock(false, false, false);
}

INSTANTIATE_TEST_SUITE_P(All, ModelWithRules,
                         testing::Values(Maker{"ata", ata}, Maker{"bus", bus}, Maker{"cpu", cpu},
                                         Maker{"debug", debug}, Maker{"pic", pic, true},
                                         Maker{"pit", pit, true}, Maker{"rtc", rtc},
                                         Maker{"keyboard", keyboard}, Maker{"uart", uart},
                                         Maker{"vga", vga}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace strata::test
