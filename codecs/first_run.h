// One run of a Setting, here or in a process of its own.
#pragma once

#include <functional>
#include <span>

#include <larder/measure.h>

namespace larder::internal {

using Clock = std::function<double()>;

// One run in this process. verify: compare what comes back with the content; Error `malformed` where it differs.
Trial run_setting(std::span<const Bytes> contents, const Setting& setting, const Limits& limits, const Clock& clock,
                  bool verify);

// As run_setting with `verify`, but in a child process that streams the data, so that its memory beyond the data can be
// told. Errors as there; `malformed` where the child crashed, `io` where there is no child.
Measurement run_setting_apart(std::span<const Bytes> contents, const Setting& setting, const Limits& limits,
                              const Clock& clock);

}  // namespace larder::internal
