// Leases among processes: flights/f-<16 hex of xxh3(key)>, locked by whoever computes.
//
// 1. Open (or create) the file, wait for its OFD lock. The kernel frees it when its holder dies, so that nobody waits
//    for the dead, and nothing has to expire.
// 2. Got it: is the name still this file's (inode)? If not, its holder was done and removed it: again from 1.
// 3. The holder looks once more whether the key is there; else it computes and publishes.
// 4. It removes the name, then closes the file.
// Keys of equal hash wait for each other, which is slow and not wrong.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <larder/store.h>

#include "io/descriptor.h"

namespace larder::internal {

// Nothing where `patience` ends first. Errors `io`.
std::unique_ptr<Lease> wait_for_flight(const Descriptor& flights, const std::string& key,
                                       std::optional<std::chrono::milliseconds> patience);

}  // namespace larder::internal
