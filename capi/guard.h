// The edge to C: what is thrown becomes a status and a message.
#pragma once

#include <larder.h>

#include <memory>

namespace larder::internal {

// Thrown to hand an error through C++ that is in C's words already: that of a callback.
struct Reported {
  larder_error error;
};

// Says that nothing is wrong. `error` may be null, here and below.
void report_success(larder_error* error) noexcept;

// Translates the exception that is being handled.
larder_status report_exception(larder_error* error) noexcept;

// Error `usage` where an argument is null; `what` names it.
void require_pointer(const void* pointer, const char* what);

// Runs `work`, whatever it throws.
template <class Work>
larder_status guarded(larder_error* error, const Work& work) noexcept {
  try {
    work();
    report_success(error);
    return LARDER_OK;
  } catch (...) {
    return report_exception(error);
  }
}

// Runs `make`, which returns a unique_ptr of the handle, and gives the handle away through `out`.
template <class Handle, class Make>
larder_status guarded_result(Handle** out, larder_error* error, const Make& make) noexcept {
  if (out != nullptr) *out = nullptr;
  return guarded(error, [&] {
    require_pointer(out, "place for the result");
    *out = make().release();
  });
}

}  // namespace larder::internal
