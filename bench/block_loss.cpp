#include "block_loss.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "codecs/deflate_effort.h"
#include "codecs/engine.h"

namespace larder::bench {

namespace {

using internal::BlockEncoding;
using internal::Engine;

std::vector<Bytes> blocks_of(Bytes content, std::size_t size) {
  std::vector<Bytes> blocks;
  for (; content.size() > size; content = content.subspan(size)) blocks.push_back(content.first(size));
  blocks.push_back(content);
  return blocks;
}

std::uint64_t stream_size(BlockEncoding& encoding, const std::vector<Bytes>& blocks) {
  std::uint64_t size = encoding.begin().size();
  const auto compressor = encoding.compressor();
  internal::CompressedBlock compressed;
  for (const Bytes& bytes : blocks) {
    internal::BlockInput block;
    block.bytes = bytes;
    block.size = bytes.size();
    compressor->compress(block, &bytes == &blocks.back(), compressed);
    size += encoding.join(compressed).size();
  }
  return size + encoding.end().size();
}

std::uint64_t deflated_size(const internal::DeflateEffort& effort, const std::vector<Bytes>& blocks) {
  std::vector<std::byte> out;
  std::uint64_t size = 0;
  for (const Bytes& block : blocks) {
    out.resize(block.size() + block.size() / 8 + 1024);
    size += effort.library->deflate(effort.level, block, &block == &blocks.back(), out);
  }
  return size;
}

internal::DeflateEffort usual_effort(int level, const std::vector<Bytes>& blocks) {
  const internal::DeflateChoice choice(level);
  using Effort = std::pair<const internal::DeflateLibrary*, int>;
  std::map<Effort, std::size_t> chosen;
  std::vector<std::byte> scratch;
  for (const Bytes& block : blocks) {
    scratch.resize(block.size() + 1024);
    const internal::DeflateEffort effort = choice.effort_for(block, scratch);
    ++chosen[{effort.library, effort.level}];
  }
  const auto most = std::ranges::max_element(chosen, {}, [](const auto& entry) { return entry.second; });
  return {most->first.first, most->first.second};
}

}  // namespace

BlockLoss block_loss(Bytes content, const std::string& codec, int level) {
  static const std::map<std::string, std::optional<Engine> (*)()> engines = {{"zlib", internal::zlib_engine},
                                                                             {"gzip", internal::gzip_engine},
                                                                             {"xz", internal::xz_engine},
                                                                             {"zstd", internal::zstd_engine}};
  const auto found = engines.find(codec);
  const std::optional<Engine> engine = found == engines.end() ? std::nullopt : found->second();
  if (!engine || engine->blocks == nullptr) return {};
  const auto cut = engine->blocks(level);
  const std::vector<Bytes> blocks = blocks_of(content, cut->block_size());
  if (codec == "zlib" || codec == "gzip") {
    const internal::DeflateEffort effort = usual_effort(level, blocks);
    return {deflated_size(effort, blocks), deflated_size(effort, {content})};
  }
  return {stream_size(*cut, blocks), stream_size(*engine->blocks(level), {content})};
}

}  // namespace larder::bench
