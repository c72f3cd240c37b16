// Decodes any bytes with the codec LARDER_FUZZED_CODEC: from memory and from a pipe the answer is the same.
#include <algorithm>
#include <string>
#include <vector>

#include <larder/codec.h>

#include "fuzzing.h"

using namespace larder;
using namespace larder::testing;

namespace {

struct Decoded {
  std::optional<ErrorKind> failure;
  std::vector<std::byte> content;
};

Decoded decode(const Codec& codec, Reader& below) {
  Decoded result;
  result.failure = kind_of_failure([&] {
    const auto reader = codec.reader(below, {.level = {}, .limits = small_limits()});
    while (true) {
      const Bytes ahead = reader->peek();
      if (ahead.empty()) break;
      result.content.insert(result.content.end(), ahead.begin(), ahead.end());
      reader->consume(ahead.size());
    }
  });
  return result;
}

// Where data is damaged and its checksum does not fit, it is the library's choice what it notices first.
std::optional<ErrorKind> without_checksum(std::optional<ErrorKind> kind) {
  return kind == ErrorKind::checksum ? ErrorKind::malformed : kind;
}

// An lzma stream that states its size and has an end marker as well is damage to liblzma 5.4 where the input is cut
// inside the marker, and fine elsewhere.
bool depends_on_cuts(const Codec& codec, Bytes input) {
  constexpr std::size_t size_begin = 5;
  constexpr std::size_t size_end = 13;
  return codec.info().name == "lzma" && input.size() >= size_end &&
         as_text(input.subspan(size_begin, size_end - size_begin)) != std::string(size_end - size_begin, '\xff');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Codec& codec = CodecRegistry::global().get(LARDER_FUZZED_CODEC);
  const Bytes input = as_input(data, size);
  static_cast<void>(codec.recognises(input.first(std::min<std::size_t>(input.size(), 16))));

  const auto memory = memory_reader(input);
  const Decoded whole = decode(codec, *memory);
  if (size > 4096 || whole.content.size() > 1'000'000) return 0;

  std::optional<Region> at_once;
  const auto failure =
      kind_of_failure([&] { at_once = codec.decompress(input, {.level = {}, .limits = small_limits()}); });
  require_same(without_checksum(whole.failure), without_checksum(failure));
  require(failure || std::ranges::equal(at_once->bytes(), whole.content), "decompress gives the same bytes");

  if (depends_on_cuts(codec, input)) return 0;
  const auto pipe = trickle_reader(input);
  const Decoded pieces = decode(codec, *pipe);
  require_same(without_checksum(whole.failure), without_checksum(pieces.failure));
  require(whole.failure || whole.content == pieces.content, "memory and pipe give the same bytes");
  return 0;
}
