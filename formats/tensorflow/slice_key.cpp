#include "formats/tensorflow/slice_key.h"

namespace larder::internal {

namespace {

// Numbers as bytes that sort as the numbers do: how many bytes follow, and these, the highest first.
void append_count(std::string& key, std::uint64_t value) {
  std::string bytes;
  for (; value != 0; value >>= 8) bytes.insert(bytes.begin(), static_cast<char>(value & 0xff));
  key.push_back(static_cast<char>(bytes.size()));
  key += bytes;
}

// The same for numbers with a sign, of which -1 is the only negative one here: the first byte begins with as many ones
// as there are bytes, then a zero.
void append_signed(std::string& key, std::optional<std::uint64_t> value) {
  if (!value) {
    key.push_back('\x7f');
    return;
  }
  std::size_t size = 1;
  while (size < 8 && *value >> (7 * size - 1) != 0) ++size;
  std::uint64_t bits = *value;
  std::string bytes(size, '\0');
  for (std::size_t i = size; i-- > 0; bits >>= 8) bytes[i] = static_cast<char>(bits & 0xff);
  bytes[0] = static_cast<char>(static_cast<unsigned char>(bytes[0]) | (0xff00U >> size & 0xffU));
  key += bytes;
}

void append_text(std::string& key, std::string_view text) {
  for (const char letter : text) {
    key.push_back(letter);
    if (letter == '\0') key.push_back('\xff');
    if (letter == '\xff') key.push_back('\0');
  }
  key += std::string_view("\0\1", 2);
}

}  // namespace

std::string slice_key(std::string_view tensor, const std::vector<SliceExtent>& slice) {
  std::string key;
  append_count(key, 0);
  append_text(key, tensor);
  append_count(key, slice.size());
  for (const SliceExtent& extent : slice) {
    append_signed(key, extent.start);
    append_signed(key, extent.size);
  }
  return key;
}

}  // namespace larder::internal
