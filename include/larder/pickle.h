// What only pickles ask for: strings of Python 2, buffers beside the pickle, how arrays lie in joblib files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include <larder/bytes.h>
#include <larder/export.h>

namespace larder {

// What becomes of a str that Python 2 wrote: bytes in an encoding that the file does not name. Python's
// `pickle.load(encoding=)`.
enum class Python2Strings : std::uint8_t {
  ascii,   // str; one that is not ASCII is Error `unsupported`, unless it only holds the data of an array
  latin1,  // str, each byte one character: loses nothing, and is right for the text of most old models
  bytes,   // bytes
};

struct PickleReading {
  Python2Strings python2_strings = Python2Strings::ascii;

  // The buffers that lie beside the pickle (`pickle.loads(buffers=)`), in the order in which the pickler handed them
  // out; borrowed for the duration of the load. Writable regions become bytearrays and writable arrays, others bytes.
  // Their bytes are shared, not copied.
  std::span<const Region> buffers{};
};

struct PickleWriting {
  // Gets the elements of each contiguous array, instead of the pickle (`pickle.dumps(buffer_callback=)`); needs
  // protocol 5 and the format "pickle" (Error `usage` otherwise). The region shares the array's bytes; that of another
  // buffer that was read from beside a pickle borrows the Document's.
  std::function<void(Region buffer)> buffer_callback{};

  // joblib files: an array that occurs twice is stored once and stays one array. joblib itself stores it twice; it
  // reads both.
  bool share_arrays = false;

  // joblib files: arrays begin at multiples of this in the file (before compression): a power of two, 16 to 65536. 16
  // is joblib's own; joblib reads all.
  std::size_t array_alignment = 16;
};

}  // namespace larder
