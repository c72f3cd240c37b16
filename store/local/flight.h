// Leases among processes: flights/f-<16 hex of key_hash(key)>, locked by whoever computes.
//
// 1. Open (or create) the file, wait for its OFD lock. The kernel frees it when its holder dies, so that nobody waits
//    for the dead, and nothing has to expire.
// 2. Got it: has the file still its name? If not, its holder was done and removed it: again from 1.
// 3. The holder looks once more whether the key is there; else it computes and publishes.
// 4. It removes the name, then frees the lock.
// A child that a holder forks has the locked file open as well: should the holder be killed, the lease ends with it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <larder/store.h>

#include "io/descriptor.h"

namespace larder::internal {

// flights: opens the directory, and makes it where it is missing; called again after each wait, during which it may
// have been removed (joblib's Memory.clear() does that). Nothing where `patience` ends first. Errors `io`, and those
// of `flights`.
std::unique_ptr<Lease> wait_for_flight(const std::function<Descriptor()>& flights, const std::string& key,
                                       std::optional<std::chrono::milliseconds> patience);

}  // namespace larder::internal
