#include "flushed.h"

#include <zlib.h>

#include <stdexcept>

namespace larder::testing {
namespace {

Content made_by_zlib(int window_bits, Bytes content, std::size_t piece, int flush, const Deflating& how) {
  z_stream stream{};
  if (deflateInit2(&stream, how.level, Z_DEFLATED, window_bits, how.memory, how.strategy) != Z_OK)
    throw std::runtime_error("deflateInit2 failed");
  Content result(deflateBound(&stream, static_cast<uLong>(content.size())) + 100 + content.size() / piece * 20);
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  for (bool last = false; !last;) {
    const Bytes next = content.first(std::min(piece, content.size()));
    content = content.subspan(next.size());
    last = content.empty();
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(next.data()));
    stream.avail_in = static_cast<uInt>(next.size());
    const int code = deflate(&stream, last ? Z_FINISH : flush);
    if (code != (last ? Z_STREAM_END : Z_OK)) throw std::runtime_error("deflate failed");
  }
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

}  // namespace

Content flushed(internal::Wrapper wrapper, Bytes content, std::size_t piece, Flush flush, const Deflating& how) {
  return made_by_zlib(wrapper == internal::Wrapper::gzip ? MAX_WBITS + 16 : MAX_WBITS, content, piece,
                      flush == Flush::full ? Z_FULL_FLUSH : Z_SYNC_FLUSH, how);
}

Content deflated(Bytes content, const Deflating& how) {
  return made_by_zlib(-MAX_WBITS, content, content.size() + 1, Z_NO_FLUSH, how);
}

}  // namespace larder::testing
