#include <atomic>
#include <new>
#include <set>
#include <stdexcept>
#include <thread>

#include "tests/capi/handles.h"
#include "tests/support/temporary.h"

using namespace larder::testing;

namespace {

// In memory, and in a directory.
StoreHandle opened(const TemporaryDirectory& directory) {
  const bool in_directory = GENERATE(false, true);
  const std::string url = in_directory ? "file://" + (directory / "store").string() + "?sync=none" : "memory:";
  return make<StoreHandle>(larder_store_open, url.c_str());
}

void put(const StoreHandle& store, const char* key, const std::string& value) {
  call(larder_store_put, store.get(), key, static_cast<const void*>(value.data()), value.size());
}

std::string get(const StoreHandle& store, const char* key) {
  return std::string(text_of(make<BytesHandle>(larder_store_get, store.get(), key)));
}

larder_stat stat_of(const StoreHandle& store, const char* key) {
  larder_stat stat;
  stat.struct_size = sizeof stat;
  call(larder_store_stat, store.get(), key, &stat);
  return stat;
}

const void* bytes_of(const char* text) { return text; }

}  // namespace

TEST_CASE("what is put through C is got") {
  const TemporaryDirectory directory;
  const auto store = opened(directory);
  put(store, "a/b", "value");
  put(store, "empty", "");
  put(store, "large", std::string(1'000'000, 'x'));
  CHECK(get(store, "a/b") == "value");
  CHECK(get(store, "empty").empty());
  CHECK(get(store, "large") == std::string(1'000'000, 'x'));
  CHECK(text_of(make<BytesHandle>(larder_store_get_verified, store.get(), "a/b")) == "value");
  CHECK(text_of(make<BytesHandle>(larder_store_get_range, store.get(), "a/b", std::uint64_t{1}, std::uint64_t{3})) ==
        "alu");
  CHECK(text_of(make<BytesHandle>(larder_store_get_range, store.get(), "a/b", std::uint64_t{5}, UINT64_MAX)).empty());
  const auto reader = make<ReaderHandle>(larder_store_reader, store.get(), "large");
  CHECK(read_all(reader.get(), 4096).size() == 1'000'000);
  larder_bytes* out = nullptr;
  refused(LARDER_USAGE, larder_store_get_range, store.get(), "a/b", std::uint64_t{6}, std::uint64_t{1}, &out);
}

TEST_CASE("bytes from a store outlive the value, and the store, in C") {
  const TemporaryDirectory directory;
  auto store = opened(directory);
  put(store, "key", "old");
  const auto bytes = make<BytesHandle>(larder_store_get, store.get(), "key");
  put(store, "key", "new");
  call(larder_store_remove, store.get(), "key");
  store.reset();
  CHECK(text_of(bytes) == "old");
}

TEST_CASE("what is absent is not found, in C") {
  const TemporaryDirectory directory;
  const auto store = opened(directory);
  larder_bytes* bytes = nullptr;
  larder_reader* reader = nullptr;
  larder_stat stat;
  stat.struct_size = sizeof stat;
  CHECK(refused(LARDER_NOT_FOUND, larder_store_get, store.get(), "no/key", &bytes).find("no/key") != std::string::npos);
  refused(LARDER_NOT_FOUND, larder_store_get_verified, store.get(), "no/key", &bytes);
  refused(LARDER_NOT_FOUND, larder_store_get_range, store.get(), "no/key", std::uint64_t{0}, std::uint64_t{1}, &bytes);
  refused(LARDER_NOT_FOUND, larder_store_reader, store.get(), "no/key", &reader);
  larder_document* document = nullptr;
  refused(LARDER_NOT_FOUND, larder_store_load, store.get(), "no/key", nullptr, &document);
  refused(LARDER_NOT_FOUND, larder_store_remove, store.get(), "no/key");
  refused(LARDER_NOT_FOUND, larder_store_move, store.get(), "no/key", "other");
  refused(LARDER_NOT_FOUND, larder_store_touch, store.get(), "no/key");
  CHECK(refused(LARDER_NOT_FOUND, larder_store_stat, store.get(), "no/key", &stat).find("no/key") != std::string::npos);
  refused(LARDER_USAGE, larder_store_get, store.get(), "../key", &bytes);
}

