// lz4: the frame format, on liblz4. Specification: lz4_Frame_format.md of the lz4 project, version 1.6.
#include "base/text.h"
#include "codecs/engine.h"
#include "codecs/lz4/decoding.h"
#include "codecs/lz4/encoding.h"
#include "codecs/lz4/frame.h"
#include "codecs/lz4/liblz4.h"
#include "codecs/skippable.h"

namespace larder::internal {
namespace {

using lz4::frame_magic;
using lz4::legacy_magic;

}  // namespace

bool recognises_lz4(Bytes head) noexcept {
  const auto magic = magic_behind_skippables(head);
  return magic == frame_magic || (magic == legacy_magic && !is_skippable(head));
}

#if LARDER_HAS_LZ4
std::optional<Engine> lz4_engine() {
  return Engine{.library = join("liblz4 ", lz4::library_version()),
                .blocks = lz4::encoding,
                .decoder = [](const Limits&) { return lz4::decoder(); },
                .block_decoding = [](const Limits&) { return lz4::decoding(); },
                .blocks_are_faster = true};
}
#else
std::optional<Engine> lz4_engine() { return std::nullopt; }
#endif

}  // namespace larder::internal
