#include "toy_blocks.h"

#include <algorithm>
#include <numeric>

#include <larder/error.h>

#include "base/byte_order.h"

namespace larder::testing {
namespace {

using namespace larder::internal;

constexpr std::byte key{0x55};
constexpr std::byte mark{'#'};
constexpr std::size_t head_size = 5;
constexpr std::size_t mark_size = 2;
constexpr std::size_t sum_size = 4;

std::uint32_t sum_of(Bytes bytes) {
  return std::accumulate(bytes.begin(), bytes.end(), std::uint32_t{0},
                         [](std::uint32_t sum, std::byte byte) { return sum + std::to_integer<std::uint32_t>(byte); });
}

Content number(std::uint32_t value) {
  Content bytes;
  for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<std::byte>(value >> shift & 0xff));
  return bytes;
}

void flip(Bytes from, std::byte* to) {
  std::ranges::transform(from, to, [](std::byte byte) { return byte ^ key; });
}

class ToyCompressor final : public BlockCompressor {
 public:
  void compress(const BlockInput& block, bool last, CompressedBlock& result) override {
    const Content bytes = toy_block(Content(block.bytes.begin(), block.bytes.end()), last);
    std::ranges::copy(bytes, result.room(bytes.size()).begin());
    result.used = bytes.size();
    result.checksum = sum_of(block.bytes);
  }
};

class ToyEncoding final : public BlockEncoding {
 public:
  explicit ToyEncoding(std::size_t size) : size_(size) {}
  std::size_t block_size() const override { return size_; }
  std::unique_ptr<BlockCompressor> compressor() const override { return std::make_unique<ToyCompressor>(); }
  Bytes begin() override { return {}; }
  Bytes join(const CompressedBlock& block) override {
    sum_ += static_cast<std::uint32_t>(block.checksum);
    return block.bytes();
  }
  Bytes end() override { return end_ = number(sum_); }

 private:
  std::size_t size_;
  std::uint32_t sum_ = 0;
  Content end_;
};

class ToyDecompressor final : public BlockDecompressor {
 public:
  DecodedBlock decompress(Bytes block, const Found&, MutableBytes out) override {
    const auto length = load_le<std::uint32_t>(block.data());
    const std::size_t used = head_size + length + mark_size;
    if (block.size() < used) return {.incomplete = true};
    if (out.size() < length) return {.size = length};
    flip(block.subspan(head_size, length), out.data());
    const bool whole = block[used - 1] == mark && block[used - 2] == mark;
    return {.decoded = whole,
            .size = length,
            .used = used,
            .checksum = sum_of(out.first(length)),
            .note = std::to_integer<std::uint64_t>(block[4])};
  }
};

class ToyDecoding final : public BlockDecoding {
 public:
  ToyDecoding(std::size_t expected, std::size_t most, bool hops) : expected_(expected), most_(most), hops_(hops) {}

  Found find(Bytes ahead, bool all) override {
    if (ended_) return end(ahead);
    if (last_found_) return {.kind = Found::Kind::wait};
    if (ahead.size() < head_size) return {.kind = Found::Kind::more, .take = head_size};
    const std::size_t size = hops_ ? head_size + load_le<std::uint32_t>(ahead.data()) + mark_size : marked(ahead);
    if (size > ahead.size() && all) return {};
    if (size > ahead.size()) return {.kind = Found::Kind::more, .take = size};
    last_found_ = hops_ && ahead[4] == std::byte{1};
    return {.kind = Found::Kind::block, .take = size, .advance = size, .size = expected_, .most = most_};
  }

  std::unique_ptr<BlockDecompressor> decompressor() const override { return std::make_unique<ToyDecompressor>(); }

  Verdict accept(const Found& found, const DecodedBlock& decoded, Bytes content) override {
    if (decoded.note > 1) return Verdict::wrong;
    if (sum_of(content) != decoded.checksum) throw Error(ErrorKind::io, "the content is not what was decoded");
    sum_ += static_cast<std::uint32_t>(decoded.checksum);
    ended_ = decoded.note == 1;
    if (hops_) return found.take == decoded.used ? Verdict::right : Verdict::wrong;
    return ended_ ? Verdict::ends : found.take == decoded.used ? Verdict::right : Verdict::wrong;
  }

 private:
  static std::size_t marked(Bytes ahead) {
    for (std::size_t i = head_size; i + 1 < ahead.size(); ++i)
      if (ahead[i] == mark && ahead[i + 1] == mark) return i + mark_size;
    return ahead.size() + 1;
  }
  Found end(Bytes ahead) const {
    if (ahead.size() < sum_size) return {.kind = Found::Kind::more, .take = sum_size};
    if (load_le<std::uint32_t>(ahead.data()) != sum_) return {};
    return {.kind = Found::Kind::end, .advance = sum_size};
  }

