// Listing keys, all of them and by prefix.
#include <algorithm>
#include <map>
#include <set>

#include "store/conformance.h"

namespace larder::internal {

namespace {

using Can = const Capabilities&;

bool can_list(Can can) { return is_keeper(can) && can.lists; }
bool can_list_while_changing(Can can) { return can_list(can) && can.removes && can.replaces; }

// All that a listing gives, each key once, in pages of at most `most`.
std::set<std::string> keys_of(Listing& listing, std::size_t most) {
  std::set<std::string> keys;
  for (auto page = listing.next(most); !page.empty(); page = listing.next(most)) {
    expect(page.size() <= most, "a page of at most ", most, " has ", page.size(), " keys");
    for (const Entry& entry : page)
      expect(keys.insert(entry.key).second, "the key ", internal::quoted(entry.key), " is listed twice");
  }
  return keys;
}

std::set<std::string> keys_of(Store& store, const std::string& prefix) {
  return keys_of(*store.list({.prefix = prefix}), 1000);
}

std::string shown(const std::set<std::string>& keys) {
  std::string text;
  for (const std::string& key : keys) text += join(text.empty() ? "" : ", ", internal::quoted(key));
  return text.empty() ? "nothing" : text;
}

void expect_keys(const std::set<std::string>& found, const std::set<std::string>& wanted, std::string_view what) {
  expect(found == wanted, what, " gives ", shown(found), ", not ", shown(wanted));
}

const std::set<std::string>& some_keys() {
  static const std::set<std::string> keys = {
      "a",  "ab",  "b/c", "b/cd", "b/c.d", "b/d/e/f", "b/d/g", "models/x/1", "models/y",  "%",        "z z",
      "b-", "c/0", "c/1", "c/2",  "c/3/4", "c/3/5",   "c/33",  "d/d/d",      "e/.hidden", "f/larder", "g/\xc3\xa9"};
  return keys;
}

std::unique_ptr<Store> store_of_some_keys(const StoreUnderTest& subject) {
  auto store = subject.make();
  for (const std::string& key : some_keys()) store->put(key, as_bytes(key));
  return store;
}

void lists_what_is_there(const StoreUnderTest& subject) {
  const auto store = store_with(subject, one_key, content(10));
  expect_keys(keys_of(*store, ""), {std::string(one_key)}, "a listing of a store of one key");
  expect_keys(keys_of(*store, "va"), {std::string(one_key)}, "a listing by the key's beginning");
  expect_keys(keys_of(*store, "value/"), {}, "a listing by more than the key");
  expect_keys(keys_of(*store, "x"), {}, "a listing by another prefix");
}

void lists_all_in_any_pages(const StoreUnderTest& subject) {
  const auto store = store_of_some_keys(subject);
  for (const std::size_t most : {std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
    const auto listing = store->list();
    expect_keys(keys_of(*listing, most), some_keys(), join("a listing in pages of ", most));
    expect(listing->next(most).empty(), "behind the end of a listing there are more keys");
  }
}

void lists_by_prefix(const StoreUnderTest& subject) {
  const auto store = store_of_some_keys(subject);
  for (const std::string prefix : {"a", "b", "b/", "b/c", "b/c.", "b/d", "b/d/", "b/d/e", "c/3", "c/3/", "models/x/1",
                                   "models/x/1/", "absent", "absent/x", "%", "z ", "g/\xc3\xa9"}) {
    std::set<std::string> wanted;
    for (const std::string& key : some_keys())
      if (key.starts_with(prefix)) wanted.insert(key);
    expect_keys(keys_of(*store, prefix), wanted, join("a listing of ", internal::quoted(prefix)));
  }
}

void refuses_what_is_no_prefix(const StoreUnderTest& subject) {
  const auto store = any_store(subject);
  for (const std::string prefix : {"/", "a//", "../", "a/../b", "a\nb", "\xff"})
    expect_error(ErrorKind::usage, join("a listing of ", internal::quoted(prefix)),
                 [&] { store->list({.prefix = prefix}); });
  expect_error(ErrorKind::usage, "a page of 0 keys", [&] { store->list()->next(0); });
}

void lists_details(const StoreUnderTest& subject) {
  const auto store = store_of_some_keys(subject);
  const auto listing = store->list({.details = true});
  for (const Entry& entry : listing->next()) {
    const auto stat = store->stat(entry.key);
    expect(entry.stat.has_value(), "a listing with details has none of ", internal::quoted(entry.key));
    expect(stat && entry.stat->size == stat->size && entry.stat->etag == stat->etag && entry.stat->xxh3 == stat->xxh3 &&
               entry.stat->metadata == stat->metadata,
           "a listing says something else of ", internal::quoted(entry.key), " than stat");
  }
}

void lists_nothing(const StoreUnderTest& subject) {
  const auto store = subject.make();
  expect_keys(keys_of(*store, ""), {}, "a listing of an empty store");
  store->put("a/b/c", content(10));
  if (store->capabilities().removes) {
    store->remove("a/b/c");
    expect_keys(keys_of(*store, ""), {}, "a listing after the only key was removed");
  }
}

void listing_outlives_store(const StoreUnderTest& subject) {
  auto store = store_of_some_keys(subject);
  const auto listing = store->list();
  std::set<std::string> keys;
  for (const Entry& entry : listing->next(5)) keys.insert(entry.key);
  store.reset();
  for (const std::string& key : keys_of(*listing, 5))
    expect(keys.insert(key).second, "the key ", internal::quoted(key), " is listed twice");
  expect_keys(keys, some_keys(), "a listing whose store was closed");
}

// Each of them is listed once, in small pages; `meanwhile` is called behind the tenth.
void expect_each_once(Store& store, const std::set<std::string>& staying, const std::function<void()>& meanwhile) {
  std::map<std::string, unsigned> seen;
  const auto listing = store.list();
  int pages = 0;
  for (auto page = listing->next(3); !page.empty(); page = listing->next(3)) {
    for (const Entry& entry : page) ++seen[entry.key];
    if (++pages == 10) meanwhile();
  }
  for (const std::string& key : staying)
    expect(seen[key] == 1, "while others came and went, the key ", internal::quoted(key), " was listed ", seen[key],
           " times");
}

void lists_what_stays_once(const StoreUnderTest& subject) {
  const auto store = subject.make();
  std::set<std::string> staying;
  for (unsigned i = 0; i < 150; ++i) staying.insert(join("d", i % 5, "/stays-", i));
  for (const std::string& key : staying) store->put(key, as_bytes(key));
  expect_each_once(*store, staying, [&] { store->put("a/comes", content(10)); });
  expect_each_once(*store, staying, [&] { store->remove("a/comes"); });
  std::atomic<bool> ended = false;
  at_once(2, [&](unsigned thread) {
    if (thread == 0) {
      const SetAtEnd set(ended);
      for (unsigned round = 0; round < 5; ++round) expect_each_once(*store, staying, [] {});
      return;
    }
    for (unsigned i = 0; !ended; ++i) {
      store->put(join("d", i % 5, "/comes-", i % 300), content(10));
      store->remove(join("d", i % 5, "/comes-", (i + 150) % 300));
    }
  });
}

void nests(const StoreUnderTest& subject) {
  const auto store = subject.make();
  store->put("a", content(10, 1));
  store->put("a/b", content(10, 2));
  store->put("c/d", content(10, 3));
  store->put("c", content(10, 4));
  expect_value(*store, "a", content(10, 1), "a, beside a/b");
  expect_value(*store, "a/b", content(10, 2), "a/b, beside a");
  expect_value(*store, "c/d", content(10, 3), "c/d, beside c");
  expect_value(*store, "c", content(10, 4), "c, beside c/d");
}

void does_not_nest(const StoreUnderTest& subject) {
  const auto store = subject.make();
  const auto put = [&](const std::string& key) { store->put(key, content(10, 2)); };
  store->put("a", content(10, 1));
  store->put("c/d", content(10, 3));
  expect_error(ErrorKind::conflict, "a put of a/b beside a", [&] { put("a/b"); }, {"a"});
  expect_error(ErrorKind::conflict, "a put of a/b/c beside a", [&] { put("a/b/c"); }, {"a"});
  expect_error(ErrorKind::conflict, "a put of c beside c/d", [&] { put("c"); }, {"c"});
  expect_absent(*store, "a/b", "in a store that does not nest");
  expect_absent(*store, "c", "in a store that does not nest");
  expect_value(*store, "a", content(10, 1), "a, after a put of a/b");
  expect_value(*store, "c/d", content(10, 3), "c/d, after a put of c");
}

}  // namespace

std::vector<StoreBehaviour> listing_behaviours() {
  return {
      {"a key that is there is listed", [](Can can) { return can.reads && can.lists; }, lists_what_is_there},
      {"a listing has every key once, in pages of any size", can_list, lists_all_in_any_pages},
      {"a prefix is a text that keys begin with", can_list, lists_by_prefix},
      {"what no key begins with is refused as a prefix", [](Can can) { return can.lists; }, refuses_what_is_no_prefix},
      {"a listing with details says what stat says", can_list, lists_details},
      {"an empty store lists nothing", can_list, lists_nothing},
      {"a listing outlives its store", can_list, listing_outlives_store},
      {"what stays is listed exactly once while other keys come and go", can_list_while_changing,
       lists_what_stays_once},
      {"a key can lie below another one", [](Can can) { return is_keeper(can) && can.nests; }, nests},
      {"a key below another one is a conflict, where keys do not nest",
       [](Can can) { return is_keeper(can) && !can.nests; }, does_not_nest},
  };
}

}  // namespace larder::internal
