// System calls that a signal may interrupt.
#pragma once

#include <cerrno>

namespace larder::internal {

// What `call` returns; called again as long as that is -1 and errno says that a signal came (EINTR).
template <class Call>
auto retried(Call call) {
  for (;;) {
    const auto result = call();
    if (result != -1 || errno != EINTR) return result;
  }
}

}  // namespace larder::internal
