// Objects that gensim 4.2 saved: tests/formats/make/of_gensim.py.
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <map>

#include <larder/codec.h>

#include "formats/gensim/layout.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"
#include "transports.h"

namespace larder::testing {
namespace {

const Format& gensim() { return *find_format("gensim"); }

Outcome read_golden(const std::string& name, MapMode mode = MapMode::none) {
  const Path path = golden_path("gensim/" + name);
  return read_object(gensim(), *open_file(path), {.file = path, .map_mode = mode});
}

const Array& array_at(const Outcome& outcome, std::string_view path) {
  const auto found = find_path(outcome.root(), path);
  REQUIRE(found);
  return found->as_array();
}

// What a format wrote under a name, by name; the main file's is empty.
using Files = std::map<std::string, std::string>;

Files written(const Format& format, Value value, std::string_view name) {
  std::map<std::string, MemoryWriter> writers;
  MemoryWriter main;
  format.write(value, main, {.name = name, .create_sibling = [&](std::string_view sibling) -> Writer& {
                               CHECK_FALSE(writers.contains(std::string(sibling)));
                               return writers[std::string(sibling)];
                             }});
  Files files;
  files[""] = as_text(main.bytes());
  for (const auto& [sibling, writer] : writers) files[sibling] = as_text(writer.bytes());
  return files;
}

std::string content_of(const Path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_CASE("the arrays of a gensim object are read from the files beside it") {
  const Outcome outcome = read_golden("word2vec.gensim");
  INFO(outcome.message);
  REQUIRE(outcome.document);
  CHECK(array_at(outcome, "wv.vectors").shape() == Shape{6, 4});
  CHECK(array_at(outcome, "syn1neg").shape() == Shape{6, 4});
  CHECK(find_path(outcome.root(), "wv.index_to_key[0]")->as_str() == "water");
  CHECK(array_at(read_golden("vectors.gensim"), "vectors").at<float>({1, 1}) == -0.375F);
}

TEST_CASE("the arrays of a gensim object are mapped as it is") {
  for (const MapMode mode : {MapMode::read, MapMode::copy_on_write}) {
    const Outcome outcome = read_golden("word2vec.gensim", mode);
    INFO(outcome.message);
    REQUIRE(outcome.document);
    CHECK(array_at(outcome, "wv.vectors").mapped());
    CHECK(array_at(outcome, "wv.vectors").writable() == (mode == MapMode::copy_on_write));
    CHECK(equal(outcome.root(), read_golden("word2vec.gensim").root()));
  }
}

TEST_CASE("sparse matrices of gensim have their arrays again") {
  const Outcome outcome = read_golden("index.gensim", MapMode::read);
  INFO(outcome.message);
  REQUIRE(outcome.document);
  CHECK(array_at(outcome, "index.data").mapped());
  CHECK(array_at(outcome, "index.data").size() == 11);
  CHECK(array_at(outcome, "index.indptr").size() == 4);
  CHECK(array_at(outcome, "index.indices").size() == 11);
}

TEST_CASE("models have the attributes that gensim keeps in files of their own") {
  const Outcome outcome = read_golden("lda.gensim");
  INFO(outcome.message);
  REQUIRE(outcome.document);
  CHECK(array_at(outcome, "state.sstats").shape() == Shape{2, 6});
  CHECK(array_at(outcome, "state.sstats").shape() == array_at(outcome, "expElogbeta").shape());
  CHECK(find_path(outcome.root(), "id2word.token2id.flour")->as_int() == 0);
  CHECK(find_path(outcome.root(), "dispatcher")->is_none());
}

TEST_CASE("companions of compressed files are npz files") {
  const Path path = golden_path("gensim/vectors.gz");
  const auto file = open_file(path);
  const auto decoder = CodecRegistry::global().get("gzip").reader(*file);
  const Outcome vectors = read_object(gensim(), *decoder, {.file = path});
  INFO(vectors.message);
  REQUIRE(vectors.document);
  CHECK(equal(*vectors.root().state().find("vectors"), *read_golden("vectors.gensim").root().state().find("vectors")));

  const Path index = golden_path("gensim/index.bz2");
  const auto index_file = open_file(index);
  const auto index_decoder = CodecRegistry::global().get("bz2").reader(*index_file);
  const Outcome matrix = read_object(gensim(), *index_decoder, {.file = index});
  INFO(matrix.message);
  REQUIRE(matrix.document);
  CHECK(equal(matrix.root(), read_golden("index.gensim").root()));
}

TEST_CASE("what gensim saved is written to the same files, byte for byte") {
  for (const std::string name : {"vectors.gensim", "word2vec.gensim", "index.gensim", "lda.gensim"}) {
    INFO(name);
    const Outcome outcome = read_golden(name);
    REQUIRE(outcome.document);
    std::size_t beside = 0;
    for (const auto& [sibling, bytes] : written(gensim(), outcome.root(), name)) {
      INFO(sibling);
      CHECK(content_of(golden_path("gensim/" + (sibling.empty() ? name : sibling))) == bytes);
      beside += sibling.empty() ? 0 : 1;
    }
    std::size_t wanted = 0;
    for (const auto& entry : std::filesystem::directory_iterator(golden_path("gensim")))
      wanted += entry.path().filename().string().starts_with(name + '.') ? 1 : 0;
    CHECK(beside == wanted);
  }
}

TEST_CASE("what is compressed by its name has compressed companions") {
  const Outcome outcome = read_golden("lda.gensim");
  REQUIRE(outcome.document);
  const Files files = written(gensim(), outcome.root(), "lda.gz");
  CHECK(files.at("lda.gz.expElogbeta.npz").starts_with("PK"));
  CHECK(files.at("lda.id2word.gz").starts_with("\x1f\x8b"));
  const TemporaryDirectory folder;
  for (const auto& [name, bytes] : files)
    std::ofstream(folder / (name.empty() ? "lda.gz" : name), std::ios::binary) << bytes;
  const Outcome again = read_object(gensim(), *open_file(folder / "lda.gz"), {.file = folder / "lda.gz"});
  INFO(again.message);
  REQUIRE(again.document);
  CHECK(equal(outcome.root(), again.root()));
}

TEST_CASE("names of files of their own keep the ends that say how they are compressed") {
  CHECK(internal::own_file_name("model", "state") == "model.state");
  CHECK(internal::own_file_name("model.pkl.gz", "state") == "model.pkl.state.gz");
  CHECK(internal::own_file_name("model.bz2", "state") == "model.state.bz2");
}

TEST_CASE("objects that gensim did not save are what they were") {
  Document document;
  MemoryWriter writer;
  document.set_root(document.list());
  find_format("pickle")->write(document.root(), writer, {});
  const auto reader = memory_reader(writer.bytes());
  Document read;
  const Limits limits;
  CHECK(gensim()
            .read({.reader = *reader, .limits = limits, .native_byte_order = true, .mapped_file = nullptr, .warn = {}},
                  read)
            .info()
            .name == "pickle");
  CHECK_ERROR(gensim().write(document.root(), writer, {}), unsupported);
  CHECK_ERROR(gensim().write(Value::integer(1), writer, {}), unsupported);
}

TEST_CASE("where nothing can lie beside, an object with files beside it is refused") {
  const Outcome outcome = read_golden("vectors.gensim");
  REQUIRE(outcome.document);
  MemoryWriter writer;
  CHECK_ERROR(gensim().write(outcome.root(), writer, {.name = "x"}), unsupported);
  CHECK(writer.bytes().empty());
}

}  // namespace
}  // namespace larder::testing
