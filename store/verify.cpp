#include <string>

#include <larder/store_report.h>

#include "base/text.h"
#include "store/verifying.h"

namespace larder {

namespace {

using State = Verified::State;

// Nothing where the key was removed since it was listed.
std::optional<Verified> verify_one(Store& store, const std::string& key, Damaged damaged) {
  GetOptions options;
  options.verify = true;
  options.touch = false;
  options.set_aside = damaged == Damaged::set_aside;
  try {
    const auto found = store.find(key, options);
    if (!found) return std::nullopt;
    const State state = internal::can_verify(found->stat) ? State::intact : State::without_checksum;
    return Verified{.key = key, .state = state, .size = found->stat.size};
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::unsupported || error.kind() == ErrorKind::not_built) throw;
    const State state = error.kind() == ErrorKind::checksum ? State::damaged : State::unreadable;
    return Verified{.key = key, .state = state, .why = error.what()};
  }
}

}  // namespace

std::uint64_t verify(Store& store, std::string_view prefix, Damaged damaged,
                     const std::function<void(const Verified&)>& hear) {
  if (!store.capabilities().checksums)
    internal::fail(ErrorKind::unsupported, store.name(), ": it keeps no checksums, so there is nothing to compare");
  std::uint64_t bad = 0;
  const auto listing = store.list({.prefix = std::string(prefix)});
  for (auto page = listing->next(); !page.empty(); page = listing->next()) {
    for (const Entry& entry : page) {
      const auto verified = verify_one(store, entry.key, damaged);
      if (!verified) continue;
      if (verified->state == State::damaged || verified->state == State::unreadable) ++bad;
      hear(*verified);
    }
  }
  return bad;
}

}  // namespace larder
