// load and dump: every codec and format, the arguments, and what damage gives.
#include "samples.h"

#include "tests/support/errors.h"
#include "tests/support/temporary.h"

namespace larder::testing {
namespace {

bool compressed_by(const Codec& codec, std::string_view bytes) { return codec.recognises(as_bytes(bytes)); }

TEST_CASE("every codec holds joblib and npy files, by path and by reader and writer") {
  const TemporaryDirectory directory;
  const Document document = mixed();
  const Value array = *document.root().find("x");
  for (const Codec* const codec : built_codecs()) {
    for (const std::string format : {"joblib", "npy"}) {
      INFO(codec->info().name << " " << format);
      const Value value = format == "npy" ? array : document.root();
      const DumpOptions options = quick(std::string_view(codec->info().name), format);
      const Path path = directory / "file";
      CHECK(dump(value, path, options) == std::vector<std::string>{path.string()});
      CHECK(content(path) == dumped(value, options));
      if (codec->info().name != "raw") CHECK(compressed_by(*codec, content(path)));
      Provenance provenance;
      const Document loaded = load(path, {}, &provenance);
      CHECK(equal(loaded.root(), value));
      CHECK(provenance.format == format);
      CHECK(provenance.codec == (codec->info().name == "raw" ? "" : codec->info().name));
      CHECK(provenance.decoded_bytes == dumped(value, quick(Compress::none(), format)).size());
      const std::string bytes = content(path);
      CHECK(equal(load(*memory_reader(as_bytes(bytes))).root(), value));
    }
  }
}

TEST_CASE("the extension chooses the codec and, below it, the format") {
  const TemporaryDirectory directory;
  const Array array = counting<float>({5});
  for (const Codec* const codec : built_codecs()) {
    for (const std::string& extension : codec->info().extensions) {
      INFO(extension);
      const Path npy = directory / ("a.npy" + extension);
      dump(array, npy, quick());
      CHECK(compressed_by(*codec, content(npy)));
      Provenance provenance;
      CHECK(load(npy, {}, &provenance).root().as_array().identical(array));
      CHECK(provenance.format == "npy");
      dump(array, directory / ("a.joblib" + extension), quick());
      load(directory / ("a.joblib" + extension), {}, &provenance);
      CHECK(provenance.format == "joblib");
    }
  }
  dump(array, directory / "b.npy.gz", quick(Compress::none()));
  CHECK(content(directory / "b.npy.gz").starts_with("\x93NUMPY"));
}

TEST_CASE("an array alone is dumped like its value") {
  Document document;
  const Array array = counting<std::int16_t>({3, 2}, Order::fortran);
  MemoryWriter writer;
  dump(array, writer);
  CHECK(as_text(writer.bytes()) == dumped(document.array(array)));
}

TEST_CASE("wrong arguments are told before a file is made") {
  const TemporaryDirectory directory;
  const Path path = directory / "file";
  CHECK_ERROR(dump(Value::integer(1), path, quick("nothing")), usage);
  CHECK_ERROR(dump(Value::integer(1), path, quick(10)), usage);
  CHECK_ERROR(dump(Value::integer(1), path, quick({}, "nothing")), usage);
  DumpOptions old = quick();
  old.protocol = 6;
  CHECK_ERROR(dump(Value::integer(1), path, old), usage);
  CHECK_ERROR(dump(Value::integer(1), directory / "no/such/file", quick()), not_found);
  CHECK_ERROR(load(path), not_found);
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("protocol -1 is the highest") {
  DumpOptions options = quick();
  options.protocol = -1;
  CHECK(dumped(Value::integer(1), options).starts_with("\x80\x05"));
  CHECK(dumped(Value::integer(1)).starts_with("\x80\x04"));
}

TEST_CASE("foreign byte order is converted unless the caller or a mapping says otherwise") {
  const TemporaryDirectory directory;
  const Path path = directory / "big.npy";
  const Array native = counting<std::int32_t>({4});
  dump(native.byte_swapped(), path, quick());
  CHECK(load(path).root().as_array().identical(native));
  LoadOptions options;
  options.ensure_native_byte_order = true;
  CHECK(load(path, options).root().as_array().identical(native));
  options.ensure_native_byte_order = false;
  CHECK(load(path, options).root().as_array().identical(native.byte_swapped()));
  LoadOptions mapped;
  mapped.mmap_mode = MapMode::read;
  CHECK(load(path, mapped).root().as_array().identical(native.byte_swapped()));
  mapped.ensure_native_byte_order = true;
  CHECK_ERROR(load(directory / "absent", mapped), not_found);
  try {
    load(path, mapped);
    FAIL("true together with a mmap_mode is wrong");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    CHECK(error.message() ==
          "Native byte ordering can only be enforced if 'mmap_mode' parameter is set to None, but got 'mmap_mode=r' "
          "instead.");
  }
}

TEST_CASE("files in no format, and empty ones") {
  const TemporaryDirectory directory;
  put(directory / "empty", "");
  CHECK_ERROR(load(directory / "empty"), truncated);
  put(directory / "text", "hello, world");
  CHECK_ERROR(load(directory / "text"), unsupported);
  CHECK_ERROR(load(directory.path()), usage);
}

TEST_CASE("a compressed file that is cut anywhere is truncated") {
  for (const Codec* const codec : built_codecs()) {
    const std::string whole = dumped(mixed().root(), quick(std::string_view(codec->info().name)));
    const std::size_t first = codec->info().name == "raw" ? 1 : 18;  // before that it is nothing that larder knows
    for (std::size_t size = first; size < whole.size(); size += 1 + whole.size() / 97) {
      INFO(codec->info().name << " " << size << " of " << whole.size());
      CHECK_ERROR(load(*memory_reader(as_bytes(std::string_view(whole).substr(0, size)))), truncated);
    }
    CHECK_ERROR(load(*memory_reader(as_bytes(std::string_view(whole).substr(0, whole.size() - 1)))), truncated);
  }
}

TEST_CASE("a damaged checksum behind the object is told") {
  for (const Codec* const codec : built_codecs()) {
    if (!codec->info().has_checksum) continue;
    INFO(codec->info().name);
    std::string bytes = dumped(mixed().root(), quick(std::string_view(codec->info().name)));
    const std::string& name = codec->info().name;
    // Where the checksum ends: behind it gzip has a length of 4 bytes, xz an index and footer, bz2 less than a byte.
    const std::size_t behind = name == "gzip" ? 4 : name == "xz" ? 28 : name == "bz2" ? 1 : 0;
    bytes[bytes.size() - behind - 1] = static_cast<char>(bytes[bytes.size() - behind - 1] ^ 1);
    try {
      load(*memory_reader(as_bytes(bytes)));
      FAIL("the damage was not seen");
    } catch (const Error& error) {
      CHECK((error.kind() == ErrorKind::checksum || error.kind() == ErrorKind::malformed ||
             error.kind() == ErrorKind::truncated));
    }
  }
}

TEST_CASE("Limits::bytes stops a bomb") {
  const std::string bomb = dumped(Document().bytes(std::vector<std::byte>(50'000'000)), quick("zlib"));
  LoadOptions options;
  options.limits.bytes = 1'000'000;
  CHECK_ERROR(load(*memory_reader(as_bytes(bomb)), options), limit);
}

TEST_CASE("data behind the object of a compressed stream is no failure") {
  const std::string two = dumped(Value::integer(1), quick(Compress::none())) + dumped(Value::integer(2));
  const std::string packed = std::string(as_text(CodecRegistry::global().get("zlib").compress(as_bytes(two)).bytes()));
  CHECK(load(*memory_reader(as_bytes(packed))).root().as_int() == 1);
  const auto reader = memory_reader(as_bytes(packed));
  const auto decoder = CodecRegistry::global().get("zlib").reader(*reader);
  CHECK(load(*decoder).root().as_int() == 1);
  CHECK(load(*decoder).root().as_int() == 2);
}

}  // namespace
}  // namespace larder::testing
