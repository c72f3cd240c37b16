// Which format a file is read as, and what is refused because it could be two.
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include <larder/larder.h>

#include "persist/loading.h"
#include "persist/siblings.h"
#include "tests/formats/archive.h"
#include "tests/formats/transports.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"

namespace larder::testing {
namespace {

void put_file(const Path& path, std::string_view bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

void put_files(Store& store, const std::string& folder, const Path& directory) {
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    store.put(folder + entry.path().filename().string(),
              open_file(entry.path())->read_region(entry.file_size(), "a golden file").bytes());
  }
}

std::string format_of_bytes(std::string_view bytes, const LoadOptions& options = {}) {
  Provenance found;
  load(*memory_reader(as_bytes(bytes)), options, &found);
  return found.format;
}

// A pickle of some bytes, protocol 3.
std::string pickled(std::string_view content) {
  std::string pickle =
      "\x80\x03"
      "B";
  for (int i = 0; i < 4; ++i) pickle.push_back(static_cast<char>(content.size() >> (8 * i)));
  return pickle.append(content) + ".";
}

const std::string archive = bytes_of({.parts = {zip_part("a", "first")}});

}  // namespace

TEST_CASE("each golden file is found to be of its format, in each codec and from each store") {
  const TemporaryDirectory directory;
  const auto memory = memory_store();
  const auto local = local_store(directory / "store");
  std::vector<const Codec*> codecs;
  std::ranges::copy_if(CodecRegistry::global().list(), std::back_inserter(codecs),
                       [](const Codec* codec) { return codec->info().built; });
  std::size_t golden_number = 0;
  std::set<std::string> folders;
  for (const std::string& name : golden_names()) {
    INFO(name);
    const Path path = golden_path(name);
    const std::string format = format_of(name).info().name;
    // Mapped arrays keep their byte order.
    const LoadOptions quiet{.ensure_native_byte_order = false, .warn = [](auto) {}};
    LoadOptions options = quiet;
    options.companions_of = path;
    Provenance found;
    const Document wanted = load(path, options, &found);
    CHECK((found.format == format || (found.format == "pickle" && format == "joblib") ||
           (found.format == "joblib" && format == "pickle")));
    const auto check = [&](const Document& document, const std::string& codec) {
      INFO(codec);
      CHECK(equal(document.root(), wanted.root()));
      CHECK(found.codec == codec);
    };
    const std::string bytes = golden(name);
    const std::string folder = "golden/" + path.parent_path().filename().string() + "/";
    const bool is_new_folder = folders.insert(folder).second;
    check(load(*memory_reader(as_bytes(bytes)), options, &found), "");
    for (Store* const store : {memory.get(), local.get()}) {
      if (is_new_folder) put_files(*store, folder, path.parent_path());
      const std::string key = folder + path.filename().string();
      check(load(*store, key, quiet, &found), "");
      check(load(*store, key, {.mmap_mode = MapMode::read, .warn = [](auto) {}}, &found), "");
    }
    ++golden_number;
    std::size_t codec_number = 0;
    for (const Codec* const codec : codecs) {
      const Region compressed = codec->compress(as_bytes(bytes));
      const std::string shown = codec->info().magics.empty() ? "" : codec->info().name;
      check(load(*memory_reader(compressed.bytes()), options, &found), shown);
      const auto& extensions = codec->info().extensions;
      const bool is_named = format != "gensim" && !extensions.empty();  // its companions are called after the whole
      const std::string key = folder + path.filename().string() + (is_named ? extensions.front() : "");
      memory->put(key, compressed.bytes());
      check(load(*memory, key, quiet, &found), shown);
      if (codec_number++ % codecs.size() != golden_number % codecs.size()) continue;  // one on the disk, in turn
      local->put(key, compressed.bytes());
      check(load(*local, key, quiet, &found), shown);
    }
  }
}

TEST_CASE("content decides before the name, and the name where content says nothing") {
  const TemporaryDirectory directory;
  const auto format_named = [&](const std::string& name, std::string_view bytes, const LoadOptions& options = {}) {
    put_file(directory / name, bytes);
    Provenance found;
    load(directory / name, options, &found);
    return found.format + (found.codec.empty() ? "" : "." + found.codec);
  };
  const std::string npy = golden("numbers.npy");
  CHECK(format_named("x.json", npy) == "npy");
  CHECK(format_named("x.bytes", npy) == "npy");
  CHECK(format_named("x.bytes", "\x01nothing known") == "bytes");
  CHECK_ERROR(format_named("x.unknown", "\x01nothing known"), unsupported);
  CHECK(format_named("x", "{\"a\": 1}") == "json");
  CHECK(format_named("x", "[1, 2]\n") == "json");
  CHECK(format_named("x", " 12 ") == "json");
  CHECK_ERROR(format_named("x", "[remember the milk"), unsupported);
  CHECK_ERROR(format_named("x", "12 monkeys"), unsupported);

  const std::string gzip(as_text(CodecRegistry::global().get("gzip").compress(as_bytes("plain text")).bytes()));
  CHECK(format_named("x.bytes.gz", gzip) == "bytes.gzip");
  CHECK(format_named("x.bytes.gz", gzip, {.format = "bytes"}) == "bytes.gzip");
  CHECK(format_named("x.bytes", gzip, {.format = "bytes"}) == "bytes");
  CHECK(format_named("x", npy, {.format = "bytes"}) == "bytes");
  CHECK(format_named("x", npy, {.format = "npy"}) == "npy");
  CHECK_ERROR(format_named("x", npy, {.format = "json"}), malformed);
  CHECK_ERROR(format_named("x", npy, {.format = "nothing"}), usage);
}

TEST_CASE("a file that other programs take for something else is refused, unless the caller decides") {
  CHECK(format_of_bytes(pickled(archive)) == "pickle");
  const std::string pickle = pickled("x");
  for (const std::string& bytes :
       {pickle + archive, golden("numbers.npy") + archive, golden("protocol4.joblib") + archive, "[1]" + archive}) {
    CHECK_ERROR(format_of_bytes(bytes), unsupported);
    try {
      format_of_bytes(bytes);
    } catch (const Error& error) {
      CHECK_THAT(error.what(), Catch::Contains("ZIP archive"));
    }
  }
  CHECK(format_of_bytes(pickle + archive, {.format = "pickle"}) == "pickle");
  const TemporaryDirectory directory;
  put_file(directory / "x", std::string(100'000, '(') + archive);
  CHECK_ERROR(load(directory / "x"), unsupported);
  const auto store = local_store(directory / "store");
  store->put("x", as_bytes(pickle + archive));
  CHECK_ERROR(load(*store, "x"), unsupported);
  CHECK(format_of_bytes(pickle + archive.substr(0, archive.size() - 1)) == "pickle");
  CHECK_ERROR(format_of_bytes(archive), unsupported);  // of no format

  std::string tar = golden("torch-tar/values_0.1.pt");
  CHECK(format_of_bytes(tar) == "torch-tar");
  tar.replace(0, 21, "cos\nsystem\n(S'id'\ntR.");
  CHECK_ERROR(format_of_bytes(tar), unsupported);
}

TEST_CASE(
    "a file of each format with an archive behind it is refused with both names, and read where one is asked for") {
  for (const std::string& name : golden_names()) {
    const FormatInfo& format = format_of(name).info();
    if (format.family == "zip" || format.signature == Signature::none) continue;
    INFO(name);
    const std::string bytes = golden(name) + archive;
    const Path path = golden_path(name);
    try {
      format_of_bytes(bytes, {.companions_of = path});
      FAIL("it was read");
    } catch (const Error& error) {
      CHECK(name_of(error.kind()) == "unsupported");
      CHECK_THAT(error.what(), Catch::Contains(" is both ") && Catch::Contains("and a ZIP archive (at its end)"));
    }
    if (format.extent == Extent::delimited)
      CHECK(format_of_bytes(bytes, {.ensure_native_byte_order = false, .format = format.name, .companions_of = path}) !=
            "");
    else
      CHECK_NOTHROW(format_of_bytes(bytes, {.format = "bytes"}));
  }
}

TEST_CASE("a file with two magics is refused, naming both") {
  std::string file = "PK\3\4" + std::string(508, '\0') + "\x89HDF\r\n\x1a\n" + std::string(100, '\0');
  if (find_format("h5") == nullptr) return;
  try {
    format_of_bytes(file);
    FAIL("it was read");
  } catch (const Error& error) {
    CHECK(name_of(error.kind()) == "unsupported");
    CHECK_THAT(error.what(), Catch::Contains("h5"));
  }
}

TEST_CASE("bytes that begin as a pickle may be another file") {
  CHECK_ERROR(format_of_bytes("\x80\x02\x01 no opcode"), unsupported);
  CHECK_ERROR(format_of_bytes("\x80\x09."), unsupported);
  CHECK_ERROR(format_of_bytes("Now is the winter"), unsupported);
  CHECK(format_of_bytes("N.") == "pickle");
  CHECK(format_of_bytes("PKG\n.") == "pickle");
  CHECK(format_of_bytes("cposix\nsystem\n.") == "pickle");
}

// A safetensors file whose header has `length` bytes.
std::string safetensors_of(std::size_t length) {
  std::string file;
  for (int i = 0; i < 8; ++i) file.push_back(static_cast<char>(length >> (8 * i)));
  const std::string json = R"({"__metadata__":{"text":")";
  const std::string end = R"("},"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}})";
  return file + json + std::string(length - json.size() - end.size(), 'd') + end + "xyz";
}

TEST_CASE("a safetensors file begins with any length, also with the head of a codec or a pickle") {
  const auto byte_by_byte = [](std::string_view bytes) {
    const auto reader = callback_reader([rest = bytes](MutableBytes out) mutable -> std::size_t {
      if (rest.empty()) return 0;
      out[0] = static_cast<std::byte>(rest.front());
      rest.remove_prefix(1);
      return 1;
    });
    Provenance found;
    load(*reader, {}, &found);
    return found.format;
  };
  // zlib's heads, gzip's, a pickle's of each protocol, of text, and of opcodes with and without arguments.
  for (const std::size_t length :
       {0x0178U, 0x9c78U, 0xda78U, 0x8b1fU, 0x0280U, 0x0480U, 0x0580U, 0x0128U, 0x2828U, 0x0258U, 0x0358U,
        0x1058U, 0x4058U, 0x1550U, 0x6350U, 0x0a50U, 0x284bU, 0x0a49U, 0x0153U, 0x4e28U, 0x2058U, 0x100058U}) {
    INFO(length);
    const std::string bytes = safetensors_of(length);
    CHECK(format_of_bytes(bytes) == "safetensors");
    CHECK(byte_by_byte(bytes) == "safetensors");
  }
}

TEST_CASE("a safetensors file that does something as a pickle is refused") {
  // BINUNICODE of 32 letters, then STOP among the letters of a text.
  const std::size_t length = 0x2058;
  std::string bytes = safetensors_of(length);
  bytes.replace(5 + 0x20, 1, ".");
  CHECK_ERROR(format_of_bytes(bytes), unsupported);
  CHECK(format_of_bytes(bytes, {.format = "safetensors"}) == "safetensors");
  CHECK(format_of_bytes(bytes, {.format = "pickle"}) == "pickle");
}

TEST_CASE("a short object on a stream that stays open is not waited on") {
  const std::string framed("\x80\x04\x95\4\0\0\0\0\0\0\0M\1\0.", 15);
  for (const std::string& bytes :
       {std::string("N."), std::string("PK\n."), std::string("\x80\x02N."), std::string("(lp0\n."), framed,
        std::string("\x80\x02K\5."), std::string("\x80\x02M\0\0.", 6), std::string("\x80\x02J\0\0\0\0.", 8),
        std::string("N.(")}) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    REQUIRE(::write(ends[1], bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    REQUIRE(::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);  // to wait is an error
    CHECK_NOTHROW(load(*fd_reader(ends[0])));
    ::close(ends[0]);
    ::close(ends[1]);
  }
}

TEST_CASE("files beside a value of a store are values beside it") {
  const auto store = memory_store();
  store->put("a/b/first", as_bytes("1"));
  store->put("a/b/second", as_bytes("2"));
  store->put("third", as_bytes("3"));
  const internal::Surroundings here = internal::surroundings_of(*store, "a/b/first");
  CHECK(here.name == "first");
  std::byte content;
  here.open_sibling("second")->read({&content, 1});
  CHECK(content == std::byte{'2'});
  CHECK_ERROR(here.open_sibling("absent"), not_found);
  CHECK_ERROR(here.open_sibling("third"), not_found);
  for (const char* const name : {"../../third", "first", "", ".", "..", "a/b/second"})
    CHECK_ERROR(here.open_sibling(name), unsafe_reference);
  CHECK(internal::surroundings_of(*store, "third").name == "third");
}

TEST_CASE("what is written beside a file appears with it or not at all") {
  const TemporaryDirectory directory;
  const auto make = [&](const std::string& name) { return create_file(directory / name); };
  {
    internal::Siblings dropped("main", make);
    dropped.create("a").write(as_bytes("x"));
  }
  CHECK_FALSE(std::filesystem::exists(directory / "a"));
  internal::Siblings siblings("main", make);
  siblings.create("a").write(as_bytes("x"));
  siblings.create("b").write(as_bytes("y"));
  CHECK_ERROR(siblings.create("a"), usage);
  CHECK_ERROR(siblings.create("main"), usage);
  for (const char* const name : {"../a", "/a", "", ".", ".."}) CHECK_ERROR(siblings.create(name), unsafe_reference);
  CHECK_FALSE(std::filesystem::exists(directory / "a"));
  CHECK(siblings.finish() == std::vector<std::string>{"a", "b"});
  CHECK(std::filesystem::file_size(directory / "b") == 1);
}

TEST_CASE("metadata of a file that nothing can follow lies beside it") {
  const TemporaryDirectory directory;
  const Path path = directory / "x.json";
  Document document;
  const Value metadata = document.dict();
  document.insert(metadata, document.str("score"), Value::floating(0.5));
  const Value value = document.str("text");
  const DumpOptions with{.metadata = metadata};
  CHECK(dump(value, path, with) == std::vector<std::string>{path.string(), path.string() + ".metadata.json"});

  Provenance found;
  CHECK(equal(load(path, {.metadata = true}, &found).root(), value));
  REQUIRE(found.metadata);
  CHECK(equal(found.metadata->values.root(), metadata));
  MemoryWriter writer;
  CHECK_ERROR(dump(value, writer, {.format = "json", .metadata = metadata}), usage);
  CHECK_ERROR(dumps(value, {.format = "json", .metadata = metadata}), usage);

  put_file(path.string() + ".metadata.json", "[]");
  CHECK_ERROR(load(path, {.metadata = true}, &found), malformed);
  CHECK_NOTHROW(load(path));
  // The next value does not inherit it.
  CHECK(dump(value, path) == std::vector<std::string>{path.string()});
  CHECK_FALSE(std::filesystem::exists(path.string() + ".metadata.json"));
}

TEST_CASE("any artefact is kept as it is, with codec and metadata, in files and stores") {
  const TemporaryDirectory directory;
  std::string artefact = golden("torch/values_1.13.pt");
  artefact += std::string("\0\xff", 2);
  Document document;
  const Value value = document.bytes(as_bytes(artefact));
  const Value metadata = document.dict();
  document.insert(metadata, document.str("a"), Value::integer(1));
  const auto store = memory_store();
  for (const std::string& name : {std::string("x.bytes"), std::string("x.bytes.gz")}) {
    dump(value, directory / name, {.metadata = metadata});
    dump(value, *store, name, {.metadata = metadata});
    const LoadOptions options{.format = "bytes", .metadata = true};
    Provenance in_file;
    Provenance in_store;
    CHECK(equal(load(directory / name, options, &in_file).root(), value));
    CHECK(equal(load(*store, name, options, &in_store).root(), value));
    CHECK((in_file.metadata && in_store.metadata));
    CHECK(in_file.codec == (name == "x.bytes" ? "" : "gzip"));
  }
}

TEST_CASE("a SavedModel is the file of its variables") {
  const TemporaryDirectory directory;
  put_file(directory / "model/variables/variables.index", "x");
  CHECK(internal::file_of(directory / "model") == directory / "model" / "variables" / "variables.index");
  CHECK(internal::file_of(directory.path()) == directory.path());
  CHECK(internal::file_of(directory / "absent") == directory / "absent");
}

TEST_CASE("arrays that are asked for by name must be there") {
  Document document;
  const Value root = document.dict();
  document.insert(
      root, document.str("a"),
      document.array(Array::from_region(DType::parse("<u1"), {1}, Order::c, Region::copy_of(as_bytes("x")))));
  const Region bytes = dumps(root);
  CHECK_NOTHROW(loads(bytes.bytes(), {.only = {"a"}}));
  CHECK_ERROR(loads(bytes.bytes(), {.only = {"a", "b"}}), not_found);
}

}  // namespace larder::testing
