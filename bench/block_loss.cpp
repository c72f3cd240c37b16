#include "block_loss.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include <larder/codec.h>

#include "bare_codecs.h"
#include "codecs/deflate_effort.h"
#include "codecs/engine.h"

namespace larder::bench {

namespace {

std::vector<Bytes> blocks_of(Bytes content, std::size_t size) {
  std::vector<Bytes> blocks;
  for (; content.size() > size; content = content.subspan(size)) blocks.push_back(content.first(size));
  blocks.push_back(content);
  return blocks;
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

std::uint64_t stream_size(Bytes content, const std::string& codec, int level, Cutting cutting) {
  if (codec == "zlib" || codec == "gzip") {
    const std::vector<Bytes> blocks = blocks_of(content, internal::zlib_engine()->blocks(level)->block_size());
    const internal::DeflateEffort effort = usual_effort(level, blocks);
    return deflated_size(effort, cutting == Cutting::in_blocks ? blocks : std::vector<Bytes>{content});
  }
  if (cutting == Cutting::in_blocks)
    return CodecRegistry::global().get(codec).compress(content, {.level = level}).size();
  std::uint64_t size = 0;
  std::ranges::find(bare_codecs(), codec, &BareCodec::name)->compress(content, level, [&](Bytes bytes) {
    size += bytes.size();
  });
  return size;
}

}  // namespace larder::bench
