// What is known about a value: its range, size, times, etag and metadata.
#include <algorithm>
#include <chrono>

#include "base/checksum.h"
#include "store/conformance.h"

namespace larder::internal {

namespace {

using Can = const Capabilities&;

bool can_remove(Can can) { return is_keeper(can) && can.removes; }
bool can_replace(Can can) { return is_keeper(can) && can.replaces; }
bool can_keep_metadata(Can can) { return is_keeper(can) && can.keeps_metadata; }

void keeps_similar_keys_apart(const StoreUnderTest& subject) {
  // Upper and lower case; one letter, and two that look the same (NFC, NFD); what some systems strip or decode.
  const std::vector<std::string> keys = {"case", "Case", "CASE",  "\xc3\xa9", "e\xcc\x81",
                                         "x",    "x ",   "x.",    "%78",      "A",
                                         "%41",  "a+b",  "a b\\", "a b",      "stra\xc3\x9f\x65"};
  const auto store = subject.make();
  for (const std::string& key : keys) store->put(key, as_bytes("the value of " + key));
  for (const std::string& key : keys)
    expect_value(*store, key, as_bytes("the value of " + key), join("the key ", internal::quoted(key)));
}

void gives_a_range(const StoreUnderTest& subject) {
  const auto value = content(200'000);
  struct Case {
    std::string_view what;
    ByteRange range;
  };
  for (const Case& one : {Case{"a range inside", {1000, 5}}, Case{"a range up to the end", {199'000, 1000}},
                          Case{"a range over the end", {199'999, 1000}}, Case{"a range without a size", {70'000}},
                          Case{"an empty range", {1000, 0}}, Case{"a range at the end", {200'000, 10}},
                          Case{"a range as long as numbers go", {1, UINT64_MAX}}}) {
    const auto store = store_with(subject, one_key, value);
    const std::size_t begin = static_cast<std::size_t>(one.range.offset);
    const std::size_t size = std::min<std::uint64_t>(one.range.size, value.size() - begin);
    const Bytes wanted = Bytes(value).subspan(begin, size);
    expect_bytes(rest_of(*store->get(one_key, {.range = one.range})), wanted, one.what);
    if (store->capabilities().many)
      expect_bytes(store->read(one_key, {.range = one.range}).bytes(), wanted, join(one.what, ", by read"));
  }
}

void refuses_a_range_behind_the_end(const StoreUnderTest& subject) {
  for (const std::uint64_t offset : {std::uint64_t{101}, std::uint64_t{UINT64_MAX}}) {
    const auto store = store_with(subject, one_key, content(100));
    expect_error(ErrorKind::usage, join("a range from byte ", offset, " of 100"), [&] {
      store->get(one_key, {.range = {offset, 1}});
    });
  }
}

void reader_goes_back(const StoreUnderTest& subject) {
  const auto value = content(200'000);
  const auto store = store_with(subject, one_key, value);
  const auto reader = store->get(one_key, {.range = {1000, 150'000}});
  const Bytes wanted = Bytes(value).subspan(1000, 150'000);
  const auto size = reader->size();
  expect(!size || *size == wanted.size(), "a Reader of ", wanted.size(), " bytes says ", size.value_or(0));
  expect_bytes(rest_of(*reader), wanted, "the first reading");
  if (!reader->can_seek()) return;
  for (const std::uint64_t position : {std::uint64_t{0}, std::uint64_t{149'999}, std::uint64_t{70'000}}) {
    reader->seek(position);
    expect_bytes(rest_of(*reader), wanted.subspan(static_cast<std::size_t>(position)), join("from byte ", position));
  }
}

void stat_tells(const StoreUnderTest& subject) {
  const auto store = store_with(subject, one_key, content(12'345));
  const auto stat = store->stat(one_key);
  expect(stat.has_value(), "stat finds nothing");
  expect(stat->size == 12'345 || (stat->size == unknown_size && !store->capabilities().many), "the size is ",
         stat->size, ", not 12345");
  expect(!stat->etag.empty(), "the etag is empty");
  const auto ago = std::chrono::system_clock::now() - stat->modified;
  expect(std::chrono::abs(ago) < std::chrono::minutes(10), "a value of this moment was put ",
         std::chrono::duration_cast<std::chrono::seconds>(ago).count(), " seconds ago");
}

void etag_differs(const StoreUnderTest& subject) {
  const auto store = subject.make();
  std::vector<std::string> seen;
  for (int i = 0; i < 20; ++i) {
    const std::string etag = store->put("k", as_bytes("the same")).etag;
    expect(std::find(seen.begin(), seen.end(), etag) == seen.end(), "put ", i, " of equal bytes has the etag ", etag,
           " of an earlier one");
    seen.push_back(etag);
  }
}

void etag_stays(const StoreUnderTest& subject) {
  const auto store = store_with(subject, one_key, content(10));
  const std::string first = store->stat(one_key)->etag;
  static_cast<void>(rest_of(*store->get(one_key)));
  const std::string second = store->stat(one_key)->etag;
  expect(first == second, "the etag was ", first, ", and is ", second, ", though nothing was put");
}

void found_stat_is_of_its_bytes(const StoreUnderTest& subject) {
  const auto old = content(100'000, 1);
  const auto store = subject.make();
  const Stat put = store->put("k", old);
  const auto found = store->find("k");
  expect(found.has_value(), "find finds nothing");
  if (store->capabilities().replaces) store->put("k", content(10, 2));
  expect(found->stat.size == old.size() && found->stat.etag == put.etag, "find gives the size ", found->stat.size,
         " and the etag ", found->stat.etag, ", put were ", old.size(), " and ", put.etag);
  if (found->stat.xxh3) expect(*found->stat.xxh3 == xxh3(old), "find gives a checksum that is not that of the bytes");
  if (const auto rest = rest_of_old(*store, *found->reader)) expect_bytes(*rest, old, "the Reader of find");
}

void published_is_known(const StoreUnderTest& subject) {
  const auto store = subject.make();
  const Stat stat = store->put(one_key, content(54'321));
  expect(stat.size == 54'321, "put says that ", stat.size, " bytes were put, not 54321");
  expect(!stat.etag.empty(), "put gives no etag");
  if (!store->capabilities().reads) return;
  const auto later = store->stat(one_key);
  expect(later.has_value(), "stat finds nothing");
  expect(stat.etag == later->etag, "put gives the etag ", stat.etag, ", stat ", later->etag);
  // S3 tells when it answered, not when it put.
  expect(std::chrono::abs(stat.modified - later->modified) <= std::chrono::seconds(2) && stat.xxh3 == later->xxh3,
         "put and stat give other times or checksums");
}

void keeps_metadata(const StoreUnderTest& subject) {
  const UserMetadata metadata = {
      {"model", "forest"}, {"a-b_c.1", ""}, {"text", "gr\xc3\xbc\xc3\x9f = 100 % & \"more\""}};
  const auto store = subject.make();
  store->put("k", content(10), {.metadata = metadata, .cost = 2.5});
  expect(store->stat("k")->metadata == metadata, "stat gives other metadata than was put");
  expect(store->find("k")->stat.metadata == metadata, "find gives other metadata than was put");
  expect(store->stat("k")->cost == 2.5, "stat gives another cost than was put");
  if (!store->capabilities().replaces) return;
  store->put("k", content(10));
  expect(store->stat("k")->metadata.empty(), "a value that was put without metadata has that of the one before");
}

void refuses_metadata(const StoreUnderTest& subject) {
  struct Case {
    std::string_view what;
    UserMetadata metadata;
  };
  const std::vector<Case> cases = {{"an empty name", {{"", "v"}}},
                                   {"a name with a capital", {{"Name", "v"}}},
                                   {"a name with a blank", {{"a b", "v"}}},
                                   {"a name with a line end", {{"a\r\nb", "v"}}},
                                   {"a value with a line end", {{"a", "v\r\nx-evil: 1"}}},
                                   {"a value with a NUL", {{"a", std::string("v\0w", 3)}}},
                                   {"a value that is not UTF-8", {{"a", "\xff"}}},
                                   {"2049 bytes", {{"a", std::string(2048, 'v')}}}};
  const auto store = subject.make();
  for (const Case& one : cases)
    expect_error(ErrorKind::usage, join("metadata with ", one.what),
                 [&] { store->put(one_key, content(10), {.metadata = one.metadata}); });
  if (!store->capabilities().reads) return;
  expect_absent(*store, one_key, "after metadata was refused");
  store->put(one_key, content(10), {.metadata = {{"a", std::string(2047, 'v')}}});
  expect(store->stat(one_key)->metadata.at("a").size() == 2047, "2048 bytes of metadata do not come back");
}

void knows_what_exists(const StoreUnderTest& subject) {
  const auto store = store_with(subject, one_key, {});
  expect(store->exists(one_key), "a key that is there does not exist");
  for (const std::string_view other : {"valu", "value2", "value/x", "Value"})
    expect(!store->exists(other), "the key ", other, " exists, and was never put");
}

void removes(const StoreUnderTest& subject) {
  const auto store = subject.make();
  store->put("a", content(10));
  store->put("b/c", content(20));
  expect(!store->remove("absent"), "remove of an absent key says that it was there");
  expect(!store->remove("b"), "remove of a part of a key says that it was there");
  expect(store->remove("a"), "remove of a key says that it was not there");
  expect_absent(*store, "a", "after remove");
  expect_value(*store, "b/c", content(20), "after another key was removed");
  expect(!store->remove("a"), "a second remove says that the key was there");
}

void puts_after_remove(const StoreUnderTest& subject) {
  const auto store = subject.make();
  for (unsigned i = 0; i < 3; ++i) {
    store->put("a/b/c", content(100, i));
    expect_value(*store, "a/b/c", content(100, i), join("put after ", i, " removals"));
    expect(store->remove("a/b/c"), "remove says that the key was not there");
  }
}

}  // namespace

std::vector<StoreBehaviour> value_behaviours() {
  return {
      {"no two keys share a value, however similar", is_keeper, keeps_similar_keys_apart},
      {"a range is what lies inside the value", can_read, gives_a_range},
      {"a range behind the end is refused", can_read, refuses_a_range_behind_the_end},
      {"a reader knows its size, and goes back where it can", can_read, reader_goes_back},
      {"stat tells size, etag and when a value was put", can_read, stat_tells},
      {"each put has an etag of its own", can_replace, etag_differs},
      {"an etag stays as long as the value", can_read, etag_stays},
      {"what find says belongs to the bytes it gives", is_keeper, found_stat_is_of_its_bytes},
      {"what put says is what stat says", can_write, published_is_known},
      {"metadata comes back with its value", can_keep_metadata, keeps_metadata},
      {"metadata that S3 could not keep is refused", can_keep_metadata, refuses_metadata},
      {"exists knows a key from its beginning and its parts", can_read, knows_what_exists},
      {"remove takes one key, and tells whether it was there", can_remove, removes},
      {"a removed key can be put again", can_remove, puts_after_remove},
  };
}

}  // namespace larder::internal
