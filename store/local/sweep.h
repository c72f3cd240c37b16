// Sweeping: what sessions of dead processes left behind goes, what living ones have stays.
#pragma once

#include <functional>
#include <string_view>

#include <larder/local_store.h>

#include "io/descriptor.h"

namespace larder::internal {

// For each file in sessions/ whose lock can be had: its pending keys are handed to `reconcile`, its temporary files and
// trash are removed, then its own file, under its lock. A temporary file whose session has no file at all is removed as
// well: sessions make theirs first and remove it last. Several processes may sweep at once. Errors `io`.
Recovery sweep(const Descriptor& home, const std::function<void(std::string_view key)>& reconcile);

}  // namespace larder::internal
