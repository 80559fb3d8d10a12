// Whether tests of engines without a machine know every software engine of the program.
#include "tests/support/software_engines.h"

#include <gtest/gtest.h>

#include "platform/engines.h"

namespace strata::test {
namespace {

TEST(SoftwareEngines, AreThoseOfTheProgram) {
  std::size_t count = 0;
  for (const EngineEntry& engine : engines()) {
    if (engine.has_wires || engine.on_host_time) continue;
    EXPECT_NE(find_software_engine(engine.name), nullptr)
        << engine.name << " is missing in tests/support/software_engines.cpp";
    ++count;
  }
  EXPECT_EQ(count, software_engines().size());
}

}  // namespace
}  // namespace strata::test
