// Values in stores: dump, load, the JSON beside them, and computing what is not there.
#include <larder/item.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

#include <larder/joblib_memory.h>
#include <larder/local_store.h>
#include <catch2/catch.hpp>

#include "tests/support/errors.h"
#include "tests/support/temporary.h"

namespace larder {
namespace {

const std::string call = "m/f/0123456789abcdef0123456789abcdef";
const std::string key = call + "/output.pkl";

// A dict of a text and an array.
Value sample(Document& document, double first = 0) {
  const Value value = document.dict();
  document.insert(value, document.str("name"), document.str("grid"));
  std::vector<double> numbers(1000);
  numbers[0] = first;
  document.insert(value, document.str("numbers"), document.array(Array::copy_of<double>(numbers, {1000})));
  return value;
}

Document sampled(double first = 0) {
  Document document;
  document.set_root(sample(document, first));
  return document;
}

double first_of(const Document& document) { return document.root().find("numbers")->as_array().data<double>()[0]; }

Value dict_of(Document& document, std::string_view name, Value value) {
  const Value dict = document.dict();
  document.insert(dict, document.str(name), value);
  return dict;
}

std::string text_of(Store& store, const std::string& of) { return std::string(as_text(store.read(of).bytes())); }

std::vector<std::string> keys_of(Store& store) {
  std::vector<std::string> keys;
  const auto listing = store.list();
  for (auto page = listing->next(); !page.empty(); page = listing->next()) {
    for (Entry& entry : page) keys.push_back(std::move(entry.key));
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

// LoadOptions whose warnings are kept.
struct Listening {
  std::vector<std::string> heard;
  LoadOptions options;
  Listening() {
    options.warn = [this](std::string_view line) { heard.emplace_back(line); };
  }
};

using Keys = std::vector<std::string>;

}  // namespace

TEST_CASE("items: what is dumped is loaded") {
  const auto store = memory_store();
  Document document;
  const Value value = sample(document);
  CHECK(dump(value, *store, key) == Keys{key});
  CHECK(equal(load(*store, key).root(), value));
  const std::vector<int> three = {1, 2, 3};
  CHECK(dump(Array::copy_of<int>(three, {3}), *store, "array.npy") == Keys{"array.npy"});
  CHECK(load(*store, "array.npy").root().as_array().shape() == Shape{3});
}

TEST_CASE("items: the last part of the key tells format and codec, as a file's name does") {
  const auto store = memory_store();
  const Document document = sampled();
  const auto provenance_of = [&](const std::string& name, const DumpOptions& options = {}) {
    dump(document.root(), *store, name, options);
    Provenance provenance;
    load(*store, name, {}, &provenance);
    return provenance.format + "/" + provenance.codec;
  };
  CHECK(provenance_of("a/output.pkl") == "joblib/");
  CHECK(provenance_of("a/value.pkl") == "pickle/");
  CHECK(provenance_of("a/value.joblib") == "joblib/");
  CHECK(provenance_of("a.gz/value") == "joblib/");
  CHECK(provenance_of("a/value.pkl.gz") == "pickle/gzip");
  CHECK(provenance_of("b/output.pkl", {.compress = 3}) == "joblib/zlib");
  CHECK(provenance_of("c/output.pkl", {.compress = "xz", .format = "pickle"}) == "pickle/xz");
  std::string chosen;
  DumpOptions automatic{.compress = "auto"};
  automatic.chosen = [&](const Choice& choice) { chosen = text_of(choice); };
  CHECK_FALSE(provenance_of("d/output.pkl", automatic).empty());
  CHECK_FALSE(chosen.empty());
}

TEST_CASE("items: metadata is JSON beside the value") {
  const auto store = memory_store();
  Document document;
  const Value metadata = dict_of(document, "duration", Value::floating(0.5));
  document.insert(metadata, document.str("input_args"), dict_of(document, "x", document.str("1")));
  const DumpOptions options{.metadata = metadata};

  CHECK(dump(sample(document), *store, key, options) == Keys{key, call + "/metadata.json"});
  CHECK(text_of(*store, call + "/metadata.json") == R"({"duration": 0.5, "input_args": {"x": "1"}})");
  CHECK(equal(item_metadata(*store, key).value().root(), metadata));
  CHECK(store->stat(key)->cost == 0.5);

  dump(sample(document), *store, "a/b.joblib", options);
  CHECK(store->exists("a/b.joblib.metadata.json"));
  CHECK(equal(item_metadata(*store, "a/b.joblib").value().root(), metadata));

  // Nothing stands behind the value.
  Document plain;
  dump(sample(plain), *store, "plain.joblib");
  CHECK(text_of(*store, "plain.joblib") == text_of(*store, "a/b.joblib"));
  CHECK_FALSE(item_metadata(*store, "plain.joblib"));
}

TEST_CASE("items: keys of metadata") {
  CHECK(metadata_key(key) == call + "/metadata.json");
  CHECK(metadata_key("output.pkl") == "output.pkl.metadata.json");
  CHECK(metadata_key("m/f/output.pkl") == "m/f/output.pkl.metadata.json");
  CHECK(metadata_key(call + "/other.pkl") == call + "/other.pkl.metadata.json");
  CHECK_ERROR(metadata_key("a/../b"), usage);
  for (const std::string& value : {key, std::string("m/f/output.pkl"), std::string("a/b")})
    CHECK(item_name(metadata_key(value)) == item_name(value));
}

TEST_CASE("items: a load tells the metadata that stands beside the value") {
  const auto store = memory_store();
  Document document;
  dump(sample(document), *store, key, {.metadata = dict_of(document, "score", Value::integer(3))});
  Provenance provenance;
  load(*store, key, {}, &provenance);
  CHECK_FALSE(provenance.metadata);
  load(*store, key, {.metadata = true}, &provenance);
  REQUIRE(provenance.metadata);
  CHECK(provenance.metadata->values.root().find("score")->as_int() == 3);
}

TEST_CASE("items: a number called duration is what the value cost") {
  const auto store = memory_store();
  Document document;
  const auto cost_of = [&](Value duration, const PutOptions& put = {}) {
    dump(Value::none(), *store, "a", {.metadata = dict_of(document, "duration", duration)}, put);
    return store->stat("a")->cost;
  };
  CHECK(cost_of(Value::floating(2.5)) == 2.5);
  CHECK(cost_of(Value::integer(7)) == 7.0);
  CHECK_FALSE(cost_of(Value::floating(-1)));
  CHECK_FALSE(cost_of(document.str("long")));
  CHECK_FALSE(cost_of(Value::boolean(true)));
  CHECK(cost_of(Value::floating(2.5), {.cost = 9}) == 9.0);
}

TEST_CASE("items: a value that is dumped without metadata has none, whatever stood there") {
  const auto store = memory_store();
  Document document;
  dump(Value::integer(1), *store, key, {.metadata = document.dict()});
  CHECK(item_metadata(*store, key));
  dump(Value::integer(2), *store, key);
  CHECK(keys_of(*store) == Keys{key});
}

TEST_CASE("items: what cannot be dumped changes nothing") {
  const auto store = memory_store();
  Document document;
  const Value old_metadata = dict_of(document, "score", Value::integer(1));
  dump(Value::integer(1), *store, "a.npy.joblib", {.metadata = old_metadata});
  const Value metadata = dict_of(document, "score", Value::integer(2));
  const auto unchanged = [&] {
    return load(*store, "a.npy.joblib").root().as_int() == 1 &&
           equal(item_metadata(*store, "a.npy.joblib").value().root(), old_metadata);
  };
  // npy holds no dict; the writer is open by then.
  CHECK_ERROR(dump(sample(document), *store, "a.npy.joblib", {.format = "npy", .metadata = metadata}), unsupported);
  CHECK(unchanged());
  CHECK_ERROR(dump(Value::none(), *store, "a.npy.joblib", {.metadata = document.list()}), usage);
  CHECK_ERROR(dump(Value::none(), *store, "a.npy.joblib", {.compress = "nothing", .metadata = metadata}), usage);
  CHECK_ERROR(dump(Value::none(), *store, "a.npy.joblib", {.format = "nothing", .metadata = metadata}), usage);
  CHECK_ERROR(dump(Value::none(), *store, "../a", {.metadata = metadata}), usage);
  CHECK(unchanged());
  CHECK(keys_of(*store).size() == 2);
}

TEST_CASE("items: who loses a put with a condition leaves the winner's metadata") {
  const auto store = memory_store();
  Document document;
  const DumpOptions first{.metadata = dict_of(document, "by", Value::integer(1))};
  const DumpOptions second{.metadata = dict_of(document, "by", Value::integer(2))};
  const PutOptions absent{.condition = Condition::absent};
  dump(Value::integer(1), *store, key, first, absent);
  CHECK_ERROR(dump(Value::integer(2), *store, key, second, absent), conflict);
  CHECK(load(*store, key).root().as_int() == 1);
  CHECK(item_metadata(*store, key).value().root().find("by")->as_int() == 1);

  Stat published;
  dump(Value::integer(3), *store, key, second,
       {.condition = Condition::match, .etag = store->stat(key)->etag, .published = &published});
  CHECK(published.etag == store->stat(key)->etag);
  CHECK(item_metadata(*store, key).value().root().find("by")->as_int() == 2);
}

TEST_CASE("items: a key that is too long for metadata beside it keeps values") {
  const auto store = memory_store();
  Document document;
  const std::string name(250, 'k');
  dump(Value::integer(1), *store, name);
  dump(Value::integer(2), *store, name);
  CHECK(load(*store, name).root().as_int() == 2);
  CHECK_FALSE(item_metadata(*store, name));
  CHECK_ERROR(dump(Value::integer(3), *store, name, {.metadata = document.dict()}), usage);
  CHECK_ERROR(put_item_metadata(*store, name, document.dict()), usage);
  CHECK(load(*store, name).root().as_int() == 2);
  CHECK(remove_item(*store, name));
}

TEST_CASE("items: metadata that is no metadata") {
  const auto store = memory_store();
  const auto with = [&](std::string_view json) { store->put(call + "/metadata.json", as_bytes(json)); };
  CHECK_FALSE(item_metadata(*store, key));
  for (const std::string_view json : {"", "{", "[1]", "3", "{\"a\": NaN}", "\xff"}) {
    INFO(json);
    with(json);
    CHECK_ERROR(item_metadata(*store, key), malformed);
  }
  with(R"json({"duration": 1.5, "input_args": {"x": "array([1])"}, "time": 1732287600.25})json");
  CHECK(item_metadata(*store, key).value().root().find("time")->as_float() == 1732287600.25);
  Limits small;
  small.text = 10;
  CHECK_ERROR(item_metadata(*store, key, small), limit);
  try {
    with("{");
    static_cast<void>(item_metadata(*store, key));
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find(call + "/metadata.json") != std::string::npos);
  }
}

TEST_CASE("items: metadata alone, and the removal of both") {
  const auto store = memory_store();
  Document document;
  dump(Value::integer(1), *store, key);
  put_item_metadata(*store, key, dict_of(document, "note", document.str("\xc3\xa9")));
  CHECK(text_of(*store, call + "/metadata.json") == "{\"note\": \"\xc3\xa9\"}");
  CHECK_ERROR(put_item_metadata(*store, key, Value::none()), usage);
  CHECK_ERROR(put_item_metadata(*store, key, dict_of(document, "x", document.bytes({}))), usage);
  CHECK(remove_item(*store, key));
  CHECK(keys_of(*store).empty());
  CHECK_FALSE(remove_item(*store, key));
}

TEST_CASE("items: values never change in place") {
  const auto store = memory_store();
  dump(sampled().root(), *store, key);
  CHECK_ERROR(load(*store, key, {.mmap_mode = MapMode::read_write}), usage);
  CHECK_ERROR(load(*store, key, {.mmap_mode = MapMode::create}), usage);
  CHECK_ERROR(load(*store, key, {}, nullptr, {.range = {.offset = 1}}), usage);
}

TEST_CASE("items: what cannot be mapped is read, and warned of") {
  const auto store = memory_store();
  dump(sampled().root(), *store, key);
  Listening listening;
  listening.options.mmap_mode = MapMode::read;
  CHECK(first_of(load(*store, key, listening.options)) == 0);
  REQUIRE(listening.heard.size() == 1);
  CHECK(listening.heard[0].find("mmap_mode") != std::string::npos);
}

TEST_CASE("items: errors name the key") {
  const auto store = memory_store();
  const auto message_of = [&](const std::string& name) -> std::string {
    try {
      static_cast<void>(load(*store, name));
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  CHECK_ERROR(load(*store, "a/b"), not_found);
  CHECK(message_of("a/b").find("a/b") != std::string::npos);
  dump(sampled().root(), *store, "a/b");
  store->put("a/cut", store->read("a/b").slice(0, 100).bytes());
  CHECK_ERROR(load(*store, "a/cut"), truncated);
  CHECK(message_of("a/cut").find("a/cut") != std::string::npos);
  store->put("a/none", Bytes());
  CHECK_ERROR(load(*store, "a/none"), truncated);
  CHECK(message_of("a/none").find("a/none") != std::string::npos);
}

TEST_CASE("items: a value is computed once, then found") {
  const auto store = memory_store();
  int calls = 0;
  const auto compute = [&] {
    ++calls;
    return sampled(1.5);
  };
  CHECK(first_of(get_or_compute(*store, key, compute)) == 1.5);
  CHECK(first_of(get_or_compute(*store, key, compute)) == 1.5);
  CHECK(calls == 1);
  const Document metadata = item_metadata(*store, key).value();
  CHECK(metadata.root().find("duration")->as_float() >= 0);
  CHECK(metadata.root().find("time")->as_float() > 1.7e9);
  CHECK(store->stat(key)->cost == Approx(metadata.root().find("duration")->as_float()));
}

TEST_CASE("items: the metadata of a computed value is the caller's, and the time it took") {
  const auto store = memory_store();
  Document document;
  const Value given = dict_of(document, "duration", Value::integer(60));
  document.insert(given, document.str("input_args"), dict_of(document, "x", document.str("1")));
  get_or_compute(*store, key, [] { return sampled(); }, {}, {.compress = "gzip", .metadata = given});
  const Document metadata = item_metadata(*store, key).value();
  CHECK(metadata.root().size() == 3);
  CHECK(metadata.root().find("duration")->as_int() == 60);
  CHECK(metadata.root().find("input_args")->find("x")->as_str() == "1");
  CHECK(given.size() == 2);
  Provenance provenance;
  load(*store, key, {}, &provenance);
  CHECK(provenance.codec == "gzip");
  CHECK_ERROR(get_or_compute(*store, "other", [] { return sampled(); }, {}, {.metadata = document.list()}), usage);
  CHECK_FALSE(store->exists("other"));
}

TEST_CASE("items: a damaged value is computed anew") {
  const auto store = memory_store();
  Listening listening;
  int calls = 0;
  const auto compute = [&] { return sampled(++calls); };
  get_or_compute(*store, key, compute, listening.options);
  const Region good = store->read(key);
  store->put(key, good.slice(0, good.size() / 2).bytes());
  CHECK(first_of(get_or_compute(*store, key, compute, listening.options)) == 2);
  REQUIRE(listening.heard.size() == 1);
  CHECK(listening.heard[0].find(key) != std::string::npos);
  store->put(key, as_bytes("no value at all"));
  CHECK_ERROR(get_or_compute(*store, key, compute, listening.options), unsupported);
  CHECK(calls == 2);
}

TEST_CASE("items: an exception reaches its own caller, and another one computes") {
  const auto store = memory_store();
  const auto fails = []() -> Document { throw std::runtime_error("no"); };
  CHECK_THROWS_WITH(get_or_compute(*store, key, fails), "no");
  CHECK(keys_of(*store).empty());
  CHECK(first_of(get_or_compute(*store, key, [] { return sampled(4); })) == 4);
}

TEST_CASE("items: asking for the same key while it is computed is refused, for others it is not") {
  const auto store = memory_store();
  const auto inner = [&] { return get_or_compute(*store, "inner", [] { return sampled(3); }); };
  const auto again = [&] { return get_or_compute(*store, "again", [] { return sampled(); }); };
  CHECK(first_of(get_or_compute(*store, "outer", inner)) == 3);
  CHECK_ERROR(get_or_compute(*store, "again", again), usage);
  CHECK(first_of(get_or_compute(*store, "again", inner)) == 3);
}

TEST_CASE("items: one of sixteen threads computes") {
  const auto store = memory_store();
  for (int round = 0; round < 20; ++round) {
    const std::string name = "value/" + std::to_string(round);
    std::atomic<int> calls = 0;
    std::atomic<int> right = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 16; ++i) {
      threads.emplace_back([&] {
        const auto compute = [&] {
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
          return sampled(100 + calls++);
        };
        if (first_of(get_or_compute(*store, name, compute)) == 100) ++right;
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(calls == 1);
    CHECK(right == 16);
  }
}

TEST_CASE("items: among threads, one's exception is nobody else's") {
  const auto store = memory_store();
  std::atomic<int> calls = 0;
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      try {
        const Document found = get_or_compute(*store, key, [&] {
          if (calls++ < 5) throw std::runtime_error("one of the first five");
          return sampled(6);
        });
        if (first_of(found) != 6) failures += 100;
      } catch (const std::runtime_error&) {
        ++failures;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(calls == 6);
  CHECK(failures == 5);
}

TEST_CASE("items: in a directory they are mapped, and keep what they show") {
  const testing::TemporaryDirectory directory;
  const auto store = local_store(directory.path(), {.sync = Sync::none});
  dump(sampled(1).root(), *store, key);
  Listening listening;
  for (const MapMode mode : {MapMode::read, MapMode::copy_on_write}) {
    INFO(static_cast<int>(mode));
    dump(sampled(1).root(), *store, key);
    listening.options.mmap_mode = mode;
    Document mapped = load(*store, key, listening.options);
    const Array array = mapped.root().find("numbers")->as_array();
    CHECK(array.region().mapped());
    CHECK(array.region().writable() == (mode == MapMode::copy_on_write));
    dump(sampled(2).root(), *store, key);
    CHECK(first_of(mapped) == 1);
    CHECK(first_of(load(*store, key)) == 2);
    store->remove(key);
    CHECK(first_of(mapped) == 1);
  }
  CHECK(listening.heard.empty());
  dump(sampled(1).root(), *store, key, {.compress = 3});
  CHECK(first_of(load(*store, key, listening.options)) == 1);
  CHECK(listening.heard.size() == 1);
}

TEST_CASE("items: what was computed is mapped for who asked for that, as it is for the next") {
  const testing::TemporaryDirectory directory;
  const auto store = local_store(directory.path(), {.sync = Sync::none});
  for (int i = 0; i < 2; ++i) {
    const Document found = get_or_compute(*store, key, [] { return sampled(3); }, {.mmap_mode = MapMode::read});
    CHECK(found.root().find("numbers")->as_array().region().mapped());
    CHECK(first_of(found) == 3);
  }
}

TEST_CASE("items: a value appears after its metadata") {
  const testing::TemporaryDirectory directory;
  const auto store = local_store(directory.path(), {.sync = Sync::none});
  Document document;
  // The metadata cannot be put here: a key lies below its name.
  store->put("a.metadata.json/below", Bytes());
  CHECK_ERROR(dump(Value::integer(1), *store, "a", {.metadata = document.dict()}), conflict);
  CHECK_FALSE(store->exists("a"));
}

TEST_CASE("items: a damaged file is set aside and computed anew") {
  const testing::TemporaryDirectory directory;
  const auto store = local_store(directory.path(), {.sync = Sync::none});
  Listening listening;
  int calls = 0;
  const auto compute = [&] { return sampled(++calls); };
  const auto file = directory.path() / key;

  get_or_compute(*store, key, compute, listening.options);
  std::filesystem::resize_file(file, 100);  // the length is not the one that was put
  CHECK(first_of(get_or_compute(*store, key, compute, listening.options)) == 2);
  CHECK(listening.heard.size() == 1);

  // A flipped bit in an array is seen by who asks for verification.
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary).seekp(-1000, std::ios::end).put('\1');
  CHECK(first_of(get_or_compute(*store, key, compute, listening.options)) == 2);
  CHECK(first_of(get_or_compute(*store, key, compute, listening.options, {}, {.verify = true})) == 3);
  CHECK(listening.heard.size() == 2);

  // Another tool's file has no length to compare: it ends where a reader expects more.
  const Region good = store->read(key);
  store->remove(key);
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << as_text(good.slice(0, 200).bytes());
  CHECK(first_of(get_or_compute(*store, key, compute, listening.options)) == 4);
  CHECK(listening.heard.size() == 3);
}

}  // namespace larder
