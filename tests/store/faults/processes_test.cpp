// Many processes at once: exactly one winner, no lost update, no torn value, whoever dies or forks.
#include <catch2/catch.hpp>

#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <thread>

#include <larder/error.h>
#include <larder/local_store.h>
#include <larder/store_report.h>

#include "base/text.h"
#include "tests/io/child.h"
#include "tests/io/content.h"
#include "tests/support/sanitized.h"
#include "tests/support/temporary.h"
#include "workload.h"

namespace larder::testing {
namespace {

using internal::join;

TEST_CASE("put_if_absent has exactly one winner among 32 processes, every time") {
  const TemporaryDirectory scratch;
  constexpr unsigned processes = 32;
  constexpr int rounds = 40;
  Oaths& oaths = shared_oaths();  // its tickets are barrier and counter
  CHECK(in_processes(processes, [&](unsigned self) {
          const auto store = local_store(scratch / "store", {.sync = Sync::none});
          for (int round = 0; round < rounds; ++round) {
            const std::string key = join("key", round);
            ++oaths.tickets;
            while (oaths.tickets < (static_cast<unsigned>(round) + 1) * processes) std::this_thread::yield();
            if (store->put_if_absent(key, self_describing(key, self, 1, 500))) ++oaths.writers[self].number;
          }
        }) == processes);
  std::uint64_t wins = 0;
  for (const WriterRecord& writer : oaths.writers) wins += writer.number;
  CHECK(wins == rounds);
  const auto store = local_store(scratch / "store");
  for (int round = 0; round < rounds; ++round) {
    const std::string key = join("key", round);
    CHECK_NOTHROW(describe_value(key, store->read(key, {.verify = true}).bytes()));
  }
}

std::uint64_t number_in(Bytes bytes) {
  std::uint64_t number = 0;
  if (bytes.size() == sizeof number) std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

TEST_CASE("a number that 8 processes increment with put_if_match loses nothing") {
  const TemporaryDirectory scratch;
  constexpr unsigned processes = 8;
  constexpr std::uint64_t each = 50;
  const std::uint64_t zero = 0;
  local_store(scratch / "store")->put("number", std::as_bytes(std::span(&zero, 1)));
  CHECK(in_processes(processes, [&](unsigned) {
          const auto store = local_store(scratch / "store", {.sync = Sync::none});
          for (std::uint64_t done = 0; done < each;) {
            const auto found = store->find("number");
            if (!found) throw std::runtime_error("the number is gone");
            const std::uint64_t next = number_in(found->reader->read_region(sizeof zero, "the number").bytes()) + 1;
            if (store->put_if_match("number", found->stat.etag, std::as_bytes(std::span(&next, 1)))) ++done;
          }
        }) == processes);
  CHECK(number_in(local_store(scratch / "store")->read("number").bytes()) == processes * each);
}

// Nobody is killed here; kill_loop kills.
TEST_CASE("32 processes that put, replace, move, remove and get the same keys see whole values only") {
  const TemporaryDirectory scratch;
  Oaths& oaths = shared_oaths();
  constexpr unsigned processes = 32;
  const std::uint64_t operations = sanitized ? 100 : 600;
  CHECK(in_processes(processes, [&](unsigned self) {
          const auto store = local_store(scratch / "store", {.sync = Sync::none});
          work(*store, self, oaths, 1000 + self, {.mapped = self % 2 == 1, .operations = operations});
        }) == processes);
  for (const std::string& line : broken_promises(scratch / "store", oaths, false)) FAIL_CHECK(line);
  std::uint64_t done = 0;
  for (const WriterRecord& writer : oaths.writers) done += writer.operations;
  CHECK(done == processes * operations);
}

TEST_CASE("readers keep what they read and map while 4 evictors and 20 writers fill a store of two values") {
  const TemporaryDirectory scratch;
  Oaths& oaths = shared_oaths();
  constexpr unsigned processes = 32;
  constexpr unsigned evictors = 4;
  const std::uint64_t operations = sanitized ? 60 : 300;
  const LocalOptions options{.sync = Sync::none, .limits = StoreLimits{.bytes = 13'000}};
  CHECK(in_processes(processes, [&](unsigned self) {
          const auto store = local_store(scratch / "store", options);
          if (self >= evictors) {
            work(*store, self, oaths, self, {.mapped = self % 2 == 1, .limited = true, .operations = operations});
            return;
          }
          for (std::uint64_t i = 0; i < operations; ++i) {
            if (i % 2 == 0) store->records()->enforce();
            if (i % 2 == 1) evict(*store, {.items = 1});
          }
        }) == processes);
  for (const std::string& line : broken_promises(scratch / "store", oaths, true)) FAIL_CHECK(line);
  const auto store = local_store(scratch / "store");
  const Census census = take_census(*store);
  CHECK(census.bytes <= 13'000);
  CHECK(store->records()->rebuild() == census.items);
}

TEST_CASE("a forked child uses the store; when its parent is killed, what the child is writing stays") {
  const TemporaryDirectory scratch;
  const Path root = scratch / "store";
  int ready[2];
  int go[2];
  REQUIRE(::pipe(ready) == 0);
  REQUIRE(::pipe(go) == 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    const auto store = local_store(root, {.sync = Sync::none});
    store->put("of the parent", pattern(100));
    if (::fork() == 0) {
      bool fine = false;
      try {
        const auto writer = store->put("of the child");
        writer->write(pattern(5000));
        writer->flush();
        char byte = 'r';
        if (::write(ready[1], &byte, 1) == 1 && ::read(go[0], &byte, 1) == 1) {
          writer->finish();
          fine = true;
        }
      } catch (const std::exception& error) {
        std::cerr << "the child: " << error.what() << '\n';
      }
      const char byte = fine ? 'f' : 'x';
      static_cast<void>(!::write(ready[1], &byte, 1));
      ::_exit(0);
    }
    for (;;) ::pause();
  }
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  REQUIRE(::kill(parent, SIGKILL) == 0);
  REQUIRE(::waitpid(parent, nullptr, 0) == parent);
  Recovery recovery;
  local_store(root, {}, &recovery).reset();
  CHECK(recovery.temporaries == 0);
  CHECK(entries(root / ".larder" / "tmp") == 1);
  REQUIRE(::write(go[1], "g", 1) == 1);
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  CHECK(byte == 'f');
  for (const int end : {ready[0], ready[1], go[0], go[1]}) ::close(end);
  CHECK(equal(local_store(root)->read("of the child", {.verify = true}).bytes(), pattern(5000)));
  CHECK(equal(local_store(root)->read("of the parent", {.verify = true}).bytes(), pattern(100)));
}

TEST_CASE("a store opened twice in one process, once closed, keeps its lock") {
  const TemporaryDirectory scratch;
  const auto store = local_store(scratch / "store", {.sync = Sync::none});
  const auto writer = store->put("key");
  writer->write(pattern(5000));
  writer->flush();
  {
    const auto other = local_store(scratch / "store", {.sync = Sync::none});
    other->put("other", pattern(10));
  }
  // A POSIX lock would be gone by now, and the next opening would take the writer for dead.
  CHECK(true_in_child([&] {
    Recovery recovery;
    local_store(scratch / "store", {.sync = Sync::none}, &recovery).reset();
    return recovery.temporaries == 0;
  }));
  writer->finish();
  CHECK(equal(store->read("key", {.verify = true}).bytes(), pattern(5000)));
}

// A thousand signals a second, each of which interrupts the call that is under way (no SA_RESTART).
TEST_CASE("a store whose process is interrupted by signals all the time works as ever") {
  const TemporaryDirectory scratch;
  CHECK(true_in_child([&] {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    ::sigaction(SIGALRM, &action, nullptr);
    const itimerval often{{0, 1000}, {0, 1000}};
    ::setitimer(ITIMER_REAL, &often, nullptr);
    const auto store = local_store(scratch / "store");
    const Content value = pattern(3'000'000);
    for (int i = 0; i < 20; ++i) {
      const std::string key = join("key", i % 3);
      store->put(key, value);
      if (!equal(store->read(key, {.verify = true}).bytes(), value)) return false;
      if (i % 3 == 2 && (!store->move(key, "moved") || !store->remove("moved"))) return false;
    }
    return true;
  }));
}

}  // namespace
}  // namespace larder::testing
