// The first line of a file of word2vec, binary and text alike: "3000000 300\n".
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <larder/limits.h>
#include <larder/reader.h>

namespace larder::internal {

struct Word2VecHeader {
  std::uint64_t words = 0;
  std::uint64_t size = 0;  // of each vector
  std::size_t length = 0;  // of the line, with its newline
};

// What `text` begins with; nothing where that is no such line, or not all of it.
std::optional<Word2VecHeader> parse_word2vec_header(std::string_view text);

// Reads the line. Errors `malformed`, `truncated`; `limit` where the vectors are more than Limits::bytes.
Word2VecHeader read_word2vec_header(Reader& reader, const Limits& limits);

}  // namespace larder::internal
