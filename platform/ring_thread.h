// The thread that serves the ring of port ABBA where the engine signals its doorbell instead of
// leaving the guest (an ioeventfd of KVM).
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "models/base/file_descriptor.h"

namespace strata {

class RingThread {
 public:
  /// `serve` is called on the thread, once for the doorbells that have come since it was last.
  explicit RingThread(std::function<void()> serve);
  ~RingThread();
  RingThread(const RingThread&) = delete;
  RingThread& operator=(const RingThread&) = delete;

  /// The eventfd that is the doorbell; not valid where the host has none left.
  int event() const { return event_.get(); }

  /// Begins to listen.
  void start();

  /// Whether a doorbell has not been answered yet. Not so while `serve` runs no more.
  bool under_way();

  /// Returns when those that have been rung have been answered.
  void settle();

 private:
  void listen();
  bool rung() const;

  std::function<void()> serve_;
  FileDescriptor event_;
  std::mutex mutex_;
  std::condition_variable rests_;
  bool serving_ = false;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace strata
