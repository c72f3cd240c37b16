// Every operation of a LocalStore, with each of its calls failing: a typed error, the old values intact, no temporary
// file, no descriptor, and the next operation works.
#include <catch2/catch.hpp>

#include <cerrno>

#include "store_trials.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"

namespace larder::testing {
namespace {

// Runs all operations under these faults; returns how many took effect.
std::uint64_t try_all(const std::vector<Fault>& faults) {
  const TemporaryDirectory scratch;
  std::uint64_t count = 0;
  for (const StoreTrial& operation : store_trials()) {
    const Tried tried = try_each(trial_of(operation, scratch / "store"), faults);
    count += tried.faults;
    for (const std::string& problem : tried.problems) FAIL_CHECK(problem);
  }
  return count;
}

TEST_CASE("every operation survives every failure of the system") { CHECK(try_all(failures()) > 1000); }

TEST_CASE("no operation minds interruptions") { CHECK(try_all(interruptions()) > 100); }

TEST_CASE("every operation survives the failure of any allocation") {
  CHECK(try_all({{Call::allocate, Action::fail, ENOMEM}}) > 500);
}

void put_value(Store& store, Bytes value) {
  const auto writer = store.put("key");
  writer->write(value);
  writer->finish();
}

// The kernel drops what it could not write: a second fsync would say that all is well, and the bytes are lost.
TEST_CASE("a value's fsync that failed is not repeated, and what it was for is thrown away") {
  const TemporaryDirectory scratch;
  const Content old_value = pattern(1000);
  for (const Sync sync : {Sync::full, Sync::data}) {
    const auto store = local_store(scratch / "store", {.sync = sync});
    store->put("key", old_value);
    for (const Action action : {Action::fail, Action::fail_after}) {
      {
        const Injected injected(Call::sync, 1, action, EIO);
        CHECK_ERROR(put_value(*store, pattern(2000)), io);
        CHECK(injected.seen(Call::sync) == 1);
        CHECK(injected.seen(Call::rename) == 0);
      }
      CHECK(equal(store->read("key").bytes(), old_value));
      CHECK(entries(scratch / "store" / ".larder" / "tmp") == 0);
    }
  }
}

TEST_CASE("a value that is in place, but whose name may not survive, is an unknown outcome") {
  const TemporaryDirectory scratch;
  const auto store = local_store(scratch / "store");
  store->put("key", pattern(1000));
  {
    const Injected injected(Call::sync, 2, Action::fail, EIO);
    CHECK_ERROR(put_value(*store, pattern(2000)), unknown_outcome);
    CHECK(injected.seen(Call::sync) == 2);
  }
  CHECK(equal(store->read("key").bytes(), pattern(2000)));
}

TEST_CASE("how often each Sync waits for the disk") {
  const TemporaryDirectory scratch;
  const auto syncs = [&](Sync sync, const char* key) {
    const auto store = local_store(scratch / "store", {.sync = sync});
    store->put("warm", pattern(1));
    const Injected injected;
    store->put(key, pattern(1000));
    return injected.seen(Call::sync);
  };
  CHECK(syncs(Sync::none, "a") == 0);
  CHECK(syncs(Sync::data, "b") == 1);
  CHECK(syncs(Sync::full, "c") == 2);      // the file, and the directory that has its name
  CHECK(syncs(Sync::full, "d/e/f") == 4);  // and the two that got a directory
}

}  // namespace
}  // namespace larder::testing
