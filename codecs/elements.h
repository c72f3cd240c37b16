// What the bytes of an array tell about its elements. Codecs never see a dtype: they look at the bytes.
//
// Pure functions of the bytes, in integers, so that they say the same on every machine. Thread-safe; about a
// millisecond for 64 KiB.
#pragma once

#include <cstddef>
#include <cstdint>

#include <larder/bytes.h>

namespace larder::internal {

// What bytes consist of.
struct Elements {
  // Bytes of an element: 2, 4 or 8, the narrowest after which the bytes of one significance are alike; 1 for text, code
  // and whatever else has no elements, and where there are too few bytes to tell.
  std::size_t width = 1;
  // What the bytes take where no more than their position in an element is known, as a part of 65536 of their size.
  std::uint32_t entropy = 65536;
};
Elements elements_of(Bytes sample);

// How many bytes back the values stand that each differs least from: the width for a series, the length of a row for
// several series side by side. A multiple of `width`, at most 256; 0 where differences, taken byte by byte, are hardly
// simpler than the values.
std::size_t difference_distance(Bytes sample, std::size_t width);

// Whether what stands at the end of these bytes repeats what stands far in front of it and not near: rows or planes
// that resemble each other. Takes about a millisecond for a mebibyte.
bool repeats_far(Bytes bytes, std::size_t width);

}  // namespace larder::internal
