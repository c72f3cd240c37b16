#include "persist/object_stream.h"

#include <algorithm>

#include "base/text.h"
#include "persist/detect.h"

namespace larder::internal {

namespace {
constexpr std::size_t most_layers = 2;
constexpr std::size_t stream_head = 16;  // bytes that tell whether a compressed stream has a checksum
}  // namespace

Reader* ObjectStream::next() {
  while (true) {
    while (started_ && top().peek().empty()) {
      if (layers_.empty()) return nullptr;
      static_cast<void>(top().finish());  // nothing is left to pass over
      layers_.pop_back();
    }
    const Codec* const codec = detect_codec(top(), CodecRegistry::global());
    if (codec == nullptr) break;
    enter(*codec);
  }
  started_ = true;
  return &top();
}

void ObjectStream::enter(const Codec& codec) {
  Reader& below = top();
  if (layers_.size() == most_layers)
    fail(ErrorKind::unsupported, below.name(), " is a compressed stream inside ", most_layers, " others");
  const bool checksummed = codec.is_checksummed(below.peek(stream_head));
  layers_.push_back({&codec, checksummed, codec.reader(below, {.level = {}, .limits = limits_, .threads = threads_})});
}

std::string ObjectStream::codecs() const {
  std::string names;
  for (const Layer& layer : layers_) names.append(names.empty() ? "" : ", ").append(layer.codec->info().name);
  return names;
}

bool ObjectStream::checksummed() const {
  return std::ranges::any_of(layers_, [](const Layer& layer) { return layer.checksummed; });
}

}  // namespace larder::internal
