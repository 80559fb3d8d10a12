// What the KVM engine asks of the host before it starts. Needs no KVM.
#include "models/engine/kvm/run_timer.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cerrno>

namespace strata::test {
namespace {

/// A limit of this process lowered for a while.
class LowLimit {
 public:
  LowLimit(__rlimit_resource resource, rlim_t limit) : resource_(resource) {
    getrlimit(resource, &before_);
    const rlimit low{limit, before_.rlim_max};
    setrlimit(resource, &low);
  }
  ~LowLimit() { setrlimit(resource_, &before_); }
  LowLimit(const LowLimit&) = delete;
  LowLimit& operator=(const LowLimit&) = delete;

 private:
  __rlimit_resource resource_;
  rlimit before_{};
};

TEST(RunTimer, SaysThatTheHostGivesNoTimer) {
  EXPECT_EQ(RunTimer::refusal(), 0);
  const LowLimit none(RLIMIT_SIGPENDING, 0);
  EXPECT_EQ(RunTimer::refusal(), EAGAIN);  // timer_create(2)
}

TEST(Sleeper, SaysThatTheHostGivesNoEvent) {
  EXPECT_EQ(Sleeper().refusal(), 0);
  const LowLimit none(RLIMIT_NOFILE, 0);
  EXPECT_EQ(Sleeper().refusal(), EMFILE);  // eventfd(2)
}

}  // namespace
}  // namespace strata::test
