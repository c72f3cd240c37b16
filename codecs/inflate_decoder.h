// The Decoder of zlib and gzip.
#pragma once

#include <array>
#include <memory>

#include <larder/plugin/codec.h>

#include "codecs/deflate_wrapper.h"
#include "codecs/inflate.h"

namespace larder::internal {

// The fastest engine of this build for streams of unknown size; null where it has none.
std::unique_ptr<Inflate> fastest_inflate();

// So much content at a time is still in the cache when its checksum is computed.
inline constexpr std::size_t cached_content = 256 * 1024;

// Header, deflate data and trailer, byte for byte as they come.
class InflateDecoder final : public Decoder {
 public:
  InflateDecoder(Wrapper wrapper, std::unique_ptr<Inflate> inflate);

  Step step(Bytes in, MutableBytes out, bool last) override;
  void restart() override;
  Tail tail(Bytes next) override;

 private:
  Step inflate(Bytes in, MutableBytes out);
  // Takes what is still missing of the trailer, and verifies it when it is complete.
  std::size_t take_trailer(Bytes in);

  Wrapper wrapper_;
  std::unique_ptr<Inflate> inflate_;
  WrapperHeader header_;
  bool in_trailer_ = false;
  std::array<std::byte, 8> trailer_{};
  std::size_t trailer_taken_ = 0;
  std::uint32_t checksum_ = 0;
  std::uint64_t size_ = 0;
};

}  // namespace larder::internal
