// Contract of the two twins of the POST, debug console and exit ports.
#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <vector>

#include "models/debug/debug_core.h"
#include "models/debug/debug_model.h"
#include "tests/rtl/bus/verilated_context.h"
#include "tests/support/event_recorder.h"
#include "tests/support/twin_ports.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kPost = 0;
constexpr std::uint32_t kConsole = 5;
constexpr std::uint32_t kExit = 8;

using Bytes = std::vector<std::uint8_t>;

struct Received {
  Bytes post;
  Bytes console;
  Bytes exit;

  DebugSinks sinks() {
    return {.post = [this](std::uint8_t byte) { post.push_back(byte); },
            .console = [this](std::uint8_t byte) { console.push_back(byte); },
            .exit = [this](std::uint8_t byte) { exit.push_back(byte); }};
  }
};

// The device comes before the port that uses it.
struct CoreDebug {
  CoreDebug(Received& received, EventLog* log) : device(received.sinks(), log) {}
  bool no_irq = false;
  DebugCore device;
};

class CoreDebugPort : CoreDebug, public CorePort {
 public:
  CoreDebugPort(Received& received, EventLog* log)
      : CoreDebug(received, log), CorePort(device, no_irq) {}
};

struct RtlDebug {
  RtlDebug(Received& received, EventLog* log)
      : device(context.get(), "debug", received.sinks(), log) {}
  test::OwnedContext context = test::new_context();
  DebugModel device;
};

class RtlDebugPort : RtlDebug, public ModelPort<DebugModel> {
 public:
  RtlDebugPort(Received& received, EventLog* log) : RtlDebug(received, log), ModelPort(device) {}
};

enum class DebugKind { kCore, kRtl };

std::ostream& operator<<(std::ostream& out, DebugKind kind) {
  return out << (kind == DebugKind::kCore ? "Core" : "Rtl");
}

class DebugContract : public testing::TestWithParam<DebugKind> {
 protected:
  DebugContract() {
    if (GetParam() == DebugKind::kRtl) {
      port = std::make_unique<RtlDebugPort>(received, &log);
    } else {
      port = std::make_unique<CoreDebugPort>(received, &log);
    }
  }

  Received received;
  EventRecorder log;
  std::unique_ptr<TwinPort> port;
};

INSTANTIATE_TEST_SUITE_P(Twins, DebugContract, testing::Values(DebugKind::kCore, DebugKind::kRtl),
                         testing::PrintToStringParamName());

TEST_P(DebugContract, PostCodeReadsBackAndIsLogged) {
  EXPECT_EQ(port->read(kPost, 1), 0x00u);
  port->write(kPost, 1, 0x4A);
  EXPECT_EQ(log.latest("post 4a"), port->now() - 1);
  EXPECT_EQ(port->read(kPost, 1), 0x4Au);
  port->write(kPost, 1, 0xFF);
  EXPECT_EQ(port->read(kPost, 1), 0xFFu);
  EXPECT_EQ(received.post, (Bytes{0x4A, 0xFF}));
}

TEST_P(DebugContract, ConsoleSendsCharactersAndAnswersE9) {
  for (const char c : {'H', 'i', '\n'}) port->write(kConsole, 1, static_cast<std::uint8_t>(c));
  EXPECT_EQ(received.console, (Bytes{'H', 'i', '\n'}));
  EXPECT_EQ(port->read(kConsole, 1), 0xE9u);
  EXPECT_TRUE(log.events.empty());
}

TEST_P(DebugContract, ExitGivesItsStatusOnce) {
  port->write(kExit, 1, 3);
  EXPECT_EQ(log.latest("exit 3"), port->now() - 1);
  port->idle(10);
  EXPECT_EQ(received.exit, Bytes{3});
  EXPECT_EQ(port->read(kExit, 1), 0xFFu);
}

TEST_P(DebugContract, WideWritesTouchOnlyTheirOwnLanes) {
  port->write(kPost, 4, 0x11223344);
  port->write(4, 4, 0x55667788);
  port->write(kExit, 2, 0x9901);
  EXPECT_EQ(received.post, Bytes{0x44});
  EXPECT_EQ(received.console, Bytes{0x77});
  EXPECT_EQ(received.exit, Bytes{0x01});
  port->write(1, 1, 0x12);
  port->write(2, 2, 0x1212);
  port->write(4, 1, 0x12);
  port->write(6, 2, 0x1212);
  port->write(9, 1, 0x12);
  port->write(12, 4, 0x12121212);
  EXPECT_EQ(received.post.size() + received.console.size() + received.exit.size(), 3u);
}

TEST_P(DebugContract, WideReadsGiveOnesElsewhere) {
  port->write(kPost, 1, 0x21);
  EXPECT_EQ(port->read(kPost, 4), 0xFFFFFF21u);
  EXPECT_EQ(port->read(4, 4), 0xFFFFE9FFu);
  EXPECT_EQ(port->read(kExit, 4), 0xFFFFFFFFu);
  EXPECT_EQ(port->read(12, 2), 0xFFFFu);
}

}  // namespace
}  // namespace strata::test
