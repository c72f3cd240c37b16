#include "formats/tensorflow/snappy.h"

#include "formats/tensorflow/varint.h"

namespace larder::internal {

namespace {

// A little-endian number of `size` bytes.
std::size_t take_number(VarintText& text, std::size_t size) {
  std::size_t value = 0;
  const std::string_view bytes = text.take(size);
  for (std::size_t i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

void copy_back(std::string& out, std::size_t distance, std::size_t size, std::size_t whole) {
  if (distance == 0 || distance > out.size())
    fail(ErrorKind::malformed, "a Snappy block copies from ", distance, " bytes back, where ", out.size(),
         " are there");
  if (size > whole - out.size()) fail(ErrorKind::malformed, "a Snappy block holds more than it says");
  // Byte by byte: what is copied may be part of the copy.
  for (std::size_t i = 0; i < size; ++i) out.push_back(out[out.size() - distance]);
}

}  // namespace

std::string snappy_decoded(Bytes block, std::uint64_t most) {
  VarintText text(as_text(block), "a Snappy block");
  const std::uint64_t whole = text.varint();
  if (whole > most) fail(ErrorKind::limit, "a Snappy block of ", whole, " bytes; ", most, " are allowed");
  std::string out;
  while (!text.empty()) {
    const std::size_t tag = take_number(text, 1);
    std::size_t size = (tag >> 2) + 1;
    switch (tag & 3) {
      case 0:
        if (size > 60) size = take_number(text, size - 60) + 1;
        if (size > whole - out.size()) fail(ErrorKind::malformed, "a Snappy block holds more than it says");
        out.append(text.take(size));
        break;
      case 1:
        size = (tag >> 2 & 7) + 4;
        copy_back(out, (tag >> 5) << 8 | take_number(text, 1), size, static_cast<std::size_t>(whole));
        break;
      case 2:
        copy_back(out, take_number(text, 2), size, static_cast<std::size_t>(whole));
        break;
      default:
        copy_back(out, take_number(text, 4), size, static_cast<std::size_t>(whole));
    }
  }
  if (out.size() != whole) fail(ErrorKind::malformed, "a Snappy block holds ", out.size(), " bytes and says ", whole);
  return out;
}

}  // namespace larder::internal
