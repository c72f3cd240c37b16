#include "formats/zip/content_writer.h"

#include <algorithm>
#include <array>

#include "base/byte_order.h"
#include "codecs/deflate_checksum.h"

namespace larder::internal {

namespace {

class StoredContent final : public ZipContentWriter, private Writer {
 public:
  explicit StoredContent(Writer& archive) : Writer(0, 0), archive_(archive) {}
  Writer& writer() override { return *this; }
  ZipContent finish() override {
    Writer::finish();
    return {position(), position(), crc_};
  }

 private:
  void do_write(Bytes bytes) override {
    crc_ = crc32(crc_, bytes);
    archive_.write(bytes);
  }
  void do_finish() override {}
  std::string do_name() const override { return archive_.name(); }

  Writer& archive_;
  std::uint32_t crc_ = crc32_of_nothing;
};

// Passes on what is between the header and the trailer of a gzip file.
class Unwrapped final : public Writer {
 public:
  explicit Unwrapped(Writer& archive) : Writer(0, 0), archive_(archive) {}

  std::uint64_t passed_on() const noexcept { return passed_on_; }
  std::uint32_t crc() const noexcept { return load_le<std::uint32_t>(last_.data()); }

 private:
  static constexpr std::size_t header = 10;
  static constexpr std::size_t trailer = 8;

  void do_write(Bytes bytes) override {
    const std::size_t of_header = std::min(header - seen_of_header_, bytes.size());
    seen_of_header_ += of_header;
    bytes = bytes.subspan(of_header);
    // The last bytes may be the trailer, as far as is known now.
    const std::size_t total = held_ + bytes.size();
    const std::size_t ready = total - std::min(total, trailer);
    const std::size_t of_held = std::min(ready, held_);
    pass_on(Bytes(last_).first(of_held));
    std::ranges::copy(Bytes(last_).subspan(of_held, held_ - of_held), last_.begin());
    held_ -= of_held;
    pass_on(bytes.first(ready - of_held));
    bytes = bytes.subspan(ready - of_held);
    std::ranges::copy(bytes, last_.begin() + static_cast<std::ptrdiff_t>(held_));
    held_ += bytes.size();
  }
  void pass_on(Bytes bytes) {
    archive_.write(bytes);
    passed_on_ += bytes.size();
  }
  void do_finish() override {}
  std::string do_name() const override { return archive_.name(); }

  Writer& archive_;
  std::size_t seen_of_header_ = 0;
  std::array<std::byte, trailer> last_{};
  std::size_t held_ = 0;
  std::uint64_t passed_on_ = 0;
};

class DeflatedContent final : public ZipContentWriter {
 public:
  DeflatedContent(Writer& archive, int level, int threads)
      : unwrapped_(archive),
        encoder_(CodecRegistry::global().get("gzip").writer(unwrapped_,
                                                            {.level = level, .limits = {}, .threads = threads})) {}
  Writer& writer() override { return *encoder_; }
  ZipContent finish() override {
    const std::uint64_t size = encoder_->position();
    encoder_->finish();
    return {unwrapped_.passed_on(), size, unwrapped_.crc()};
  }

 private:
  Unwrapped unwrapped_;
  std::unique_ptr<Writer> encoder_;
};

}  // namespace

std::unique_ptr<ZipContentWriter> zip_content_writer(Writer& archive, int level, int threads) {
  if (level == 0) return std::make_unique<StoredContent>(archive);
  return std::make_unique<DeflatedContent>(archive, level, threads);
}

}  // namespace larder::internal
