#include "platform/ring_thread.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

namespace strata {

RingThread::RingThread(std::function<void()> serve)
    : serve_(std::move(serve)), event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

RingThread::~RingThread() {
  if (!thread_.joinable()) return;
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t put = ::write(event_.get(), &one, sizeof one);
  thread_.join();
}

/// Signals are for the thread that runs the guest, but for that of a call this one is refused.
void RingThread::start() {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  sigdelset(&all, SIGSYS);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { listen(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

bool RingThread::rung() const {
  pollfd waiting{event_.get(), POLLIN, 0};
  return ::poll(&waiting, 1, 0) > 0;
}

/// A doorbell is taken off the event and shows in `serving_` at once: there is no moment at which
/// one that has not been answered cannot be seen.
void RingThread::listen() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    lock.unlock();
    pollfd waiting{event_.get(), POLLIN, 0};
    ::poll(&waiting, 1, -1);
    lock.lock();
    std::uint64_t rings = 0;
    if (ending_ || ::read(event_.get(), &rings, sizeof rings) < 0) continue;
    serving_ = true;
    lock.unlock();
    serve_();
    lock.lock();
    serving_ = false;
    rests_.notify_all();
  }
}

bool RingThread::under_way() {
  const std::scoped_lock lock(mutex_);
  return serving_ || rung();
}

void RingThread::settle() {
  using namespace std::chrono_literals;
  std::unique_lock lock(mutex_);
  while (serving_ || rung()) rests_.wait_for(lock, 1ms);
}

}  // namespace strata
