// Codecs as a user may write them: one that works, and encoders and decoders that do not.
#pragma once

#include <functional>
#include <memory>

#include <larder/plugin/codec.h>

namespace larder::testing {

// "XOR1", then blocks of one length byte and so many bytes, each xor 0x55, then a length of 0. No checksum.
class XorCodec final : public Codec {
 public:
  XorCodec() : XorCodec({.name = "xor", .extensions = {".xor"}, .magics = {"XOR1"}, .has_levels = false}) {}
  explicit XorCodec(CodecInfo info) : Codec(std::move(info)) {}

 private:
  std::unique_ptr<Encoder> do_encoder(int level) const override;
  std::unique_ptr<Decoder> do_decoder(const Limits& limits) const override;
};

// A codec whose two steps are the given functions.
class FakeCodec final : public Codec {
 public:
  using EncoderStep = std::function<Step(Bytes in, MutableBytes out, bool last)>;
  FakeCodec(EncoderStep encode, EncoderStep decode, Tail tail = {})
      : Codec({.name = "fake", .extensions = {".fake"}}),
        encode_(std::move(encode)),
        decode_(std::move(decode)),
        tail_(tail) {}

 private:
  std::unique_ptr<Encoder> do_encoder(int level) const override;
  std::unique_ptr<Decoder> do_decoder(const Limits& limits) const override;

  EncoderStep encode_;
  EncoderStep decode_;
  Tail tail_;
};

}  // namespace larder::testing
