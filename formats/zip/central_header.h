// One header of a ZIP archive's central directory.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "formats/zip/directory.h"

namespace larder::internal {

struct ZipCentralHeader {
  ZipEntry entry{};             // without `data`
  std::string_view raw_name{};  // as it lies in the directory
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
};

// Takes the next header off the front of `rest`. Errors `malformed`, `unsupported`.
ZipCentralHeader take_central_header(Bytes& rest);

// The one extra field `id` among those of a header; nothing where there is none. Error `malformed` where there are two,
// or where they do not add up.
std::optional<Bytes> find_zip_extra(Bytes extras, std::uint16_t id);

}  // namespace larder::internal
