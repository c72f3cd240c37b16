// What the bytes of an array tell about its elements. Codecs never see a dtype: they look at the bytes.
//
// Pure functions of the bytes, in integers, so that they say the same on every machine. Thread-safe; about a
// millisecond for 64 KiB.
#pragma once

#include <cstddef>

#include <larder/bytes.h>

namespace larder::internal {

// How wide the elements are of which the bytes consist: 2, 4 or 8, the narrowest width after which kinds of bytes
// repeat; 1 for text, code and whatever else has no elements, and where there are too few bytes to tell. Sees numbers
// by how much the bytes of one significance are alike.
std::size_t element_width(Bytes sample);

// How many bytes back the values stand that each differs least from: the width for a series, the length of a row for
// several series side by side. A multiple of `width`, at most 256; 0 where differences, taken byte by byte, are hardly
// simpler than the values.
std::size_t difference_distance(Bytes sample, std::size_t width);

}  // namespace larder::internal