TEST_CASE("a stat tells a value from its successor, in C") {
  const TemporaryDirectory directory;
  const auto store = opened(directory);
  put(store, "key", "value");
  const larder_stat first = stat_of(store, "key");
  CHECK(first.struct_size == sizeof first);
  CHECK(first.size == 5);
  CHECK(first.modified_ns > 1'700'000'000'000'000'000);
  if (first.has_accessed == 1) CHECK(first.accessed_ns >= first.modified_ns);
  CHECK(std::string(first.etag) == stat_of(store, "key").etag);
  put(store, "key", "value");
  const larder_stat second = stat_of(store, "key");
  CHECK(std::string(first.etag) != second.etag);
  CHECK(first.has_xxh3 == second.has_xxh3);
  CHECK(first.xxh3 == second.xxh3);
}

TEST_CASE("a larder_stat of another version is filled as far as both know it") {
  const TemporaryDirectory directory;
  const auto store = opened(directory);
  put(store, "key", "value");
  struct Later {
    larder_stat stat;
    std::uint64_t more[2];
  };
  Later later;
  std::memset(&later, 0xff, sizeof later);
  later.stat.struct_size = sizeof later;
  call(larder_store_stat, store.get(), "key", &later.stat);
  CHECK(later.stat.struct_size == sizeof later);
  CHECK(later.stat.size == 5);
  CHECK(later.more[0] == 0);
  CHECK(later.more[1] == 0);
  later.stat.struct_size = sizeof(larder_stat) - 1;
  refused(LARDER_USAGE, larder_store_stat, store.get(), "key", &later.stat);
}

TEST_CASE("conditional puts of C are decided by the store") {
  const TemporaryDirectory directory;
  const auto store = opened(directory);
  call(larder_store_put_if_absent, store.get(), "key", bytes_of("1"), std::size_t{1});
  refused(LARDER_CONFLICT, larder_store_put_if_absent, store.get(), "key", bytes_of("2"), std::size_t{1});
  CHECK(get(store, "key") == "1");
  const std::string etag = stat_of(store, "key").etag;
  call(larder_store_put_if_match, store.get(), "key", etag.c_str(), bytes_of("3"), std::size_t{1});
  refused(LARDER_CONFLICT, larder_store_put_if_match, store.get(), "key", etag.c_str(), bytes_of("4"), std::size_t{1});
  CHECK(get(store, "key") == "3");
}

TEST_CASE("values are written piece by piece, moved, touched and removed, in C") {
  const TemporaryDirectory directory;
  const auto store = opened(directory);
  {
    const auto writer = make<WriterHandle>(larder_store_writer, store.get(), "pieces");
    call(larder_writer_write, writer.get(), bytes_of("ab"), std::size_t{2});
    call(larder_writer_write, writer.get(), nullptr, std::size_t{0});
    call(larder_writer_write, writer.get(), bytes_of("cd"), std::size_t{2});
    call(larder_writer_finish, writer.get());
  }
  {
    const auto dropped = make<WriterHandle>(larder_store_writer, store.get(), "pieces");
    call(larder_writer_write, dropped.get(), bytes_of("ef"), std::size_t{2});
  }
  CHECK(get(store, "pieces") == "abcd");
  call(larder_store_touch, store.get(), "pieces");
  call(larder_store_move, store.get(), "pieces", "moved");
  CHECK(get(store, "moved") == "abcd");
  call(larder_store_remove, store.get(), "moved");
  refused(LARDER_NOT_FOUND, larder_store_remove, store.get(), "moved");
}

TEST_CASE("a listing gives every key once, in C, and outlives the store") {
  const TemporaryDirectory directory;
  auto store = opened(directory);
  std::set<std::string> wanted;
  for (int i = 0; i < 2500; ++i) {
    const std::string key = "list/" + std::to_string(i);
    put(store, key.c_str(), "x");
    wanted.insert(key);
  }
  put(store, "other", "x");
  const auto listing = make<ListingHandle>(larder_store_list, store.get(), "list/");
  const auto all = make<ListingHandle>(larder_store_list, store.get(), nullptr);
  store.reset();
  std::set<std::string> found;
  std::size_t count = 0;
  const char* key = nullptr;
  for (call(larder_listing_next, listing.get(), &key); key != nullptr; call(larder_listing_next, listing.get(), &key)) {
    found.insert(key);
    ++count;
  }
  CHECK(found == wanted);
  CHECK(count == wanted.size());
  call(larder_listing_next, listing.get(), &key);
  CHECK(key == nullptr);
  count = 0;
  for (call(larder_listing_next, all.get(), &key); key != nullptr; call(larder_listing_next, all.get(), &key)) ++count;
  CHECK(count == wanted.size() + 1);
}

