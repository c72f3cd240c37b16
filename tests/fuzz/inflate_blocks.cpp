// Takes any bytes for deflate data, gives them a header and, where they end well, the trailer that belongs to them: one
// thread, and several that decode them block by block, say the same.
#include "codecs/inflate_blocks.h"

#include <algorithm>
#include <vector>

#include "codecs/decoding_reader.h"
#include "codecs/inflate_decoder.h"
#include "fuzzing.h"

using namespace larder;
using namespace larder::internal;
using namespace larder::testing;

namespace {

using Content = std::vector<std::byte>;

constexpr Content::size_type most_content = 1 << 20;
constexpr FlushedBlockSizes small{.most_compressed = 4'096, .most_content = 64 * 1024, .least_content = 1};

// Appends the trailer behind the final block, if there is one.
Content with_wrapper(Wrapper wrapper, Bytes deflated) {
  std::array<std::byte, longest_wrapping> wrapping{};
  const Bytes header = write_header(wrapper, 3, wrapping);
  Content stream(header.begin(), header.end());
  stream.insert(stream.end(), deflated.begin(), deflated.end());
  const auto inflate = fastest_inflate();
  Content out(most_content);
  Step step;
  if (kind_of_failure([&] { step = inflate->step(deflated, out); }) || !step.ended) return stream;
  const std::uint32_t sum = checksum(wrapper, checksum_of_nothing(wrapper), Bytes(out).first(step.produced));
  const auto end = stream.end() - static_cast<std::ptrdiff_t>(deflated.size() - step.consumed);
  const Bytes trailer = write_trailer(wrapper, sum, step.produced, wrapping);
  stream.insert(end, trailer.begin(), trailer.end());
  return stream;
}

struct Decoded {
  std::optional<ErrorKind> failure{};
  Content content{};
};

Decoded decode(Wrapper wrapper, Bytes stream, std::size_t threads) {
  Decoded result;
  const auto source = memory_reader(stream);
  Decoding decoding{.decoder = [wrapper] { return std::make_unique<InflateDecoder>(wrapper, fastest_inflate()); },
                    .blocks = [wrapper] { return std::make_unique<InflateBlocks>(wrapper, small); },
                    .threads = threads,
                    .least = 0};
  result.failure = kind_of_failure([&] {
    DecodingReader reader(*source, std::move(decoding), "deflate", small_limits());
    Content part(10'000);
    while (const std::size_t size = reader.read(part))
      result.content.insert(result.content.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(size));
  });
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const Wrapper wrapper : {Wrapper::zlib, Wrapper::gzip}) {
    const Content stream = with_wrapper(wrapper, as_input(data, size));
    const Decoded one = decode(wrapper, stream, 1);
    const Decoded several = decode(wrapper, stream, 2);
    require_same(one.failure, several.failure);
    const std::size_t both = one.failure ? std::min(one.content.size(), several.content.size()) : one.content.size();
    require(one.failure || several.content.size() == both, "one thread and several give as many bytes");
    require(std::equal(one.content.begin(), one.content.begin() + static_cast<std::ptrdiff_t>(both),
                       several.content.begin()),
            "one thread and several give the same bytes");
  }
  return 0;
}
