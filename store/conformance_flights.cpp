// Computing a value once, and stores that are open twice.
#include <chrono>
#include <stdexcept>
#include <thread>

#include "store/conformance.h"

namespace larder::internal {

namespace {

using Can = const Capabilities&;
using std::chrono::milliseconds;

bool can_lease_among_processes(Can can) { return is_keeper(can) && can.leases; }

void computes_once(const StoreUnderTest& subject) {
  const auto store = subject.make();
  std::atomic<int> computed = 0;
  at_once(16, [&](unsigned) {
    const Found found = store->get_or_compute("k", [&](Writer& out) {
      ++computed;
      std::this_thread::sleep_for(milliseconds(20));
      out.write(content(100'000, 1));
    });
    expect_bytes(rest_of(*found.reader), content(100'000, 1), "what get_or_compute gives");
  });
  expect(computed == 1, "16 threads that asked for a value at once computed it ", computed.load(), " times");
  store->get_or_compute("k", [&](Writer&) { ++computed; });
  expect(computed == 1, "a value that is there is computed again");
}

void computes_after_failure(const StoreUnderTest& subject) {
  const auto store = subject.make();
  std::atomic<int> computed = 0;
  std::atomic<int> failed = 0;
  at_once(8, [&](unsigned) {
    try {
      const Found found = store->get_or_compute("k", [&](Writer& out) {
        out.write(content(100'000, 1));
        if (++computed <= 3) throw std::runtime_error("the computation failed");
      });
      expect_bytes(rest_of(*found.reader), content(100'000, 1), "what get_or_compute gives");
    } catch (const std::runtime_error& error) {
      if (std::string_view(error.what()) != "the computation failed") throw;
      ++failed;
    }
  });
  expect(computed == 4 && failed == 3, "a computation that fails 3 times was tried ", computed.load(),
         " times by 8 threads, and ", failed.load(), " heard of it");
}

void refuses_to_wait_for_itself(const StoreUnderTest& subject) {
  const auto store = subject.make();
  const auto compute = [](Writer& out) { out.write(content(10)); };
  expect_error(ErrorKind::usage, "get_or_compute of the key that is being computed",
               [&] { store->get_or_compute("k", [&](Writer&) { store->get_or_compute("k", compute); }); });
  const Found other = store->get_or_compute("k", [&](Writer& out) {
    store->get_or_compute("another", compute);
    out.write(content(20));
  });
  expect_bytes(rest_of(*other.reader), content(20), "a value whose computation asks for another key");
}

void patience_ends(const StoreUnderTest& subject) {
  const auto store = any_store(subject);
  auto held = store->lease("k");
  expect(held != nullptr, "a lease that nobody holds is not to be had");
  at_once(1, [&](unsigned) {
    expect(!store->lease("k", milliseconds(20)), "two threads hold the lease of a key");
    expect(store->lease("other", milliseconds(20)) != nullptr, "the lease of a key keeps that of another one");
  });
  held.reset();
  at_once(1,
          [&](unsigned) { expect(store->lease("k", milliseconds(20)) != nullptr, "a lease that was freed is held"); });
}

void lease_waits(const StoreUnderTest& subject) {
  const auto store = any_store(subject);
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  at_once(8, [&](unsigned) {
    for (int i = 0; i < 5; ++i) {
      const auto held = store->lease("k");
      const int now = ++inside;
      if (now > most) most = now;
      std::this_thread::yield();
      --inside;
    }
  });
  expect(most == 1, most.load(), " threads held one lease at once");
}

void second_opening_sees_puts(const StoreUnderTest& subject) {
  if (!subject.again) return;
  const auto first = subject.make();
  first->put("before", content(10, 1));
  const auto second = subject.again(*first);
  expect_value(*second, "before", content(10, 1), "put before the second opening");
  for (unsigned i = 0; i < 5; ++i) {
    first->put("k", content(100'000, i));
    expect_value(*second, "k", content(100'000, i), "put by the first, read by the second");
    const std::string etag = second->put("k", content(50, i)).etag;
    expect_value(*first, "k", content(50, i), "put by the second, read by the first");
    expect(first->stat("k")->etag == etag, "the etag differs between two that opened the store");
  }
  if (!first->capabilities().removes) return;
  expect(second->remove("k"), "remove by the second says that there is no such key");
  expect_absent(*first, "k", "removed by the second");
}

void lease_holds_for_second_opening(const StoreUnderTest& subject) {
  if (!subject.again) return;
  const auto first = subject.make();
  const auto second = subject.again(*first);
  auto held = first->lease("k");
  at_once(1, [&](unsigned) {
    expect(!second->lease("k", milliseconds(20)), "two that opened the store hold the lease of a key");
  });
  held.reset();
  expect(second->lease("k", milliseconds(20)) != nullptr, "a lease that was freed is not to be had by the other");
}

void stores_are_apart(const StoreUnderTest& subject) {
  const auto first = subject.make();
  const auto second = subject.make();
  first->put("k", content(10, 1));
  expect_absent(*second, "k", "put to another store");
  second->put("k", content(10, 2));
  expect_value(*first, "k", content(10, 1), "after a put to another store");
}

}  // namespace

std::vector<StoreBehaviour> flight_behaviours() {
  return {
      {"16 threads that ask for a value at once compute it once", is_keeper, computes_once},
      {"a computation that fails is heard by its caller, and tried by another", is_keeper, computes_after_failure},
      {"a computation cannot ask for its own key", is_keeper, refuses_to_wait_for_itself},
      {"patience for a lease ends", is_any, patience_ends},
      {"one thread at a time holds a lease", is_any, lease_waits},
      {"a store that is opened twice is one store", is_keeper, second_opening_sees_puts},
      {"a lease holds for all that opened the store", can_lease_among_processes, lease_holds_for_second_opening},
      {"two stores see nothing of each other", is_keeper, stores_are_apart},
  };
}

}  // namespace larder::internal
