// Stores that put, remove, move and list what they should not.
#include <algorithm>
#include <mutex>
#include <set>
#include <thread>

#include <larder/error.h>

#include "tests/store/broken_stores.h"

namespace larder::testing {

namespace {

using Key = Patch::Key;

std::unique_ptr<Writer> ignore_condition(Store& below, Key key, PutOptions options) {
  std::this_thread::sleep_for(std::chrono::milliseconds(1));  // so that others get between a look and a put
  options.condition = Condition::always;
  options.etag.clear();
  return below.put(key, options);
}

// Whether the condition holds is asked when the Writer is made.
std::unique_ptr<Writer> decide_early(Store& below, Key key, const PutOptions& options) {
  const auto stat = below.stat(key);
  const bool holds = options.condition == Condition::always ||
                     (options.condition == Condition::absent ? !stat : stat && stat->etag == options.etag);
  return holds ? ignore_condition(below, key, options) : below.put(key, options);
}

// What was removed once cannot be put again.
Patch bury() {
  const auto graves = std::make_shared<std::set<std::string>>();
  return {.put =
              [graves](Store& below, Key key, const PutOptions& options) {
                return below.put(graves->contains(key) ? "grave/" + key : key, options);
              },
          .remove =
              [graves](Store& below, Key key) {
                graves->insert(key);
                return below.remove(key);
              }};
}

// A value is removed before the next one is put.
class RemovesFirst final : public WrappedWriter {
 public:
  RemovesFirst(Store& store, std::string key, std::unique_ptr<Writer> below)
      : WrappedWriter(std::move(below)), store_(store), key_(std::move(key)) {}

 private:
  void do_finish() override {
    store_.remove(key_);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    below().finish();
  }
  Store& store_;
  std::string key_;
};
std::unique_ptr<Writer> remove_first(Store& below, Key key, const PutOptions& options) {
  return std::make_unique<RemovesFirst>(below, key, below.put(key, options));
}

bool claim_to_remove(Store& below, Key key) {
  below.remove(key);
  return true;
}

void copy(Store& below, Key from, Key to) {
  const Region value = below.read(from);
  below.put(to, value.bytes());
}

bool copy_instead(Store& below, Key from, Key to) {
  if (!below.exists(from)) return false;
  copy(below, from, to);
  return true;
}

bool keep_what_stands_there(Store& below, Key from, Key to) {
  return below.exists(to) ? below.exists(from) : below.move(from, to);
}

bool claim_to_move(Store& below, Key from, Key to) {
  below.move(from, to);
  return true;
}

bool move_by_removing(Store& below, Key from, Key to) {
  if (!below.exists(from)) return false;
  const Region value = below.read(from);
  below.remove(from);
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  below.put(to, value.bytes());
  return true;
}

std::vector<Entry> all_of(Store& store, const ListOptions& options) { return store.list(options)->next(100'000); }

std::unique_ptr<Listing> list_nothing(const std::shared_ptr<Store>&, const ListOptions&) { return listing_of({}); }

std::unique_ptr<Listing> list_twice(const std::shared_ptr<Store>& below, const ListOptions& options) {
  auto entries = all_of(*below, options);
  if (!entries.empty()) entries.push_back(entries.front());
  return listing_of(std::move(entries));
}

// Takes the prefix for a directory.
std::unique_ptr<Listing> list_directory(const std::shared_ptr<Store>& below, ListOptions options) {
  if (!options.prefix.empty() && !options.prefix.ends_with('/')) options.prefix += '/';
  return below->list(options);
}

std::unique_ptr<Listing> list_without_details(const std::shared_ptr<Store>& below, ListOptions options) {
  options.details = false;
  return below->list(options);
}

std::unique_ptr<Listing> list_ghosts(const std::shared_ptr<Store>& below, const ListOptions& options) {
  auto entries = all_of(*below, options);
  entries.push_back({"ghost"});
  return listing_of(std::move(entries));
}

// Counts how many keys it gave, and gives those behind so many; as long as the store lives.
class ListingByNumber final : public Listing {
 public:
  ListingByNumber(std::weak_ptr<Store> store, ListOptions options)
      : store_(std::move(store)), options_(std::move(options)) {}

 private:
  std::vector<Entry> do_next(std::size_t most) override {
    const auto store = store_.lock();
    if (store == nullptr) throw Error(ErrorKind::io, "the store is closed");
    const auto entries = all_of(*store, options_);
    const std::size_t begin = std::min(given_, entries.size());
    const std::size_t end = std::min(begin + most, entries.size());
    given_ = end;
    return {entries.begin() + static_cast<std::ptrdiff_t>(begin), entries.begin() + static_cast<std::ptrdiff_t>(end)};
  }

  std::weak_ptr<Store> store_;
  ListOptions options_;
  std::size_t given_ = 0;
};
std::unique_ptr<Listing> list_by_number(const std::shared_ptr<Store>& below, const ListOptions& options) {
  return std::make_unique<ListingByNumber>(below, options);
}

std::unique_ptr<Writer> refuse_to_nest(Store& below, Key key, const PutOptions& options) {
  if (key.find('/') != std::string::npos && below.exists(key.substr(0, key.rfind('/'))))
    throw Error(ErrorKind::conflict, "another key is in the way");
  return below.put(key, options);
}

}  // namespace

std::vector<BrokenStore> stores_that_break_changes() {
  return {
      broken("ignores conditions",
             {"put_if_absent lets the first one win", "of 32 put_if_absent at once one wins",
              "put_if_match wants the etag of the present value",
              "a counter incremented by 16 threads with put_if_match loses nothing"},
             {.put = ignore_condition}),
      broken("decides conditions early", {"put_if_absent is decided at finish", "put_if_match is decided at finish"},
             {.put = decide_early}),
      broken_each("buries what is removed",
                  {"a removed key can be put again", "put_if_absent puts a key that was removed"}, bury),
      broken("removes before it puts",
             {"a key that is only replaced is never absent, and its readers keep what they have"},
             {.put = remove_first}),
      broken("says that it removed", {"remove takes one key, and tells whether it was there"},
             {.remove = claim_to_remove}),
      broken("copies instead of moving", {"move gives a value another key"}, {.move = copy_instead}),
      broken("does not move onto a key", {"move replaces what stands at the new key"},
             {.move = keep_what_stands_there}),
      broken("says that it moved", {"move of nothing changes nothing"}, {.move = claim_to_move}),
      broken("moves by removing first",
             {"a moved value keeps etag and metadata", "a value that is moved is never nowhere, and never twice"},
             {.move = move_by_removing}),
      broken("lists nothing", {"a key that is there is listed"}, {.list = list_nothing}),
      broken("lists a key twice", {"a listing has every key once, in pages of any size"}, {.list = list_twice}),
      broken("lists directories", {"a prefix is a text that keys begin with"}, {.list = list_directory}),
      broken("lists without details", {"a listing with details says what stat says"}, {.list = list_without_details}),
      broken("lists ghosts", {"an empty store lists nothing"}, {.list = list_ghosts}),
      broken("lists by number",
             {"a listing outlives its store", "what stays is listed exactly once while other keys come and go"},
             {.list = list_by_number}),
      broken("does not nest", {"a key can lie below another one"}, {.put = refuse_to_nest}),
      broken("nests, and says that it does not", {"a key below another one is a conflict, where keys do not nest"},
             {.can = [](Capabilities& can) { can.nests = false; }}),
  };
}

}  // namespace larder::testing
