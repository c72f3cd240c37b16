// What a LocalStore remembers beside its values.
#pragma once

#include <memory>

#include <larder/store_report.h>

#include "store/local/home.h"

namespace larder::internal {

// Shares `home`.
std::unique_ptr<StoreRecords> local_records(std::shared_ptr<Home> home);

}  // namespace larder::internal
