// zstd (RFC 8878).
#include "base/text.h"
#include "codecs/engine.h"
#include "codecs/skippable.h"
#include "codecs/zstd/frame.h"

#if LARDER_HAS_ZSTD
#include "codecs/zstd/decoding.h"
#include "codecs/zstd/encoding.h"
#include "codecs/zstd/libzstd.h"
#endif

namespace larder::internal {

// A stream that begins with skippable frames may be zstd's or lz4's. Where the head does not show the first real frame
// it is taken for zstd's: pzstd and seekable zstd write such frames, the tools of lz4 do not.
bool recognises_zstd(Bytes head) noexcept {
  const auto magic = magic_behind_skippables(head);
  return magic == zstd::frame_magic || (!magic && is_skippable(head));
}

#if LARDER_HAS_ZSTD
std::optional<Engine> zstd_engine() {
  return Engine{.library = join("libzstd ", zstd::library_version()),
                .encoder = zstd::stream_encoder,
                .blocks = zstd::encoding,
                .decoder = zstd::stream_decoder,
                .block_decoding = zstd::decoding,
                .index = zstd::index,
                .block_decoding_at = zstd::decoding_at};
}
#else
std::optional<Engine> zstd_engine() { return std::nullopt; }
#endif

}  // namespace larder::internal
