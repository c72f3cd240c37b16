// A Reader of one value's file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <larder/reader.h>

#include "io/descriptor.h"

namespace larder::internal {

// Of the first `size` bytes, which is what the file has: values never change. Seeks and maps; mapped for writing is
// Error `usage`, because a value that changes in place would be a damaged one.
std::unique_ptr<Reader> value_reader(Descriptor file, std::uint64_t size, std::string name);

}  // namespace larder::internal
