// raw: bytes as they are, so that "no compression" can stand where a codec does. The whole input is one stream.
#include <cstring>

#include "codecs/engine.h"

namespace larder::internal {
namespace {

Step copy(Bytes in, MutableBytes out, bool last) {
  const std::size_t size = std::min(in.size(), out.size());
  if (size != 0) std::memcpy(out.data(), in.data(), size);
  return {.consumed = size, .produced = size, .ended = last && size == in.size()};
}

class RawEncoder final : public Encoder {
 public:
  Step step(Bytes in, MutableBytes out, bool last) override { return copy(in, out, last); }
};

class RawDecoder final : public Decoder {
 public:
  Step step(Bytes in, MutableBytes out, bool last) override { return copy(in, out, last); }
  void restart() override {}
  Tail tail(Bytes) override { return {.kind = Tail::Kind::stream}; }
};

}  // namespace

bool recognises_nothing(Bytes) noexcept { return false; }

std::optional<Engine> raw_engine() {
  return Engine{.library = "larder",
                .encoder = [](int) -> std::unique_ptr<Encoder> { return std::make_unique<RawEncoder>(); },
                .decoder = [](const Limits&) -> std::unique_ptr<Decoder> { return std::make_unique<RawDecoder>(); }};
}

}  // namespace larder::internal
