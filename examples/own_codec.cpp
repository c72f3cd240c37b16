// Adds a codec of one's own at run time; from then on dump, load and the compress argument know it as they know zlib.
//
// The codec is run-length coding: after the magic "RLE1" come pairs (length 1 to 255, byte), and a length of 0 ends the
// stream.
#include <larder/larder.h>
#include <larder/plugin/codec.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using larder::Bytes;
using larder::MutableBytes;
using larder::Step;

constexpr std::string_view magic = "RLE1";

class RunEncoder final : public larder::Encoder {
 public:
  Step step(Bytes in, MutableBytes out, bool last) override {
    Step done;
    while (true) {
      while (!ready_.empty() && done.produced < out.size()) {
        out[done.produced++] = ready_.back();
        ready_.pop_back();
      }
      if (!ready_.empty()) return done;
      if (ended_) return {done.consumed, done.produced, true};
      if (done.consumed < in.size()) {
        take(in[done.consumed++]);
      } else if (last) {
        if (length_ > 0)
          ready_ = {std::byte{0}, value_, std::byte{length_}};
        else
          ready_ = {std::byte{0}};
        ended_ = true;
      } else {
        return done;
      }
    }
  }

 private:
  // The run stays open, because it may go on in the next input.
  void take(std::byte value) {
    if (length_ > 0 && (value != value_ || length_ == 255)) {
      ready_ = {value_, std::byte{length_}};
      length_ = 0;
    }
    value_ = value;
    ++length_;
  }

  std::vector<std::byte> ready_ = {std::byte{'1'}, std::byte{'E'}, std::byte{'L'},
                                   std::byte{'R'}};  // to be written, last first
  std::byte value_{};
  std::uint8_t length_ = 0;
  bool ended_ = false;
};

class RunDecoder final : public larder::Decoder {
 public:
  Step step(Bytes in, MutableBytes out, bool) override {
    Step done;
    while (true) {
      const std::size_t run = std::min<std::size_t>(length_, out.size() - done.produced);
      std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(done.produced), run, value_);
      done.produced += run;
      length_ -= run;
      if (length_ > 0 || done.consumed == in.size()) return done;
      const std::byte next = in[done.consumed++];
      if (magic_seen_ < magic.size()) {
        if (next != static_cast<std::byte>(magic[magic_seen_++]))
          throw larder::Error(larder::ErrorKind::malformed, "no rle stream");
      } else if (announced_ > 0) {
        value_ = next;
        length_ = announced_;
        announced_ = 0;
      } else if (next == std::byte{0}) {
        done.ended = true;
        return done;
      } else {
        announced_ = std::to_integer<std::size_t>(next);
      }
    }
  }

  void restart() override { magic_seen_ = 0; }

  larder::Tail tail(Bytes next) override {
    const auto kind = larder::as_text(next).starts_with(magic) ? larder::Tail::Kind::stream : larder::Tail::Kind::end;
    return {kind, 0};
  }

 private:
  std::size_t magic_seen_ = 0;
  std::size_t announced_ = 0;  // a length whose byte is still to come
  std::byte value_{};
  std::size_t length_ = 0;  // of the run that is being put out
};

class RunLength final : public larder::Codec {
 public:
  RunLength() : Codec(description()) {}

 private:
  static larder::CodecInfo description() {
    larder::CodecInfo info;
    info.name = "rle";
    info.extensions = {".rle"};
    info.magics = {std::string(magic)};
    info.has_levels = false;
    info.library = "examples/own_codec.cpp";
    return info;
  }
  std::unique_ptr<larder::Encoder> do_encoder(int) const override { return std::make_unique<RunEncoder>(); }
  std::unique_ptr<larder::Decoder> do_decoder(const larder::Limits&) const override {
    return std::make_unique<RunDecoder>();
  }
};

}  // namespace

int main() {
  larder::CodecRegistry::global().add(std::make_unique<RunLength>());

  std::vector<unsigned char> pixels(1'000'000, 255);
  std::fill_n(pixels.begin() + 300'000, 1000, static_cast<unsigned char>(7));
  const auto picture = larder::Array::copy_of<unsigned char>(pixels, {1000, 1000});

  larder::dump(picture, "picture.joblib.rle");                                      // found by the extension
  larder::dump(picture, "picture.joblib", larder::DumpOptions{.compress = "rle"});  // found by the name
  larder::Provenance provenance;
  const larder::Document again = larder::load("picture.joblib", {}, &provenance);  // found by the magic
  std::printf("%llu bytes became %llu, codec %s\n", static_cast<unsigned long long>(picture.nbytes()),
              static_cast<unsigned long long>(std::filesystem::file_size("picture.joblib")), provenance.codec.c_str());

  const bool same = again.root().as_array().identical(picture) &&
                    larder::load("picture.joblib.rle").root().as_array().identical(picture);
  return same && provenance.codec == "rle" && std::filesystem::file_size("picture.joblib") < 20'000 ? 0 : 1;
}
