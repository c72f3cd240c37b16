#include "fakes.h"

#include <algorithm>
#include <string_view>

#include <larder/error.h>

namespace larder::testing {
namespace {

constexpr std::string_view magic = "XOR1";
constexpr std::byte key{0x55};
constexpr std::size_t largest_block = 255;

void flip(Bytes from, MutableBytes to) {
  std::transform(from.begin(), from.end(), to.begin(), [](std::byte byte) { return byte ^ key; });
}

class XorEncoder final : public Encoder {
 public:
  Step step(Bytes in, MutableBytes out, bool last) override {
    std::size_t produced = 0;
    if (!begun_) {
      std::ranges::copy(as_bytes(magic), out.begin());
      produced = magic.size();
      begun_ = true;
    }
    const std::size_t size = std::min(in.size(), largest_block);
    if (size == 0 && !last) return {.produced = produced};
    out[produced] = static_cast<std::byte>(size);
    flip(in.first(size), out.subspan(produced + 1));
    return {.consumed = size, .produced = produced + 1 + size, .ended = size == 0};
  }

 private:
  bool begun_ = false;
};

class XorDecoder final : public Decoder {
 public:
  Step step(Bytes in, MutableBytes out, bool) override {
    if (in.empty()) return {};
    if (magic_seen_ < magic.size()) {
      if (in[0] != as_bytes(magic)[magic_seen_]) throw Error(ErrorKind::malformed, "no XOR1");
      ++magic_seen_;
      return {.consumed = 1};
    }
    if (left_ == 0) {
      left_ = std::to_integer<std::size_t>(in[0]);
      return {.consumed = 1, .ended = left_ == 0};
    }
    const std::size_t size = std::min({left_, in.size(), out.size()});
    flip(in.first(size), out);
    left_ -= size;
    return {.consumed = size, .produced = size};
  }

  void restart() override { magic_seen_ = 0; }
  Tail tail(Bytes next) override {
    return {.kind = as_text(next).starts_with(magic) ? Tail::Kind::stream : Tail::Kind::end};
  }

 private:
  std::size_t magic_seen_ = 0;
  std::size_t left_ = 0;
};

class FakeEncoder final : public Encoder {
 public:
  explicit FakeEncoder(FakeCodec::EncoderStep work) : work_(std::move(work)) {}
  Step step(Bytes in, MutableBytes out, bool last) override { return work_(in, out, last); }

 private:
  FakeCodec::EncoderStep work_;
};

class FakeDecoder final : public Decoder {
 public:
  FakeDecoder(FakeCodec::EncoderStep work, Tail tail) : work_(std::move(work)), tail_(tail) {}
  Step step(Bytes in, MutableBytes out, bool last) override { return work_(in, out, last); }
  void restart() override {}
  Tail tail(Bytes) override { return tail_; }

 private:
  FakeCodec::EncoderStep work_;
  Tail tail_;
};

}  // namespace

std::unique_ptr<Encoder> XorCodec::do_encoder(int) const { return std::make_unique<XorEncoder>(); }
std::unique_ptr<Decoder> XorCodec::do_decoder(const Limits&) const { return std::make_unique<XorDecoder>(); }

std::unique_ptr<Encoder> FakeCodec::do_encoder(int) const { return std::make_unique<FakeEncoder>(encode_); }
std::unique_ptr<Decoder> FakeCodec::do_decoder(const Limits&) const {
  return std::make_unique<FakeDecoder>(decode_, tail_);
}

}  // namespace larder::testing
