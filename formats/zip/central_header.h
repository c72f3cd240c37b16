// One header of a ZIP archive's central directory.
#pragma once

#include <cstdint>
#include <optional>

#include "formats/zip/directory.h"

namespace larder::internal {

// Takes the next header off the front of `rest`: an entry without `end` and `data`. Errors `malformed`, `unsupported`.
ZipEntry take_central_header(Bytes& rest);

// The one extra field `id` among those of a header; nothing where there is none. Error `malformed` where there are two,
// or where they do not add up.
std::optional<Bytes> find_zip_extra(Bytes extras, std::uint16_t id);

}  // namespace larder::internal
