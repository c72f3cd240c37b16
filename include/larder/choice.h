// compress="auto": the codec and the level that suit some content, found by trying them on a sample of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <larder/bytes.h>
#include <larder/codec.h>
#include <larder/compress.h>
#include <larder/export.h>

namespace larder {

// What was chosen. A plain value.
struct Choice {
  Compression compression{};  // no codec: stored as it is
  std::uint64_t content = 0;  // bytes that it was chosen for
  // What the sample tells of the choice; `content` 0 where nothing was tried, because trying would take too long for so
  // little content. Then the choice is what suits most content.
  Trial trial{};
  int tried = 0;       // codecs and levels that were tried
  double seconds = 0;  // of processor time, that trying them took
};

// Chooses for some content. `dump` does it for a value.
//
// A few pieces from all over the content, 2 MiB at most, are compressed and decompressed in this thread for at most 2 %
// of the time that writing the content will take, and never longer than half a second: content of less than some 300 MB
// gets what suits most content, as does what takes longer to try than that. Of choices that cost almost the same the
// one that is expected to do best is taken, so that the same content seldom gets different ones. `filename` with a
// codec's extension (".gz") leaves that codec at a level that suits, empty leaves all. `threads` as in CodecOptions.
//
// Errors: `usage` for an extension that contradicts Auto::joblib, `not_built` for one whose codec this build lacks.
// Thread-safe.
LARDER_API Choice choose(Bytes content, const Auto& how = {}, std::string_view filename = {}, int threads = 0,
                         const CodecRegistry& registry = CodecRegistry::global());

// "zstd:3", "none" for no compression: a text that Compress::parse takes back.
LARDER_API std::string text_of(const Compression& compression);

// One line for people: "zstd:1, ratio 2.31 (6 tried on 0.3 MB in 2.1 ms)".
LARDER_API std::string text_of(const Choice& choice);

}  // namespace larder
