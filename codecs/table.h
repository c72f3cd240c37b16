// The built-in codecs.
#pragma once

#include <memory>
#include <vector>

#include <larder/codec.h>

namespace larder::internal {

// New objects, in the table's order. A codec whose library this build lacks is among them, with `built` false.
std::vector<std::unique_ptr<Codec>> built_in_codecs();

}  // namespace larder::internal
