// Values that are put, dropped, replaced and kept.
#include "store/conformance.h"

namespace larder::internal {

namespace {

void gives_back(const StoreUnderTest& subject) {
  const auto value = content(1000);
  const auto store = store_with(subject, one_key, value);
  expect_bytes(stored(subject, *store, one_key).bytes(), value, "a value of 1000 bytes");
}

void keeps_empty_values(const StoreUnderTest& subject) {
  const auto store = store_with(subject, one_key, {});
  expect_bytes(stored(subject, *store, one_key).bytes(), {}, "an empty value");
}

void takes_odd_pieces(const StoreUnderTest& subject) {
  const auto value = content(5 * 1024 * 1024 + 3);
  const auto store = subject.make();
  const auto writer = store->put(one_key);
  std::size_t piece = 1;
  for (std::size_t at = 0; at < value.size(); piece = piece * 3 + 1) {
    const std::size_t size = std::min(piece, value.size() - at);
    writer->write(Bytes(value).subspan(at, size));
    at += size;
  }
  expect(writer->position() == value.size(), "the writer is at ", writer->position(), " after ", value.size());
  writer->finish();
  expect_bytes(stored(subject, *store, one_key).bytes(), value, "a value of 5 MiB");
}

void appears_at_finish(const StoreUnderTest& subject) {
  const auto store = subject.make();
  const auto writer = store->put("k");
  expect_absent(*store, "k", "before a byte is written");
  writer->write(content(100'000));
  writer->flush();
  expect_absent(*store, "k", "before finish()");
  writer->finish();
  expect_value(*store, "k", content(100'000), "behind finish()");
}

void drop_leaves_nothing(const StoreUnderTest& subject) {
  const auto store = subject.make();
  {
    const auto writer = store->put("new");
    writer->write(content(100'000));
  }
  expect_absent(*store, "new", "after a writer was dropped");
  if (!store->capabilities().replaces) return;
  store->put("old", content(10, 1));
  {
    const auto writer = store->put("old");
    writer->write(content(100'000, 2));
    writer->flush();
  }
  expect_value(*store, "old", content(10, 1), "after a writer over it was dropped");
}

void failed_writer_leaves_nothing(const StoreUnderTest& subject) {
  const auto store = subject.make();
  const auto fail_half_way = [&](std::string_view key) {
    const auto writer = store->put(key);
    writer->write(content(100'000));
    throw std::runtime_error("half-way");
  };
  try {
    fail_half_way("k");
  } catch (const std::runtime_error&) {
    expect_absent(*store, "k", "after an exception");
  }
  store->put("k", content(10));
  expect_value(*store, "k", content(10), "put after an exception");
}

void finishes_once(const StoreUnderTest& subject) {
  const auto store = subject.make();
  const auto writer = store->put(one_key);
  writer->write(content(10));
  writer->finish();
  expect_error(ErrorKind::usage, "a write behind finish()", [&] { writer->write(content(10)); });
  expect_error(ErrorKind::usage, "a second finish()", [&] { writer->finish(); });
  expect_bytes(stored(subject, *store, one_key).bytes(), content(10), "the value");
}

void says_what_is_absent(const StoreUnderTest& subject) {
  const auto store = any_store(subject);
  expect(!store->find("absent"), "find of an absent key finds something");
  expect(!store->stat("absent"), "stat of an absent key finds something");
  expect(!store->exists("absent"), "exists says that an absent key is there");
  expect_error(ErrorKind::not_found, "get of an absent key", [&] { store->get("absent"); }, {"absent"});
  expect_error(ErrorKind::not_found, "read of an absent key", [&] { store->read("absent"); }, {"absent"});
}

void replaces(const StoreUnderTest& subject) {
  const auto store = subject.make();
  for (const std::size_t size : {100'000U, 10U, 0U, 70'000U}) {
    const auto value = content(size, 7);
    store->put("k", value);
    expect_value(*store, "k", value, join("replaced by ", size, " bytes"));
  }
}

void reader_keeps_old_value(const StoreUnderTest& subject) {
  const auto old = content(300'000, 1);
  const auto store = subject.make();
  store->put("k", old);
  const auto begun = store->get("k");
  std::vector<std::byte> first(1000);
  begun->read_exactly(first, "the first bytes");
  const auto untouched = store->get("k");
  store->put("k", content(300'000, 2));
  store->put("k", content(5, 3));
  auto rest = rest_of(*begun);
  first.insert(first.end(), rest.begin(), rest.end());
  expect_bytes(first, old, "a Reader that had begun before the value was replaced");
  expect_bytes(rest_of(*untouched), old, "a Reader that was there before the value was replaced");
  expect_value(*store, "k", content(5, 3), "the new value");
}

// Large, so that no store has all of it when the Reader is there.
void reader_gives_old_value_or_conflict(const StoreUnderTest& subject) {
  const auto old = content(3'000'000, 1);
  const auto store = subject.make();
  const auto expect_old = [&](Reader& reader, std::string_view what) {
    if (const auto rest = rest_of_old(*store, reader)) expect_bytes(*rest, old, what);
  };
  store->put("k", old);
  const auto replaced = store->get("k");
  store->put("k", content(3'000'000, 2));
  expect_old(*replaced, "a Reader of a value that was replaced");
  if (!store->capabilities().removes) return;
  store->put("k", old);
  const auto removed = store->get("k");
  store->remove("k");
  expect_old(*removed, "a Reader of a value that was removed");
}

void mapping_keeps_old_value(const StoreUnderTest& subject) {
  const auto old = content(300'000, 1);
  const auto store = subject.make();
  store->put("k", old);
  const Region mapped = store->read("k");
  expect(mapped.mapped(), "300,000 bytes are not mapped by a store that says that it can");
  store->put("k", content(300'000, 2));
  expect_bytes(mapped.bytes(), old, "a mapping after the value was replaced");
  if (store->capabilities().removes) store->remove("k");
  expect_bytes(mapped.bytes(), old, "a mapping after the value was removed");
}

void reader_outlives_remove(const StoreUnderTest& subject) {
  const auto value = content(300'000);
  const auto store = subject.make();
  store->put("k", value);
  const auto reader = store->get("k");
  expect(store->remove("k"), "remove says that there was no such key");
  expect_absent(*store, "k", "after remove");
  expect_bytes(rest_of(*reader), value, "a Reader after its key was removed");
}

void reader_outlives_store(const StoreUnderTest& subject) {
  const auto value = content(300'000);
  auto store = store_with(subject, one_key, value);
  const auto reader = store->get(one_key);
  store.reset();
  expect_bytes(rest_of(*reader), value, "a Reader after its store was closed");
}

}  // namespace

std::vector<StoreBehaviour> put_behaviours() {
  using Can = const Capabilities&;
  return {
      {"what is put is what is got", is_any, gives_back},
      {"a value can be empty", is_any, keeps_empty_values},
      {"a value of 5 MiB arrives in pieces of any size", can_write, takes_odd_pieces},
      {"a value appears only at finish", [](Can can) { return is_keeper(can) && can.discards; }, appears_at_finish},
      {"a dropped writer leaves no key, or the old value", [](Can can) { return is_keeper(can) && can.discards; },
       drop_leaves_nothing},
      {"an exception while writing leaves no key", [](Can can) { return is_keeper(can) && can.discards; },
       failed_writer_leaves_nothing},
      {"a writer finishes once", can_write, finishes_once},
      {"an absent key is nothing to find, and an error to get", can_read, says_what_is_absent},
      {"a value is replaced", [](Can can) { return is_keeper(can) && can.replaces; }, replaces},
      {"who reads the old value keeps it", [](Can can) { return is_keeper(can) && can.replaces && can.snapshots; },
       reader_keeps_old_value},
      {"who reads the old value gets that one, or a conflict", [](Can can) { return is_keeper(can) && can.replaces; },
       reader_gives_old_value_or_conflict},
      {"who maps the old value keeps it",
       [](Can can) { return is_keeper(can) && can.replaces && can.snapshots && can.mappable; },
       mapping_keeps_old_value},
      {"who reads a value that is removed keeps it",
       [](Can can) { return is_keeper(can) && can.removes && can.snapshots; }, reader_outlives_remove},
      {"a reader outlives its store", can_read, reader_outlives_store},
  };
}

}  // namespace larder::internal
