// The pieces in which bytes reach a compression library.
//
// Several libraries count in 32 bits. Every call goes through pieces so small that the code which cuts them always
// runs, and that no length can overflow; `length_as` is the only conversion to a library's own type.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>

#include <larder/bytes.h>

#include "base/checked.h"

namespace larder::internal {

inline constexpr std::size_t slice_size = std::size_t{4} << 20;

inline Bytes first_slice(Bytes bytes) noexcept { return bytes.first(std::min(bytes.size(), slice_size)); }

// The length of a slice as the library's type. A longer one is a mistake in larder, and throws.
template <std::integral To>
To length_as(std::size_t length) {
  return checked_cast<To>(length).value();
}

}  // namespace larder::internal
