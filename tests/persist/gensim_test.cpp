// Objects of gensim with files beside them: mapped, one array alone, in stores, and dumped onto themselves.
#include "samples.h"

#include <algorithm>
#include <filesystem>

#include <larder/audit.h>

#include "tests/support/errors.h"
#include "tests/support/temporary.h"

namespace larder::testing {
namespace {

const Path golden = Path(LARDER_SOURCE_DIR) / "tests/formats/data/gensim";

// word2vec.gensim as `model`, with its companions.
struct Model {
  Model() {
    for (const auto& entry : std::filesystem::directory_iterator(golden)) {
      const std::string name = entry.path().filename();
      constexpr std::string_view stem = "word2vec.gensim";
      if (name.starts_with(stem))
        std::filesystem::copy_file(entry.path(), folder / ("model" + name.substr(stem.size())));
    }
  }

  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
      found.push_back(entry.path().filename());
    std::ranges::sort(found);
    return found;
  }

  TemporaryDirectory folder;
  Path path = folder / "model";
};

const std::vector<std::string> all_files = {"model", "model.syn1neg.npy", "model.wv.vectors.npy",
                                            "model.wv.vectors_lockf.npy"};

Array vectors_in(const Document& document) { return find_path(document.root(), "wv.vectors")->as_array(); }

TEST_CASE("a model of gensim is found by content and mapped with what lies beside it") {
  const Model model;
  CHECK(model.names() == all_files);
  for (const MapMode mode : {MapMode::read, MapMode::read_write, MapMode::copy_on_write}) {
    std::vector<std::string> lines;
    Provenance provenance;
    const Document document = load(model.path, warning_into(lines, mode), &provenance);
    CHECK(lines.empty());
    CHECK(provenance.format == "gensim");
    CHECK(vectors_in(document).mapped());
    CHECK(vectors_in(document).identical(vectors_in(load(model.path))));
  }
  {
    LoadOptions options;
    options.mmap_mode = MapMode::read_write;
    Array vectors = vectors_in(load(model.path, options));
    vectors.mutable_data<float>()[5] = 7;
  }
  CHECK(load_array(model.folder / "model.wv.vectors.npy", "").data<float>()[5] == 7);
}

TEST_CASE("one array of a model is loaded without the others") {
  const Model model;
  CHECK(load_array(model.path, "wv.vectors").identical(vectors_in(load(model.path))));
  CHECK_ERROR(load_array(model.path, "wv.nothing"), not_found);
}

TEST_CASE("a model without a companion says which, and for what") {
  const Model model;
  std::filesystem::remove(model.folder / "model.wv.vectors.npy");
  try {
    static_cast<void>(load(model.path));
    FAIL("it was loaded");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::not_found);
    CHECK(std::string(error.what()).find("needs 'model.wv.vectors.npy' beside it (the attribute 'wv.vectors')") !=
          std::string::npos);
  }
}

TEST_CASE("a model that is mapped is dumped onto itself, and the names of its files are told") {
  const Model model;
  LoadOptions options;
  options.mmap_mode = MapMode::read;
  const Document document = load(model.path, options);
  std::vector<std::string> names = dump(document.root(), model.path, quick({}, "gensim"));
  REQUIRE(names.size() == all_files.size());
  CHECK(names.front() == model.path);
  CHECK(model.names() == all_files);
  CHECK(equal(load(model.path).root(), document.root()));
  for (const std::string& name : all_files)
    CHECK(content(model.folder / name) == content(golden / ("word2vec.gensim" + name.substr(5))));
}

TEST_CASE("a dump of a model that fails leaves all files as they were") {
  const Model model;
  Document document = load(model.path);
  document.insert(document.root().state(), document.str("name"), document.global("module", "a\nname"));
  DumpOptions options = quick({}, "gensim");
  options.protocol = 3;
  CHECK_ERROR(dump(document.root(), model.path, options), unsupported);
  CHECK_ERROR(dump(document.root(), model.folder / "other", options), unsupported);
  CHECK(model.names() == all_files);
}

TEST_CASE("a model under every codec has its companions beside it") {
  const Model model;
  const Document document = load(model.path);
  for (const Codec* const codec : built_codecs()) {
    INFO(codec->info().name);
    const TemporaryDirectory folder;
    dump(document.root(), folder / "model", quick(codec->info().name.c_str(), "gensim"));
    CHECK(std::filesystem::exists(folder / "model.wv.vectors.npy"));
    CHECK(equal(load(folder / "model").root(), document.root()));
  }
  const TemporaryDirectory folder;
  dump(document.root(), folder / "model.gz", quick({}, "gensim"));
  CHECK(std::filesystem::exists(folder / "model.gz.wv.vectors.npz"));
  CHECK(equal(load(folder / "model.gz").root(), document.root()));
}

TEST_CASE("the audit reads all that gensim would load, asked for or not") {
  const std::string hostile(
      "\x80\x02"
      "cos\nsystem\nX\x02\0\0\0id\x85R.",
      23);
  const TemporaryDirectory folder;
  const Path path = folder / "model";
  const auto verdict = [&] { return name_of(audit(path).verdict); };
  Document document;
  const Value model =
      document.object(ObjectForm::newobj, document.global("gensim.models.ldamodel", "LdaModel"), document.tuple());
  dump(model, path, quick({}, "pickle"));
  CHECK(verdict() == "known_libraries");
  put(folder / "model.id2word", hostile);
  CHECK(verdict() == "dangerous");
  std::filesystem::remove(folder / "model.id2word");
  put(folder / "model.state", hostile);
  CHECK(verdict() == "dangerous");
  std::filesystem::remove(folder / "model.state");

  const Value state = document.dict();
  const Value names[] = {document.str("index")};
  document.insert(state, document.str("__scipys"), document.list(names));
  document.insert(state, names[0], Value::integer(1));
  document.set_state(model, state);
  dump(model, path, quick({}, "pickle"));
  CHECK(verdict() == "known_libraries");
  put(folder / "model.index.npy", hostile);
  CHECK(verdict() == "dangerous");
}

TEST_CASE("a model in a store is several values") {
  const Model model;
  const Document document = load(model.path);
  const auto store = memory_store();
  dump(document.root(), *store, "models/bread", quick({}, "gensim"));
  CHECK(store->exists("models/bread.wv.vectors.npy"));
  CHECK(equal(load(*store, "models/bread").root(), document.root()));
}

}  // namespace
}  // namespace larder::testing
