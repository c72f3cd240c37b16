#include "persist/detect.h"

#include <algorithm>

#include "base/text.h"
#include "codecs/zfile.h"

namespace larder::internal {

namespace {

constexpr std::size_t codec_head = 16;

// Whether more bytes could still make these the start of a stream of the codec.
bool may_become_stream(Bytes head, const Codec& codec) {
  const std::string_view text = as_text(head);
  return std::ranges::any_of(codec.info().magics, [&](const std::string& magic) {
    return text.starts_with(magic) || std::string_view(magic).starts_with(text);
  });
}

bool may_become_compressed(Bytes head, const CodecRegistry& registry) {
  return may_become_stream(head, zfile_codec()) ||
         std::ranges::any_of(registry.list(), [&](const Codec* codec) { return may_become_stream(head, *codec); });
}

}  // namespace

const Codec* detect_codec(Reader& reader, const CodecRegistry& registry) {
  for (std::size_t size = 1; size <= codec_head; ++size) {
    const Bytes head = reader.peek(size);
    if (head.size() < size) return nullptr;
    if (const Codec* const codec = registry.detect(head.first(std::min(head.size(), codec_head)))) return codec;
    if (zfile_codec().recognises(head)) return &zfile_codec();
    if (!may_become_compressed(head, registry)) return nullptr;
    size = std::max(size, std::min(head.size(), codec_head));
  }
  return nullptr;
}

const Format& detect_format(Reader& reader) {
  // The shortest object is a pickle of two bytes; formats with a longer header say more at 16 bytes and at 4 KiB.
  for (const std::size_t size : {std::size_t{2}, std::size_t{16}, std::size_t{4096}}) {
    const Bytes head = reader.peek(size);
    if (head.empty())
      fail(ErrorKind::truncated, reader.name(), " holds no object: it ends at byte ", reader.position());
    for (const Format* const format : formats()) {
      if (format->recognises(head)) return *format;
    }
    if (head.size() < size) break;
  }
  fail(ErrorKind::unsupported, reader.name(), " is in no format that larder reads (it starts with ",
       quoted(as_text(reader.peek(8)).substr(0, 8)), ")");
}

}  // namespace larder::internal
