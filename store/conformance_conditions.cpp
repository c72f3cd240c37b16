// Puts that depend on what is there, and moves.
#include <atomic>
#include <charconv>
#include <thread>

#include "store/conformance.h"

namespace larder::internal {

namespace {

using Can = const Capabilities&;

bool can_put_if_absent(Can can) { return is_keeper(can) && can.puts_if_absent; }
bool can_put_if_match(Can can) { return is_keeper(can) && can.puts_if_match && can.replaces; }
bool can_move(Can can) { return is_keeper(can) && can.removes; }
bool can_rename(Can can) { return can_move(can) && can.renames_atomically; }

void first_wins(const StoreUnderTest& subject) {
  const auto store = subject.make();
  expect(store->put_if_absent("k", content(10, 1)).has_value(), "put_if_absent of an absent key puts nothing");
  expect(!store->put_if_absent("k", content(10, 2)), "put_if_absent puts over a key that is there");
  const auto late = store->put_if_absent("k");
  late->write(content(10, 3));
  expect_error(ErrorKind::conflict, "finish() of put_if_absent over a key that is there", [&] { late->finish(); });
  expect_value(*store, "k", content(10, 1), "after two more put_if_absent");
}

void one_of_many_wins(const StoreUnderTest& subject) {
  const auto store = subject.make();
  std::atomic<int> winners = 0;
  std::atomic<unsigned> winner = 0;
  at_once(32, [&](unsigned thread) {
    if (!store->put_if_absent("k", content(5000, thread))) return;
    ++winners;
    winner = thread;
  });
  expect(winners == 1, winners.load(), " of 32 put_if_absent at once put their value, not 1");
  expect_value(*store, "k", content(5000, winner), "the winner's value");
}

void absent_again(const StoreUnderTest& subject) {
  const auto store = subject.make();
  store->put("k", content(10, 1));
  store->remove("k");
  expect(store->put_if_absent("k", content(10, 2)).has_value(), "put_if_absent of a removed key puts nothing");
  expect_value(*store, "k", content(10, 2), "after it");
}

void matches_etag(const StoreUnderTest& subject) {
  const auto store = subject.make();
  const std::string first = store->put("k", content(10, 1)).etag;
  const auto second = store->put_if_match("k", first, content(10, 2));
  expect(second.has_value(), "put_if_match with the etag of the value puts nothing");
  expect(!store->put_if_match("k", first, content(10, 3)), "put_if_match with the etag of a replaced value puts");
  expect(!store->put_if_match("k", "no such etag", content(10, 3)), "put_if_match with a foreign etag puts");
  expect(!store->put_if_match("absent", first, content(10, 3)), "put_if_match of an absent key puts");
  expect_value(*store, "k", content(10, 2), "after put_if_match with etags that do not match");
  expect_absent(*store, "absent", "after put_if_match");
  if (!store->capabilities().removes) return;
  store->remove("k");
  expect(!store->put_if_match("k", second->etag, content(10, 3)), "put_if_match of a removed key puts");
}

std::uint64_t number_in(Bytes text) {
  std::uint64_t number = 0;
  const std::string_view digits = as_text(text);
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

void counter_loses_nothing(const StoreUnderTest& subject) {
  constexpr unsigned threads = 16;
  constexpr unsigned increments = 8;
  const auto store = subject.make();
  store->put("counter", as_bytes("0"));
  at_once(threads, [&](unsigned) {
    // A refusal means that another thread has put: there cannot be more of them than there are increments.
    for (unsigned done = 0, refused = 0; done < increments;) {
      expect(refused < threads * increments, "put_if_match was refused ", refused,
             " times: more often than others put");
      const auto found = store->find("counter");
      expect(found.has_value(), "a key that is only replaced is absent");
      const std::string next = std::to_string(number_in(rest_of(*found->reader)) + 1);
      if (store->put_if_match("counter", found->stat.etag, as_bytes(next)))
        ++done;
      else
        ++refused;
    }
  });
  const std::uint64_t count = number_in(store->read("counter").bytes());
  expect(count == threads * increments, "a counter that was incremented ", threads * increments, " times is at ",
         count);
}

void absence_is_decided_at_finish(const StoreUnderTest& subject) {
  const auto store = subject.make();
  const auto early = store->put_if_absent("k");
  early->write(content(10, 1));
  store->put("k", content(10, 2));
  expect_error(ErrorKind::conflict, "put_if_absent of a key that was put meanwhile", [&] { early->finish(); });
  expect_value(*store, "k", content(10, 2), "after it");
  if (!store->capabilities().removes) return;
  const auto late = store->put_if_absent("k");
  late->write(content(10, 3));
  store->remove("k");
  late->finish();
  expect_value(*store, "k", content(10, 3), "put_if_absent of a key that was removed meanwhile");
}

void match_is_decided_at_finish(const StoreUnderTest& subject) {
  const auto store = subject.make();
  const std::string etag = store->put("k", content(10, 1)).etag;
  const auto writer = store->put_if_match("k", etag);
  writer->write(content(10, 2));
  store->put("k", content(10, 3));
  expect_error(ErrorKind::conflict, "put_if_match of a key that was put meanwhile", [&] { writer->finish(); });
  expect_value(*store, "k", content(10, 3), "after it");
}

void moves(const StoreUnderTest& subject) {
  const auto store = subject.make();
  const auto value = content(100'000, 1);
  store->put("a/from", value);
  store->put("a/other", content(10, 2));
  const auto reader = store->get("a/from");
  expect(store->move("a/from", "b/c/to"), "move says that there is no such key");
  expect_absent(*store, "a/from", "after move, under the old key");
  expect_value(*store, "b/c/to", value, "after move, under the new key");
  expect_value(*store, "a/other", content(10, 2), "after move, under another key");
  if (const auto rest = rest_of_old(*store, *reader)) expect_bytes(*rest, value, "a Reader from before the move");
}

void move_replaces(const StoreUnderTest& subject) {
  const auto store = subject.make();
  store->put("from", content(10, 1));
  store->put("to", content(20'000, 2));
  const auto reader = store->get("to");
  expect(store->move("from", "to"), "move says that there is no such key");
  expect_value(*store, "to", content(10, 1), "after a move onto it");
  expect_absent(*store, "from", "after move");
  if (const auto rest = rest_of_old(*store, *reader))
    expect_bytes(*rest, content(20'000, 2), "a Reader of the value that a move replaced");
}

void moves_nothing(const StoreUnderTest& subject) {
  const auto store = subject.make();
  store->put("k", content(10));
  expect(!store->move("absent", "k"), "move of an absent key says that it was there");
  expect_value(*store, "k", content(10), "after an absent key was moved onto it");
  expect(store->move("k", "k"), "move of a key onto itself says that it was not there");
  expect_value(*store, "k", content(10), "after a move onto itself");
  expect(!store->move("absent", "absent"), "move of an absent key onto itself says that it was there");
}

void move_keeps_what_is_known(const StoreUnderTest& subject) {
  const auto store = subject.make();
  PutOptions options;
  if (store->capabilities().keeps_metadata) options.metadata = {{"name", "value"}};
  const Stat before = store->put("from", content(10), options);
  store->move("from", "to");
  const auto after = store->stat("to");
  expect(after.has_value(), "stat finds nothing under the new key");
  expect(after->etag == before.etag, "the etag was ", before.etag, " before the move, and is ", after->etag);
  expect(after->metadata == before.metadata && after->xxh3 == before.xxh3,
         "the metadata or the checksum is another one after the move");
}

// A value goes from step to step and never back, so that whoever follows it finds it at one step alone.
void move_has_no_gap(const StoreUnderTest& subject) {
  constexpr unsigned steps = 200;
  const auto store = subject.make();
  const auto step = [](unsigned number) { return join("step/", number); };
  store->put(step(0), content(1000));
  std::atomic<bool> ended = false;
  at_once(2, [&](unsigned thread) {
    if (thread == 0) {
      const SetAtEnd set(ended);
      for (unsigned number = 0; number < steps; ++number)
        expect(store->move(step(number), step(number + 1)), "move says that there is no ", step(number));
      return;
    }
    for (unsigned number = 0; number < steps && !ended;) {
      unsigned next = number;
      while (next <= steps && !store->exists(step(next))) ++next;
      expect(next <= steps, "while a value was moved on from ", step(number), " it was nowhere");
      if (next > number) expect(!store->exists(step(next - 1)), "a moved value was also at ", step(next - 1));
      number = next;
    }
  });
}

}  // namespace

std::vector<StoreBehaviour> condition_behaviours() {
  return {
      {"put_if_absent lets the first one win", can_put_if_absent, first_wins},
      {"of 32 put_if_absent at once one wins", can_put_if_absent, one_of_many_wins},
      {"put_if_absent puts a key that was removed", [](Can can) { return can_put_if_absent(can) && can.removes; },
       absent_again},
      {"put_if_match wants the etag of the present value", can_put_if_match, matches_etag},
      {"a counter incremented by 16 threads with put_if_match loses nothing", can_put_if_match, counter_loses_nothing},
      {"put_if_absent is decided at finish", can_put_if_absent, absence_is_decided_at_finish},
      {"put_if_match is decided at finish", can_put_if_match, match_is_decided_at_finish},
      {"move gives a value another key", can_move, moves},
      {"move replaces what stands at the new key", [](Can can) { return can_move(can) && can.replaces; },
       move_replaces},
      {"move of nothing changes nothing", can_move, moves_nothing},
      {"a moved value keeps etag and metadata", can_rename, move_keeps_what_is_known},
      {"a value that is moved is never nowhere, and never twice", can_rename, move_has_no_gap},
  };
}

}  // namespace larder::internal
