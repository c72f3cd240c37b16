#include <larder/codec.h>

#include <algorithm>
#include <utility>

#include <larder/plugin/codec.h>

#include "base/checked.h"
#include "base/text.h"
#include "codecs/decoding_reader.h"
#include "codecs/encoding_writer.h"
#include "codecs/ordered_work.h"
#include "io/region_of.h"

namespace larder {

using internal::fail;

namespace {

void require_built(const CodecInfo& info) {
  if (!info.built) fail(ErrorKind::not_built, "this build of larder lacks the library for ", info.name);
}

int level_for(const CodecInfo& info, std::optional<int> level) {
  if (!level) return info.default_level;
  if (!info.has_levels) {
    if (*level == info.default_level) return *level;
    fail(ErrorKind::usage, info.name, " has no levels, but level ", *level, " was given");
  }
  if (*level < info.min_level || *level > info.max_level) {
    fail(ErrorKind::usage, info.name, " has no level ", *level, "; possible are ", info.min_level, " to ",
         info.max_level);
  }
  return *level;
}

// Room for twice as much, with the same `size` bytes in front.
Region grown(const Region& region, std::size_t size) {
  const auto capacity = internal::checked_mul<std::uint64_t>(region.size(), 2);
  if (!capacity) fail(ErrorKind::limit, "the decompressed data is too large for this machine");
  Region larger = Region::allocate(*capacity);
  std::copy_n(region.data(), size, larger.mutable_bytes().data());
  return larger;
}

Region read_all(Reader& reader, std::size_t capacity) {
  Region region = Region::allocate(capacity);
  std::size_t size = 0;
  while (true) {
    if (size == region.size()) {
      if (reader.peek(1).empty()) return region;
      region = grown(region, size);
    }
    const std::size_t read = reader.read(region.mutable_bytes().subspan(size));
    if (read == 0) return region.slice(0, size);
    size += read;
  }
}

}  // namespace

Encoder::~Encoder() = default;
void Encoder::expect(std::uint64_t) {}
Decoder::~Decoder() = default;

Codec::Codec(CodecInfo info) : info_(std::move(info)) {}
Codec::~Codec() = default;

bool Codec::recognises(Bytes head) const { return do_recognises(head); }

bool Codec::is_checksummed(Bytes head) const { return recognises(head) && do_is_checksummed(head); }

bool Codec::do_is_checksummed(Bytes) const { return info_.has_checksum; }

bool Codec::do_recognises(Bytes head) const {
  return std::any_of(info_.magics.begin(), info_.magics.end(),
                     [&](const std::string& magic) { return as_text(head).starts_with(magic); });
}

std::unique_ptr<Writer> Codec::writer(Writer& below, const CodecOptions& options) const {
  require_built(info_);
  return do_writer(below, level_for(info_, options.level), internal::thread_count(options.threads), std::nullopt);
}

std::unique_ptr<Reader> Codec::reader(Reader& below, const CodecOptions& options) const {
  require_built(info_);
  return do_reader(below, options.limits, internal::thread_count(options.threads));
}

Region Codec::compress(Bytes bytes, const CodecOptions& options) const {
  require_built(info_);
  return do_compress(bytes, level_for(info_, options.level), internal::thread_count(options.threads));
}

std::unique_ptr<Writer> Codec::do_writer(Writer& below, int level, std::size_t,
                                         std::optional<std::uint64_t> size) const {
  auto encoder = do_encoder(level);
  if (size) encoder->expect(*size);
  return std::make_unique<internal::EncodingWriter>(below, std::move(encoder), info_.name);
}

std::unique_ptr<Reader> Codec::do_reader(Reader& below, const Limits& limits, std::size_t threads) const {
  // Made now, and asked for once, as there are no blocks: the Reader may outlive this codec.
  const auto decoder = std::make_shared<std::unique_ptr<Decoder>>(do_decoder(limits));
  internal::Decoding decoding{.decoder = [decoder] { return std::move(*decoder); }, .threads = threads};
  return std::make_unique<internal::DecodingReader>(below, std::move(decoding), info_.name, limits);
}

Region Codec::do_compress(Bytes bytes, int level, std::size_t threads) const {
  MemoryWriter memory;
  const auto writer = do_writer(memory, level, threads, bytes.size());
  writer->write(bytes);
  writer->finish();
  return internal::region_of(memory.take());
}

Region Codec::decompress(Bytes bytes, const CodecOptions& options) const {
  const auto source = memory_reader(bytes);
  // What is allocated is a small multiple of what is there, and of what was decoded already.
  constexpr std::size_t least = 4096;
  constexpr std::size_t usual_ratio = 4;
  const auto guess = internal::checked_mul(bytes.size(), usual_ratio).value_or(bytes.size());
  return read_all(*reader(*source, options), std::max(least, guess));
}

}  // namespace larder
