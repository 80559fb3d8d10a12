// The thread behind a doorbell: none is lost, and who waits for it knows that it has answered.
#include "platform/ring_thread.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

namespace strata {
namespace {

void ring(const RingThread& thread) {
  const std::uint64_t one = 1;
  ASSERT_EQ(::write(thread.event(), &one, sizeof one), static_cast<ssize_t>(sizeof one));
}

TEST(RingThread, AnswersWhatHasBeenRungBeforeSomebodyWaits) {
  std::uint64_t published = 0;
  std::atomic<std::uint64_t> seen{0};
  RingThread thread([&] { seen = std::atomic_ref(published).load(); });
  thread.start();
  for (unsigned i = 0; i < 2000; ++i) {
    std::atomic_ref(published).store(i + 1);
    ring(thread);
    if (i % 3 != 0) continue;
    thread.settle();
    ASSERT_EQ(seen, i + 1);
    ASSERT_FALSE(thread.under_way());
  }
}

TEST(RingThread, OneThatRingsBeforeTheStartIsAnswered) {
  std::atomic<unsigned> served{0};
  RingThread thread([&] { ++served; });
  ring(thread);
  ring(thread);
  EXPECT_TRUE(thread.under_way());
  thread.start();
  thread.settle();
  EXPECT_EQ(served, 1u);
}

TEST(RingThread, EndsWithoutHavingBeenStarted) {
  const RingThread thread([] {});
  EXPECT_GE(thread.event(), 0);
}

}  // namespace
}  // namespace strata
