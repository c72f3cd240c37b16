// .larder/limits: what every put keeps to. The only thing about limits that cannot be made anew from the files.
//
//   larder limits 1\n
//   bytes N\n, items N\n, age N\n (nanoseconds)     each only where it is given
//   policy least-recent|cheapest\n
#pragma once

#include <optional>

#include <larder/eviction.h>

#include "io/descriptor.h"

namespace larder::internal {

struct KeptLimits {
  StoreLimits limits{};
  EvictionPolicy policy = EvictionPolicy::least_recent;

  bool operator==(const KeptLimits&) const = default;
};

// Nothing where the store in `home` (its .larder) has none. Errors: `malformed`, `unsupported` (a later version), `io`.
std::optional<KeptLimits> read_limits(const Descriptor& home);

// They survive a power cut. The index's lock is held. Error `io`, `usage` (a negative age).
void write_limits(const Descriptor& home, const KeptLimits& kept);

}  // namespace larder::internal
