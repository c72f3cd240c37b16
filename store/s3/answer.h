// An answer, put together as it arrives.
#pragma once

#include <string_view>

#include "store/s3/message.h"

namespace larder::internal::s3 {

// Used by one thread; borrows `into`.
class Answer {
 public:
  // As Request::into.
  explicit Answer(MutableBytes into) : into_(into) {}

  // One line, with its end: of the status, of a header, or the empty one. A new status begins a new answer ("100
  // Continue" stands before another). Errors: `malformed`, `limit`.
  void add_header(std::string_view line);
  // Errors: `malformed` (more than there is room for), `limit`.
  void add_body(Bytes bytes);

  std::uint64_t filled() const noexcept { return response_.filled; }
  Response take() { return std::move(response_); }

 private:
  void begin(std::string_view status_line);

  MutableBytes into_;
  std::size_t header_bytes_ = 0;
  Response response_{};
};

}  // namespace larder::internal::s3
