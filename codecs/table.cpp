#include "codecs/table.h"

#include "base/text.h"
#include "codecs/block_writer.h"
#include "codecs/decoding_reader.h"
#include "codecs/engine.h"
#include "io/region_of.h"

namespace larder::internal {
namespace {

using namespace std::string_literals;

struct Row {
  CodecInfo info;  // without `library` and `built`, which the engine tells
  bool (*recognises)(Bytes head) noexcept;
  std::optional<Engine> (*engine)();
  // Where the checksum is optional: the byte of the head that tells of it, and its bits there.
  std::size_t checksum_at = 0;
  std::byte checksum_bits{0};
};

// One row a codec, in joblib's order. Of several codecs that recognise some bytes, the last one here wins.
// The defaults are joblib's, and zstd's own. The lowest levels of lz4 and zstd are the fastest that the libraries know.
std::vector<Row> rows() {
  return {
      {.info = {.name = "zlib",
                .extensions = {".z"},
                .magics = {"\x78"s},
                .min_level = 1,
                .max_level = 9,
                .default_level = 3,
                .has_checksum = true},
       .recognises = recognises_zlib,
       .engine = zlib_engine},
      {.info = {.name = "gzip",
                .aliases = {"gz"},
                .extensions = {".gz"},
                .magics = {"\x1f\x8b"s},
                .min_level = 1,
                .max_level = 9,
                .default_level = 3,
                .has_checksum = true},
       .recognises = recognises_gzip,
       .engine = gzip_engine},
      {.info = {.name = "bz2",
                .aliases = {"bzip2"},
                .extensions = {".bz2"},
                .magics = {"BZh"s},
                .min_level = 1,
                .max_level = 9,
                .default_level = 9,
                .has_checksum = true},
       .recognises = recognises_bz2,
       .engine = bz2_engine},
      {.info = {.name = "lzma",
                .extensions = {".lzma"},
                .magics = {"\x5d\x00"s},
                .min_level = 0,
                .max_level = 9,
                .default_level = 6},
       .recognises = recognises_lzma,
       .engine = lzma_engine},
      {.info = {.name = "xz",
                .extensions = {".xz"},
                .magics = {"\xfd\x37\x7a\x58\x5a\x00"s},
                .min_level = 0,
                .max_level = 9,
                .default_level = 6,
                .has_checksum = true},
       .recognises = recognises_xz,
       .engine = xz_engine,
       .checksum_at = 7,  // stream flags: the kind of check, 0 is none
       .checksum_bits = std::byte{0x0f}},
      {.info = {.name = "lz4",
                .extensions = {".lz4"},
                .magics = {"\x04\x22\x4d\x18"s},
                .min_level = -65536,
                .max_level = 12,
                .default_level = 0,
                .has_checksum = true},
       .recognises = recognises_lz4,
       .engine = lz4_engine,
       .checksum_at = 4,  // frame descriptor: of the content, of the blocks
       .checksum_bits = std::byte{0x14}},
      {.info = {.name = "zstd",
                .aliases = {"zst"},
                .extensions = {".zst"},
                .magics = {"\x28\xb5\x2f\xfd"s},
                .min_level = -131072,
                .max_level = 22,
                .default_level = 3,
                .has_checksum = true},
       .recognises = recognises_zstd,
       .engine = zstd_engine,
       .checksum_at = 4,  // frame descriptor
       .checksum_bits = std::byte{0x04}},
      {.info = {.name = "raw", .has_levels = false}, .recognises = recognises_nothing, .engine = raw_engine},
  };
}

// The engine's ways to decode. They hold no codec, as a Reader may outlive its registry.
Decoding decoding(const Engine& engine, const Limits& limits, std::size_t threads) {
  Decoding result{.decoder = [make = engine.decoder, limits] { return make(limits); },
                  .threads = threads,
                  .blocks_are_faster = engine.blocks_are_faster};
  if (engine.block_decoding != nullptr) result.blocks = [make = engine.block_decoding, limits] { return make(limits); };
  if (engine.index != nullptr) {
    result.index = [find = engine.index, limits](Reader& below) { return find(below, limits); };
    result.blocks_at = [make = engine.block_decoding_at, limits](const BlockPlace& at) { return make(at, limits); };
  }
  return result;
}

// Without the threads and queues of a BlockWriter, which cost more than the work on a small block. Nothing where the
// content takes more than one.
std::optional<Region> compress_in_one_block(BlockEncoding& encoding, Bytes bytes) {
  if (bytes.size() > encoding.block_size()) return std::nullopt;
  BlockInput block{.bytes = bytes, .size = bytes.size()};
  if (!encoding.cuts_evenly()) {
    block = {};
    if (encoding.gather(bytes, block) != bytes.size()) return std::nullopt;
  }
  encoding.pass(block.bytes);
  CompressedBlock compressed;
  encoding.compressor()->compress(block, true, compressed);
  std::vector<std::byte> result;
  const auto append = [&](Bytes part) { result.insert(result.end(), part.begin(), part.end()); };
  append(encoding.begin());
  append(encoding.join(compressed));
  append(encoding.end());
  return region_of(std::move(result));
}

class BuiltInCodec final : public Codec {
 public:
  BuiltInCodec(Row row, Engine engine) : Codec(row.info), row_(std::move(row)), engine_(std::move(engine)) {}

