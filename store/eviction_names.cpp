#include <array>
#include <utility>

#include <larder/eviction.h>

#include "base/text.h"

namespace larder {

namespace {

constexpr std::array<std::pair<std::string_view, EvictionPolicy>, 2> policies = {{
    {"least-recent", EvictionPolicy::least_recent},
    {"cheapest", EvictionPolicy::cheapest},
}};

}  // namespace

std::string_view name_of(EvictionReason reason) noexcept {
  switch (reason) {
    case EvictionReason::bytes:
      return "bytes";
    case EvictionReason::items:
      return "items";
    case EvictionReason::age:
      break;
  }
  return "age";
}

std::string_view name_of(EvictionPolicy policy) noexcept {
  return policy == EvictionPolicy::cheapest ? policies[1].first : policies[0].first;
}

EvictionPolicy parse_policy(std::string_view text) {
  for (const auto& [name, policy] : policies) {
    if (name == text) return policy;
  }
  internal::fail(ErrorKind::usage, "unknown eviction policy ", internal::quoted(text),
                 ", possible are least-recent and cheapest");
}

}  // namespace larder
