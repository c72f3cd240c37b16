// Objects that pretend gensim saved them: row P21 of what pickles are attacked with, and lists that lie.
#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "hostile.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"
#include "transports.h"

namespace larder::testing {
namespace {

const Format& gensim() { return *find_format("gensim"); }

// A pickle of objects with lists.
class Saved {
 public:
  Saved() : root_(object()) { document_.set_root(root_); }

  Value root() const { return root_; }
  Document& document() { return document_; }

  Value object() {
    const Value made =
        document_.object(ObjectForm::newobj, document_.global("gensim.utils", "SaveLoad"), document_.tuple());
    const Value state = document_.dict();
    for (const char* const list : {"__numpys", "__scipys", "__ignoreds", "__recursive_saveloads"})
      document_.insert(state, document_.str(list), document_.list());
    document_.set_state(made, state);
    return made;
  }

  void set(Value object, std::string_view name, Value value) {
    document_.insert(object.state(), document_.str(name), value);
  }

  Saved& list(std::string_view list, std::string_view name) {
    document_.append(*root_.state().find(list), document_.str(name));
    return *this;
  }

  void nest(Value outer, std::string_view name, Value inner) {
    set(outer, name, inner);
    document_.append(*outer.state().find("__recursive_saveloads"), document_.str(name));
  }

  std::string pickle() const {
    MemoryWriter writer;
    find_format("pickle")->write(root_, writer, {});
    return std::string(as_text(writer.bytes()));
  }

  Outcome read_at(const Path& path) const {
    return read_object(gensim(), *memory_reader(as_bytes(pickle())), {.file = path});
  }

