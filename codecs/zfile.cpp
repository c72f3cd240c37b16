#include "codecs/zfile.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <larder/plugin/codec.h>

#include "base/text.h"
#include "codecs/engine.h"

namespace larder::internal {

namespace {

constexpr std::string_view magic = "ZF0x";
constexpr std::size_t header_size = 2 + 19;  // joblib pads the length to what 2^64 would take

// The length in "ZF0x31f      ".
std::uint64_t announced_length(std::string_view header) {
  const std::string_view digits = header.substr(magic.size());
  const char* const end = digits.data() + digits.size();
  std::uint64_t length = 0;
  const auto [behind, code] = std::from_chars(digits.data(), end, length, 16);
  const bool padded = std::all_of(behind, end, [](char letter) { return letter == ' '; });
  if (!header.starts_with(magic) || code != std::errc() || !padded)
    fail(ErrorKind::malformed, quoted(header), " is no head of a ZF file");
  return length;
}

// Reads the head, then inflates.
class ZFileDecoder final : public Decoder {
 public:
  explicit ZFileDecoder(std::unique_ptr<Decoder> inflate) : inflate_(std::move(inflate)) {}

  Step step(Bytes in, MutableBytes out, bool last) override {
    if (header_.size() < header_size) return read_header(in);
    // Python 2 padded to one character more; zlib data cannot begin with a space.
    if (!started_ && !in.empty()) {
      started_ = true;
      if (in.front() == std::byte{' '}) return {.consumed = 1};
    }
    const Step step = inflate_->step(in, out, last);
    produced_ += step.produced;
    if (produced_ > announced_)
      fail(ErrorKind::malformed, "the ZF file announces ", announced_, " bytes and holds more");
    if (step.ended && produced_ < announced_)
      fail(ErrorKind::malformed, "the ZF file announces ", announced_, " bytes and holds ", produced_);
    return step;
  }

  void restart() override {
    inflate_->restart();
    header_.clear();
    started_ = false;
    produced_ = 0;
  }

  Tail tail(Bytes next) override {
    return {.kind = as_text(next).starts_with(magic) ? Tail::Kind::stream : Tail::Kind::end};
  }

 private:
  Step read_header(Bytes in) {
    const std::size_t size = std::min(in.size(), header_size - header_.size());
    header_.append(as_text(in.first(size)));
    if (header_.size() == header_size) announced_ = announced_length(header_);
    return {.consumed = size};
  }

  std::unique_ptr<Decoder> inflate_;
  std::string header_;
  bool started_ = false;  // something behind the header was seen
  std::uint64_t announced_ = 0;
  std::uint64_t produced_ = 0;
};

class ZFileCodec final : public Codec {
 public:
  explicit ZFileCodec(std::optional<Engine> zlib)
      : Codec({.name = "zfile",
               .magics = {std::string(magic)},
               .has_levels = false,
               .has_checksum = true,
               .library = zlib ? zlib->library : "",
               .built = zlib.has_value()}),
        zlib_(std::move(zlib).value_or(Engine{})) {}

 private:
  std::unique_ptr<Encoder> do_encoder(int) const override {
    fail(ErrorKind::unsupported, "ZF files of old joblib are read, not written");
  }
  std::unique_ptr<Decoder> do_decoder(const Limits& limits) const override {
    return std::make_unique<ZFileDecoder>(zlib_.decoder(limits));
  }

  Engine zlib_;
};

}  // namespace

const Codec& zfile_codec() {
  static const ZFileCodec codec(zlib_engine());
  return codec;
}

}  // namespace larder::internal
