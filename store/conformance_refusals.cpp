// What a store cannot do it refuses, and it says which store and which key it speaks of.
#include "store/conformance.h"

namespace larder::internal {

namespace {

using Can = const Capabilities&;

void messages_name_store_and_key(const StoreUnderTest& subject) {
  const auto store = any_store(subject);
  const std::string name = store->name();
  expect(!name.empty(), "the store has no name");
  expect_error(ErrorKind::not_found, "get of an absent key", [&] { store->get("absent/key"); }, {name, "absent/key"});
  expect_error(ErrorKind::usage, "get of what is no key", [&] { store->get("a//b"); }, {"a//b"});
  const auto held = store_with(subject, one_key, content(10));
  expect_error(ErrorKind::usage, "a range behind the end",
               [&] {
                 held->get(one_key, {.range = {11, 1}});
               },
               {held->name()});
}

void readers_and_writers_have_names(const StoreUnderTest& subject) {
  const auto store = subject.make();
  const auto writer = store->put("a/key");
  expect(writer->name().find("a/key") != std::string::npos, "the Writer of a/key calls itself ", writer->name());
  writer->finish();
  const std::string reader = store->get("a/key")->name();
  expect(reader.find("a/key") != std::string::npos, "the Reader of a/key calls itself ", reader);
}

void refuses_what_it_cannot(const StoreUnderTest& subject) {
  const auto store = any_store(subject);
  const Capabilities& can = store->capabilities();
  const auto refused = [&](bool possible, std::string_view what, const std::function<void()>& work) {
    if (!possible) expect_error(ErrorKind::unsupported, join(what, ", which the store cannot"), work);
  };
  const std::string key(one_key);
  refused(can.reads, "find", [&] { store->find(key); });
  refused(can.reads, "get", [&] { store->get(key); });
  refused(can.reads, "read", [&] { store->read(key); });
  refused(can.reads, "stat", [&] { store->stat(key); });
  refused(can.reads, "exists", [&] { store->exists(key); });
  refused(can.writes, "put", [&] { store->put(key); });
  refused(can.writes, "put of bytes", [&] { store->put(key, content(10)); });
  refused(can.removes, "remove", [&] { store->remove(key); });
  refused(can.removes && can.reads && can.writes, "move", [&] { store->move(key, "other"); });
  refused(can.lists, "list", [&] { store->list(); });
  refused(can.puts_if_absent && can.writes, "put_if_absent", [&] { store->put_if_absent(key); });
  refused(can.puts_if_match && can.writes, "put_if_match", [&] { store->put_if_match(key, "etag"); });
  refused(can.touches, "touch", [&] { store->touch(key); });
  refused(can.keeps_metadata && can.writes, "put with metadata", [&] { store->put(key, {.metadata = {{"a", "b"}}}); });
  refused(can.checksums && can.reads, "get with verification", [&] { store->get(key, {.verify = true}); });
  refused(can.sets_aside, "set_aside", [&] { store->set_aside(key, "etag", "why"); });
  refused(can.reads && can.writes, "get_or_compute", [&] { store->get_or_compute("absent", [](Writer&) {}); });
}

void refuses_what_makes_no_sense(const StoreUnderTest& subject) {
  const auto store = subject.make();
  const auto refused = [&](std::string_view what, const PutOptions& options) {
    expect_error(ErrorKind::usage, what, [&] { store->put("k", options); });
  };
  refused("an etag without Condition::match", {.etag = "e"});
  refused("a negative cost", {.cost = -1.0});
  refused("a cost that is no number", {.cost = std::numeric_limits<double>::quiet_NaN()});
  if (store->capabilities().puts_if_match) refused("Condition::match without an etag", {.condition = Condition::match});
}

}  // namespace

std::vector<StoreBehaviour> refusal_behaviours() {
  return {
      {"an error names its store and its key", can_read, messages_name_store_and_key},
      {"readers and writers are called by their key", is_keeper, readers_and_writers_have_names},
      {"what a store cannot do it refuses", is_any, refuses_what_it_cannot},
      {"put options that make no sense are refused", is_keeper, refuses_what_makes_no_sense},
  };
}

}  // namespace larder::internal
