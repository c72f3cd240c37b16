// What each process has for itself, so that a forked child can use a store that its parent opened.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <utility>

namespace larder::internal {

// A T of this process; a forked child makes its own at its first use, whatever the threads of its parent were doing
// with theirs at the moment of the fork, a mutex that they held included. What was the parent's is kept until the end,
// after `T::abandon()` closed what the child must not share. Thread-safe, as far as T is.
template <class T>
class PerProcess {
 public:
  PerProcess() = default;
  ~PerProcess() {
    for (Owned* each = newest_.load(); each != nullptr;) delete std::exchange(each, each->before);
  }
  PerProcess(const PerProcess&) = delete;
  PerProcess& operator=(const PerProcess&) = delete;

  T& get() {
    const pid_t process = ::getpid();
    Owned* present = newest_.load(std::memory_order_acquire);
    while (present == nullptr || present->process != process) {
      auto made = std::make_unique<Owned>();
      made->process = process;
      made->before = present;
      if (!newest_.compare_exchange_strong(present, made.get(), std::memory_order_acq_rel)) continue;
      if (present != nullptr) present->value.abandon();
      present = made.release();
    }
    return present->value;
  }

 private:
  struct Owned {
    pid_t process = 0;
    T value;
    Owned* before = nullptr;
  };
  std::atomic<Owned*> newest_ = nullptr;
};

}  // namespace larder::internal
