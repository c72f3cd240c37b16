// Compress and resolve on their own; test_compress_argument.py compares them with the real joblib.
#include <larder/compress.h>

#include "fakes.h"
#include "tests/support/errors.h"

using namespace larder;
using namespace larder::testing;

namespace {

std::string resolved(const Compress& compress, std::string_view filename,
                     const CodecRegistry& registry = CodecRegistry::global()) {
  const Compression chosen = resolve(compress, filename, registry);
  return chosen.codec == nullptr ? "none" : chosen.codec->info().name + " " + std::to_string(chosen.level);
}

std::string message_of(const Compress& compress) {
  try {
    resolve(compress, "", CodecRegistry());
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("compress means what it means in joblib") {
  CHECK(resolved({}, "plain") == "none");
  CHECK(resolved({}, "a.gz") == "gzip 3");
  CHECK(resolved(false, "a.bz2") == "bz2 9");
  CHECK(resolved(true, "plain") == "zlib 3");
  CHECK(resolved(true, "a.xz") == "xz 6");
  CHECK(resolved(0, "plain") == "none");
  CHECK(resolved(0, "a.lz4") == "lz4 0");
  CHECK(resolved(7, "plain") == "zlib 7");
  CHECK(resolved(7, "a.lzma") == "lzma 7");
  CHECK(resolved("lz4", "a.gz") == "lz4 0");
  CHECK(resolved({"bz2", 2}, "a.gz") == "bz2 2");
  CHECK(resolved({"gzip", 0}, "a.gz") == "none");
  CHECK(resolved({"gzip", true}, "plain") == "gzip 1");
  CHECK(resolved({"gzip", false}, "plain") == "none");
  CHECK(resolved(Compress::none(), "a.gz") == "none");
}

TEST_CASE("compress goes beyond joblib") {
  CHECK(resolved({}, "a.zst") == "zstd 3");
  CHECK(resolved(5, "a.zst") == "zstd 5");
  CHECK(resolved("zstd", "a.gz") == "zstd 3");
  CHECK(resolved({"zstd", 22}, "") == "zstd 22");
  CHECK(resolved({"zstd", -5}, "") == "zstd -5");
  CHECK(resolved({"lz4", 12}, "") == "lz4 12");
  CHECK(resolved({"lz4", -7}, "") == "lz4 -7");
  CHECK(resolved({"zst", 0}, "a.zst") == "none");
  CHECK(resolved("raw", "a.gz") == "none");
  CHECK(resolved({"raw", 0}, "a.gz") == "none");
  CHECK_ERROR(resolve({"raw", 1}, ""), usage);
}

TEST_CASE("what does not exist is refused, in joblib's words") {
  CHECK(message_of(10) ==
        "Non valid compress level given: \"10\". Possible values are [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].");
  CHECK(message_of({"gzip", 12}) ==
        "Non valid compress level given: \"12\". Possible values are [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].");
  CHECK(message_of("snappy") ==
        "Non valid compression method given: \"snappy\". Possible values are ['zlib', 'gzip', 'bz2', 'lzma', 'xz', "
        "'lz4', 'zstd', 'raw'].");
  CHECK(message_of({"zstd", 23}) == "Non valid compress level given: \"23\". Possible values are [-131072, ..., 22].");
  for (const Compress& wrong :
       {Compress(-1), Compress(10), Compress(""), Compress("GZIP"), Compress("zlib", -1), Compress("bz2", 10),
        Compress("xz", 10), Compress("lz4", 13), Compress("zstd", 23), Compress("zstd", -131073)}) {
    CAPTURE(wrong.codec().value_or("-"), wrong.level().value_or(0));
    CHECK_ERROR(resolve(wrong, "plain"), usage);
    CHECK_ERROR(resolve(wrong, "a.gz"), usage);
  }
}

TEST_CASE("codecs of a user take part") {
  CodecRegistry registry;
  registry.add(std::make_unique<XorCodec>());
  CHECK(resolved({}, "a.xor", registry) == "xor 0");
  CHECK(resolved("xor", "a.gz", registry) == "xor 0");
  CHECK(resolved(true, "a.xor", registry) == "xor 0");
  CHECK(resolved({"xor", 0}, "a.xor", registry) == "none");
  CHECK_ERROR(resolve({"xor", 1}, "", registry), usage);
  CHECK_ERROR(resolve(3, "a.xor", registry), usage);
  registry.add(std::make_unique<XorCodec>(CodecInfo{.name = "later", .extensions = {".gz"}, .built = false}), true);
  CHECK_ERROR(resolve({}, "a.gz", registry), not_built);
  CHECK_ERROR(resolve("later", "", registry), not_built);
}

TEST_CASE("a text is parsed into the same") {
  CHECK(resolved(Compress::parse("3"), "") == "zlib 3");
  CHECK(resolved(Compress::parse("true"), "") == "zlib 3");
  CHECK(resolved(Compress::parse("false"), "a.gz") == "gzip 3");
  CHECK(resolved(Compress::parse("none"), "a.gz") == "none");
  CHECK(resolved(Compress::parse("zstd"), "") == "zstd 3");
  CHECK(resolved(Compress::parse("zstd:19"), "") == "zstd 19");
  CHECK(resolved(Compress::parse("zstd:-5"), "") == "zstd -5");
  CHECK(resolved(Compress::parse("gzip:0"), "a.gz") == "none");
  for (const char* wrong : {"", ":", ":3", "zlib:", "zlib:x", "zlib:3x", "zlib: 3", "zlib:99999999999"}) {
    CAPTURE(wrong);
    CHECK_ERROR(Compress::parse(wrong), usage);
  }
  CHECK_ERROR(resolve(Compress::parse("10"), ""), usage);
  CHECK_ERROR(resolve(Compress::parse("3.5"), ""), usage);
}