 private:
  // Not asked for where the engine works block by block.
  std::unique_ptr<Encoder> do_encoder(int level) const override { return engine_.encoder(level); }
  std::unique_ptr<Decoder> do_decoder(const Limits& limits) const override { return engine_.decoder(limits); }
  std::unique_ptr<Writer> do_writer(Writer& below, int level, std::size_t threads,
                                    std::optional<std::uint64_t> size) const override {
    auto encoding = blocks(level);
    if (!encoding) return Codec::do_writer(below, level, threads, size);
    if (size) encoding->expect(*size);
    return std::make_unique<BlockWriter>(below, std::move(encoding), info().name, threads);
  }
  std::unique_ptr<Reader> do_reader(Reader& below, const Limits& limits, std::size_t threads) const override {
    return std::make_unique<DecodingReader>(below, decoding(engine_, limits, threads), info().name, limits);
  }
  Region do_compress(Bytes bytes, int level, std::size_t threads) const override {
    if (const auto encoding = blocks(level)) {
      encoding->expect(bytes.size());
      if (auto result = compress_in_one_block(*encoding, bytes)) return std::move(*result);
    }
    return Codec::do_compress(bytes, level, threads);
  }
  // Null where the engine does not work block by block.
  std::unique_ptr<BlockEncoding> blocks(int level) const {
    return engine_.blocks == nullptr ? nullptr : engine_.blocks(level);
  }
  bool do_recognises(Bytes head) const override { return row_.recognises(head); }
  bool do_is_checksummed(Bytes head) const override {
    if (row_.checksum_bits == std::byte{0}) return info().has_checksum;
    return row_.checksum_at < head.size() && (head[row_.checksum_at] & row_.checksum_bits) != std::byte{0};
  }

  Row row_;
  Engine engine_;
};

}  // namespace

std::vector<std::unique_ptr<Codec>> built_in_codecs() {
  std::vector<std::unique_ptr<Codec>> result;
  for (Row& row : rows()) {
    // Codec refuses to make anything of a codec that is not built, so that an empty engine is never used.
    std::optional<Engine> engine = row.engine();
    row.info.built = engine.has_value();
    if (engine) {
      row.info.library = engine->library;
      row.info.engines = engine->levels;
    }
    result.push_back(std::make_unique<BuiltInCodec>(std::move(row), std::move(engine).value_or(Engine{})));
  }
  return result;
}

}  // namespace larder::internal
