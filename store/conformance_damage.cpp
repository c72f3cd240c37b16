// Accesses, verification, and what happens to damaged values.
#include <algorithm>
#include <chrono>
#include <thread>

#include <larder/store_report.h>

#include "store/conformance.h"

namespace larder::internal {

namespace {

using Can = const Capabilities&;

bool can_verify(Can can) { return is_keeper(can) && can.checksums; }
bool can_set_aside(Can can) { return is_keeper(can) && can.sets_aside; }

StoreTime accessed(Store& store, std::string_view key) {
  const auto stat = store.stat(key);
  expect(stat && stat->accessed, "stat does not say when ", key, " was accessed");
  return *stat->accessed;
}

void keeps_accesses(const StoreUnderTest& subject) {
  const auto store = subject.make();
  for (const std::string key : {"a", "b", "c"}) store->put(key, content(10));
  expect(accessed(*store, "a") <= accessed(*store, "b") && accessed(*store, "b") <= accessed(*store, "c"),
         "a put before b and c counts as accessed after them");
  expect(store->touch("a"), "touch says that there is no such key");
  expect(accessed(*store, "a") > accessed(*store, "c"), "a touched key is not the last that was accessed");
  expect(!store->touch("absent"), "touch of an absent key says that it is there");
  expect(!store->exists("absent"), "touch made a key");
}

void reads_without_access(const StoreUnderTest& subject) {
  const auto store = subject.make();
  store->put("a", content(10));
  store->put("b", content(10));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // more than a tick of a file system's clock
  static_cast<void>(rest_of(*store->get("a", {.touch = false})));
  static_cast<void>(store->stat("a"));
  expect(accessed(*store, "a") <= accessed(*store, "b"), "a get that is no access counts as one");
}

void verifies_what_is_fine(const StoreUnderTest& subject) {
  const auto store = subject.make();
  for (const std::size_t size : {0U, 1U, 4096U, 300'000U}) {
    const auto value = content(size);
    store->put("k", value);
    expect_bytes(rest_of(*store->get("k", {.verify = true})), value, join("a verified value of ", size, " bytes"));
    expect_bytes(store->read("k", {.verify = true}).bytes(), value, join("a verified read of ", size, " bytes"));
  }
  const auto value = content(300'000);
  expect_bytes(rest_of(*store->get("k", {.range = {1000, 70'000}, .verify = true})), Bytes(value).subspan(1000, 70'000),
               "a range of a verified value");
}

// A store with a damaged value, where the subject can damage one.
std::unique_ptr<Store> damaged_store(const StoreUnderTest& subject, const std::string& key) {
  auto store = subject.make();
  store->put(key, content(100'000, 1));
  store->put("fine", content(100, 2));
  subject.damage(*store, key);
  return store;
}

void finds_damage(const StoreUnderTest& subject) {
  if (!subject.damage) return;
  const auto store = damaged_store(subject, "a/damaged");
  expect_error(ErrorKind::checksum, "a verified get of a damaged value",
               [&] { store->get("a/damaged", {.verify = true}); }, {"a/damaged"});
  if (store->capabilities().sets_aside) expect_absent(*store, "a/damaged", "after damage was found");
  store->put("a/damaged", content(10, 3));
  expect_bytes(rest_of(*store->get("a/damaged", {.verify = true})), content(10, 3), "put after damage was found");
  expect_bytes(rest_of(*store->get("fine", {.verify = true})), content(100, 2), "another value");
}

void leaves_damage_where_told(const StoreUnderTest& subject) {
  if (!subject.damage) return;
  const auto store = damaged_store(subject, "k");
  const GetOptions options{.verify = true, .set_aside = false};
  for (int i = 0; i < 2; ++i)
    expect_error(ErrorKind::checksum, "a verified get of a damaged value", [&] { store->get("k", options); }, {"k"});
  expect(store->exists("k"), "a damaged value is gone, though it was to be left");
}

void looks_for_damage_on_request_only(const StoreUnderTest& subject) {
  if (!subject.damage) return;
  const auto store = damaged_store(subject, "k");
  const auto bytes = rest_of(*store->get("k"));
  expect(bytes.size() == 100'000, "a get of a damaged value that is not verified gives ", bytes.size(), " bytes");
  expect(bytes != content(100'000, 1), "StoreUnderTest::damage damages nothing");
}

void verify_reports(const StoreUnderTest& subject) {
  if (!subject.damage) return;
  const auto store = damaged_store(subject, "k");
  std::vector<Verified> heard;
  const auto hear = [&](const Verified& verified) { heard.push_back(verified); };
  expect(verify(*store, "", Damaged::leave, hear) == 1 && heard.size() == 2,
         "verify of two values, one of them damaged, reports ", heard.size());
  for (const Verified& verified : heard) {
    const bool is_fine = verified.state == Verified::State::intact;
    expect(is_fine == (verified.key == "fine") && is_fine == verified.why.empty(), "verify says of ", verified.key,
           ": ", verified.why.empty() ? "intact" : verified.why);
  }
  expect(verify(*store, "f", Damaged::leave, hear) == 0, "verify of a prefix reports what does not begin with it");
  expect(store->exists("k"), "verify removed a damaged value, though it was to be left");
  expect(verify(*store, "k", Damaged::set_aside, hear) == 1, "verify does not find the damage again");
  if (store->capabilities().sets_aside)
    expect(!store->exists("k"), "verify did not set the damaged value aside");
  else
    store->remove("k");
  expect(verify(*store, "", Damaged::leave, hear) == 0, "verify finds damage where there is none");
}

void sets_aside(const StoreUnderTest& subject) {
  const auto store = subject.make();
  const std::string old = store->put("k", content(10, 1)).etag;
  const Stat stat = store->put("k", content(20, 2));
  expect(!store->set_aside("k", old, "why"), "set_aside takes a value that was put meanwhile");
  expect(!store->set_aside("absent", old, "why"), "set_aside of an absent key says that it was there");
  expect_value(*store, "k", content(20, 2), "after set_aside of the value before");
  expect(store->set_aside("k", stat.etag, "it was no good"), "set_aside says that another value is there");
  expect_absent(*store, "k", "after set_aside");
}

void lists_what_was_set_aside(const StoreUnderTest& subject) {
  const auto store = subject.make();
  const Stat stat = store->put("a b/k", content(20, 2));
  store->set_aside("a b/k", stat.etag, "it was no good");
  StoreRecords* const records = store->records();
  expect(records != nullptr, "a store that sets values aside has no records of them");
  const auto kept = records->set_aside_values();
  expect(kept.size() == 1, kept.size(), " values were set aside, not 1");
  expect(kept[0].key == "a b/k" && kept[0].size == 20 && kept[0].why.find("no good") != std::string::npos,
         "what is kept of a value that was set aside is ", internal::quoted(kept[0].key), ", ", kept[0].size,
         " bytes, ", internal::quoted(kept[0].why));
  const Explanation explanation = explain(*store, "a b/k");
  expect(explanation.state == Explanation::State::damaged, "a value that was set aside is not explained as damaged");
  expect_error(ErrorKind::not_found, "discard of another name", [&] { records->discard("../a b"); });
  records->discard(kept[0].name);
  expect(records->set_aside_values().empty(), "a value that was set aside is still there after discard");
}

}  // namespace

std::vector<StoreBehaviour> damage_behaviours() {
  return {
      {"the key touched last is the one accessed last", [](Can can) { return is_keeper(can) && can.touches; },
       keeps_accesses},
      {"a get without touch is no access", [](Can can) { return is_keeper(can) && can.touches; }, reads_without_access},
      {"a value that is as it was put passes verification", can_verify, verifies_what_is_fine},
      {"a damaged value is refused when verified, and can be put again", can_verify, finds_damage},
      {"a damaged value stays where that is asked for", can_verify, leaves_damage_where_told},
      {"damage is looked for on request only", can_verify, looks_for_damage_on_request_only},
      {"verify names what is damaged, and nothing else",
       [](Can can) { return can_verify(can) && can.lists && (can.sets_aside || can.removes); }, verify_reports},
      {"set_aside takes the value it means and no other", [](Can can) { return can_set_aside(can) && can.replaces; },
       sets_aside},
      {"a value that was set aside is kept with the reason", can_set_aside, lists_what_was_set_aside},
  };
}

}  // namespace larder::internal
