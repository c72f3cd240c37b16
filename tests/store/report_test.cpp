// What a directory store tells of itself: the history, what was set aside, the census, verification.
#include <fcntl.h>

#include <fstream>
#include <thread>

#include <larder/local_store.h>
#include <larder/store_report.h>

#include "store/local/history.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"

namespace larder::testing {
namespace {

using State = Explanation::State;
using internal::Event;

const std::string call = "0123456789abcdef0123456789abcdef";

std::unique_ptr<Store> open(const TemporaryDirectory& root) { return local_store(root.path(), {.sync = Sync::none}); }

void append_to(const Path& path, const std::string& text) {
  std::ofstream(path, std::ios::app | std::ios::binary) << text;
}

TEST_CASE("a key that is gone is explained") {
  const TemporaryDirectory root;
  const auto store = open(root);
  store->put("a b/removed", as_bytes("1"));
  store->put("moved", as_bytes("2"));
  store->put("there", as_bytes("3"));
  CHECK(explain(*store, "there").state == State::present);
  CHECK(explain(*store, "there").stat->size == 1);
  store->remove("a b/removed");
  store->move("moved", "else where");
  const Explanation removed = explain(*store, "a b/removed");
  CHECK(removed.state == State::removed);
  REQUIRE(removed.when.has_value());
  CHECK(std::chrono::abs(std::chrono::system_clock::now() - *removed.when) < std::chrono::minutes(10));
  CHECK(explain(*store, "moved").state == State::removed);
  CHECK(explain(*store, "moved").details == "to else where");
  CHECK(explain(*store, "else where").state == State::present);
  CHECK(explain(*store, "a b").state == State::never_there);
  CHECK(explain(*store, "a b/removed/x").state == State::never_there);
  store->put("a b/removed", as_bytes("4"));
  CHECK(explain(*store, "a b/removed").state == State::present);
}

TEST_CASE("an evicted item is explained for each of its keys") {
  const TemporaryDirectory root;
  const auto store = open(root);
  const std::string key = "m/f/" + call + "/output.pkl";
  store->put(key, as_bytes("value"));
  store->put("plain", as_bytes("value"));
  store->put("plain.metadata.json", as_bytes("{}"));
  REQUIRE(evict(*store, {.items = 0}).size() == 2);
  for (const std::string& gone : {key, "m/f/" + call + "/metadata.json", std::string("plain")}) {
    INFO(gone);
    const Explanation explanation = explain(*store, gone);
    CHECK(explanation.state == State::evicted);
    CHECK(explanation.reason == EvictionReason::items);
  }
  CHECK_FALSE(store->exists("plain.metadata.json"));
}

TEST_CASE("a directory that is no store of larder knows nothing of its past") {
  const TemporaryDirectory root;
  const auto store = local_store(root.path(), {.read_only = true});
  CHECK(explain(*store, "k").state == State::unknown);
  CHECK(explain(*memory_store(), "k").state == State::unknown);
}

TEST_CASE("a line of the history that was cut short spoils no other one") {
  const TemporaryDirectory root;
  const auto store = open(root);
  for (const std::string key : {"a", "b"}) store->put(key, as_bytes("1"));
  store->remove("a");
  append_to(root / ".larder/history", "1700000000000000000 removed c");
  store->remove("b");
  CHECK(explain(*store, "a").state == State::removed);
  CHECK(explain(*store, "b").state == State::removed);
  CHECK(explain(*store, "c").state == State::never_there);
}

TEST_CASE("a history full of nonsense is passed over") {
  const TemporaryDirectory root;
  const auto store = open(root);
  store->put("a", as_bytes("1"));
  append_to(root / ".larder/history", std::string(300'000, 'x') +
                                          " .\n\n \n5 removed a .\nx removed a  .\n5 eaten a  .\n" +
                                          std::string("\0\0\0\n", 4) + "99999999999999999999 removed a  .\n");
  CHECK(store->records()->explain("b").state == State::never_there);
  store->remove("a");
  CHECK(explain(*store, "a").state == State::removed);
}

// A history of its own in a directory.
struct OwnHistory {
  explicit OwnHistory(const TemporaryDirectory& root, std::uint64_t most)
      : directories(internal::open_descriptor(root.path(), O_RDONLY | O_DIRECTORY), root.path().native()),
        history(directories, most) {}
  internal::Directories directories;
  internal::History history;
};

TEST_CASE("an old history is forgotten, and that is remembered") {
  const TemporaryDirectory root;
  OwnHistory own(root, 1000);
  const auto state = [&](int number) { return own.history.find("key " + std::to_string(number)).state; };
  int number = 0;
  while (!std::filesystem::exists(root / ".larder/history.1"))
    own.history.add(Event::removed, "key " + std::to_string(number++), "");
  CHECK(state(0) == State::removed);
  CHECK(state(number - 1) == State::removed);
  CHECK(state(number) == State::never_there);
  for (int i = 0; i < 200; ++i) own.history.add(Event::removed, "key " + std::to_string(number++), "");
  CHECK(state(number - 1) == State::removed);
  CHECK(state(0) == State::unknown);
  CHECK(state(number) == State::unknown);
  CHECK(std::filesystem::file_size(root / ".larder/history") + std::filesystem::file_size(root / ".larder/history.1") <
        3000);
}

TEST_CASE("many write one history at once, and no event is lost or torn") {
  const TemporaryDirectory root;
  constexpr int threads = 8, events = 200;
  OwnHistory own(root, 60'000);  // full once
  {
    std::vector<std::jthread> writers;
    for (int thread = 0; thread < threads; ++thread) {
      writers.emplace_back([&, thread] {
        OwnHistory mine(root, 60'000);
        for (int i = 0; i < events; ++i)
          mine.history.add(Event::damaged, "k" + std::to_string(thread) + "/" + std::to_string(i),
                           "a reason\nof two lines");
      });
    }
  }
  CHECK(std::filesystem::exists(root / ".larder/history.1"));
  int found = 0;
  for (int thread = 0; thread < threads; ++thread)
    for (int i = 0; i < events; i += 7)
      found +=
          own.history.find("k" + std::to_string(thread) + "/" + std::to_string(i)).details == "a reason\nof two lines";
  CHECK(found == threads * ((events + 6) / 7));
}

TEST_CASE("a value of the wrong length is set aside by any get, unless it is to stay") {
  const TemporaryDirectory root;
  const auto store = open(root);
  if (!store->capabilities().checksums) return;
  store->put("a/k", as_bytes("a value"));
  std::filesystem::resize_file(root / "a/k", 3);
  CHECK_ERROR(store->get("a/k", {.set_aside = false}), checksum);
  CHECK(std::filesystem::exists(root / "a/k"));
  CHECK_ERROR(store->get("a/k"), checksum);
  CHECK_FALSE(store->exists("a/k"));
  const auto aside = store->records()->set_aside_values();
  REQUIRE(aside.size() == 1);
  CHECK(aside[0].key == "a/k");
  CHECK(aside[0].size == 3);
  const Explanation explanation = explain(*store, "a/k");
  CHECK(explanation.state == State::damaged);
  CHECK(explanation.details == aside[0].why + "; set aside as " + aside[0].name);
  store->records()->discard(aside[0].name);
  CHECK_ERROR(store->records()->discard(aside[0].name), not_found);
  for (const std::string name : {"", ".", "..", "d-/../../a", "../tmp"})
    CHECK_ERROR(store->records()->discard(name), not_found);
}

TEST_CASE("verify tells intact values from those without checksum, and from damaged ones") {
  const TemporaryDirectory root;
  const auto store = open(root);
  if (!store->capabilities().checksums) {
    CHECK_ERROR(verify(*store, "", Damaged::leave, [](const Verified&) {}), unsupported);
    return;
  }
  store->put("intact", as_bytes("value"));
  store->put("damaged", as_bytes("value"));
  store->put("short", as_bytes("value"));
  append_to(root / "foreign", "put by another tool");
  std::fstream(root / "damaged", std::ios::in | std::ios::out) << "V";
  std::filesystem::resize_file(root / "short", 2);
  std::map<std::string, Verified::State> states;
  const auto hear = [&](const Verified& verified) { states[verified.key] = verified.state; };
  CHECK(verify(*store, "", Damaged::leave, hear) == 2);
  using VerifiedState = Verified::State;
  CHECK(states == std::map<std::string, VerifiedState>{{"intact", VerifiedState::intact},
                                                       {"damaged", VerifiedState::damaged},
                                                       {"short", VerifiedState::damaged},
                                                       {"foreign", VerifiedState::without_checksum}});
  CHECK(store->records()->set_aside_values().empty());
  CHECK(verify(*store, "", Damaged::set_aside, hear) == 2);
  CHECK(store->records()->set_aside_values().size() == 2);
  CHECK(verify(*store, "", Damaged::leave, hear) == 0);
}

TEST_CASE("the census counts keys, items and bytes, and what else lies there") {
  const TemporaryDirectory root;
  const auto store = open(root);
  store->put("m/f/" + call + "/output.pkl", as_bytes("12345"));
  store->put("m/f/" + call + "/metadata.json", as_bytes("{}"));
  store->put("m/f/func_code.py", as_bytes("# code"));
  store->put("other", as_bytes("123"));
  store->put("other.metadata.json", as_bytes("{}"));
  std::filesystem::create_directory(root / "foreign");
  append_to(root / "foreign/value", "1234");
  std::filesystem::create_symlink("other", root / "link");
  store->put("bad", as_bytes("12"));
  REQUIRE(store->set_aside("bad", store->stat("bad")->etag, "no good"));
  const Census census = take_census(*store);
  CHECK(census.keys == 6);
  CHECK(census.items == 3);
  CHECK(census.bytes == 22);
  CHECK(census.foreign == 1);
  CHECK(census.set_aside == 1);
  CHECK(census.set_aside_bytes == 2);
  CHECK(census.bytes_by_prefix.at("m") == 13);
  CHECK(census.bytes_by_prefix.at("foreign") == 4);
  if (store->capabilities().checksums) CHECK(census.without_checksum == 1);
  REQUIRE(census.least_recent.has_value());
  CHECK(*census.least_recent <= *census.most_recent);
  CHECK(take_census(*memory_store()).keys == 0);
}

}  // namespace
}  // namespace larder::testing