TEST_CASE("documents go into a store and come back, in C") {
  const TemporaryDirectory directory;
  const auto store = opened(directory);
  const double number = 7;
  const auto array =
      make<ArrayHandle>(larder_array_borrow, "f8", nullptr, std::size_t{0}, 0, static_cast<const void*>(&number));
  const auto document = make<DocumentHandle>(larder_document_of_array, array.get());
  const char* const compression = GENERATE(static_cast<const char*>(nullptr), "zlib", "none");
  const char* const key = GENERATE("a.npy", "b/output.pkl", "c.joblib.gz");
  call(larder_store_dump, store.get(), key, document.get(), compression);
  const auto back = make<DocumentHandle>(larder_store_load, store.get(), key, nullptr);
  const auto again = make<ArrayHandle>(larder_document_array, back.get(), nullptr);
  CHECK(*static_cast<const double*>(larder_array_elements(again.get())) == 7);
}

namespace {

// What a callback does.
struct Script {
  std::atomic<int> calls = 0;
  larder_status answer = LARDER_OK;
  const char* message = "";
  enum { write, finish, free, throw_bad_alloc, throw_other } act = write;
};

larder_status compute(void* context, larder_writer* writer, larder_error* error) {
  auto& script = *static_cast<Script*>(context);
  ++script.calls;
  if (script.act == Script::finish) return larder_writer_finish(writer, error);
  if (script.act == Script::throw_bad_alloc) throw std::bad_alloc();
  if (script.act == Script::throw_other) throw 42;
  if (script.act == Script::free) larder_writer_free(writer);
  const larder_status status = larder_writer_write(writer, "computed", 8, error);
  if (script.answer == LARDER_OK) return status;
  error->os_error = 5;
  std::strncpy(error->message, script.message, sizeof error->message - 1);
  return script.answer;
}

}  // namespace

TEST_CASE("a C function computes what is missing, once") {
  const TemporaryDirectory directory;
  const auto store = opened(directory);
  Script script;
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      larder_bytes* bytes = nullptr;
      const larder_status status = larder_store_get_or_compute(store.get(), "key", compute, &script, &bytes, nullptr);
      const BytesHandle owned(bytes);
      right += status == LARDER_OK && text_of(owned) == "computed" ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 8);
  CHECK(script.calls == 1);
}

TEST_CASE("what a C function that computes reports is the result, and nothing is kept") {
  const TemporaryDirectory directory;
  const auto store = opened(directory);
  Script script;
  script.answer = GENERATE(int{LARDER_CHECKSUM}, 7777, -1);
  script.message = "the oven is cold";
  larder_error error;
  larder_bytes* bytes = nullptr;
  CHECK(larder_store_get_or_compute(store.get(), "key", compute, &script, &bytes, &error) == script.answer);
  CHECK(error.status == script.answer);
  CHECK(error.os_error == 5);
  CHECK(std::string(error.message) == script.message);
  CHECK(bytes == nullptr);
  CHECK(larder_store_get_or_compute(store.get(), "key", compute, &script, &bytes, nullptr) == script.answer);
  CHECK(script.calls == 2);
  refused(LARDER_NOT_FOUND, larder_store_get, store.get(), "key", &bytes);
}

TEST_CASE("a callback that breaks the rules harms nobody") {
  const TemporaryDirectory directory;
  const auto store = opened(directory);
  Script script;
  larder_bytes* bytes = nullptr;
  SECTION("it finishes the writer") {
    script.act = Script::finish;
    refused(LARDER_USAGE, larder_store_get_or_compute, store.get(), "key", compute, static_cast<void*>(&script),
            &bytes);
  }
  SECTION("it frees the writer") {
    script.act = Script::free;
    const auto value =
        make<BytesHandle>(larder_store_get_or_compute, store.get(), "key", compute, static_cast<void*>(&script));
    CHECK(text_of(value) == "computed");
  }
  SECTION("it is C++ and runs out of memory") {
    script.act = Script::throw_bad_alloc;
    refused(LARDER_NO_MEMORY, larder_store_get_or_compute, store.get(), "key", compute, static_cast<void*>(&script),
            &bytes);
  }
  SECTION("it is C++ and throws what is no exception") {
    script.act = Script::throw_other;
    refused(LARDER_INTERNAL, larder_store_get_or_compute, store.get(), "key", compute, static_cast<void*>(&script),
            &bytes);
  }
  CHECK(bytes == nullptr);
}

TEST_CASE("URLs that name no store are refused in C") {
  larder_store* out = nullptr;
  CHECK(refused(LARDER_USAGE, larder_store_open, "gopher://host", &out).find("memory:") != std::string::npos);
  refused(LARDER_USAGE, larder_store_open, "memory:?nonsense=1", &out);
  CHECK(out == nullptr);
}
