// The order of the suffixes of a text: by libdivsufsort, or, in a build without it, by larder's own sorter, which is
// slower. The result is the same.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace larder::internal::bz2 {

// "libdivsufsort 2.0.1", or empty.
std::string suffix_sorter();

// Sets `order`, which is as long as `text`, to where the suffixes start, the least first; of two of which one begins
// the other the shorter is less. Time grows as the length, or that times its logarithm, whatever the text. At most 2^30
// bytes. Error `limit` for memory.
void sort_suffixes(std::span<const std::uint8_t> text, std::span<std::int32_t> order);

}  // namespace larder::internal::bz2