 private:
  Document document_;
  Value root_;
};

constexpr const char* lists[] = {"__numpys", "__scipys"};

struct Row {
  std::string name;
  const char* kind;
};

TEST_CASE("names of attributes never lead out of the directory") {
  const TemporaryDirectory folder;
  const Path path = folder / "model";
  std::ofstream(folder / "model") << "here";
  const Row rows[] = {
      {"/../x", "unsafe_reference"},
      {"/etc/passwd", "unsafe_reference"},
      {"a/../../b", "unsafe_reference"},
      {"../x", "unsafe_reference"},
      {"..\\x", "unsafe_reference"},
      {raw("a\0b"), "unsafe_reference"},
      {"", "not_found"},
      {".", "not_found"},
      {"..", "not_found"},
      {std::string(300, 'x'), "io"},
  };
  for (const auto& [name, kind] : rows) {
    INFO(name);
    for (const char* const list : lists) CHECK(kind_of(Saved().list(list, name).read_at(path)) == kind);
    Saved nested;
    const Value inner = nested.object();
    nested.document().append(*inner.state().find("__numpys"), nested.document().str("vectors"));
    nested.nest(nested.root(), name, inner);
    CHECK(kind_of(nested.read_at(path)) == kind);
  }
}

TEST_CASE("companions are regular files with one name") {
  const TemporaryDirectory folder;
  const Path path = folder / "model";
  const Path beside = folder / "model.x.npy";
  std::ofstream(folder / "target") << "here";
  std::ofstream(path) << "here";
  const std::function<void()> rows[] = {
      [&] { std::filesystem::create_symlink(folder / "target", beside); },
      [&] { std::filesystem::create_hard_link(folder / "target", beside); },
      [&] { std::filesystem::create_symlink("/dev/zero", beside); },
      [&] { std::filesystem::create_directory(beside); },
      [&] { REQUIRE(::mkfifo(beside.c_str(), 0600) == 0); },
  };
  for (const auto& make : rows) {
    make();
    for (const char* const list : lists) CHECK(kind_of(Saved().list(list, "x").read_at(path)) == "unsafe_reference");
    std::filesystem::remove(beside);
  }
}

TEST_CASE("a missing companion is named, and the attribute it holds") {
  const TemporaryDirectory folder;
  const Path path = folder / "model";
  std::ofstream(path) << "here";
  Saved saved;
  const Value inner = saved.object();
  saved.document().append(*inner.state().find("__numpys"), saved.document().str("vectors"));
  saved.nest(saved.root(), "wv", inner);
  const Outcome outcome = saved.read_at(path);
  CHECK(kind_of(outcome) == "not_found");
  CHECK(outcome.message.find("model.wv.vectors.npy") != std::string::npos);
  CHECK(outcome.message.find("the attribute 'wv.vectors'") != std::string::npos);
}

TEST_CASE("without files beside it an object that needs them is refused") {
  CHECK(kind_of(read_memory(gensim(), Saved().list("__numpys", "x").pickle())) == "unsupported");
  CHECK(kind_of(read_memory(gensim(), Saved().pickle())) == "a value");
}

TEST_CASE("what is there stays, though a list says it lies beside") {
  Saved saved;
  saved.list("__numpys", "x").list("__scipys", "x").list("__ignoreds", "x");
  saved.set(saved.root(), "x", Value::integer(7));
  const Outcome outcome = read_memory(gensim(), saved.pickle());
  REQUIRE(outcome.document);
  CHECK(outcome.root().state().find("x")->as_int() == 7);
}

TEST_CASE("what is not stored is None") {
  const Outcome outcome = read_memory(gensim(), Saved().list("__ignoreds", "x").pickle());
  REQUIRE(outcome.document);
  CHECK(outcome.root().state().find("x")->is_none());
}

TEST_CASE("objects in objects end") {
  Saved deep;
  Value at = deep.root();
  for (int i = 0; i < 10'000; ++i) {
    const Value inner = deep.object();
    deep.nest(at, "s", inner);
    at = inner;
  }
  CHECK(kind_of(read_memory(gensim(), deep.pickle())) == "limit");
  MemoryWriter writer;
  CHECK_ERROR(gensim().write(deep.root(), writer, {}), limit);

  Saved cycle;
  cycle.nest(cycle.root(), "itself", cycle.root());
  const Outcome outcome = read_memory(gensim(), cycle.pickle());
  REQUIRE(outcome.document);
  CHECK(outcome.root().state().find("itself")->same_as(outcome.root()));
  gensim().write(outcome.root(), writer, {});
  CHECK(kind_of(read_memory(gensim(), as_text(writer.bytes()))) == "a value");
}

TEST_CASE("an object that two ways lead to is written whole") {
  Saved saved;
  const Value inner = saved.object();
  saved.document().append(*inner.state().find("__numpys"), saved.document().str("vectors"));
  saved.set(inner, "vectors", saved.document().array(Array::allocate(DType(), {3})));
  saved.nest(saved.root(), "a", inner);
  saved.nest(saved.root(), "b", inner);
  MemoryWriter writer;
  gensim().write(saved.root(), writer, {});  // nothing beside
  const Outcome outcome = read_memory(gensim(), as_text(writer.bytes()));
  REQUIRE(outcome.document);
  const Value a = *outcome.root().state().find("a");
  CHECK(a.same_as(*outcome.root().state().find("b")));
  CHECK(a.state().find("vectors")->is(ValueKind::array));
  CHECK(a.state().find("__numpys")->empty());
}

TEST_CASE("lists that are none are malformed") {
  for (const char* const list : {"__numpys", "__scipys", "__ignoreds", "__recursive_saveloads"}) {
    Saved saved;
    saved.set(saved.root(), list, Value::integer(1));
    CHECK(kind_of(read_memory(gensim(), saved.pickle())) == "malformed");
  }
  Saved numbers;
  numbers.document().append(*numbers.root().state().find("__numpys"), Value::integer(1));
  CHECK(kind_of(read_memory(gensim(), numbers.pickle())) == "malformed");
}

TEST_CASE("lists in a state of slots, which gensim would find, are malformed") {
  for (const bool in_slots : {true, false}) {
    Saved saved;
    const Value none = saved.document().dict();
    const Value state = saved.root().state();
    const Value pair[] = {in_slots ? none : state, in_slots ? state : none};
    saved.document().set_state(saved.root(), saved.document().tuple(pair));
    CHECK(kind_of(read_memory(gensim(), saved.pickle())) == "malformed");
  }
}

TEST_CASE("old gensim had fewer lists, and objects of its classes may have none") {
  const TemporaryDirectory folder;
  const Path path = folder / "model";
  std::ofstream(path) << "here";
  std::ofstream(folder / "model.x.npy", std::ios::binary) << golden("numbers.npy");
  Saved old;
  old.list("__numpys", "x");
  for (const char* const list : {"__scipys", "__ignoreds", "__recursive_saveloads"})
    CHECK(old.document().erase(old.root().state(), old.document().str(list)));
  const Outcome outcome = old.read_at(path);
  REQUIRE(outcome.document);
  CHECK(outcome.root().state().find("x")->is(ValueKind::array));

  Saved of_python2;
  const Value attributes = of_python2.document().dict();
  of_python2.document().insert(attributes, of_python2.document().bytes(as_bytes("__numpys")),
                               of_python2.document().list());
  of_python2.document().set_state(of_python2.root(), attributes);
  CHECK(kind_of(of_python2.read_at(path)) == "unsupported");

  Saved none;
  none.document().set_state(none.root(), none.document().dict());
  MemoryWriter writer;
  gensim().write(none.root(), writer, {});
  const Outcome with_lists = read_memory(gensim(), as_text(writer.bytes()));
  REQUIRE(with_lists.document);
  CHECK(with_lists.root().state().find("__numpys")->empty());
}

TEST_CASE("long lists take little time") {
  Saved saved;
  saved.set(saved.root(), "x", Value::integer(7));
  for (int i = 0; i < 100'000; ++i) saved.list("__numpys", "x").list("__recursive_saveloads", "x");
  CHECK(kind_of(read_memory(gensim(), saved.pickle())) == "a value");
}

TEST_CASE("what is beside is no array, no matrix, or cut") {
  const TemporaryDirectory folder;
  const Path path = folder / "model";
  std::ofstream(path) << "here";
  const auto beside = [&](const std::string& name, const std::string& bytes) {
    std::ofstream(folder / name, std::ios::binary | std::ios::trunc) << bytes;
  };
  beside("model.x.npy", "no array");
  CHECK(kind_of(Saved().list("__numpys", "x").read_at(path)) == "malformed");
  beside("model.x.npy", golden("numbers.npy").substr(0, 130));
  CHECK(kind_of(Saved().list("__numpys", "x").read_at(path)) == "truncated");
  beside("model.x.npy", golden("numbers.npy"));
  CHECK(kind_of(Saved().list("__numpys", "x").read_at(path)) == "a value");
  CHECK(kind_of(Saved().list("__scipys", "x").read_at(path)) == "malformed");
  beside("model.x.npy", raw("\x80\x02N."));
  CHECK(kind_of(Saved().list("__scipys", "x").read_at(path)) == "malformed");
  beside("model.x.npy", golden("gensim/index.gensim.index.npy"));
  const Outcome outcome = Saved().list("__scipys", "x").read_at(path);
  CHECK(kind_of(outcome) == "not_found");
  CHECK(outcome.message.find("the attribute 'x.data'") != std::string::npos);
}

TEST_CASE("an object whose own files are missing has None there, its companions must be there") {
  const TemporaryDirectory folder;
  const Path path = folder / "model";
  std::ofstream(path) << "here";
  const Outcome without = Saved().list("__ignoreds", "state").read_at(path);
  REQUIRE(without.document);
  CHECK(without.root().state().find("state")->is_none());
  std::ofstream(folder / "model.state", std::ios::binary) << Saved().list("__numpys", "sstats").pickle();
  CHECK(kind_of(Saved().list("__ignoreds", "state").read_at(path)) == "not_found");
  std::ofstream(folder / "model.state", std::ios::binary) << "no pickle";
  CHECK(kind_of(Saved().list("__ignoreds", "state").read_at(path)) == "malformed");
}

}  // namespace
}  // namespace larder::testing
