#include "unblocked.h"

#include <map>
#include <optional>

#include "codecs/engine.h"

namespace larder::bench {

std::uint64_t unblocked_size(Bytes content, const std::string& codec, int level) {
  using internal::Engine;
  static const std::map<std::string, std::optional<Engine> (*)()> engines = {{"zlib", internal::zlib_engine},
                                                                             {"gzip", internal::gzip_engine},
                                                                             {"xz", internal::xz_engine},
                                                                             {"zstd", internal::zstd_engine}};
  const auto found = engines.find(codec);
  const std::optional<Engine> engine = found == engines.end() ? std::nullopt : found->second();
  if (!engine || engine->blocks == nullptr) return 0;
  const auto encoding = engine->blocks(level);
  encoding->expect(content.size());
  std::uint64_t size = encoding->begin().size();
  internal::BlockInput block;
  block.bytes = content;
  block.size = content.size();
  internal::CompressedBlock compressed;
  encoding->compressor()->compress(block, true, compressed);
  size += encoding->join(compressed).size();
  return size + encoding->end().size();
}

}  // namespace larder::bench
