// Running something where recursion would be noticed.
#pragma once

#include <pthread.h>

#include <functional>
#include <stdexcept>

#include "tests/support/sanitized.h"

namespace larder::testing {

// Calls `work` in a thread with a stack of 256 KiB (4 MiB where sanitizers swell each frame), which a recursion over
// what a file nests would overflow at once. `work` must not throw.
inline void on_small_stack(const std::function<void()>& work) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, sanitized ? 4096 * 1024 : 256 * 1024);
  pthread_t thread;
  const auto start = [](void* argument) -> void* {
    (*static_cast<const std::function<void()>*>(argument))();
    return nullptr;
  };
  if (pthread_create(&thread, &attributes, start, const_cast<std::function<void()>*>(&work)) != 0)
    throw std::runtime_error("pthread_create failed");
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

}  // namespace larder::testing