  std::size_t expected_;
  std::size_t most_;
  bool hops_;
  bool last_found_ = false;
  bool ended_ = false;
  std::uint32_t sum_ = 0;
};

// Takes one byte a step; the least clever of all decoders.
class ToyDecoder final : public Decoder {
 public:
  Step step(Bytes in, MutableBytes out, bool) override {
    if (in.empty()) return {};
    const std::byte byte = in[0];
    if (in_content_ != 0) {
      --in_content_;
      out[0] = byte ^ key;
      sum_ += std::to_integer<std::uint32_t>(out[0]);
      return {.consumed = 1, .produced = 1};
    }
    held_.push_back(byte);
    if (marks_ && held_.size() == mark_size) end_block();
    if (!marks_ && !ended_ && held_.size() == head_size) begin_block();
    if (!ended_ || held_.size() != sum_size) return {.consumed = 1};
    if (load_le<std::uint32_t>(held_.data()) != sum_) throw Error(ErrorKind::checksum, "the sum is wrong");
    return {.consumed = 1, .ended = true};
  }
  void restart() override {
    held_.clear();
    marks_ = ended_ = last_ = false;
    sum_ = 0;
  }
  Tail tail(Bytes) override { return {.kind = Tail::Kind::stream}; }

 private:
  void begin_block() {
    in_content_ = load_le<std::uint32_t>(held_.data());
    if (held_[4] > std::byte{1}) throw Error(ErrorKind::malformed, "the mark of the last block is wrong");
    last_ = held_[4] == std::byte{1};
    marks_ = true;
    held_.clear();
  }
  void end_block() {
    if (held_[0] != mark || held_[1] != mark) throw Error(ErrorKind::malformed, "the mark behind a block is wrong");
    ended_ = last_;
    marks_ = false;
    held_.clear();
  }

  Content held_;
  std::uint32_t in_content_ = 0;
  std::uint32_t sum_ = 0;
  bool marks_ = false;  // a block's end is next
  bool last_ = false;
  bool ended_ = false;  // the sum is next
};

// Every block, by its length; of one stream.
std::optional<BlockIndex> toy_index(Reader& below) {
  BlockIndex index;
  while (true) {
    const std::uint64_t start = below.position();
    Content head(head_size);
    below.read_exactly(head, "a block");
    const auto length = load_le<std::uint32_t>(head.data());
    index.blocks.push_back({.compressed = start, .decompressed = index.size});
    index.size += length;
    below.skip(length + mark_size, "a block");
    if (head[4] == std::byte{1}) return index;
  }
}

// From a block on: the sum cannot be verified.
class ToyDecodingAt final : public BlockDecoding {
 public:
  ToyDecodingAt(std::size_t expected, std::size_t most) : blocks_(expected, most, true) {}
  Found find(Bytes ahead, bool all) override {
    if (!ended_) return blocks_.find(ahead, all);
    if (ahead.size() < sum_size) return {.kind = Found::Kind::more, .take = sum_size};
    return {.kind = Found::Kind::end, .advance = sum_size};
  }
  std::unique_ptr<BlockDecompressor> decompressor() const override { return blocks_.decompressor(); }
  Verdict accept(const Found& found, const DecodedBlock& decoded, Bytes content) override {
    ended_ = decoded.note == 1;
    return blocks_.accept(found, decoded, content);
  }

 private:
  ToyDecoding blocks_;
  bool ended_ = false;
};

}  // namespace

Content toy_block(const Content& content, bool last) {
  Content block = number(static_cast<std::uint32_t>(content.size()));
  block.push_back(last ? std::byte{1} : std::byte{0});
  block.resize(head_size + content.size());
  flip(content, block.data() + head_size);
  return block + content_of("##");
}

Content toy_end(const Content& content) { return number(sum_of(content)); }

Content toy_stream(const Content& content, const std::vector<std::size_t>& sizes) {
  Content stream;
  auto next = content.begin();
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const auto end = next + static_cast<std::ptrdiff_t>(sizes[i]);
    stream = std::move(stream) + toy_block(Content(next, end), i + 1 == sizes.size());
    next = end;
  }
  return std::move(stream) + toy_end(content);
}

std::unique_ptr<BlockEncoding> toy_encoding(std::size_t block_size) {
  return std::make_unique<ToyEncoding>(block_size);
}

Decoding toy_decoding(std::size_t threads, std::size_t expected, std::size_t most, bool hops) {
  Decoding decoding{.decoder = [] { return std::make_unique<ToyDecoder>(); }, .threads = threads, .least = 0};
  decoding.blocks = [=] { return std::make_unique<ToyDecoding>(expected, most, hops); };
  if (hops) {
    decoding.index = toy_index;
    decoding.blocks_at = [=](const BlockPlace&) { return std::make_unique<ToyDecodingAt>(expected, most); };
  }
  return decoding;
}

}  // namespace larder::testing
